"""What the set-up pages share: a page and its rows are saved whole, by one service."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Model
from django.forms import BaseModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from accounts.errors import Refused
from accounts.history_admin import HistoryPages
from accounts.policy_admin import PolicyAdmin, PolicyPermissions, PolicyTabularInline
from routing.admin.inputs import NATIVE


class SetupFields(PolicyPermissions):
    """Native inputs for dates and times, and plain choices without links to other pages."""

    formfield_overrides = NATIVE

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Take the admin's own links off a choice."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field


class SetupRows(SetupFields, PolicyTabularInline):
    """Rows within a set-up page."""

    deletable = True


class SetupPages(SetupFields, HistoryPages, PolicyAdmin):
    """A list and a form whose row, with the rows below it, one service saves.

    `in_words` names, for a JSON field, the method that shows it to whoever may only look.
    """

    actions = None
    change_form_template = "routing/setup_form.html"
    in_words: Mapping[str, str] = {}

    def save_whole(self, request: HttpRequest, row: Any, rows: Sequence[Any], removed: Sequence[Any]) -> None:
        """Call the service."""
        raise NotImplementedError

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
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Tell a service's refusal where the form was sent from."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(request.get_full_path())

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show lists in words to whoever may only look."""
        return self.for_reader(request, super().get_fieldsets(request, obj))

    def for_reader(self, request: HttpRequest, fieldsets: Any) -> Any:
        """Put words in the place of JSON, unless it is to be edited."""
        if self.may_edit(request):
            return fieldsets
        return [
            (title, {**options, "fields": [self.in_words.get(str(name), name) for name in options["fields"]]})
            for title, options in fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Add what is shown in words."""
        return [*super().get_readonly_fields(request, obj), *self.in_words.values()]

    def history_text(self, name: str, value: Any) -> str | None:
        """Say a list with commas."""
        return ", ".join(map(str, value)) if isinstance(value, list) else None
