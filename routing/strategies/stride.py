"""The stride scheduler under round robin and weighted: exact shares from one number a pool and member.

A member's credit is its *turn*: how many leads it has had, divided by its weight. Choosing works as in earliest
eligible virtual deadline first:

1. The *level* is the mean of the peers' turns, weighted by their weights. There is no pool-wide pointer to lock.
2. Whoever is at or below the level is due. Somebody always is.
3. Among the due, the smallest turn after this lead goes first.

With the same peers throughout, nobody is ever a whole lead away from the exact share. Always taking the smallest turn
instead would let a weight of 100 wait for a hundred weights of 1.

Absence. Turns are compared after `CATCH_UP`: nobody stands further back than so many of its own leads behind the lead
the furthest peer had last. Whoever comes back (from leave, from a full desk, with a new licence) therefore gets
at most CATCH_UP + 1 leads in a row, and those who stayed are never made to wait for more. With constant peers
the bound is never reached, so it costs no exactness.

No drift. Turns are kept to twelve places but counted in whole leads: before use a credit is read as the nearest
multiple of 1/weight.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Final

from routing.strategies.candidate import Candidate, Ranked
from routing.strategies.ranking import Place, peers, rank, shown

CATCH_UP: Final = 2  # leads
PLACES: Final = Decimal("1e-12")  # what the credit's column holds


@dataclass(frozen=True, slots=True)
class _Entry:
    """A member's turn, exactly: leads had, of its weight."""

    leads: int
    weight: int


@dataclass(frozen=True, slots=True)
class Stride:
    """A rotation in which `weigh` says how large a share each member gets."""

    weigh: Callable[[Candidate], int]

    def order(self, candidates: Sequence[Candidate], *, seed: str) -> tuple[Ranked, ...]:
        """Return the candidates, of those who are due the one who is done first at the head."""
        return rank(candidates, seed=seed, place=self._places)

    def settle(self, chosen: Candidate, members: Sequence[Candidate]) -> Decimal:
        """Return the chosen member's new credit; `members` are the candidates it was chosen among."""
        if self.weigh(chosen) <= 0:
            return chosen.credit
        own, *_ = self._entries([chosen, *peers(chosen, members)])
        return _ratio(own.leads + 1, own.weight).quantize(PLACES)

    def entry_credit(self, members: Sequence[Candidate]) -> Decimal:
        """Return the credit at which somebody joins or returns level with the members: nothing owed, nothing due."""
        entries = self._entries([member for member in members if self.weigh(member) > 0])
        return _ratio(*_level(entries)).quantize(PLACES) if entries else Decimal(0)

    def _places(self, group: Sequence[Candidate]) -> list[Place]:
        if self.weigh(group[0]) <= 0:  # stand-ins form a group of their own
            return [Place((), Decimal(0), (("turn", "stand-in"),)) for _ in group]
        entries = self._entries(group)
        level = _level(entries)
        return [_place(candidate, entry, *level) for candidate, entry in zip(group, entries, strict=True)]

    def _entries(self, members: Sequence[Candidate]) -> list[_Entry]:
        """Return where the members stand, nobody further behind the furthest than `CATCH_UP` allows."""
        own = [_own_entry(member.credit, self.weigh(member)) for member in members]
        if not own:
            return own
        front = max(Fraction(entry.leads - 1, entry.weight) for entry in own)  # where the furthest had its last lead
        return [_Entry(max(entry.leads, ceil(front * entry.weight) - CATCH_UP), entry.weight) for entry in own]


def _own_entry(credit: Decimal, weight: int) -> _Entry:
    return _Entry(round(credit * weight), weight)


def _level(entries: Sequence[_Entry]) -> tuple[int, int]:
    """Return the weighted mean of the turns as a ratio: each turn is leads / weight, so the weights cancel."""
    return sum(entry.leads for entry in entries), sum(entry.weight for entry in entries)


def _place(candidate: Candidate, entry: _Entry, level_leads: int, level_weight: int) -> Place:
    owed = entry.weight * level_leads - entry.leads * level_weight  # of a lead, in parts of the whole weight
    after = Fraction(entry.leads + 1, entry.weight)
    # Of two who were raised to the same turn, the longer absent goes first.
    key = (owed < 0, after, candidate.credit)
    parts = (
        ("credit", candidate.credit),
        ("turn", shown(_ratio(entry.leads, entry.weight))),
        ("level", shown(_ratio(level_leads, level_weight))),
        ("weight", Decimal(entry.weight)),
    )
    return Place(key, shown(_ratio(owed, level_weight)), parts)


def _ratio(leads: int, weight: int) -> Decimal:
    return Decimal(leads) / Decimal(weight)
