"""Opening hours: split shifts, midnight, holidays, and the nights on which the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.sla.calendar import Calendar, Interval

NEW_YORK = ZoneInfo("America/New_York")
MONDAY, TUESDAY, FRIDAY, SATURDAY, SUNDAY = 0, 1, 4, 5, 6


def local(text: str) -> datetime:
    """Return an instant written on the New York clock."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK)


def span(weekday: int, opens: str, closes: str) -> Interval:
    """Return an interval from its times as text."""
    return Interval(weekday, time.fromisoformat(opens), time.fromisoformat(closes))


def new_york(*weekly: Interval, holidays: tuple[date, ...] = ()) -> Calendar:
    """Return a calendar on the New York clock."""
    return Calendar("America/New_York", weekly, frozenset(holidays))


OFFICE = new_york(*(span(day, "09:00", "17:00") for day in range(5)), holidays=(date(2026, 11, 26),))


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        pytest.param("2026-11-23T08:59:59", False, id="a second before opening"),
        pytest.param("2026-11-23T09:00", True, id="at opening"),
        pytest.param("2026-11-23T16:59:59", True, id="a second before closing"),
        pytest.param("2026-11-23T17:00", False, id="at closing"),
        pytest.param("2026-11-22T12:00", False, id="on Sunday"),
        pytest.param("2026-11-26T12:00", False, id="on Thanksgiving"),
    ],
)
def test_an_office_is_open_from_opening_until_just_before_closing(at: str, is_open: bool) -> None:
    assert OFFICE.is_open(local(at)) is is_open


def test_a_split_shift_closes_for_lunch() -> None:
    calendar = new_york(span(MONDAY, "09:00", "12:00"), span(MONDAY, "13:00", "18:00"))

    assert calendar.is_open(local("2026-11-23T11:59"))
    assert not calendar.is_open(local("2026-11-23T12:30"))
    assert calendar.next_open(local("2026-11-23T12:30")) == local("2026-11-23T13:00")


def test_the_lunch_break_does_not_count_as_open_time() -> None:
    calendar = new_york(span(MONDAY, "09:00", "12:00"), span(MONDAY, "13:00", "18:00"))

    assert calendar.add_open_time(local("2026-11-23T11:50"), timedelta(minutes=15)) == local("2026-11-23T13:05")


def test_a_night_shift_belongs_to_the_day_it_opens_on_and_runs_over_midnight() -> None:
    calendar = new_york(span(FRIDAY, "22:00", "06:00"))

    assert calendar.is_open(local("2026-11-28T05:59"))
    assert not calendar.is_open(local("2026-11-28T06:00"))
    assert not calendar.is_open(local("2026-11-27T05:59"))
    assert calendar.add_open_time(local("2026-11-27T23:30"), timedelta(hours=1)) == local("2026-11-28T00:30")


def test_closing_at_midnight_is_the_end_of_the_day() -> None:
    calendar = new_york(span(SUNDAY, "20:00", "00:00"))

    assert calendar.is_open(local("2026-11-22T23:59:59"))
    assert not calendar.is_open(local("2026-11-23T00:00"))
    assert not calendar.is_open(local("2026-11-22T00:00"))


def test_overlapping_spans_count_once() -> None:
    calendar = new_york(span(MONDAY, "09:00", "12:00"), span(MONDAY, "11:00", "14:00"))

    assert calendar.add_open_time(local("2026-11-23T09:00"), timedelta(hours=4)) == local("2026-11-23T13:00")


def test_open_time_that_ends_at_closing_is_due_at_closing_and_a_minute_more_on_the_next_open_day() -> None:
    assert OFFICE.add_open_time(local("2026-11-25T16:55"), timedelta(minutes=5)) == local("2026-11-25T17:00")
    assert OFFICE.add_open_time(local("2026-11-25T16:55"), timedelta(minutes=6)) == local("2026-11-27T09:01")


def test_a_night_shift_that_runs_into_a_holiday_ends_at_midnight() -> None:
    calendar = new_york(span(2, "22:00", "06:00"), holidays=(date(2026, 11, 26),))  # Wednesday night

    assert calendar.is_open(local("2026-11-25T23:59"))
    assert not calendar.is_open(local("2026-11-26T00:00"))


def test_a_night_shift_that_would_begin_on_a_holiday_leaves_no_morning_after() -> None:
    calendar = new_york(span(3, "22:00", "06:00"), holidays=(date(2026, 11, 26),))  # Thursday night

    assert not calendar.is_open(local("2026-11-26T23:00"))
    assert not calendar.is_open(local("2026-11-27T05:00"))


