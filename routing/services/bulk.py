"""One move for many items of the queue: each judged on its own, in a transaction of its own, with its own answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from accounts.errors import Forbidden, Refused
from routing.models import QueueItem
from routing.services.outcomes import Placement

Move = Callable[[QueueItem], Placement | None]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one item: where its lead went, nothing to tell, or why it was left."""

    item: QueueItem
    placement: Placement | None = None
    refusal: Refused | None = None


def each(items: Sequence[QueueItem], move: Move) -> list[Result]:
    """Make the move for every item, in the order given; a refusal stops no other.

    :raises Forbidden: if the actor may not make it at all
    """
    return [_one(item, move) for item in items]


def _one(item: QueueItem, move: Move) -> Result:
    try:
        return Result(item, placement=move(item))
    except Forbidden:
        raise
    except Refused as refusal:
        return Result(item, refusal=refusal)
