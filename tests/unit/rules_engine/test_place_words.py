"""Places and days of a rule's document as people call them."""

import pytest

from rules_engine.templatetags.rules import day_words, place_label


@pytest.mark.parametrize(
    ("place", "label"),
    [
        ("name", "Name"),
        ("reason", "Reason code"),
        ("citation › verified_on", "Verified on"),
        ("lists › far-states", "Lists › far-states"),
    ],
)
def test_a_place_is_called_as_in_the_builder(place: str, label: str) -> None:
    assert place_label(place) == label


@pytest.mark.parametrize(("text", "words"), [("2026-11-01", "Nov 1, 2026"), ("high", "high"), (None, None)])
def test_a_day_is_written_in_words_and_all_else_stays(text: object, words: object) -> None:
    assert day_words(text) == words
