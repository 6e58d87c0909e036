"""Many leads as one assignment: the most leads placed, then what rules prefer, then the most value. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final

EXACT: Final = 2**52  # whole numbers up to here are sums a float keeps
SPREAD: Final = 100  # of what the best pair is worth, one part in so many goes to the emptier of two desks


@dataclass(frozen=True, slots=True)
class Pair:
    """A lead and somebody who may lawfully have it: 0 for those asked first, and what the two are worth in cents."""

    producer_id: int
    level: int
    value: int


@dataclass(frozen=True, slots=True)
class Desk:
    """How many leads are open, and how many there may be."""

    load: int
    capacity: int


def solve(leads: Sequence[Sequence[Pair]], desks: Mapping[int, Desk]) -> list[int | None]:
    """Return who gets each lead, or None: the same for the same arguments.

    A desk stands in the matrix once for each lead it has room for, and each lead has a column of its own for nobody.
    Among pairs worth about the same the emptier desk counts, so that nobody is filled up while others wait.
    """
    columns = [
        (producer_id, seat)
        for producer_id in sorted({pair.producer_id for pairs in leads for pair in pairs})
        for seat in range(min(desks[producer_id].capacity - desks[producer_id].load, len(leads)))
    ]
    if not columns:
        return [None] * len(leads)
    gains = _gains(leads)
    worst = max(max(each.values(), default=0) for each in gains) + 1
    spread = max((pair.value for pairs in leads for pair in pairs), default=0) / SPREAD
    nobody = len(leads)
    matrix = [
        [
            worst - each[producer_id] + spread * _fill(desks[producer_id], seat)
            if producer_id in each
            else float("inf")
            for producer_id, seat in columns
        ]
        + [float(worst + spread) if at == row else float("inf") for at in range(nobody)]
        for row, each in enumerate(gains)
    ]
    rows, places = _solver()(matrix)
    found: list[int | None] = [None] * len(leads)
    for row, place in zip(rows, places, strict=True):
        found[row] = columns[place][0] if place < len(columns) else None
    return found


def _gains(leads: Sequence[Sequence[Pair]]) -> list[dict[int, float]]:
    """Return what each pair adds, so large a step a level that no sum of values outweighs it."""
    levels = max((pair.level for pairs in leads for pair in pairs), default=0) + 1
    most = max((pair.value for pairs in leads for pair in pairs), default=0) + 1
    number = len(leads) + 1
    scale = min(1.0, EXACT / (most * 2 * number**2 * (levels * number + 1)))
    step = most * scale * number
    placed = step * levels * number
    return [
        {pair.producer_id: placed + step * (levels - 1 - pair.level) + pair.value * scale for pair in pairs}
        for pairs in leads
    ]


def _fill(desk: Desk, seat: int) -> float:
    return (desk.load + seat + 1) / desk.capacity


@cache
def _solver() -> Any:
    """Return SciPy's solver, loaded once a pool asks for it: it takes half a second and 50 MB, and most never do."""
    return import_module("scipy.optimize").linear_sum_assignment
