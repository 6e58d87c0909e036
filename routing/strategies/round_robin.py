"""Round robin: everyone the same share, whatever the weights; weight 0 stands in when nobody else can."""

from typing import Final

from routing.strategies.candidate import Candidate
from routing.strategies.stride import Stride


def _one_share(member: Candidate) -> int:
    return min(member.weight, 1)


ROUND_ROBIN: Final = Stride(_one_share)
