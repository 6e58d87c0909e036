"""Weighted: shares as the members' weights; weight 0 stands in when nobody else can."""

from typing import Final

from routing.strategies.candidate import Candidate
from routing.strategies.stride import Stride


def _own_weight(member: Candidate) -> int:
    return member.weight


WEIGHTED: Final = Stride(_own_weight)
