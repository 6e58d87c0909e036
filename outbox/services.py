"""Put messages into the outbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from outbox.models import Message


def message(*, topic: str, payload: Mapping[str, Any], at: datetime, aggregate: str = "") -> Message:
    """Return a message not yet written, for `publish_many`.

    Messages of one aggregate and topic are delivered in the order they were written; without an aggregate in any order.
    """
    return Message(topic=topic, payload=dict(payload), at=at, next_at=at, aggregate=aggregate)


def publish(*, topic: str, payload: Mapping[str, Any], at: datetime, aggregate: str = "") -> Message:
    """Write one message, in the transaction of what it tells of."""
    written = message(topic=topic, payload=payload, at=at, aggregate=aggregate)
    written.save(force_insert=True)
    return written


def publish_many(messages: Sequence[Message]) -> None:
    """Write several messages in one INSERT."""
    Message.objects.bulk_create(messages)
