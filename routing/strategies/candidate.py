"""Who may be chosen, what the lead asks of them, and the order they are put in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Need:
    """A skill a lead calls for, from which level on, and for which products; without products, for every lead."""

    skill: str
    level: int = 1
    products: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a lead asks of whoever gets it."""

    effort: Decimal = Decimal(1)
    products: tuple[str, ...] = ()
    language: str | None = None
    score: int | None = None
    tier: str | None = None
    needs: tuple[Need, ...] = ()  # those of the pool's method that this lead calls for


ANY_LEAD: Final = Wanted()


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
    skills: Mapping[str, int] = field(default_factory=lambda: NOTHING)  # level by skill
    languages: tuple[str, ...] = ()
    calls_per_hour: int | None = None  # None: nobody counts
    minutes_left: int | None = None  # until the shift ends; None: no end in sight, or no step asked
    on_holiday: bool = False
    readings: Mapping[str, Any] = field(default_factory=lambda: NOTHING)  # by the names in a step's `reads`, if read
    liked: tuple[Decimal, ...] = ()  # what the pool's preferences say, the first counts first


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate's place, 1 first, with the figures that decided it."""

    producer_id: int
    rank: int
    score: Decimal  # the strategy's own measure, larger first among equals in preference
    parts: tuple[tuple[str, Decimal | str], ...]
