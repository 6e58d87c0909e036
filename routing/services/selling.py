"""Where the agency could sell now; worked out once for each roster, set of live rules and days. Reads, never writes."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from accounts.errors import Missing
from licenses.lines import LINES
from routing.geography.states import JURISDICTIONS
from routing.producer_facts import days_everywhere
from routing.selling import Cell, Selling, Why
from routing.services import deciding


@dataclass(frozen=True, slots=True)
class _Today:
    """What the answer depends on. A licence ends with a day of its state, so a day that begins anywhere ends it."""

    roster: int
    rules: tuple[tuple[str, int], ...]
    days: tuple[date, ...]
    selling: Selling = field(compare=False)

    @classmethod
    def at(cls, now: datetime) -> "_Today":
        context = deciding.context()
        rules = tuple(sorted(context.rules.versions.items()))
        return cls(context.roster.version, rules, days_everywhere(now), Selling(context, now))


def cells(*, now: datetime) -> tuple[Cell, ...]:
    """Return what every state and line is open to, states first."""
    return known_cells(_Today.at(now))


@lru_cache(maxsize=4)
def known_cells(today: _Today) -> tuple[Cell, ...]:
    """Return the same, worked out once a process for as long as nothing it depends on changes."""
    return today.selling.cells()


def why(*, state: str, line: str, now: datetime) -> Why:
    """Return what stands in the way in one state and line.

    :raises Missing: if there is no such state or line
    """
    if state not in JURISDICTIONS or line not in LINES:
        raise Missing("There is no such state and line.")
    return _Today.at(now).selling.why(state, line)
