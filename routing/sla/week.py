"""Whether the spans of a week can stand side by side. Pure."""

from collections.abc import Iterator, Sequence
from datetime import time
from itertools import combinations
from typing import Final

from routing.sla.calendar import MIDNIGHT, Interval

DAY: Final = 24 * 60 * 60
WEEK: Final = 7 * DAY


def is_span(opens: time, closes: time) -> bool:
    """Say whether the two times tell a span: equal ones do at midnight alone, as the whole day."""
    return opens != closes or opens == MIDNIGHT


def clashes(intervals: Sequence[Interval]) -> Iterator[tuple[int, int]]:
    """Yield the places of every two spans that share time, over Sunday's midnight as well; touching is no clash."""
    for one, other in combinations(range(len(intervals)), 2):
        if _overlap(intervals[one], intervals[other]):
            yield one, other


def _overlap(one: Interval, other: Interval) -> bool:
    (starts, length), (other_starts, other_length) = _reach(one), _reach(other)
    return (other_starts - starts) % WEEK < length or (starts - other_starts) % WEEK < other_length


def _reach(interval: Interval) -> tuple[int, int]:
    """Return the second of the week at which a span starts, and how many it lasts."""
    opens, closes = _seconds(interval.opens), _seconds(interval.closes)
    return interval.weekday * DAY + opens, (closes - opens) % DAY or DAY


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second
