"""The values of one fact in order, with the positions below each of some bounds: a comparison is two look-ups."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any as Raw
from typing import Final

# With at most so many distinct values each is a bound; with more, those between two bounds are put together when asked.
BOUNDS: Final = 512


class Ranges:
    """Answers which positions lie below a value. `union` puts the positions of several values together."""

    __slots__ = ("_bounds", "_found", "_most", "_union", "_values", "below_bounds")

    def __init__(self, values: Iterable[Raw], union: Callable[[Iterable[Raw]], int]) -> None:
        self._union = union
        self._values: list[Raw] = sorted(values)
        self._draw()

    def _draw(self) -> None:
        """Draw the bounds afresh."""
        step = len(self._values) // BOUNDS + 1
        self._most = max(2 * len(self._values), BOUNDS)
        self._bounds = self._values[::step]
        self._found = 0, 0  # how many values were asked for last, and the answer: several rules ask the same of a lead
        self.below_bounds, found = [], 0
        for at in range(0, len(self._values), step):
            self.below_bounds.append(found)
            found |= self._union(self._values[at : at + step])

    def below(self, value: Raw) -> int:
        """Return the positions whose value is less."""
        return self._first(bisect_left(self._values, value))

    def at_most(self, value: Raw) -> int:
        """Return the positions whose value is no more."""
        return self._first(bisect_right(self._values, value))

    def starting(self, prefix: str) -> int:
        """Return the positions whose text starts with a prefix."""
        end = bisect_right(self._values, prefix, key=lambda text: text[: len(prefix)])
        return self._first(end) ^ self._first(bisect_left(self._values, prefix))

    def _first(self, count: int) -> int:
        """Return the positions that hold one of the first so many values."""
        if self._found[0] != count:
            self._found = count, self._gathered(count)
        return self._found[1]

    def _gathered(self, count: int) -> int:
        if not count:
            return 0
        bound = bisect_right(self._bounds, self._values[count - 1]) - 1
        if bound < 0:
            return self._union(islice(self._values, count))
        start = bisect_left(self._values, self._bounds[bound])
        return self.below_bounds[bound] | self._union(self._values[start:count])

    def add(self, value: Raw) -> None:
        """Take in a value that nobody held before."""
        self._found = 0, 0
        insort(self._values, value)
        if len(self._values) > self._most:
            self._draw()

    def drop(self, value: Raw) -> None:
        """Take out a value that nobody holds any more; its bound, if it is one, stays."""
        self._found = 0, 0
        del self._values[bisect_left(self._values, value)]

    def move(self, bit: int, old: Raw | None, new: Raw | None) -> None:
        """Take in that the position of this bit went from one value to another, None being none."""
        self._found = 0, 0
        was = len(self._bounds) if old is None else bisect_right(self._bounds, old)
        now = len(self._bounds) if new is None else bisect_right(self._bounds, new)
        for bound in range(min(was, now), max(was, now)):
            self.below_bounds[bound] ^= bit
