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
class Stride:
    """A rotation in which `weigh` says how large a share each member gets."""

    weigh: Callable[[Candidate], int]

    def order(self, candidates: Sequence[Candidate], *, seed: str) -> tuple[Ranked, ...]:
        """Return the candidates, who is due first and earliest done with this lead at the head."""
        return rank(candidates, seed=seed, place=self._places)

    def settle(self, chosen: Candidate, members: Sequence[Candidate]) -> Decimal:
        """Return the chosen member's new credit; `members` are the candidates it was chosen among."""
        weight = self.weigh(chosen)
        if weight <= 0:
            return chosen.credit
        return _stored(self._turn(chosen, self._front([chosen, *peers(chosen, members)])) + Fraction(1, weight))

    def entry_credit(self, members: Sequence[Candidate]) -> Decimal:
        """Return the credit at which somebody joins or returns level with the members: nothing owed, nothing due."""
        active = [member for member in members if self.weigh(member) > 0]
        return _stored(self._level(active, self._front(active))) if active else Decimal(0)

    def _places(self, group: Sequence[Candidate]) -> list[Place]:
        if self.weigh(group[0]) <= 0:  # stand-ins form a group of their own
            return [Place((), Decimal(0), (("turn", "stand-in"),)) for _ in group]
        front = self._front(group)
        level = self._level(group, front)
        return [self._place(candidate, self._turn(candidate, front), level) for candidate in group]

    def _place(self, candidate: Candidate, turn: Fraction, level: Fraction) -> Place:
        weight = self.weigh(candidate)
        owed = weight * (level - turn)
        raw = Fraction(candidate.credit)  # of two who were raised to the same turn, the longer absent goes first
        key = (Fraction(turn > level), turn + Fraction(1, weight), raw)
        parts = (
            ("credit", candidate.credit),
            ("turn", shown(turn)),
            ("level", shown(level)),
            ("weight", Decimal(weight)),
        )
        return Place(key, shown(owed), parts)

    def _level(self, group: Sequence[Candidate], front: Fraction) -> Fraction:
        total = sum(self.weigh(member) for member in group)
        return sum((self.weigh(member) * self._turn(member, front) for member in group), Fraction()) / total

    def _front(self, group: Sequence[Candidate]) -> Fraction:
        """Return the turn at which the furthest member had its last lead."""
        return max(self._own_turn(member) - Fraction(1, self.weigh(member)) for member in group)

    def _turn(self, member: Candidate, front: Fraction) -> Fraction:
        weight = self.weigh(member)
        floor = ceil(front * weight) - CATCH_UP
        return max(self._own_turn(member), Fraction(floor, weight))

    def _own_turn(self, member: Candidate) -> Fraction:
        weight = self.weigh(member)
        return Fraction(round(Fraction(member.credit) * weight), weight)


def _stored(turn: Fraction) -> Decimal:
    return (Decimal(turn.numerator) / Decimal(turn.denominator)).quantize(PLACES)
