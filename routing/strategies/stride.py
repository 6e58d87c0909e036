"""The stride scheduler under round robin and weighted: exact shares from one number a pool and member.

A member's credit is its *turn*: how many leads it has had, divided by its weight. Choosing works as in earliest
eligible virtual deadline first:

1. The *level* is the mean of the peers' turns, weighted by their weights. There is no pool-wide pointer to lock.
2. Whoever is at or below the level is due. Somebody always is.
3. Among the due, the smallest turn after this lead goes first.

With the same peers throughout, nobody is ever a whole lead away from the exact share. Always taking the smallest turn
instead would let a weight of 100 wait for a hundred weights of 1.

Absence. Turns are compared after `catch_up`: nobody stands further back than so many of its own leads behind the lead
the furthest peer had last. Whoever comes back (from leave, from a full desk, with a new licence) therefore gets
at most catch_up + 1 leads in a row, and those who stayed are never made to wait for more. With constant peers
the bound is never reached, so it costs no exactness.

No drift. Turns are kept to twelve places but counted in whole leads: before use a credit is read as the nearest
multiple of 1/weight.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import lcm
from typing import Final

from routing.strategies.candidate import ANY_LEAD, Candidate, Ranked, Wanted
from routing.strategies.ranking import Place, peers, rank, shown

PLACES: Final = Decimal("1e-12")  # what the credit's column holds


@dataclass(frozen=True, slots=True)
class _Entry:
    """A member's turn, exactly: leads had, of its weight."""

    leads: int
    weight: int


@dataclass(frozen=True, slots=True)
class _Level:
    """The weighted mean of some turns, as a ratio and as it is shown; each turn times `scale` is a whole number."""

    leads: int
    weight: int
    scale: int
    told: Decimal

    @classmethod
    def of(cls, entries: Sequence[_Entry]) -> "_Level":
        """Each turn is leads / weight, so the weights cancel."""
        leads, weight = sum(entry.leads for entry in entries), sum(entry.weight for entry in entries)
        return cls(leads, weight, _scale(entries), shown(_ratio(leads, weight)))


@dataclass(frozen=True, slots=True)
class Stride:
    """A rotation in which `weigh` says how large a share each member gets, and who was away catches up on so many."""

    weigh: Callable[[Candidate], int]
    catch_up: int  # leads

    def order(self, candidates: Sequence[Candidate], *, seed: str, wanted: Wanted = ANY_LEAD) -> tuple[Ranked, ...]:
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
        if not entries:
            return Decimal(0)
        level = _Level.of(entries)
        return _ratio(level.leads, level.weight).quantize(PLACES)

    def _places(self, group: Sequence[Candidate]) -> list[Place]:
        if self.weigh(group[0]) <= 0:  # stand-ins form a group of their own
            return [Place((), Decimal(0), (("turn", "stand-in"),)) for _ in group]
        entries = self._entries(group)
        level = _Level.of(entries)
        return [_place(candidate, entry, level) for candidate, entry in zip(group, entries, strict=True)]

    def _entries(self, members: Sequence[Candidate]) -> list[_Entry]:
        """Return where the members stand, nobody further behind the furthest than `catch_up` allows."""
        own = [_own_entry(member.credit, self.weigh(member)) for member in members]
        if not own:
            return own
        scale = _scale(own)
        front = max(
            (entry.leads - 1) * (scale // entry.weight) for entry in own
        )  # where the furthest had its last lead
        return [
            _Entry(max(entry.leads, -(-front * entry.weight // scale) - self.catch_up), entry.weight) for entry in own
        ]


def _own_entry(credit: Decimal, weight: int) -> _Entry:
    return _Entry(round(credit * weight), weight)


def _scale(entries: Sequence[_Entry]) -> int:
    """Return what makes every turn of these a whole number: so they compare exactly, and fast."""
    return lcm(*(entry.weight for entry in entries))


def _place(candidate: Candidate, entry: _Entry, level: _Level) -> Place:
    owed = entry.weight * level.leads - entry.leads * level.weight  # of a lead, in parts of the whole weight
    after = (entry.leads + 1) * (level.scale // entry.weight)
    # Of two who were raised to the same turn, the longer absent goes first.
    key = (owed < 0, after, candidate.credit)
    parts = (
        ("credit", candidate.credit),
        ("turn", shown(_ratio(entry.leads, entry.weight))),
        ("level", level.told),
        ("weight", Decimal(entry.weight)),
    )
    return Place(key, shown(_ratio(owed, level.weight)), parts)


def _ratio(leads: int, weight: int) -> Decimal:
    return Decimal(leads) / Decimal(weight)
