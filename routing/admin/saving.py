"""What the set-up pages share: their template, and words in the place of JSON."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from accounts.policy_admin import PolicyTabularInline
from accounts.whole_pages import PlainFields, WholePages


class SetupRows(PlainFields, PolicyTabularInline):
    """Rows within a set-up page."""

    deletable = True


class SetupPages(WholePages):
    """A list and a form; `in_words` names, for a JSON field, the method that shows it to whoever may only look."""

    change_form_template = "routing/setup_form.html"
    in_words: Mapping[str, str] = {}

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
