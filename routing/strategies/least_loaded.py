"""Least loaded: the desk that this lead would leave emptiest, as a part of its capacity."""

from collections.abc import Sequence
from decimal import Decimal

from routing.strategies.candidate import Candidate, Ranked
from routing.strategies.ranking import Place, rank, shown


def order(candidates: Sequence[Candidate], *, seed: str) -> tuple[Ranked, ...]:
    """Return the candidates, the emptiest desk first; of two as empty, who has waited longest."""
    return rank(candidates, seed=seed, place=_places)


def settle(chosen: Candidate, members: Sequence[Candidate]) -> Decimal:
    """Return the chosen member's credit as it was: the load itself is the memory here."""
    return chosen.credit


def entry_credit(members: Sequence[Candidate]) -> Decimal:
    """Return no credit: whoever joins has an empty desk, and that decides."""
    return Decimal(0)


def _places(group: Sequence[Candidate]) -> list[Place]:
    return [_place(candidate) for candidate in group]


def _place(candidate: Candidate) -> Place:
    has_desk = candidate.capacity > 0
    # With the lead counted in, two empty desks differ: the larger one is less full afterwards.
    fill = (candidate.load + 1) / candidate.capacity if has_desk else candidate.load
    parts = (
        ("load", candidate.load),
        ("capacity", Decimal(candidate.capacity)),
        ("fill", shown(fill) if has_desk else "no capacity"),
    )
    return Place((not has_desk, fill), shown(-fill), parts)
