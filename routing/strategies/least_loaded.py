"""Least loaded: the desk that this lead would leave emptiest, as a part of its capacity.

Where calls count, a desk is as full as the fuller of two measures: open work against capacity, and first calls still
to be made against the calls that fit into what is left of the shift.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final

from routing.strategies.candidate import ANY_LEAD, Candidate, Ranked, Wanted
from routing.strategies.ranking import Parts, Place, rank, shown

HOUR: Final = 60
LONG_SHIFT: Final = 24 * HOUR  # minutes of calling counted where a shift has no end


@dataclass(frozen=True, slots=True)
class LeastLoaded:
    """The emptiest desk first; of two as empty, who has waited longest."""

    calls: bool

    def order(self, candidates: Sequence[Candidate], *, seed: str, wanted: Wanted = ANY_LEAD) -> tuple[Ranked, ...]:
        """Return the candidates, the emptiest desk first."""
        return rank(candidates, seed=seed, place=partial(self._places, wanted.effort))

    def settle(self, chosen: Candidate, members: Sequence[Candidate]) -> Decimal:
        """Return the chosen member's credit as it was: the load itself is the memory here."""
        return chosen.credit

    def entry_credit(self, members: Sequence[Candidate]) -> Decimal:
        """Return no credit: whoever joins has an empty desk, and that decides."""
        return Decimal(0)

    def _places(self, effort: Decimal, group: Sequence[Candidate]) -> list[Place]:
        return [self._place(candidate, effort) for candidate in group]

    def _place(self, candidate: Candidate, effort: Decimal) -> Place:
        fill = work_fill(candidate, effort)
        parts: Parts = (
            ("load", candidate.load),
            ("capacity", Decimal(candidate.capacity)),
            ("fill", shown(fill) if fill is not None else "no capacity"),
        )
        if self.calls and fill is not None:
            called = call_fill(candidate)
            parts += (("calls", "not counted" if called is None else shown(called)),)
            fill = max(fill, called) if called is not None else fill
        measure = candidate.load if fill is None else fill
        return Place((fill is None, measure), shown(-measure), parts)


def work_fill(candidate: Candidate, effort: Decimal) -> Decimal | None:
    """Return how full the desk would be with the lead, or None where it has no room at all by its nature.

    With the lead counted in, two empty desks differ: the larger one is less full afterwards.
    """
    return (candidate.load + effort) / candidate.capacity if candidate.capacity > 0 else None


def call_fill(candidate: Candidate) -> Decimal | None:
    """Return the first calls to be made, this lead's among them, against those that fit into the shift's rest."""
    waiting = candidate.readings.get("uncalled")
    if candidate.calls_per_hour is None or waiting is None:
        return None
    minutes = LONG_SHIFT if candidate.minutes_left is None else candidate.minutes_left
    # In a shift's last minutes not even one call fits; the measure must still tell one waiting call from five.
    room = max(Decimal(candidate.calls_per_hour * minutes) / HOUR, Decimal(1) / HOUR)
    return (Decimal(waiting) + 1) / room
