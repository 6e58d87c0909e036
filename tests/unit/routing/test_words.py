"""How lengths of time read."""

from datetime import timedelta

import pytest

from routing.words import duration


@pytest.mark.parametrize(
    ("length", "text"),
    [
        pytest.param(None, "–", id="unknown"),
        pytest.param(timedelta(0), "0 s", id="at once"),
        pytest.param(timedelta(seconds=42.7), "42 s", id="seconds"),
        pytest.param(timedelta(seconds=200), "3 min 20 s", id="minutes"),
        pytest.param(timedelta(hours=2, minutes=5, seconds=9), "2 h 5 min", id="hours"),
        pytest.param(timedelta(days=1), "1 d", id="a day"),
    ],
)
def test_a_length_of_time_reads_in_its_two_largest_units(length: timedelta | None, text: str) -> None:
    assert duration(length) == text
