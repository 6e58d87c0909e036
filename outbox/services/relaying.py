"""Deliver what is due: lease, send, mark."""

import logging
import secrets
import time
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts.actor import system
from audit import services as audit
from outbox import backoff, consumers
from outbox.errors import PermanentFailureError
from outbox.models import Message, MessageQuerySet

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
    2. Send it outside any transaction, to each consumer that has not had it.
    3. Mark it done, to be tried again later, or dead. Whoever dies between 2 and 3 leaves a lease that runs out.
    """
    until = time.monotonic() + TURN
    tried = 0
    while tried < limit and time.monotonic() < until and (message := _lease(now)):
        _settle(message, _deliver(message), now)
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


def _deliver(message: Message) -> Exception | None:
    """Hand the message to each consumer still owed it, note who is served, and return the last failure."""
    failure: Exception | None = None
    for path in consumers.paths_for(message.topic):
        if message.progress.get(path) == DONE:
            continue
        try:
            consume = consumers.load(path)
            consume(message_id=message.id, topic=message.topic, payload=message.payload, at=message.at)
            message.progress[path] = DONE
        except PermanentFailureError as error:
            message.progress[path], failure = REFUSED, error
        except Exception as error:  # noqa: BLE001  # isolation: one consumer's failure is recorded and stops no other
            message.progress.pop(path, None)
            failure = error
        _held(message).update(progress=message.progress, last_error=_told(path, failure))
    return failure


def _settle(message: Message, failure: Exception | None, now: datetime) -> None:
    states = [message.progress.get(path) for path in consumers.paths_for(message.topic)]
    if all(state == DONE for state in states):
        _held(message).update(done_at=now, lease_until=None)
    elif None in states and message.attempts < backoff.TRIES:
        wait = backoff.wait(message.attempts, dice.random())
        _held(message).update(next_at=now + wait, lease_until=None)
    else:
        _bury(message, failure, now)


@transaction.atomic
def _bury(message: Message, failure: Exception | None, now: datetime) -> None:
    if not _held(message).update(dead_at=now, lease_until=None):
        return
    told = {"topic": message.topic, "attempts": message.attempts, "error": type(failure).__name__}
    audit.record(at=now, actor=system("outbox"), action="outbox.message_died", target=message, detail=told)
    logger.error("outbox.message_died", extra={"message_id": str(message.id), **told})


def _held(message: Message) -> MessageQuerySet:
    """Return the row as long as our lease stands: a relay that slept past it must not overwrite what came after."""
    return Message.objects.undone().filter(pk=message.pk, attempts=message.attempts)


def _told(path: str, failure: Exception | None) -> str:
    return f"{path}: {type(failure).__name__}: {failure}".replace("\x00", "")[:500] if failure else ""
