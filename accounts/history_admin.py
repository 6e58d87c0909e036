"""History pages of historised models: every state of a row, and any two compared; to be read, never to be restored.

`HistoryPages` takes the place of the admin's own history, and of simple-history's admin, whose form saves on POST.
"""

from itertools import pairwise
from typing import Any, Final

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from simple_history.utils import get_history_model_for_model

from accounts.row_history import Reader, State, with_predecessors

PER_PAGE: Final = 30
WITHIN_LIMIT: Final = 100
LONGEST_ID: Final = 18  # digits that surely fit a bigint


class HistoryPages(admin.ModelAdmin[Any]):
    """Give a model admin the read-only history of its rows and of the historised rows edited within them.

    `history_hidden` names fields that say nothing to a reader, such as counters.
    """

    object_history_template = "fairlead/history.html"
    history_hidden: tuple[str, ...] = ()

    def history_text(self, name: str, value: Any) -> str | None:
        """Return a JSON field's value in words, where the model has better ones than a list of places; else None."""
        return None

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show the states of one row, or two of them side by side (`?old=…&new=…`)."""
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        row = self.get_object(request, unquote(object_id))
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        records = self._records(object_id)
        page = Paginator(records, PER_PAGE).get_page(request.GET.get("p"))
        if row is None and not page.object_list:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": "History",
            "subtitle": str(row) if row else f"{page.object_list[0].history_object} (deleted)",
            "object": row,
            "opts": self.opts,
            "page": page,
            "states": self._states(page, records),
            "comparison": self._comparison(request, records),
            "within": self._within(request, object_id),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)

    def _records(self, object_id: str) -> QuerySet[Any]:
        history: Any = get_history_model_for_model(self.model)
        try:
            key = self.opts.pk.to_python(unquote(object_id))
        except ValidationError as error:
            raise Http404 from error
        found: QuerySet[Any] = history.objects.filter(**{self.opts.pk.attname: key})
        return found.select_related("history_user").order_by("-history_date", "-history_id")

    def _states(self, page: Page[Any], records: QuerySet[Any]) -> list[State]:
        """Return the page's states, each told apart from the one before it, which may lie on the next page."""
        shown = list(page)
        older = list(records[page.end_index() : page.end_index() + 1]) if page.has_next() else []
        reader = Reader([*shown, *older], self.history_hidden, self.history_text)
        return [reader.state(new, old) for new, old in pairwise([*shown, *(older or [None])])]

    def _comparison(self, request: HttpRequest, records: QuerySet[Any]) -> dict[str, Any] | None:
        wanted = {request.GET.get("old", ""), request.GET.get("new", "")}
        if not all(key.isdecimal() and len(key) <= LONGEST_ID for key in wanted):
            return None
        found = sorted(records.filter(pk__in=wanted), key=lambda record: (record.history_date, record.pk))
        if len(found) != len(wanted):
            raise Http404
        old, new = found[0], found[-1]
        reader = Reader(found, self.history_hidden, self.history_text)
        return {"old": reader.state(old), "new": reader.state(new), "changes": reader.changes(old, new)}

    def _within(self, request: HttpRequest, object_id: str) -> list[tuple[str, list[State]]]:
        """Return the latest states of the historised rows people edit inside this one, newest first."""
        sections = []
        for inline in self.get_inline_instances(request):
            links = (f for f in inline.opts.concrete_fields if f.is_relation and f.related_model is self.model)
            link = next(links, None)
            if link is None or not hasattr(inline.model, "history"):
                continue
            history: Any = get_history_model_for_model(inline.model)
            found = history.objects.filter(**{link.attname: unquote(object_id)}).select_related("history_user")
            newest = list(found.order_by("-history_date", "-history_id")[:WITHIN_LIMIT])
            reader = Reader(newest, hidden=[link.name])
            states = [reader.titled(new, old) for new, old in with_predecessors(newest)]
            sections.append((capfirst(str(inline.opts.verbose_name_plural)), states))
        return [(title, states) for title, states in sections if states]
