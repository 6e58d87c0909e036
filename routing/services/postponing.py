"""What a queue item's own clock does, and what people do about it: put it off, or press those who own it."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Greatest

from accounts import policy
from accounts.actor import Actor, system
from accounts.errors import FieldProblem, Invalid
from audit import services as audit
from outbox import services as outbox
from routing.errors import WrongState
from routing.models import QueueItem
from routing.queries.waiting import awake
from routing.services.handing import taken_by

LONGEST: Final = timedelta(days=30)


@transaction.atomic
def snooze(*, item: QueueItem, until: datetime, actor: Actor, now: datetime) -> None:
    """Put an item off: nobody need look before, and its clock waits as long. What wakes the lead does so as ever.

    :raises Invalid: if that is past, or too far off
    :raises TakenByAnother: if somebody else works on it
    """
    policy.require(actor, "queue.claim")
    if not now < until <= now + LONGEST:
        raise Invalid([FieldProblem("/until", "date.unlikely", f"Choose an instant within {LONGEST.days} days.")])
    waiting = QueueItem.objects.filter(pk=item.pk).exclude(state=QueueItem.State.RESOLVED)
    free = waiting.filter(Q(claimed_by__isnull=True) | Q(claimed_by_id=int(actor.id)))
    moved = free.update(
        snoozed_until=until,
        due_at=Greatest("due_at", until),
        state=QueueItem.State.OPEN,
        claimed_by=None,
        claimed_at=None,
    )
    if not moved:
        raise _refusal(item)
    detail = {"item": str(item.pk), "until": until.isoformat()}
    audit.record(at=now, actor=actor, action="queue.snoozed", target=item.lead, detail=detail)


@transaction.atomic
def escalate(*, item: QueueItem, actor: Actor, now: datetime) -> None:
    """Press owner and deputy for an item, now; a snoozed one counts as awake again."""
    policy.require(actor, "queue.claim")
    waiting = QueueItem.objects.filter(pk=item.pk).exclude(state=QueueItem.State.RESOLVED)
    if not waiting.update(escalated_at=now, snoozed_until=None):
        raise _refusal(item)
    _press(item, "queue.escalated", actor, now)


def press_due(*, now: datetime, limit: int = 200) -> int:
    """Press owner and deputy for every item whose clock has run out, once each; returns how many."""
    unseen = QueueItem.objects.filter(awake(now), due_at__lte=now, escalated_at__isnull=True)
    late = unseen.exclude(state=QueueItem.State.RESOLVED).select_related("lead").order_by("due_at", "pk")
    return sum(_press_once(item, now) for item in late[:limit])


@transaction.atomic
def _press_once(item: QueueItem, now: datetime) -> bool:
    waiting = QueueItem.objects.filter(pk=item.pk, escalated_at__isnull=True).exclude(state=QueueItem.State.RESOLVED)
    if not waiting.update(escalated_at=now):
        return False  # another sweep did, or somebody has seen to it
    _press(item, "queue.overdue", system("sla"), now)
    return True


def _press(item: QueueItem, action: str, actor: Actor, now: datetime) -> None:
    detail = {"item": str(item.pk), "due_at": item.due_at.isoformat() if item.due_at else None}
    audit.record(at=now, actor=actor, action=action, target=item.lead, detail=detail)
    payload = {"lead_id": str(item.lead_id), "queue_item_id": str(item.pk)}
    outbox.publish(topic=action, payload=payload, at=now, aggregate=str(item.lead_id))


def _refusal(item: QueueItem) -> Exception:
    present = QueueItem.objects.select_related("claimed_by").get(pk=item.pk)
    return WrongState("This item is resolved already.") if present.state == "RESOLVED" else taken_by(present)
