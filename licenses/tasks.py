"""What Celery does for licences."""

from celery import shared_task
from django.utils import timezone

from accounts.actor import system
from licenses import services as licenses
from licenses.sources.configured import source_named


@shared_task(name="licenses.refresh", acks_late=True, soft_time_limit=3600, ignore_result=True)
def refresh(*, source: str = "csv", full: bool = False, **_future: object) -> None:
    """Refresh every producer's licences from a source that is set up."""
    licenses.refresh(source=source_named(source), actor=system("licenses.refresh"), now=timezone.now(), full=full)


@shared_task(name="licenses.notify_expiring", acks_late=True, soft_time_limit=600, ignore_result=True)
def notify_expiring(**_future: object) -> None:
    """Announce the licences that end soon."""
    licenses.notify_expiring(actor=system("licenses.notify_expiring"), now=timezone.now())
