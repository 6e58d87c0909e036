"""The line of a fact's values, cut where a column of a table draws bounds."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import time
from typing import Any as Raw

from rules_engine.engine.nodes import Leaf, Literal

# Operators whose question names all the values it holds for, and those that cut the line in two or three.
FINITE = frozenset({"eq", "in"})
ORDERED = frozenset({"lt", "lte", "gt", "gte", "between"})


def values_of(leaf: Leaf) -> tuple[Raw, ...]:
    """Return the values written beside an operator."""
    value = leaf.operand.value if isinstance(leaf.operand, Literal) else ()
    return value if isinstance(value, tuple) else (value,)


class Bounds:
    """The bounds that ordered questions about one fact draw. Bound number n is place 2n + 1; before it is place 2n."""

    def __init__(self, asked: Iterable[Leaf]) -> None:
        self._bounds: list[Raw] = sorted({value for leaf in asked for value in values_of(leaf)})
        self.last = 2 * len(self._bounds)

    @property
    def drawn(self) -> list[Raw]:
        """The bounds, in order."""
        return self._bounds

    def place(self, value: Raw) -> int:
        """Return where a value lies."""
        at = bisect_left(self._bounds, value)
        return 2 * at + (at < len(self._bounds) and self._bounds[at] == value)

    def stretches(self, leaf: Leaf) -> Iterator[tuple[int, int]]:
        """Yield the places, both ends included, where a question is answered yes."""
        match leaf.op, [self.place(value) for value in values_of(leaf)]:
            case (("eq" | "in"), places):
                yield from zip(places, places, strict=True)
            case "lt", [bound]:
                yield 0, bound - 1
            case "lte", [bound]:
                yield 0, bound
            case "gt", [bound]:
                yield bound + 1, self.last
            case "gte", [bound]:
                yield bound, self.last
            case _, [low, high] if not isinstance(values_of(leaf)[0], time):
                yield low, high
            case _, [low, high] if low < high:  # of times of day the second end does not count
                yield low, high - 1
            case _, [low, high]:  # past midnight
                yield low, self.last
                yield 0, high - 1
