"""Put messages into the outbox."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from accounts import rows
from outbox.models import Message

logger = logging.getLogger(__name__)


def message(*, topic: str, payload: Mapping[str, Any], at: datetime, aggregate: str = "") -> Message:
    """Return a message not yet written, for `publish_many`.

    Messages of one aggregate and topic are delivered in the order they were written; without an aggregate in any order.
    """
    return Message(topic=topic, payload=dict(payload), at=at, next_at=at, aggregate=aggregate)


def publish(*, topic: str, payload: Mapping[str, Any], at: datetime, aggregate: str = "") -> Message:
    """Write one message, in the transaction of what it tells of."""
    written = message(topic=topic, payload=payload, at=at, aggregate=aggregate)
    rows.insert(written)
    _ring_on_commit()
    return written


def publish_many(messages: Sequence[Message]) -> None:
    """Write several messages in one INSERT."""
    rows.insert(*messages)
    _ring_on_commit()


def _ring_on_commit() -> None:
    if settings.OUTBOX_DOORBELL:
        transaction.on_commit(_ring)


def _ring() -> None:
    """Wake a relay early. Nobody may hear it: the relay comes round of itself."""
    try:
        current_app.send_task("outbox.relay", queue="outbox", retry=False, expires=10)
    except OperationalError:
        logger.info("outbox.doorbell_unheard")
