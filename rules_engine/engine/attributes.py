"""One fact of a whole roster, turned round: for each value the set of positions that hold it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any as Raw
from typing import Final

from rules_engine.engine.bitsets import gathered
from rules_engine.engine.ranges import Ranges
from rules_engine.engine.values import MISSING, Missing, Value

# A value that fewer than one position in so many hold is kept as a list of them: most of its bits would be empty.
RARE: Final = 1024


class Nobody:
    """What stands for the facts of a position that nobody takes."""


NOBODY: Final = Nobody()
Held = Value | Missing | Nobody


class Attribute:
    """The positions that hold each value of one fact. Of a set each member counts as a value.

    `known` are the positions where the fact is known, `missing` those where it is not; an empty position is in neither.
    """

    __slots__ = ("_few", "_ranges", "_size", "known", "missing", "sets")

    def __init__(self, held: Sequence[Held]) -> None:
        self._size = len(held)
        self._few = len(held) // RARE
        self._ranges: Ranges | None = None
        places: defaultdict[Value, list[int]] = defaultdict(list)
        missing = []
        for position, value in enumerate(held):
            if value is MISSING:
                missing.append(position)
            elif not isinstance(value, Nobody):
                for each in _members(value):
                    places[each].append(position)
        self.sets: dict[Value, int | set[int]] = {
            value: gathered(holders, self._size) if len(holders) > self._few else set(holders)
            for value, holders in places.items()
        }
        self.missing = gathered(missing, self._size)
        self.known = gathered(
            (position for position, value in enumerate(held) if not isinstance(value, Missing | Nobody)), self._size
        )

    @property
    def ranges(self) -> Ranges:
        """The values in order; made when a rule first asks for an order, and kept up from then on."""
        if self._ranges is None:
            self._ranges = Ranges(self.sets, self.union)
        return self._ranges

    def bit_sets(self) -> Iterator[int | set[int]]:
        """Yield every set it holds."""
        yield from (self.known, self.missing, *self.sets.values())
        if self._ranges is not None:
            yield from self._ranges.below_bounds

    def holding(self, value: Value) -> int:
        """Return the positions that hold a value."""
        found = self.sets.get(value, 0)
        return found if isinstance(found, int) else gathered(found, self._size)

    def union(self, values: Iterable[Value]) -> int:
        """Return the positions that hold at least one of the values."""
        found, few = 0, list[int]()
        for value in values:
            holders = self.sets.get(value, 0)
            if isinstance(holders, int):
                found |= holders
            else:
                few += holders
        return found | gathered(few, self._size) if few else found

    def tested(self, test: Callable[[Raw], bool]) -> int:
        """Return the positions whose value passes a test, which every value takes once."""
        return self.union(value for value in self.sets if test(value))

    def move(self, position: int, old: Held, new: Held) -> None:
        """Take in that one position holds another value."""
        bit = 1 << position
        self._size = max(self._size, position + 1)
        self.missing = _turned(self.missing, bit, old is MISSING, new is MISSING)
        self.known = _turned(self.known, bit, _is_value(old), _is_value(new))
        if self._ranges is not None:  # before the sets change: a value added may have the bounds drawn afresh from them
            self._ranges.move(bit, old if _is_value(old) else None, new if _is_value(new) else None)
        before, after = _members(old), _members(new)
        for value in before - after:
            self._take(value, position, bit)
        for value in after - before:
            self._put(value, position, bit)

    def _take(self, value: Value, position: int, bit: int) -> None:
        holders = self.sets[value]
        if isinstance(holders, int):
            self.sets[value] = holders = holders ^ bit
        else:
            holders.discard(position)
        if not holders:
            del self.sets[value]
            if self._ranges is not None:
                self._ranges.drop(value)

    def _put(self, value: Value, position: int, bit: int) -> None:
        holders = self.sets.get(value)
        if holders is None:
            self.sets[value] = {position} if self._few else bit
            if self._ranges is not None:
                self._ranges.add(value)
        elif isinstance(holders, int):
            self.sets[value] = holders | bit
        else:
            holders.add(position)
            if len(holders) > self._few:
                self.sets[value] = gathered(holders, self._size)


def _members(value: Held) -> frozenset[Raw]:
    """Return what a position is found under: a set's members, a single value, or nothing."""
    if isinstance(value, frozenset):
        return value
    return frozenset((value,)) if _is_value(value) else frozenset()


def _is_value(value: Held) -> bool:
    return not isinstance(value, Missing | Nobody)


def _turned(found: int, bit: int, was: bool, is_now: bool) -> int:
    return found ^ bit if was is not is_now else found
