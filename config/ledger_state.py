"""What the last verification of the ledger says to whoever looks at the home page."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.urls import reverse

from accounts.actor import Actor
from accounts.policy import allows
from audit.models import Verification
from config.rule_concerns import Concern

OVERDUE: Final = timedelta(hours=36)  # a night was missed


def verified(actor: Actor) -> Verification | None:
    """Return the last verification that came to a verdict, to whoever may see the ledger."""
    if not allows(actor, "audit.view"):
        return None
    return Verification.objects.filter(is_sound__isnull=False).order_by("-ended_at", "-pk").first()


def ledger_concerns(actor: Actor, now: datetime) -> Iterator[Concern]:
    """Yield what must worry whoever may see the ledger: that it is broken, or was not verified last night."""
    last = verified(actor)
    if last is None or last.ended_at is None:
        return
    address = reverse("admin:audit_verification_change", args=[last.pk])
    if not last.is_sound:
        yield Concern("The ledger does not hold", str(last.problems[0]), address, "bad", "Broken")
    elif now - last.ended_at > OVERDUE:
        note = f"Last on {last.ended_at:%b} {last.ended_at.day}: see that beat and a worker run"
        yield Concern("The ledger was not verified last night", note, address, "warn", "Overdue")
