"""The outbox's periodic work."""

from celery import shared_task
from django.utils import timezone

from outbox import heartbeat
from outbox import services as outbox


@shared_task(name="outbox.relay", acks_late=True, soft_time_limit=120, time_limit=150, ignore_result=True)
def relay(**_future: object) -> None:
    """Deliver what is due."""
    outbox.relay(now=timezone.now(), limit=200)


@shared_task(name="outbox.heartbeat", acks_late=True, soft_time_limit=10, time_limit=20, ignore_result=True)
def beat(**_future: object) -> None:
    """Note that a worker is alive."""
    heartbeat.beat(name="worker", now=timezone.now())
