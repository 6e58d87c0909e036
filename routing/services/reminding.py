"""Remind many producers at once: ten thousand reminders of one minute are a few dozen transactions."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.actor import Actor
from audit import services as audit
from outbox import services as outbox
from outbox.models import Message
from routing.models import SlaTimer
from routing.services import catching_up, telling

BATCH: Final = 200
TOPIC: Final = "sla.reminded"
TAKING: Final = (SlaTimer.Kind.BREACH, SlaTimer.Kind.POOL)


def remind_due(*, actor: Actor, now: datetime, limit: int) -> int:
    """Remind everybody whose reminder is due; returns how many. A lead about to be taken away needs none.

    A batch is told whole or, where one row fails, not at all; the sweep then takes them one by one.
    """
    reminded = told = _remind_some(actor, now)
    while told == BATCH and reminded < limit:
        told = _remind_some(actor, now)
        reminded += told
    return reminded


@transaction.atomic
def _remind_some(actor: Actor, now: datetime) -> int:
    """Tell one batch. Timers another sweep or a touch has in hand are skipped; nothing else is locked."""
    timers = list(
        _due(now)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("lead", "assignment")
        .order_by("try_at", "pk")[:BATCH]
    )
    if not timers:
        return 0
    keys = [timer.pk for timer in timers]
    SlaTimer.objects.filter(pk__in=keys).update(state=SlaTimer.State.FIRED, settled_at=now)
    audit.record_many([telling.entry(timer, TOPIC, actor=actor, now=now) for timer in timers])
    outbox.publish_many(list(_messages(timers, now)))
    return len(timers)


def _due(now: datetime) -> QuerySet[SlaTimer]:
    running = SlaTimer.objects.filter(state=SlaTimer.State.RUNNING, try_at__lte=now)
    taken = running.filter(assignment=OuterRef("assignment"), kind__in=TAKING)
    return running.filter(kind=SlaTimer.Kind.REMIND).filter(~Exists(taken))


def _messages(timers: Sequence[SlaTimer], now: datetime) -> Iterator[Message]:
    """Yield one message a reminder; of those that are late by a standstill one a producer, with how many more wait."""
    late: dict[int, list[SlaTimer]] = {}
    for timer in timers:
        if timer.assignment is not None and catching_up.is_late(timer.due_at, now=now):
            late.setdefault(timer.assignment.producer_id, []).append(timer)
        else:
            yield telling.message(timer, TOPIC, now=now)
    for of_producer in late.values():
        yield telling.message(of_producer[0], TOPIC, now=now, more=len(of_producer) - 1)
