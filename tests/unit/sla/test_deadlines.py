"""Tiers by score, and the producer's clock."""

from datetime import UTC, datetime, time, timedelta

import pytest

from routing.sla.calendar import Calendar, Interval
from routing.sla.deadlines import OwnerClock, Thresholds, owner_clock, shifted, tier_for

OFFICE = Calendar("America/New_York", tuple(Interval(day, time(9), time(17)) for day in range(5)))
FIVE = timedelta(minutes=5)


def utc(text: str) -> datetime:
    """Return an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("score", "tier"), [(100, "hot"), (70, "hot"), (69, "warm"), (40, "warm"), (39, "low"), (0, "low"), (-5, "low")]
)
def test_a_score_makes_a_tier(score: int, tier: str) -> None:
    assert tier_for(score) == tier


def test_the_agency_may_set_its_own_thresholds() -> None:
    assert tier_for(55, Thresholds(hot=55, warm=20)) == "hot"
    assert tier_for(54, Thresholds(hot=55, warm=20)) == "warm"


def test_in_office_hours_the_clock_starts_at_once() -> None:
    clock = owner_clock(assigned_at=utc("2026-11-23T15:00:00"), target=FIVE, hours=OFFICE)

    assert clock == OwnerClock(utc("2026-11-23T15:00:00"), utc("2026-11-23T15:05:00"))


def test_outside_office_hours_the_clock_starts_at_opening() -> None:
    friday_night = utc("2026-11-21T03:00:00")

    clock = owner_clock(assigned_at=friday_night, target=FIVE, hours=OFFICE)

    assert clock == OwnerClock(utc("2026-11-23T14:00:00"), utc("2026-11-23T14:05:00"))


def test_a_clock_that_closing_time_interrupts_goes_on_in_the_morning() -> None:
    clock = owner_clock(assigned_at=utc("2026-11-23T21:58:00"), target=FIVE, hours=OFFICE)

    assert clock == OwnerClock(utc("2026-11-23T21:58:00"), utc("2026-11-24T14:03:00"))


def test_where_the_doors_never_open_the_clock_runs_on_real_time() -> None:
    never = Calendar("America/New_York", ())

    clock = owner_clock(assigned_at=utc("2026-11-23T15:00:00"), target=FIVE, hours=never)

    assert clock == OwnerClock(utc("2026-11-23T15:00:00"), utc("2026-11-23T15:05:00"))


def test_an_hour_over_the_autumn_change_is_an_hour() -> None:
    before_the_change = utc("2026-11-01T05:30:00")  # 01:30 in New York, the first time round

    clock = owner_clock(assigned_at=before_the_change, target=timedelta(hours=1), hours=Calendar.always())

    assert clock.due_at == utc("2026-11-01T06:30:00")


@pytest.mark.parametrize(
    ("stops", "goes_on", "due"),
    [
        pytest.param("2026-11-23T15:01", "2026-11-23T15:31", "2026-11-23T15:35", id="a minute of five had gone"),
        pytest.param("2026-11-23T15:01", "2026-11-23T23:00", "2026-11-24T14:04", id="until after closing"),
        pytest.param("2026-11-23T13:00", "2026-11-23T13:30", "2026-11-23T15:05", id="before opening it costs nothing"),
    ],
)
def test_a_clock_that_stops_for_a_while_has_what_was_left_of_its_time(stops: str, goes_on: str, due: str) -> None:
    due_at = utc("2026-11-23T15:05")

    moved = shifted(due_at=due_at, stops_at=utc(stops), goes_on_at=utc(goes_on), hours=OFFICE)

    assert moved == utc(due)


def test_a_pause_that_is_cut_short_gives_the_time_back() -> None:
    paused = shifted(
        due_at=utc("2026-11-23T15:05"),
        stops_at=utc("2026-11-23T15:01"),
        goes_on_at=utc("2026-11-23T23:00"),
        hours=OFFICE,
    )

    resumed = shifted(due_at=paused, stops_at=utc("2026-11-23T23:00"), goes_on_at=utc("2026-11-23T15:10"), hours=OFFICE)

    assert resumed == utc("2026-11-23T15:14")


def test_a_clock_without_hours_stops_and_goes_on_in_real_time() -> None:
    never = Calendar("America/New_York", ())

    moved = shifted(
        due_at=utc("2026-11-23T15:05"),
        stops_at=utc("2026-11-23T15:01"),
        goes_on_at=utc("2026-11-23T18:00"),
        hours=never,
    )

    assert moved == utc("2026-11-23T18:04")
