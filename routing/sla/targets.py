"""Promises of a tier beside the producer's first touch, and how each ends. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

KINDS: Final = {
    "FIRST_TOUCH": "First touch",
    "FOLLOW_UP": "Follow-up",
    "QUOTE": "Quote",
    "DISPOSITION": "Disposition",
}
CLOCKS: Final = {"LEAD": "the lead: from receipt", "OWNER": "the producer: from the assignment"}


@dataclass(frozen=True, slots=True)
class Target:
    """One promise: what is to happen, by which clock, in how much open time, and what counts as done."""

    kind: str
    clock: str
    time: timedelta
    hours: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """How a promise ended: in time or not, and by how many seconds it was late."""

    result: str
    late_seconds: int


def judged(*, due_at: datetime, stopped_at: datetime) -> Result:
    """Return what a touch at an instant makes of a promise; on the instant is in time."""
    late = (stopped_at - due_at).total_seconds()
    return Result("MISSED", max(1, round(late))) if late > 0 else Result("MET", 0)
