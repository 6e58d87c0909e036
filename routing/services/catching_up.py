"""After the clocks stood still: who comes first, and one notice instead of hundreds."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Case, IntegerField, QuerySet, Value, When

from accounts.actor import system
from audit import services as audit
from outbox import services as outbox
from outbox.models import Heartbeat
from routing.models import SlaTimer

SIGN: Final = "clocks"
STANDSTILL: Final = timedelta(minutes=5)  # without a sweep; shorter gaps are a restart
NOTED_EVERY: Final = timedelta(seconds=10)
URGENCY: Final = Case(
    When(lead__tier="hot", then=Value(0)),
    When(lead__tier="warm", then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def note(*, now: datetime) -> bool:
    """Note that the clocks are looked at; returns whether they stood still until now.

    Of several sweeps that wake up at once, one tells. A clock that was set back is noted as it now is.
    """
    last = Heartbeat.objects.filter(name=SIGN).values_list("at", flat=True).first()
    if last is None:
        Heartbeat.objects.get_or_create(name=SIGN, defaults={"at": now})
        return False
    if timedelta(0) <= now - last < NOTED_EVERY:
        return False
    stood_still = now - last >= STANDSTILL
    _move_on(last, now, tell=stood_still)
    return stood_still


@transaction.atomic
def _move_on(last: datetime, now: datetime, *, tell: bool) -> None:
    if not Heartbeat.objects.filter(name=SIGN, at=last).update(at=now) or not tell:
        return
    late = SlaTimer.objects.filter(state=SlaTimer.State.RUNNING, try_at__lte=now).count()
    if late:
        detail = {"since": last.isoformat(), "late": late}
        audit.record(at=now, actor=system("sla"), action="sla.stood_still", detail=detail)
        outbox.publish(topic="sla.stood_still", payload=detail, at=now)


def is_late(due_at: datetime, *, now: datetime) -> bool:
    """Say whether something is so late that the clocks must have stood still."""
    return now - due_at >= STANDSTILL


def in_order(due: QuerySet[SlaTimer], *, now: datetime, first: bool) -> QuerySet[SlaTimer]:
    """Return timers in the order they fell due; while there are late ones from a standstill, urgent leads first."""
    if first or _has_late(due, now):
        return due.order_by(URGENCY, "try_at", "pk")
    return due.order_by("try_at", "pk")


def _has_late(due: QuerySet[SlaTimer], now: datetime) -> bool:
    # The oldest by the index: asked for any late one, PostgreSQL may read the whole table to find that there is none.
    oldest = due.order_by("try_at").values_list("try_at", flat=True).first()
    return oldest is not None and is_late(oldest, now=now)
