"""The manager's queue: what waits, by kind and reason."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.http import actor_of
from accounts.policy import allows
from accounts.policy_admin import ReadOnlyAdmin
from routing.admin import queue_bulk, queue_item
from routing.admin.forms import BulkForm
from routing.admin.pages import Told, act, require, show
from routing.admin.queue_item import queue_address
from routing.admin.source_words import readable_as, teach
from routing.fairness import USUAL_PREMIUM
from routing.models import LeadSource, QueueItem
from routing.queries import reason_board, waiting
from routing.services import fallback

SHOWN: Final = 100


@admin.register(QueueItem)
class QueueItemAdmin(ReadOnlyAdmin):
    """The queue, on pages of its own."""

    resource = "queue"

    def get_urls(self) -> list[URLPattern]:
        """Add what is done with items."""
        view = self.admin_site.admin_view
        own = [
            path("next/", view(take_next), name="routing_queueitem_next"),
            path("bulk/", view(queue_bulk.move_several), name="routing_queueitem_bulk"),
            path("retry-all/", view(retry_all), name="routing_queueitem_retry_all"),
            path("remember/", view(remember), name="routing_queueitem_remember"),
            *(
                path(
                    f"<uuid:pk>/{name}/",
                    view(queue_item.work),
                    {"name": name},
                    name=f"routing_queueitem_{name}",
                )
                for name in queue_item.WORKS
            ),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show what waits, by kind and reason."""
        return overview(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one item to work on."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET"])
        require(request, "queue.view")
        try:
            return queue_item.page(request, queue_item.get(UUID(object_id)))
        except ValueError as error:
            raise Http404 from error


def overview(request: HttpRequest) -> HttpResponse:
    """Show what waits; `?kind=`, `?reason=` and `?mine=1` narrow it, `?view=reasons` groups it by reason.

    A list that asks again with what it has `seen` hears 204 while nothing has changed.
    """
    require(request, "queue.view")
    actor, now = actor_of(request), timezone.now()
    mine, reason = bool(request.GET.get("mine")), request.GET.get("reason", "")
    everything = waiting.unresolved(user_id=int(actor.id) if mine else None)
    kind = _kind(request.GET.get("kind", ""), reason, lambda: waiting.counts(everything))
    items = everything.filter(kind=kind, **({"reason": reason} if reason else {}))
    is_polled = bool(getattr(request, "htmx", None))
    seen = f"{waiting.fingerprint(items, now)}-{now:%H%M}"
    if is_polled and request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    context = {
        "title": "Queue",
        "now": now,
        "kind": kind,
        "mine": mine,
        "reason": reason,
        "by_reason": request.GET.get("view") == "reasons",
        "may_take": allows(actor, "queue.claim"),
        "may_retry": allows(actor, "queue.resolve"),
        "seen": seen,
        "again": queue_address(kind, mine, reason),
    }
    context |= _board(items) if context["by_reason"] else _list(items, now)
    if is_polled:
        return show(request, "routing/queue_list.html", context)
    return show(request, "routing/queue.html", context | _around(kind, mine, reason, waiting.counts(everything), items))


def _board(items: QuerySet[QueueItem]) -> dict[str, Any]:
    board = reason_board.board(items)
    fields = {lever.mapping.field for group in board.groups for lever in group.levers if lever.mapping}
    readings = {field: readable_as(field) for field in fields}
    return {"board": board, "readings": readings, "usual_premium": USUAL_PREMIUM}


def _list(items: QuerySet[QueueItem], now: datetime) -> dict[str, Any]:
    shown = waiting.listed(items, now, limit=SHOWN + 1)
    return {"items": shown[:SHOWN], "more": items.count() - SHOWN if len(shown) > SHOWN else 0}


def _around(
    kind: str, mine: bool, reason: str, counts: Mapping[str, int], items: QuerySet[QueueItem]
) -> dict[str, Any]:
    """Return what stands around the list: tabs, switches, and what can be done with several."""
    return {
        "tabs": [
            {"label": label, "count": counts[code], "url": queue_address(code, mine), "current": code == kind}
            for code, label in QueueItem.Kind.choices
        ],
        "everyones": queue_address(kind, mine=False),
        "own": queue_address(kind, mine=True),
        "in_turn": queue_address(kind, mine),
        "reasons": f"{queue_address(kind, mine)}&view=reasons",
        "open_count": items.filter(state=QueueItem.State.OPEN).count(),
        "bulk_form": BulkForm(auto_id="bulk_%s"),
    }


def _kind(asked: str, reason: str, counts: Callable[[], Mapping[str, int]]) -> str:
    """Return the tab asked for; else the one the reason is in, or the first that holds anything."""
    if asked in QueueItem.Kind.values:
        return asked
    found = waiting.unresolved().filter(reason=reason).values_list("kind", flat=True).first() if reason else None
    return found or next((kind for kind, count in counts().items() if count), QueueItem.Kind.FALLBACK.value)


def take_next(request: HttpRequest) -> HttpResponse:
    """Take the item of the tab whose turn it is, and open it."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "queue.claim")
    actor, kind = actor_of(request), request.POST.get("kind", "")
    item = fallback.take_next(kind=kind, user_id=int(actor.id), actor=actor, now=timezone.now())
    if item is None:
        messages.info(request, "Nothing waits here, or somebody just took it.")
        return HttpResponseRedirect(queue_address(kind, mine=False))
    return HttpResponseRedirect(reverse("admin:routing_queueitem_change", args=[item.pk]))


def remember(request: HttpRequest) -> HttpResponse:
    """Say how what a source sends is to be read, and free the leads that waited for it."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "queue.resolve")
    key = request.POST.get("source", "")
    source = get_object_or_404(LeadSource, pk=int(key) if key.isascii() and key.isdecimal() else 0)
    return teach(request, source, back=f"{queue_address(QueueItem.Kind.QUARANTINE, mine=False)}&view=reasons")


def retry_all(request: HttpRequest) -> HttpResponse:
    """Run every lead that waits for one reason through the rules again."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "queue.resolve")
    kind, reason = request.POST.get("kind", ""), request.POST.get("reason", "")

    def retry() -> Told:
        tried, moved = fallback.retry_all(kind=kind, reason=reason, actor=actor_of(request), now=timezone.now())
        return Told(f"{tried} tried again: {moved} moved on, {tried - moved} still wait.")

    return act(request, retry, back=queue_address(kind, mine=False))
