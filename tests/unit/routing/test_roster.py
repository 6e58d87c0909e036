"""When a producer is there, and when back."""

from datetime import UTC, datetime, time, timedelta

import pytest

from routing.sla.calendar import Calendar, Interval
from tests.unit.routing.cast import NOW, agency, producer

MORNINGS = Calendar("America/New_York", tuple(Interval(day, time(8), time(12)) for day in range(5)))
NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
TUESDAY_8 = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "absence"),
    [
        pytest.param(NOON - timedelta(seconds=1), None, id="on shift"),
        pytest.param(NOON, "OFF_SHIFT", id="the shift's end is exclusive"),
    ],
)
def test_a_shift_ends_on_the_dot(at: datetime, absence: str | None) -> None:
    assert producer(1, shifts=MORNINGS).absence(at, agency().hours) == absence


def test_without_shifts_the_agencys_hours_count() -> None:
    assert producer(1).absence(NOON, MORNINGS) == "OFF_SHIFT"


@pytest.mark.parametrize(
    ("ends", "absence"),
    [(NOW, None), (NOW + timedelta(seconds=1), "ON_LEAVE")],
    ids=["a leave that ends now", "a leave that ends soon"],
)
def test_a_leave_ends_on_the_dot(ends: datetime, absence: str | None) -> None:
    leaves = ((NOW - timedelta(days=1), ends),)

    assert producer(1, leaves=leaves).absence(NOW, agency().hours) == absence


def test_back_is_the_first_open_instant_after_shift_and_leave() -> None:
    always = agency().hours
    leave = ((NOON, NOON + timedelta(hours=30)),)

    assert producer(1, shifts=MORNINGS).back_at(NOON, always) == TUESDAY_8
    assert producer(1, shifts=MORNINGS, leaves=leave).back_at(NOON, always) == TUESDAY_8 + timedelta(days=1)
    assert producer(1).back_at(NOON, always) == NOON


def test_the_local_day_is_the_producers_own() -> None:
    at = datetime(2026, 11, 24, 5, 30, tzinfo=UTC)

    assert producer(1).local_day(at).day == 24
    assert producer(1, time_zone="America/Los_Angeles").local_day(at).day == 23
