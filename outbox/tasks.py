"""The outbox's periodic work."""

from threading import BoundedSemaphore
from typing import Final

from celery import shared_task
from django.utils import timezone

from outbox import heartbeat
from outbox import services as outbox

# A relay goes on for up to 20 seconds. With more of a worker's four threads at it, clocks would wait for as long.
AT_ONCE: Final = 2
_relaying = BoundedSemaphore(AT_ONCE)


@shared_task(name="outbox.relay", acks_late=True, soft_time_limit=120, time_limit=150, ignore_result=True)
def relay(**_future: object) -> None:
    """Deliver what is due, unless as many threads of this worker as may are at it already."""
    if _relaying.acquire(blocking=False):
        try:
            outbox.relay(now=timezone.now(), limit=200)
        finally:
            _relaying.release()


@shared_task(name="outbox.heartbeat", acks_late=True, soft_time_limit=10, time_limit=20, ignore_result=True)
def beat(**_future: object) -> None:
    """Note that a worker is alive."""
    heartbeat.beat(name="worker", now=timezone.now())
