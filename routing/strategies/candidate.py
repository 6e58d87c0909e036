"""Who may be chosen, and the order they are put in."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pool member who may lawfully have the lead, with what a strategy looks at."""

    producer_id: int
    weight: int
    capacity: int
    load: Decimal  # effort units open now
    credit: Decimal  # where the member stands in the pool's rotation
    preference: Decimal  # what the eligibility rules add for this lead
    last_assigned_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate's place, 1 first, with the figures that decided it."""

    producer_id: int
    rank: int
    score: Decimal  # the strategy's own measure, larger first among equals in preference
    parts: tuple[tuple[str, Decimal | str], ...]
