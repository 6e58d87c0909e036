"""Sets of a table's rows as the bits of one number: what several columns say of every row is one `and`."""

from collections.abc import Iterator


def bits(rows: int) -> Iterator[int]:
    """Yield the rows of a set, in order."""
    while rows:
        low = rows & -rows
        yield low.bit_length() - 1
        rows ^= low
