"""Deliver what is due: lease, send, mark."""

import logging
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.actor import system
from audit import services as audit
from outbox import backoff, consumers
from outbox.errors import PermanentFailureError
from outbox.models import Message, MessageQuerySet
from outbox.services.breaking import Breaker

logger = logging.getLogger(__name__)
LEASE: Final = timedelta(minutes=5)
TURN: Final = (
    20.0  # seconds after which a relay leases no more, so that `now` stays true and a lease outlives its message
)
DONE: Final = "DONE"
REFUSED: Final = "REFUSED"
dice = secrets.SystemRandom()


def relay(*, now: datetime, limit: int = 100) -> int:
    """Deliver up to `limit` messages that are due, one after the other; return how many were tried.

    Any number of relays may run at once; delivery is at least once, under the message's own id.

    1. Lease one message, skipping those other relays are leasing, and commit.
    2. Send it outside any transaction, to each consumer that has not had it and is not spared after failures in a row.
    3. Mark it done, to be tried again later, or dead. Whoever dies between 2 and 3 leaves a lease that runs out.
    """
    until = time.monotonic() + TURN
    tried, breaker = 0, Breaker(now)
    while tried < limit and time.monotonic() < until and (message := _lease(now)):
        _settle(message, _deliver(message, breaker), now)
        tried += 1
    return tried


@transaction.atomic
def _lease(now: datetime) -> Message | None:
    due = Message.objects.due(now).select_for_update(skip_locked=True, of=("self",), no_key=True)
    message = due.first()
    if message is None:
        return None
    message.lease_until = now + LEASE
    message.attempts += 1
    message.save(update_fields=["lease_until", "attempts"])
    return message


@dataclass
class _Round:
    """What one try of a message came to: who was asked, who was spared until when, and the last failure."""

    asked: int = 0
    spared_until: datetime | None = None
    failure: Exception | None = None


def _deliver(message: Message, breaker: Breaker) -> _Round:
    """Hand the message to each consumer still owed it and not spared, and note who is served."""
    went = _Round()
    for path in consumers.paths_for(message.topic):
        if message.progress.get(path) == DONE:
            continue
        if spared := breaker.spared_until(path):
            went.spared_until = min(spared, went.spared_until or spared)
            continue
        went.asked += 1
        try:
            consume = consumers.load(path)
            consume(message_id=message.id, topic=message.topic, payload=message.payload, at=message.at)
            message.progress[path] = DONE
            breaker.answered(path)
        except PermanentFailureError as error:
            message.progress[path], went.failure = REFUSED, error
            breaker.answered(path)
        except Exception as error:  # noqa: BLE001  # isolation: one consumer's failure is recorded and stops no other
            message.progress.pop(path, None)
            went.failure = error
            breaker.failed(path)
        _held(message).update(progress=message.progress, last_error=_told(path, went.failure))
    return went


def _settle(message: Message, went: _Round, now: datetime) -> None:
    states = [message.progress.get(path) for path in consumers.paths_for(message.topic)]
    if all(state == DONE for state in states):
        _held(message).update(done_at=now, lease_until=None)
    elif went.spared_until and not went.asked:
        # Spread over as long again, or all that waits would come due in one instant.
        later = went.spared_until + (went.spared_until - now) * dice.random()
        _held(message).update(next_at=later, lease_until=None, postponed=(message.postponed or 0) + 1)
    elif None in states and message.tries < backoff.TRIES:
        wait = backoff.wait(message.tries, dice.random())
        _held(message).update(next_at=now + wait, lease_until=None)
    else:
        _bury(message, went.failure, now)


@transaction.atomic
def _bury(message: Message, failure: Exception | None, now: datetime) -> None:
    if not _held(message).update(dead_at=now, lease_until=None):
        return
    told = {"topic": message.topic, "attempts": message.tries, "error": type(failure).__name__}
    audit.record(at=now, actor=system("outbox"), action="outbox.message_died", target=message, detail=told)
    logger.error("outbox.message_died", extra={"message_id": str(message.id), **told})


def _held(message: Message) -> MessageQuerySet:
    """Return the row as long as our lease stands: a relay that slept past it must not overwrite what came after."""
    return Message.objects.undone().filter(pk=message.pk, attempts=message.attempts)


def _told(path: str, failure: Exception | None) -> str:
    return f"{path}: {type(failure).__name__}: {failure}".replace("\x00", "")[:500] if failure else ""
