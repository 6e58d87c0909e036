"""What Celery does for routing; `manage.py sweep` does the same without it."""

from threading import Lock

from celery import shared_task
from django.utils import timezone

from routing.services import rehearsing, sla, sweeping

_rehearsing = Lock()


@shared_task(name="routing.sweep_clocks", acks_late=True, soft_time_limit=50, ignore_result=True)
def sweep_clocks(**_future: object) -> None:
    """Settle every timer that is due: the part of the sweep that cannot wait two seconds."""
    sla.sweep_due(now=timezone.now())


@shared_task(name="routing.sweep", acks_late=True, soft_time_limit=50, ignore_result=True)
def sweep(**_future: object) -> None:
    """Settle every timer that is due and try again the leads that wait."""
    sweeping.sweep(now=timezone.now())


@shared_task(name="routing.rehearse", acks_late=True, soft_time_limit=50, ignore_result=True)
def rehearse(**_future: object) -> None:
    """Give a rehearsal a turn: one at a time, so that the other threads of a worker keep the clocks."""
    if _rehearsing.acquire(blocking=False):
        try:
            rehearsing.work(now=timezone.now())
        finally:
            _rehearsing.release()
