"""Which spans of a week can stand side by side."""

from datetime import time

import pytest

from routing.sla.calendar import Interval
from routing.sla.week import clashes, is_span


def span(weekday: int, opens: int, closes: int) -> Interval:
    """Return a span between full hours; 24 is midnight."""
    return Interval(weekday, time(opens), time(closes % 24))


@pytest.mark.parametrize(
    ("spans", "found"),
    [
        ([span(0, 8, 12), span(0, 14, 18)], []),
        ([span(0, 8, 12), span(0, 12, 18)], []),
        ([span(0, 8, 12), span(1, 8, 12)], []),
        ([span(0, 8, 12), span(0, 11, 18)], [(0, 1)]),
        ([span(0, 9, 10), span(0, 8, 18)], [(0, 1)]),
        ([span(0, 8, 12), span(0, 8, 12)], [(0, 1)]),
        ([span(0, 22, 6), span(1, 5, 9)], [(0, 1)]),
        ([span(0, 22, 6), span(1, 6, 9)], []),
        ([span(6, 22, 6), span(0, 5, 9)], [(0, 1)]),
        ([span(2, 0, 24), span(2, 23, 2)], [(0, 1)]),
        ([span(2, 0, 24), span(3, 0, 24)], []),
        ([span(0, 8, 12), span(0, 9, 10), span(0, 11, 13)], [(0, 1), (0, 2)]),
    ],
    ids=[
        "a break between",
        "touching",
        "other days",
        "a common hour",
        "one within another",
        "the same twice",
        "past midnight",
        "up to the morning's opening",
        "past Sunday's midnight",
        "a whole day and its evening",
        "whole days in a row",
        "one over two",
    ],
)
def test_spans_clash_where_they_share_time(spans: list[Interval], found: list[tuple[int, int]]) -> None:
    assert list(clashes(spans)) == found


def test_equal_times_are_a_span_at_midnight_alone() -> None:
    assert [is_span(time(0), time(0)), is_span(time(8), time(8)), is_span(time(8), time(7))] == [True, False, True]
