"""Admin pages whose row, with the rows below it, one service saves whole."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db import models
from django.forms import BaseModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.errors import Refused
from accounts.history_admin import HistoryPages
from accounts.policy_admin import PolicyAdmin, PolicyPermissions

NATIVE: Final[Mapping[type[models.Field[Any, Any]], Any]] = {
    models.DateTimeField: {
        "form_class": forms.DateTimeField,
        "widget": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    },
    models.DateField: {"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")},
    models.TimeField: {"widget": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")},
}


class PlainFields(PolicyPermissions):
    """Native inputs for dates and times, and plain choices without links to other pages."""

    formfield_overrides = NATIVE

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Take the admin's own links off a choice."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class WholePages(PlainFields, HistoryPages, PolicyAdmin):
    """A list and a form; `save_whole` hands what was typed to the one service that saves it."""

    actions: Sequence[Any] | None = None

    def save_whole(self, request: HttpRequest, row: Any, rows: Sequence[Any], removed: Sequence[Any]) -> None:
        """Call the service."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: models.Model, form: Any, change: bool) -> None:
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
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Tell a service's refusal where the form was sent from."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(request.get_full_path())

    def history_text(self, name: str, value: Any) -> str | None:
        """Say a list with commas."""
        return ", ".join(map(str, value)) if isinstance(value, list) else None
