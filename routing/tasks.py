"""What Celery does for routing; `manage.py sweep` does the same without it."""

from celery import shared_task
from django.utils import timezone

from routing.services import sweeping


@shared_task(name="routing.sweep", acks_late=True, soft_time_limit=50, ignore_result=True)
def sweep(**_future: object) -> None:
    """Settle every timer that is due and try again the leads that wait."""
    sweeping.sweep(now=timezone.now())


@shared_task(name="routing.rerun_waiting", acks_late=True, soft_time_limit=50, ignore_result=True)
def rerun_waiting(**_future: object) -> None:
    """Try the waiting leads at once, since a seat was freed or a licence came in."""
    sweeping.rerun(now=timezone.now())