def test_a_night_shift_in_autumn_has_the_repeated_hour_in_it() -> None:
    # 1 November 2026: at 02:00 the clock goes back to 01:00.
    calendar = new_york(span(SATURDAY, "22:00", "06:00"))
    opening = local("2026-10-31T22:00")

    assert calendar.add_open_time(opening, timedelta(hours=9)) == local("2026-11-01T06:00")
    assert calendar.add_open_time(opening, timedelta(hours=4)) == datetime(2026, 11, 1, 6, tzinfo=UTC)
    assert calendar.is_open(local("2026-11-01T01:30").replace(fold=1))


def test_a_night_shift_in_spring_lacks_the_missing_hour() -> None:
    # 14 March 2027: at 02:00 the clock goes on to 03:00.
    calendar = new_york(span(SATURDAY, "22:00", "06:00"))

    assert calendar.add_open_time(local("2027-03-13T22:00"), timedelta(hours=7)) == local("2027-03-14T06:00")


def test_hours_that_open_in_the_missing_hour_open_when_the_clock_jumps() -> None:
    calendar = new_york(span(SUNDAY, "02:30", "05:00"))

    assert calendar.next_open(local("2027-03-14T00:00")) == datetime(2027, 3, 14, 7, tzinfo=UTC)


def test_hours_inside_the_missing_hour_do_not_happen_that_day() -> None:
    calendar = new_york(span(SUNDAY, "02:10", "02:50"))

    assert calendar.next_open(local("2027-03-14T00:00")) == local("2027-03-21T02:10")


def test_hours_that_open_in_the_repeated_hour_open_the_first_time_round() -> None:
    calendar = new_york(span(SUNDAY, "01:30", "05:00"))

    assert calendar.next_open(local("2026-11-01T00:00")) == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert calendar.is_open(datetime(2026, 11, 1, 6, 10, tzinfo=UTC))  # 01:10 the second time round


def test_a_day_that_begins_with_a_jump_begins_when_the_clock_jumps() -> None:
    calendar = Calendar("America/Havana", (span(SUNDAY, "00:00", "00:00"),))  # 8 March 2026: 00:00 does not exist

    opening = calendar.next_open(datetime(2026, 3, 8, 4, tzinfo=UTC))

    assert opening == datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert calendar.add_open_time(datetime(2026, 3, 8, 5, tzinfo=UTC), timedelta(hours=23)) == datetime(
        2026, 3, 9, 4, tzinfo=UTC
    )


def test_next_open_is_now_when_somebody_is_there() -> None:
    assert OFFICE.next_open(local("2026-11-23T10:00")) == local("2026-11-23T10:00")


@pytest.mark.parametrize(
    ("weekly", "at", "until"),
    [
        pytest.param([(MONDAY, "09:00", "12:00"), (MONDAY, "13:00", "17:00")], "10:00", "12:00", id="a split shift"),
        pytest.param([(MONDAY, "09:00", "12:00"), (MONDAY, "13:00", "17:00")], "12:30", None, id="over lunch"),
        pytest.param([(MONDAY, "09:00", "12:00"), (MONDAY, "12:00", "17:00")], "10:00", "17:00", id="touching"),
        pytest.param([], "10:00", None, id="no hours"),
    ],
)
def test_whoever_is_there_leaves_at_the_end_of_the_span(
    weekly: list[tuple[int, str, str]], at: str, until: str | None
) -> None:
    calendar = new_york(*(span(*each) for each in weekly))

    assert calendar.open_until(local(f"2026-11-23T{at}")) == (local(f"2026-11-23T{until}") if until else None)


def test_a_night_shift_leaves_in_the_morning_and_an_hour_later_by_the_clock_that_went_back() -> None:
    calendar = new_york(span(SATURDAY, "22:00", "06:00"))

    for at in ("2026-10-31T23:00", "2026-11-01T03:00"):
        assert calendar.open_until(local(at)) == local("2026-11-01T06:00")


def test_nobody_leaves_who_never_closes() -> None:
    assert Calendar.always("America/New_York").open_until(local("2026-11-23T09:00")) is None


def test_a_calendar_without_hours_never_opens_and_the_search_ends() -> None:
    never = new_york()

    assert not never.is_open(local("2026-11-23T10:00"))
    assert never.next_open(local("2026-11-23T10:00")) is None
    assert never.add_open_time(local("2026-11-23T10:00"), timedelta(minutes=5)) is None


