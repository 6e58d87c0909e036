"""Deadlines against a telling of time minute by minute: every clock change of three years, pauses, two calendars.

The oracle knows nothing of spans. It walks the minutes of UTC and keeps, for each zone, the furthest the clock on the
wall has got: when the clock goes back, the doors do not open or close a second time.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.sla.calendar import Calendar, Interval
from routing.sla.combined import Together, Without
from routing.sla.hours import Hours
from routing.sla.zones import UnknownZoneError

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
DAYS_TOLD = 9
FIRST, LAST = datetime(2025, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
ZONES = (
    "America/New_York",
    "America/Detroit",
    "America/Indiana/Indianapolis",
    "America/Chicago",
    "America/Denver",
    "America/Boise",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "America/Adak",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
)


def changes(zone: str) -> Iterator[datetime]:
    """Yield the hours of three years in which the zone changes its clocks."""
    at = FIRST
    while at < LAST:
        if at.astimezone(ZoneInfo(zone)).utcoffset() != (at + 60 * MINUTE).astimezone(ZoneInfo(zone)).utcoffset():
            yield at
        at += 60 * MINUTE


CHANGES = [(zone, at) for zone in ZONES for at in changes(zone)]


@cache
def walls(zone: str, start: datetime) -> tuple[datetime, ...]:
    """Return the furthest the wall clock has got at each minute from `start` on, seen from two days before."""
    furthest, told = datetime.min, []  # noqa: DTZ901 (a wall clock)
    for number in range(-2 * 1440, DAYS_TOLD * 1440):
        furthest = max(furthest, (start + number * MINUTE).astimezone(ZoneInfo(zone)).replace(tzinfo=None))
        if number >= 0:
            told.append(furthest)
    return tuple(told)


def is_there(calendar: Calendar, wall: datetime) -> bool:
    """Say whether somebody is there, from the week, the holidays and the dates alone."""
    special = {day for day, *_ in calendar.dated} | calendar.holidays
    for back in (0, 1):
        day = wall.date() - back * DAY
        spans = [(opens, closes) for on, opens, closes in calendar.dated if on == day]
        if day not in special:
            spans = [(each.opens, each.closes) for each in calendar.weekly if each.weekday == day.weekday()]
        for opens, closes in spans:
            begins = datetime.combine(day, opens)
            ends = datetime.combine(day if closes > opens else day + DAY, closes)
            if begins <= wall < ends and not (back and wall.date() in special):
                return True
    return False


def worked(calendars: list[Calendar], pauses: list[tuple[datetime, datetime]], start: datetime) -> list[bool]:
    """Return for each minute from `start` on whether it counts."""
    clocks = [walls(calendar.zone, start) for calendar in calendars]
    return [
        all(is_there(calendar, clock[number]) for calendar, clock in zip(calendars, clocks, strict=True))
        and not any(begins <= start + number * MINUTE < ends for begins, ends in pauses)
        for number in range(DAYS_TOLD * 1440)
    ]


# Times crowd around the hours at which clocks change, midnight and the ends of a working day.
crowded = [
    "00:00",
    "00:30",
    "01:00",
    "01:30",
    "01:59",
    "02:00",
    "02:01",
    "02:30",
    "03:00",
    "09:00",
    "12:00",
    "13:00",
    "17:00",
    "22:00",
    "23:59",
]
times = st.sampled_from([time.fromisoformat(text) for text in crowded]) | st.builds(
    time, st.integers(0, 23), st.integers(0, 59)
)
spans = st.tuples(times, times).filter(lambda pair: pair[0] != pair[1] or pair[0] == time(0))


@st.composite
def calendars_in(draw: st.DrawFn, zone: str, near: date) -> Calendar:
    """Draw a calendar whose holidays and dated hours lie near a date."""
    weekly = [Interval(draw(st.integers(0, 6)), *draw(spans)) for _ in range(draw(st.integers(0, 9)))]
    days = st.integers(-1, DAYS_TOLD).map(lambda number: near + number * DAY)
    dated = tuple((draw(days), *draw(spans)) for _ in range(draw(st.integers(0, 3))))
    return Calendar(zone, tuple(weekly), frozenset(draw(st.sets(days, max_size=2))), dated)


@st.composite
def worlds(
    draw: st.DrawFn, moments: st.SearchStrategy[tuple[str, datetime]]
) -> tuple[list[Calendar], list[tuple[datetime, datetime]], datetime]:
    """Draw a team, perhaps a person in another zone, pauses, and where to begin to count."""
    zone, moment = draw(moments)
    start = moment.replace(hour=0, minute=0) - draw(st.integers(0, 4)) * DAY
    zones = [zone, *([draw(st.sampled_from(ZONES))] if draw(st.booleans()) else [])]
    calendars = [draw(calendars_in(each, start.date())) for each in zones]
    minutes = st.integers(0, DAYS_TOLD * 1440)
    pairs = draw(st.lists(st.tuples(minutes, minutes).filter(lambda pair: pair[0] < pair[1]), max_size=3))
    return calendars, [(start + a * MINUTE, start + b * MINUTE) for a, b in pairs], start


days = st.integers(0, (LAST - FIRST).days - DAYS_TOLD).map(lambda number: FIRST + number * DAY)
any_day = worlds(st.tuples(st.sampled_from(ZONES), days))
nights_of_change = worlds(st.sampled_from(CHANGES))


def hours_of(calendars: list[Calendar], pauses: list[tuple[datetime, datetime]]) -> Hours:
    """Return the hours under test."""
    together: Hours = Together(tuple(calendars)) if len(calendars) > 1 else calendars[0]
    return Without(together, tuple(pauses)) if pauses else together


def check(world: tuple[list[Calendar], list[tuple[datetime, datetime]], datetime], skipped: int, wanted: int) -> None:
    """Hold every answer about one world to the oracle's."""
    calendars, pauses, start = world
    counts, hours, at = worked(calendars, pauses, start), hours_of(calendars, pauses), start + skipped * MINUTE
    rest = [skipped + number for number, works in enumerate(counts[skipped:]) if works]

    if len(rest) > wanted:
        due = start + (rest[wanted - 1] + 1) * MINUTE if wanted else start + rest[0] * MINUTE
        assert hours.add_open_time(at, wanted * MINUTE) == due
        assert hours.next_open(at) == start + rest[0] * MINUTE
    end = start + DAYS_TOLD * DAY
    assert hours.open_time_between(at, end) == len(rest) * MINUTE
    assert hours.open_time_between(end, at) == timedelta(0)
    for number in {skipped, len(counts) - 1, *rest[:2]}:
        assert hours.is_open(start + number * MINUTE) == counts[number]


