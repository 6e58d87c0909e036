"""Named lists: the values conditions name instead of repeating, and the rules that name them."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from accounts.errors import Refused
from accounts.history_admin import HistoryPages
from accounts.http import actor_of
from accounts.policy_admin import PolicyAdmin
from rules_engine import queries
from rules_engine import services as rules
from rules_engine.admin.pages import rule_url
from rules_engine.catalog_setting import catalog
from rules_engine.engine.catalog import Field
from rules_engine.engine.values import Kind
from rules_engine.models import NamedList


class NamedListForm(forms.ModelForm[NamedList]):
    """A list as people write it; whether its values can be used is for the service's own judge to say."""

    field = forms.ChoiceField(label="Values of", help_text="Stays as it is. Fields alike can be compared with it too.")
    values = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="One a line, or with commas between. Names will do for codes.",
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        """All that people type."""

        model = NamedList
        fields = ("name", "slug", "field", "values")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "values" not in self.fields:  # who may only look
            return
        if self.instance.pk:
            del self.fields["field"]
            self.initial["seen"] = queries.list_hash(self.instance)
            self._show_values(catalog().get(self.instance.field))
        else:
            self.fields["field"].choices = grouped_fields()  # type: ignore[attr-defined]

    def _show_values(self, field: Field | None) -> None:
        if field is None or not field.options:
            self.initial["values"] = "\n".join(map(str, self.instance.values))
            return
        choices = [(option.value, option.label) for option in field.options]
        self.fields["values"] = forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple)

    def clean(self) -> dict[str, Any]:
        """Let the service judge what is typed, and name each place at fault."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors:
            return cleaned
        name = cleaned.get("field", self.instance.field)
        cleaned["values"] = read_values(cleaned["values"], catalog().get(name))
        row = NamedList(
            slug=cleaned.get("slug", self.instance.slug), name=cleaned["name"], field=name, values=cleaned["values"]
        )
        for problem in rules.list_problems(row):
            place = problem.pointer.split("/")[1]
            self.add_error(place if place in self.fields else None, problem.detail)
        self._refuse_stale(cleaned.get("seen", ""))
        return cleaned

    def _refuse_stale(self, seen: str) -> None:
        row = NamedList.objects.filter(pk=self.instance.pk).first()
        if row and seen and queries.list_hash(row) != seen:
            self.add_error(None, rules.ListEditedMeanwhile.of(row).message)


def grouped_fields() -> list[tuple[str, Any]]:
    """Return the fields whose values can be listed, group by group, for a select."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for field in catalog().fields:
        if rules.can_be_listed(field):
            groups.setdefault(field.group, []).append((field.name, field.label))
    return [("", "Choose a field"), *groups.items()]


def read_values(given: str | list[str], field: Field | None) -> list[Any]:
    """Return the values of a text: an option by its code or its name, a number as such."""
    texts = given if isinstance(given, list) else [text.strip() for text in re.split(r"[\n,;]", given)]
    codes = {option.label.lower(): option.value for option in field.options} if field else {}
    whole = [codes.get(text.lower(), text) for text in texts if text]
    return [_number(text) for text in whole] if field and field.kind in {Kind.NUMBER, Kind.MONEY} else whole


def _number(text: str) -> Any:
    """Return a number as JSON writes it; what is none stays text, for the judge to name."""
    return int(text) if re.fullmatch(r"-?\d{1,15}", text) else text


@admin.register(NamedList)
class NamedListAdmin(HistoryPages, PolicyAdmin):
    """Lists, each with the draft rules that name it; one that is named is not deleted."""

    resource = "rules"
    deletable = True
    actions = None
    form = NamedListForm
    list_display = ("name", "of", "shown", "uses")
    search_fields = ("name", "slug")

    class Media:
        """The values stand in columns."""

        css = {"all": ("rules_engine/rules.css",)}

    def get_fields(self, request: HttpRequest, obj: NamedList | None = None) -> tuple[str, ...]:
        """Show where a list is used beside it."""
        if obj is None:
            return ("name", "slug", "field", "values")
        return ("name", "slug", "of", "values", "where_used", *(("seen",) if self.may_edit(request) else ()))

    def get_readonly_fields(self, request: HttpRequest, obj: NamedList | None = None) -> tuple[str, ...]:
        """Keep what conditions name the list by, and what its values are of."""
        return ("slug", "of", "where_used") if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: NamedList | None = None) -> dict[str, Sequence[str]]:
        """Suggest an id for a new list."""
        return {} if obj or not self.may_edit(request) else {"slug": ("name",)}

    @admin.display(description="values of", ordering="field")
    def of(self, row: NamedList) -> str:
        """Return the field in words."""
        field = catalog().get(row.field)
        return f"{field.label} ({field.group})" if field else row.field

    @admin.display(description="values")
    def shown(self, row: NamedList) -> str:
        """Return the first values as people call them, and how many more there are."""
        field = catalog().get(row.field)
        names = [(field.option_label(value) if field else None) or str(value) for value in row.values]
        more = f" and {len(names) - 5} more" if len(names) > 6 else ""
        return ", ".join(names[:5] if more else names) + more

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """Look up once which rules name the lists shown."""
        shown = super().get_changelist_instance(request)
        using, shown.result_list = queries.uses_of_lists(), list(shown.result_list)
        for row in shown.result_list:
            row.use_count = len(using.get(row.slug, ()))
        return shown

    @admin.display(description="used by")
    def uses(self, row: NamedList) -> str:
        """Say how many draft rules name it."""
        count: int = row.use_count  # type: ignore[attr-defined]  # told by get_changelist_instance
        return f"{count} rule{'' if count == 1 else 's'}" if count else "No rule"

    @admin.display(description="used by")
    def where_used(self, row: NamedList) -> str:
        """Return the draft rules that name it, each with a link."""
        found = [(rule_url(rule), rule.name, rule.ruleset.name) for rule in queries.rules_using(row)]
        links = format_html_join("", '<li><a href="{}">{}</a> in {}</li>', found)
        return format_html("<ul>{}</ul>", links) if found else "No draft rule. Versions keep the values they had."

    def history_text(self, name: str, value: Any) -> str | None:
        """Say values with commas."""
        return ", ".join(map(str, value)) if isinstance(value, list) else None

    def save_model(self, request: HttpRequest, obj: NamedList, form: Any, change: bool) -> None:
        """Make or change through the service."""
        said: dict[str, Any] = {"name": obj.name, "values": obj.values}
        who: dict[str, Any] = {"actor": actor_of(request), "now": timezone.now()}
        if change:
            rules.save_list(named_list=obj, **said, **who)
            return
        made = rules.create_list(slug=obj.slug, field=obj.field, **said, **who)
        obj.pk, obj._state.adding = made.pk, False

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Say which rules keep a list from being deleted."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refused as refusal:
            messages.error(request, refusal.message)
            return HttpResponseRedirect(reverse("admin:rules_engine_namedlist_change", args=[object_id]))

    def delete_model(self, request: HttpRequest, obj: NamedList) -> None:
        """Delete through the service."""
        rules.delete_list(named_list=obj, actor=actor_of(request), now=timezone.now())
