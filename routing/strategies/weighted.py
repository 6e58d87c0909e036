"""Weighted: shares as the members' weights; weight 0 stands in when nobody else can."""

from routing.strategies.candidate import Candidate
from routing.strategies.stride import Stride


def weighted(*, catch_up: int) -> Stride:
    """Return the rotation of shares by weight."""
    return Stride(_own_weight, catch_up)


def _own_weight(member: Candidate) -> int:
    return member.weight
