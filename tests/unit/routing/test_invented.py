"""The birth date of an invented person: a first of the month that tells the age, and no more."""

from datetime import UTC, date, datetime

import pytest

from routing.facts import age_of
from routing.invented import of_nobody
from routing.models import Lead, Person

EAST = "America/New_York"
TENNESSEE = [EAST, "America/Chicago"]
NOON = datetime(2026, 11, 21, 17, tzinfo=UTC)
NEW_YEAR = datetime(2027, 1, 1, 5, 30, tzinfo=UTC)  # in New York, not yet in Chicago
BIRTHDAY = datetime(2026, 11, 21, 5, 30, tzinfo=UTC)  # the 21st in New York, the 20th in Chicago


def kept(born: date, zones: list[str], at: datetime) -> date | None:
    """Return the birth date that is kept."""
    fields = of_nobody({}, Lead(zones=zones), Person(birth_date=born), at)
    return date.fromisoformat(fields["birth_date"]) if fields else None


@pytest.mark.parametrize(
    ("born", "zones", "at", "instead"),
    [
        pytest.param(date(1961, 6, 9), [EAST], NOON, date(1961, 1, 1), id="had a birthday this year"),
        pytest.param(date(1961, 11, 21), [EAST], NOON, date(1961, 1, 1), id="has it today"),
        pytest.param(date(1961, 11, 22), [EAST], NOON, date(1962, 1, 1), id="has it tomorrow"),
        pytest.param(date(2000, 2, 29), [EAST], NOON, date(2000, 1, 1), id="a leap day"),
        pytest.param(date(1900, 1, 1), [EAST], NOON, date(1900, 1, 1), id="the oldest"),
        pytest.param(date(2026, 11, 20), [EAST], NOON, date(2026, 1, 1), id="the youngest"),
        pytest.param(date(1961, 6, 9), TENNESSEE, NEW_YEAR, date(1961, 7, 1), id="New Year in one zone"),
    ],
)
def test_the_age_stays(born: date, zones: list[str], at: datetime, instead: date) -> None:
    assert kept(born, zones, at) == instead
    assert age_of(instead, zones, at) == age_of(born, zones, at)


@pytest.mark.parametrize(
    ("zones", "at"), [pytest.param([], NOON, id="no zone"), pytest.param(TENNESSEE, BIRTHDAY, id="a birthday begins")]
)
def test_an_age_that_cannot_be_told_leaves_no_birth_date(zones: list[str], at: datetime) -> None:
    assert kept(date(1961, 11, 21), zones, at) is None
