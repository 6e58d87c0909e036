"""What the licence pages share: a page and its rows are saved whole, by one service."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Model, QuerySet
from django.forms import BaseModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from accounts.errors import Refused
from accounts.history_admin import HistoryPages
from accounts.http import actor_of
from accounts.policy_admin import PolicyAdmin, PolicyPermissions, PolicyTabularInline
from licenses import services as licenses
from licenses.admin.inputs import NATIVE, FactForm, FactRows


class FactFields(PolicyPermissions):
    """Native dates, lists of codes, and plain choices without links to other pages."""

    resource = "licenses"
    formfield_overrides = NATIVE

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Take the admin's own links off a choice."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class FactInline(FactFields, PolicyTabularInline):
    """Facts within the page of what they belong to."""

    form = FactForm
    formset = FactRows
    deletable = True
    related: tuple[str, ...] = ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Read what the rows are named by along."""
        return super().get_queryset(request).select_related(*self.related)


class FactPages(FactFields, HistoryPages, PolicyAdmin):
    """A list and a form whose row, with the rows below it, one service saves. Nothing is deleted: it gets a status."""

    form = FactForm
    actions: Sequence[Any] | None = None

    def save_whole(self, request: HttpRequest, row: Any, rows: Sequence[Any], removed: Sequence[Any]) -> None:
        """Call the service that saves a producer's facts."""
        licenses.save(facts=(row, *rows), removed=removed, actor=actor_of(request), now=timezone.now())

    def save_model(self, request: HttpRequest, obj: Model, form: Any, change: bool) -> None:
        """Leave it to `save_related`, which knows the rows as well."""

    def save_related(self, request: HttpRequest, form: BaseModelForm[Any], formsets: Any, change: bool) -> None:
        """Hand the row to the service together with the rows that changed."""
        rows: list[Any] = []
        removed: list[Any] = []
        for formset in formsets:
            rows += formset.save(commit=False)
            removed += formset.deleted_objects
        self.save_whole(request, form.instance, rows, removed)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Mapping[str, Any] | None = None,
    ) -> HttpResponse:
        """Tell a service's refusal where the form was sent from."""
        try:
            return super().changeform_view(request, object_id, form_url, dict(extra_context or {}))
        except Refused as refusal:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(request.get_full_path())

    def history_text(self, name: str, value: Any) -> str | None:
        """Say a list with commas."""
        return ", ".join(map(str, value)) if isinstance(value, list) else None


class ReferencePages(FactPages):
    """Pages of rows that hold for everybody."""

    def save_whole(self, request: HttpRequest, row: Any, rows: Sequence[Any], removed: Sequence[Any]) -> None:
        """Call the service that saves reference data."""
        licenses.save_reference(rows=(row,), actor=actor_of(request), now=timezone.now())
