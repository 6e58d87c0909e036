"""How lengths of time, and what a lead asks for, read."""

from datetime import timedelta

import pytest

from routing.words import duration, language_name, place


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


@pytest.mark.parametrize(
    ("state", "line", "text"),
    [
        pytest.param("TX", "LIFE", "TX · Life", id="both"),
        pytest.param("TX", "HEALTH", "TX · Accident and health or sickness", id="a line of another name than its code"),
        pytest.param("", "LIFE", "Life", id="no state"),
        pytest.param("TX", "", "TX", id="no line"),
        pytest.param("", "", "not known", id="neither"),
    ],
)
def test_where_and_what_a_lead_asks_for_reads_by_the_label_of_the_line(state: str, line: str, text: str) -> None:
    assert place(state, line) == text


@pytest.mark.parametrize(("code", "name"), [("es", "Spanish"), ("vi", "Vietnamese"), ("zh", "zh"), ("", "")])
def test_a_language_reads_by_its_name_or_as_it_was_given(code: str, name: str) -> None:
    assert language_name(code) == name
