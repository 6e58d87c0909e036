"""Sets of positions as the bits of one number: what several facts say of a whole roster is one `and`."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

_NOT_EMPTY: Final = re.compile(rb"[^\0]")
_BITS_OF: Final = tuple(tuple(bit for bit in range(8) if byte >> bit & 1) for byte in range(256))


def positions(found: int) -> Iterator[int]:
    """Yield the positions of a set in order, at a cost that grows with how many there are."""
    data = found.to_bytes((found.bit_length() + 7) // 8, "little")
    for match in _NOT_EMPTY.finditer(data):
        at = match.start()
        for bit in _BITS_OF[data[at]]:
            yield 8 * at + bit


def gathered(chosen: Iterable[int], size: int) -> int:
    """Return the set of these positions, all below `size`; adding them bit by bit would copy the set each time."""
    data = bytearray((size + 7) // 8)
    for position in chosen:
        data[position >> 3] |= 1 << (position & 7)
    return int.from_bytes(data, "little")
