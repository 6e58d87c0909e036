"""One move for several items of the queue, and a sheet that says what became of each."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.utils import timezone

from accounts.actor import Actor
from accounts.errors import Forbidden
from accounts.http import actor_of
from routing.admin.forms import BulkForm, SnoozeForm
from routing.admin.pages import reader_zone, require, show, told
from routing.admin.queue_item import queue_address
from routing.models import QueueItem
from routing.queries.waiting import in_turn
from routing.services import bulk, fallback, handing, postponing
from routing.services.bulk import Result
from routing.services.outcomes import Placement

Given = Mapping[str, Any]


def _take(item: QueueItem, _: Given, actor: Actor, now: datetime) -> None:
    fallback.take(item=item, user_id=int(actor.id), actor=actor, now=now)


def _release(item: QueueItem, _: Given, actor: Actor, now: datetime) -> None:
    fallback.put_back(item=item, actor=actor, now=now)


def _retry(item: QueueItem, _: Given, actor: Actor, now: datetime) -> Placement | None:
    return fallback.retry_if_it_moves(item=item, actor=actor, now=now)


def _assign(item: QueueItem, given: Given, actor: Actor, now: datetime) -> Placement:
    producer, remark = given["producer"], given["remark"]
    return handing.assign(lead=item.lead, producer_id=producer.pk, reason=remark, actor=actor, now=now)


def _snooze(item: QueueItem, given: Given, actor: Actor, now: datetime) -> None:
    postponing.snooze(item=item, until=SnoozeForm.until(given["span"], now), actor=actor, now=now)


def _escalate(item: QueueItem, _: Given, actor: Actor, now: datetime) -> None:
    postponing.escalate(item=item, actor=actor, now=now)


def _close(item: QueueItem, given: Given, actor: Actor, now: datetime) -> None:
    fallback.resolve(item=item, resolution=given["remark"], disposition=given["disposition"], actor=actor, now=now)


# Each move: who may make it, what it does, and how a row reads where it moved no lead.
MOVES: Final[Mapping[str, tuple[str, Callable[[QueueItem, Given, Actor, datetime], Placement | None], str]]] = {
    "take": ("queue.claim", _take, "Yours"),
    "release": ("queue.claim", _release, "Put back"),
    "retry": ("queue.resolve", _retry, "Waits for the same as before"),
    "assign": ("queue.assign", _assign, ""),
    "snooze": ("queue.claim", _snooze, "Put off"),
    "escalate": ("queue.claim", _escalate, "Owner and deputy were pressed"),
    "close": ("queue.resolve", _close, "Closed"),
}


def move_several(request: HttpRequest) -> HttpResponse:
    """Make one move for the items that were ticked; each is judged on its own."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "queue.claim")
    form = BulkForm(request.POST)
    if not form.is_valid():
        for problems in form.errors.values():
            messages.error(request, " ".join(map(str, problems)))
        return HttpResponseRedirect(queue_address(request.POST.get("kind", ""), mine=False))
    given, actor, now = form.cleaned_data, actor_of(request), timezone.now()
    permission, do, said = MOVES[given["move"]]
    require(request, permission)
    items = list(given["item"].select_related("lead__person", "claimed_by").order_by(*in_turn(now)))
    with timezone.override(reader_zone(request)):
        try:
            results = bulk.each(items, lambda item: do(item, given, actor, now))
        except Forbidden as error:
            raise PermissionDenied(error.message) from error
        lines = [_line(result, said) for result in results]
    done = sum(line["tone"] != "bad" for line in lines)
    context = {
        "title": dict(BulkForm.MOVES)[given["move"]].rstrip("…"),
        "subtitle": "Queue",
        "results": lines,
        "done": done,
        "left": len(lines) - done,
        "back": queue_address(items[0].kind, mine=False),
        "trail": [("Queue", queue_address(items[0].kind, mine=False))],
    }
    return show(request, "routing/queue_results.html", context)


def _line(result: Result, said: str) -> dict[str, Any]:
    if result.refusal is not None:
        return {"lead": result.item.lead, "text": result.refusal.message, "badge": "Left as it is", "tone": "bad"}
    if result.placement is None:
        return {"lead": result.item.lead, "text": "", "badge": said, "tone": "muted"}
    is_assigned = result.placement.assignment is not None
    badge, tone = ("Assigned", "ok") if is_assigned else ("Waits on", "warn")
    return {"lead": result.item.lead, "text": told(result.placement).text, "badge": badge, "tone": tone}
