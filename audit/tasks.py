"""The ledger's periodic work."""

from threading import Lock

from celery import shared_task
from django.utils import timezone

from audit import services as audit

_working = Lock()


@shared_task(name="audit.seal", acks_late=True, soft_time_limit=50, time_limit=60, ignore_result=True)
def seal(**_future: object) -> None:
    """Seal what was recorded since."""
    audit.seal(limit=5000)


@shared_task(name="audit.work", acks_late=True, soft_time_limit=50, ignore_result=True)
def work(**_future: object) -> None:
    """Give an export and a verification a turn: one at a time, so that a worker's other threads keep the clocks."""
    if _working.acquire(blocking=False):
        try:
            audit.exporting.work(now=timezone.now())
            audit.verifying.work(now=timezone.now())
        finally:
            _working.release()


@shared_task(name="audit.verify", acks_late=True, soft_time_limit=50, ignore_result=True)
def verify(**_future: object) -> None:
    """Begin the nightly verification of the whole ledger; `work` carries it out."""
    audit.verifying.begin(now=timezone.now())
