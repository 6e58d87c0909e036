"""Send the chain's head out by e-mail after a verification: an anchor nobody who owns the database can move."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from audit.models import Verification
from outbox import services as outbox


@transaction.atomic
def send_due(*, now: datetime) -> int:
    """Send the verdict and the head of every verification that was not told of; returns how many were."""
    if not settings.AUDIT_ANCHOR_EMAIL:
        return 0
    untold = Verification.objects.filter(is_sound__isnull=False, told_at=None).order_by("pk")
    found = list(untold.select_for_update(skip_locked=True, of=("self",), no_key=True)[:10])
    for verification in found:
        outbox.publish(topic="email.queued", payload=_letter(verification), at=now)
        verification.told_at = now
        verification.save(update_fields=["told_at"])
    return len(found)


def _letter(verification: Verification) -> dict[str, str]:
    verdict = "sound" if verification.is_sound else "BROKEN"
    lines = [
        f"The ledger of {settings.PUBLIC_BASE_URL} was verified and is {verdict}.",
        "",
        f"position {verification.position}",
        f"hash {verification.hash}",
        f"ended {verification.ended_at and verification.ended_at.isoformat()}",
        "",
        *verification.problems,
        "Keep this letter: a chain that does not hold this hash at this position was rewritten.",
    ]
    subject = f"Ledger {verdict}: position {verification.position}"
    return {"to": settings.AUDIT_ANCHOR_EMAIL, "subject": subject, "text": "\n".join(lines)}
