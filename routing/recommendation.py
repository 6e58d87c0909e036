"""When a pool that takes turns would be better served by room: the figures, and a sentence. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

MANY: Final = 30  # active producers past which turns alone no longer keep desks level
IDLE: Final = Decimal("0.1")  # of the desk
ROTATIONS: Final = frozenset({"round_robin", "weighted"})


@dataclass(frozen=True, slots=True)
class Desk:
    """What one active member has open, and could have."""

    load: Decimal
    capacity: int


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Why room should decide, with what was counted."""

    text: str
    producers: int
    idle: int
    full: int


def recommend(strategy: str, desks: Sequence[Desk]) -> Recommendation | None:
    """Recommend capacity routing for a rotation that has grown large, or that leaves some idle while others are full.

    Idle is a desk of which at most a tenth is taken; full is one at or over its capacity.
    """
    if strategy not in ROTATIONS:
        return None
    able = [desk for desk in desks if desk.capacity > 0]
    idle = sum(desk.load <= desk.capacity * IDLE for desk in able)
    full = sum(desk.load >= desk.capacity for desk in able)
    is_large = strategy == "round_robin" and len(desks) > MANY
    if not is_large and not (idle and full):
        return None
    large = f"Turns alone share leads among {len(desks)} active producers, more than {MANY}. " if is_large else ""
    uneven = f"{_desks(full)} full while {_desks(idle)} all but empty. " if idle and full else ""
    taken, room = sum((desk.load for desk in able), Decimal(0)), sum(desk.capacity for desk in able)
    figures = f"{taken.normalize():f} of {room} places are taken. "
    text = f"{large}{uneven}{figures}Least loaded gives each lead to whoever has the most room."
    return Recommendation(text, len(desks), idle, full)


def _desks(number: int) -> str:
    return f"{number} desk is" if number == 1 else f"{number} desks are"
