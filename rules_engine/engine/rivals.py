"""Which rows of a table could hold together, as far as single columns tell: cheap, and never wrong about a no."""

from collections.abc import Hashable, Iterable, Sequence

from rules_engine.engine.bounds import FINITE, ORDERED, Bounds, values_of
from rules_engine.engine.nodes import Condition, Leaf, Literal, Table

# Past that, telling the rows of a column apart costs more than it saves.
MAX_PLACES = 200_000


def rivals_of(table: Table) -> list[int]:
    """Return for each row, as a mask, the rows that no column keeps apart from it, itself among them.

    Rows kept apart ask one fact for different values: of the two at most one is TRUE, and where the fact is missing
    neither is.
    """
    rivals = [(1 << len(table.rows)) - 1] * len(table.rows)
    for at in range(len(table.inputs)):
        met = _met([row.cells[at] for row in table.rows])
        rivals = [one & other for one, other in zip(rivals, met, strict=True)]
    return rivals


def _met(cells: Sequence[Condition | None]) -> list[int]:
    """Return for each cell of a column the rows whose cells some value satisfies as well."""
    spots = _spots(cells)
    anywhere, by_spot = 0, dict[Hashable, int]()
    for place, here in enumerate(spots):
        if here is None:
            anywhere |= 1 << place
        for spot in here or ():
            by_spot[spot] = by_spot.get(spot, 0) | 1 << place
    whole = (1 << len(cells)) - 1
    return [whole if here is None else _joined(anywhere, (by_spot[spot] for spot in here)) for here in spots]


def _joined(rows: int, more: Iterable[int]) -> int:
    for each in more:
        rows |= each
    return rows


def _spots(cells: Sequence[Condition | None]) -> Sequence[Sequence[Hashable] | None]:
    """Return for each cell the values it holds for, or their places on the line; None where that cannot be told."""
    leaves = [cell if isinstance(cell, Leaf) and isinstance(cell.operand, Literal) else None for cell in cells]
    ops = {leaf.op for leaf in leaves if leaf is not None}
    if ops and ops <= FINITE:
        return [None if leaf is None else values_of(leaf) for leaf in leaves]
    if ops and ops <= ORDERED:
        return _places([leaf for leaf in leaves if leaf is not None], leaves)
    return [None] * len(cells)


def _places(asked: Sequence[Leaf], leaves: Sequence[Leaf | None]) -> Sequence[Sequence[Hashable] | None]:
    bounds = Bounds(asked)
    ranges = [
        None if leaf is None else [range(start, end + 1) for start, end in bounds.stretches(leaf)] for leaf in leaves
    ]
    if sum(len(each) for here in ranges for each in here or ()) > MAX_PLACES:
        return [None] * len(leaves)
    return [None if here is None else [at for each in here for at in each] for here in ranges]
