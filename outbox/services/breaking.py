"""Spare a consumer that fails again and again: a circuit breaker each, in rows, since relays are many processes."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from outbox.models import Circuit

logger = logging.getLogger(__name__)


class Breaker:
    """What one relay knows of the consumers that failed last.

    Closed: every message is tried. After OUTBOX_BREAKER_FAILURES in a row the circuit opens: nothing is tried for
    OUTBOX_BREAKER_SECONDS. Then it is half open: one message is tried; a success closes it, a failure opens it again.
    """

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._circuits = {circuit.consumer: circuit for circuit in Circuit.objects.filter(failures__gt=0)}

    def spared_until(self, consumer: str) -> datetime | None:
        """Return until when the consumer is left alone; None says that it may be tried now, by this relay alone."""
        circuit = self._circuits.get(consumer)
        if circuit is None or circuit.retry_at is None:
            return None
        again = self._now + timedelta(seconds=settings.OUTBOX_BREAKER_SECONDS)
        if circuit.retry_at > self._now:
            return circuit.retry_at
        won = Circuit.objects.filter(consumer=consumer, retry_at=circuit.retry_at).update(retry_at=again)
        circuit.retry_at = again
        return None if won else again

    def failed(self, consumer: str) -> None:
        """Note that the consumer did not take a message, and open its circuit where that was once too often."""
        Circuit.objects.get_or_create(consumer=consumer)
        known = Circuit.objects.filter(consumer=consumer)
        known.update(failures=F("failures") + 1)
        again = self._now + timedelta(seconds=settings.OUTBOX_BREAKER_SECONDS)
        full = known.filter(failures__gte=settings.OUTBOX_BREAKER_FAILURES, retry_at=None)
        if full.update(retry_at=again, opened_at=self._now):
            logger.warning("outbox.circuit_opened", extra={"consumer": consumer})
        self._circuits[consumer] = known.get()

    def answered(self, consumer: str) -> None:
        """Note that the consumer answered, and close its circuit."""
        circuit = self._circuits.pop(consumer, None)
        if circuit is None:
            return
        Circuit.objects.filter(consumer=consumer).update(failures=0, retry_at=None, opened_at=None)
        if circuit.retry_at:
            logger.info("outbox.circuit_closed", extra={"consumer": consumer})
