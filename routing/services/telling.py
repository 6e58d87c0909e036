"""Tell of timers that fired: an entry in the ledger and a message each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from accounts.actor import Actor
from audit import services as audit
from audit.models import Entry
from outbox import services as outbox
from outbox.models import Message
from routing.models import SlaTimer


def tell(timers: Sequence[SlaTimer], topic: str, *, actor: Actor, now: datetime, **more: str) -> None:
    """Write down that these timers fired, and tell of each; `more` goes into both."""
    audit.record_many([entry(timer, topic, actor=actor, now=now, **more) for timer in timers])
    outbox.publish_many([message(timer, topic, now=now, **more) for timer in timers])


def entry(timer: SlaTimer, action: str, *, actor: Actor, now: datetime, **more: str) -> Entry:
    """Return the ledger's entry of a timer that fired, not yet written."""
    detail = {"timer": str(timer.pk), "due_at": timer.due_at.isoformat(), **more}
    return audit.entry(at=now, actor=actor, action=action, target=timer.lead, detail=detail)


def message(timer: SlaTimer, topic: str, *, now: datetime, **more: str | int) -> Message:
    """Return the message of a timer that fired, not yet written."""
    payload: dict[str, Any] = {"lead_id": str(timer.lead_id), "timer_id": str(timer.pk), **more}
    if timer.assignment is not None:
        payload |= {"assignment_id": str(timer.assignment_id), "producer_id": timer.assignment.producer_id}
    return outbox.message(topic=topic, payload=payload, at=now, aggregate=str(timer.lead_id))
