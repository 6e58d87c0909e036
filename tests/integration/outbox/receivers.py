"""Consumers for tests: one that takes everything, and some that do not."""

from datetime import datetime
from typing import Any
from uuid import UUID

from outbox.errors import PermanentFailureError

received: list[tuple[str, UUID, dict[str, Any]]] = []
failing: list[Exception] = []
"""What `flaky` raises, one after the other, before it takes messages again."""


class KilledError(BaseException):
    """The process dies here."""


def take(*, message_id: UUID, topic: str, payload: dict[str, Any], at: datetime) -> None:
    """Receive."""
    received.append(("take", message_id, payload))


def flaky(*, message_id: UUID, topic: str, payload: dict[str, Any], at: datetime) -> None:
    """Receive, unless told to fail."""
    if failing:
        raise failing.pop(0)
    received.append(("flaky", message_id, payload))


def down(*, message_id: UUID, topic: str, payload: dict[str, Any], at: datetime) -> None:
    """Fail in a way that may heal."""
    raise ConnectionError("nobody answers kim@example.com")


def refuse(*, message_id: UUID, topic: str, payload: dict[str, Any], at: datetime) -> None:
    """Fail for good."""
    raise PermanentFailureError("no such receiver")


def die_after_sending(*, message_id: UUID, topic: str, payload: dict[str, Any], at: datetime) -> None:
    """Send, then die before anybody can note it, the first time."""
    received.append(("die_after_sending", message_id, payload))
    if len(received) == 1:
        raise KilledError
