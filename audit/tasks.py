"""The ledger's periodic work."""

from celery import shared_task

from audit import services as audit


@shared_task(name="audit.seal", acks_late=True, soft_time_limit=50, time_limit=60, ignore_result=True)
def seal(**_future: object) -> None:
    """Seal what was recorded since."""
    audit.seal(limit=5000)
