"""Entries to seal, break and look for."""

from datetime import UTC, datetime
from typing import Final

from accounts.actor import Actor, ActorKind
from audit import services as audit
from audit.models import Entry

NOON: Final = datetime(2026, 5, 13, 16, 0, tzinfo=UTC)
KIM: Final = Actor(ActorKind.USER, "7", "Kim Osei")


def record_some(number: int) -> list[Entry]:
    """Record this many entries and return them as the database holds them, in order."""
    audit.record_many([audit.entry(at=NOON, actor=KIM, action=f"lead.step_{step}") for step in range(number)])
    return list(Entry.objects.order_by("txid", "seq"))