@settings(deadline=None, max_examples=40)
@given(any_day, st.integers(0, 3 * 1440), st.integers(0, 2 * 1440))
def test_every_answer_is_what_counting_the_minutes_gives(world, skipped, wanted) -> None:  # type: ignore[no-untyped-def]  # drawn
    check(world, skipped, wanted)


@settings(deadline=None, max_examples=60)
@given(nights_of_change, st.integers(0, 5 * 1440), st.integers(0, 2 * 1440))
def test_so_it_is_when_the_clocks_change(world, skipped, wanted) -> None:  # type: ignore[no-untyped-def]  # drawn
    check(world, skipped, wanted)


@pytest.mark.parametrize(("zone", "change"), CHANGES, ids=[f"{zone} {at:%Y-%m-%d}" for zone, at in CHANGES])
def test_a_night_shift_over_each_change_of_the_clocks_counts_the_minutes_there_were(
    zone: str, change: datetime
) -> None:
    night = Calendar(zone, tuple(Interval(day, time(22), time(6)) for day in range(7)))
    start = change.replace(hour=0) - 2 * DAY
    counts = worked([night], [], start)

    for minutes in (1, 90, 359, 480, 1000, 1440):
        for skipped in (0, 1500, 2880 + change.hour * 60):
            rest = [number for number in range(skipped, len(counts)) if counts[number]]
            due = start + (rest[minutes - 1] + 1) * MINUTE
            assert night.add_open_time(start + skipped * MINUTE, minutes * MINUTE) == due


def test_three_years_have_six_changes_in_a_zone_that_changes_and_none_in_arizona() -> None:
    told = {zone: sum(1 for each, _ in CHANGES if each == zone) for zone in ZONES}

    assert {zone for zone, count in told.items() if not count} == {
        "America/Phoenix",
        "Pacific/Honolulu",
        "America/Puerto_Rico",
    }
    assert set(told.values()) == {0, 6}


def test_two_calendars_that_never_meet_are_given_up() -> None:
    monday = Calendar("UTC", (Interval(0, time(9), time(17)),))
    tuesday = Calendar("UTC", (Interval(1, time(9), time(17)),))

    assert Together((monday, tuesday)).next_open(FIRST) is None


def test_calendars_together_name_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Together(())


def test_a_zone_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(UnknownZoneError, match="America/Napakiak"):
        Calendar("America/Napakiak", ())