def test_a_calendar_with_nothing_but_holidays_never_opens() -> None:
    holidays = tuple(date(2026, 1, 1) + timedelta(days=number) for number in range(1200))

    assert new_york(span(MONDAY, "09:00", "17:00"), holidays=holidays).next_open(local("2026-11-23T10:00")) is None


def test_open_time_longer_than_the_search_is_found_as_long_as_doors_open_now_and_then() -> None:
    calendar = new_york(span(MONDAY, "09:00", "10:00"))

    due_at = calendar.add_open_time(local("2026-11-23T09:00"), timedelta(hours=100))

    assert due_at == local("2028-10-16T10:00")


def test_always_is_always() -> None:
    night = local("2026-11-26T03:14")

    assert Calendar.always().is_open(night)
    assert Calendar.always().add_open_time(night, timedelta(days=3)) == night + timedelta(days=3)


@pytest.mark.parametrize("zone", ["Napakiak", "", "../etc/passwd", "America", "EST5EDT4", "America/New_York\x00"])
def test_a_zone_that_does_not_exist_is_refused(zone: str) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Calendar(zone, ())


@pytest.mark.parametrize(
    ("weekday", "opens", "closes"),
    [
        pytest.param(7, time(9), time(17), id="an eighth day"),
        pytest.param(0, time(9), time(9), id="no telling nothing from a day"),
        pytest.param(0, time(9, tzinfo=UTC), time(17), id="a time with a zone of its own"),
    ],
)
def test_hours_that_mean_nothing_are_refused(weekday: int, opens: time, closes: time) -> None:
    with pytest.raises(ValueError, match=r"weekday|wall-clock|either nothing"):
        Interval(weekday, opens, closes)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        OFFICE.is_open(datetime(2026, 11, 23, 10))  # noqa: DTZ001 (that is the case)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"zone": "UTC", "weekly": [[0, "09:00"]], "holidays": []}, id="an interval without an end"),
        pytest.param({"zone": "UTC", "weekly": [[0, 9, 17]], "holidays": []}, id="times as numbers"),
        pytest.param({"zone": "UTC", "weekly": None, "holidays": []}, id="no list"),
        pytest.param({"zone": 5, "weekly": [], "holidays": []}, id="a zone that is a number"),
    ],
)
def test_data_that_is_no_calendar_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"calendar|expected|unpack"):
        Calendar.from_dict(data)


times = st.times().map(lambda at: at.replace(microsecond=0))
intervals = st.builds(Interval, st.integers(0, 6), times.filter(bool), times.map(lambda _: time(0))) | st.builds(
    lambda day, pair: Interval(day, *pair), st.integers(0, 6), st.tuples(times, times).filter(lambda p: p[0] != p[1])
)
zones = st.sampled_from(["America/New_York", "Pacific/Guam", "America/Havana", "America/Phoenix", "UTC"])
calendars = st.builds(
    Calendar,
    zones,
    st.lists(intervals, max_size=6).map(tuple),
    st.frozensets(st.dates(date(2026, 10, 25), date(2026, 11, 10)), max_size=4),
)
instants = st.datetimes(datetime(2026, 10, 25), datetime(2026, 11, 10), timezones=st.just(UTC))  # noqa: DTZ001


@given(calendars)
def test_a_calendar_reads_back_as_it_was_written(calendar: Calendar) -> None:
    back = Calendar.from_dict(calendar.as_dict())

    assert back.as_dict() == calendar.as_dict()
    assert sorted(back.weekly) == sorted(calendar.weekly)


@given(calendars, instants)
def test_next_open_is_open_and_nothing_before_it_is(calendar: Calendar, at: datetime) -> None:
    opening = calendar.next_open(at)

    if opening is not None:
        assert opening >= at
        assert calendar.is_open(opening)
        assert opening == at or not calendar.is_open(at)
        assert opening == at or not calendar.is_open(opening - timedelta(seconds=1))


@given(calendars, instants, st.integers(0, 3000), st.integers(0, 3000))
def test_open_time_adds_up(calendar: Calendar, at: datetime, first: int, second: int) -> None:
    halfway = calendar.add_open_time(at, timedelta(minutes=first))

    if halfway is not None:
        in_two = calendar.add_open_time(halfway, timedelta(minutes=second))
        assert in_two == calendar.add_open_time(at, timedelta(minutes=first + second)) or second == 0
