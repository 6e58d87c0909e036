"""Round robin: everyone the same share, whatever the weights; weight 0 stands in when nobody else can."""

from routing.strategies.candidate import Candidate
from routing.strategies.stride import Stride


def round_robin(*, catch_up: int) -> Stride:
    """Return the rotation of even shares."""
    return Stride(_one_share, catch_up)


def _one_share(member: Candidate) -> int:
    return min(member.weight, 1)
