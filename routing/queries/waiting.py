"""What waits for a person: how much of each kind, and in which order it is worked."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from django.db.models import Case, Count, F, Max, Min, Q, QuerySet, When

from routing.models import QueueItem

SOON: Final = timedelta(minutes=15)


def unresolved(*, user_id: int | None = None) -> QuerySet[QueueItem]:
    """Return what waits; with a user, what is theirs: as owner, deputy or holder."""
    waiting = QueueItem.objects.exclude(state=QueueItem.State.RESOLVED)
    if user_id is None:
        return waiting
    return waiting.filter(Q(owner_id=user_id) | Q(deputy_id=user_id) | Q(claimed_by_id=user_id))


def in_turn(now: datetime) -> tuple[Any, ...]:
    """Return the order in which items are worked and woken: overdue, soon due, the rest; by value, then by age."""
    urgency = Case(When(due_at__lte=now, then=0), When(due_at__lte=now + SOON, then=1), default=2)
    return urgency, F("lead__premium").desc(nulls_last=True), "created_at", "pk"


def awake(now: datetime) -> Q:
    """Return what nobody has put off."""
    return Q(snoozed_until__isnull=True) | Q(snoozed_until__lte=now)


def fingerprint(items: QuerySet[QueueItem], now: datetime) -> str:
    """Return a text that differs once a list of items would read otherwise; one statement, and no row is read."""
    seen = items.order_by().aggregate(
        number=Count("pk"),
        taken=Count("claimed_by"),
        snoozed=Count("pk", filter=~awake(now)),
        last=Max("created_at"),
        last_taken=Max("claimed_at"),
        last_tried=Max("tried_at"),
        last_pressed=Max("escalated_at"),
        next_due=Min("due_at", filter=Q(due_at__gt=now)),
    )
    return sha256("|".join(str(seen[name]) for name in sorted(seen)).encode()).hexdigest()[:16]


def listed(items: QuerySet[QueueItem], now: datetime, *, limit: int) -> list[QueueItem]:
    """Return the items in their turn, what was put off behind all others."""
    put_off = Case(When(awake(now), then=0), default=1)
    found = items.select_related("lead__person", "owner", "deputy", "claimed_by")
    return list(found.order_by(put_off, *in_turn(now))[:limit])


def counts(items: QuerySet[QueueItem]) -> dict[str, int]:
    """Return how much of each kind waits."""
    found = dict(items.order_by().values_list("kind").annotate(Count("pk")))
    return {kind: found.get(kind, 0) for kind in QueueItem.Kind.values}
