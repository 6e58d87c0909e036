"""Figures of reports: shares, percentiles of what was counted, bands of time, and tables of them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from math import floor
from typing import Final

MEDIAN: Final = Fraction(1, 2)
P90: Final = Fraction(9, 10)

Key = str | int | None  # what rows are grouped by
Value = int | float | None


class Unit(StrEnum):
    """What a number is, which says how it is shown."""

    COUNT = "count"
    SHARE = "share"
    SECONDS = "seconds"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of elapsed time: from where the one before ends, until just before `until`; None is without end."""

    label: str
    short: str
    until: timedelta | None


def _bands(*bands: tuple[str, str, timedelta | None]) -> tuple[Band, ...]:
    return tuple(Band(*each) for each in bands)


ANSWERED: Final = _bands(
    ("Under 1 minute", "<1 m", timedelta(minutes=1)),
    ("1 to 5 minutes", "<5 m", timedelta(minutes=5)),
    ("5 to 15 minutes", "<15 m", timedelta(minutes=15)),
    ("15 to 30 minutes", "<30 m", timedelta(minutes=30)),
    ("30 to 60 minutes", "<1 h", timedelta(hours=1)),
    ("1 to 4 hours", "<4 h", timedelta(hours=4)),
    ("4 to 24 hours", "<1 d", timedelta(days=1)),
    ("A day or longer", "≥1 d", None),
)
AGES: Final = _bands(
    ("Under an hour", "<1 h", timedelta(hours=1)),
    ("1 to 4 hours", "<4 h", timedelta(hours=4)),
    ("4 to 24 hours", "<1 d", timedelta(days=1)),
    ("1 to 3 days", "<3 d", timedelta(days=3)),
    ("3 to 7 days", "<7 d", timedelta(days=7)),
    ("7 to 30 days", "<30 d", timedelta(days=30)),
    ("30 days or longer", "≥30 d", None),
)


def share(part: float, among: float) -> float | None:
    """Return what part of the whole it is; None of nothing."""
    return part / among if among else None


def quantile(counted: Mapping[int, int], at: Fraction) -> float | None:
    """Return the value below which so great a part lies, between two neighbours in proportion; None of nothing.

    `counted` says how often each value occurs; the values are never written out one by one.
    """
    number = sum(counted.values())
    if not number:
        return None
    place = at * (number - 1)
    below, above = _places(counted, floor(place))
    return float(below + (above - below) * (place - floor(place)))


def _places(counted: Mapping[int, int], place: int) -> tuple[int, int]:
    """Return the values at a place of the ordered whole, counted from 0, and at the next, if there is one."""
    ordered, below, seen = sorted(counted), None, 0
    for value in ordered:
        seen += counted[value]
        if below is None and seen > place:
            below = value
        if below is not None and seen > place + 1:
            return below, value
    return ordered[-1] if below is None else below, ordered[-1]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of numbers; one that is counted leads from each number to what it counted."""

    name: str
    label: str
    unit: Unit
    is_counted: bool = False
    tone: str = ""  # of its part of a chart


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what it is about, and a number for each column."""

    key: Key
    label: str
    short: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """The numbers of one grouping."""

    name: str
    title: str
    heading: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def column(self, name: str) -> tuple[Value, ...]:
        """Return the numbers of one column, row by row."""
        place = [each.name for each in self.columns].index(name)
        return tuple(row.values[place] for row in self.rows)

    def called(self, names: Iterable[str]) -> Sequence[Column]:
        """Return the columns of these names."""
        return [next(each for each in self.columns if each.name == name) for name in names]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that stands for a whole report, with what it is of."""

    label: str
    value: Value
    unit: Unit
    note: str
