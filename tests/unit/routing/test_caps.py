"""Caps as values: the windows they count in, what they take, and how they pace."""

from datetime import UTC, datetime, timedelta

import pytest

from routing import caps
from routing.caps import Cap, Used

NEW_YORK = "America/New_York"
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    """Return an instant."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("period", "now", "starts", "hours"),
    [
        pytest.param("HOUR", "2026-11-23T10:59:59-05:00", "2026-11-23T10:00:00-05:00", 1, id="an hour"),
        pytest.param(
            "HOUR", "2026-11-01T01:30:00-04:00", "2026-11-01T01:00:00-04:00", 1, id="the hour that comes twice"
        ),
        pytest.param("HOUR", "2026-11-01T01:30:00-05:00", "2026-11-01T01:00:00-05:00", 1, id="and its second time"),
        pytest.param("DAY", "2026-11-23T23:59:00-05:00", "2026-11-23T00:00:00-05:00", 24, id="a day"),
        pytest.param("DAY", "2026-03-08T12:00:00-04:00", "2026-03-08T00:00:00-05:00", 23, id="the short day"),
        pytest.param("DAY", "2026-11-01T12:00:00-05:00", "2026-11-01T00:00:00-04:00", 25, id="the long day"),
        pytest.param("WEEK", "2026-11-01T23:00:00-05:00", "2026-10-26T00:00:00-04:00", 169, id="the long week"),
        pytest.param("MONTH", "2026-03-31T23:00:00-04:00", "2026-03-01T00:00:00-05:00", 743, id="the short month"),
        pytest.param("MONTH", "2026-12-31T23:00:00-05:00", "2026-12-01T00:00:00-05:00", 744, id="December"),
    ],
)
def test_a_window_runs_on_the_producers_clock(period: str, now: str, starts: str, hours: int) -> None:
    found = Cap(1, period, 5).window(at(now), NEW_YORK)

    assert found == (at(starts), at(starts).astimezone(UTC) + hours * HOUR)


def test_one_instant_falls_into_another_day_in_another_zone() -> None:
    late = at("2026-11-24T00:30:00-05:00")

    assert Cap(1, "DAY", 5).window(late, NEW_YORK)[0] == at("2026-11-24T00:00:00-05:00")
    assert Cap(1, "DAY", 5).window(late, "America/Los_Angeles")[0] == at("2026-11-23T00:00:00-08:00")


@pytest.mark.parametrize(
    ("cap", "line", "source", "takes"),
    [
        (Cap(1, "DAY", 5), "LIFE", "web", True),
        (Cap(1, "DAY", 5, line="LIFE"), "LIFE", "web", True),
        (Cap(1, "DAY", 5, line="LIFE"), "HEALTH", "web", False),
        (Cap(1, "DAY", 5, source="web"), "LIFE", "phone", False),
        (Cap(1, "DAY", 5, line="LIFE", source="web"), "LIFE", "web", True),
        (Cap(1, "DAY", 5, line="LIFE", source="web"), "LIFE", "phone", False),
    ],
)
def test_a_cap_holds_for_its_line_and_source(cap: Cap, line: str, source: str, takes: bool) -> None:
    assert cap.takes(line, source) is takes


def test_a_paced_cap_spreads_its_last_leads_evenly_over_the_time_left() -> None:
    cap = Cap(1, "DAY", 100, is_paced=True)
    now = at("2026-11-23T12:00:00-05:00")
    assert cap.refusal(Used(94, now), now, NEW_YORK) is None
    taken, used = [], Used(95, now)

    while now < at("2026-11-24T00:00:00-05:00"):
        if cap.refusal(used, now, NEW_YORK) is None:
            taken.append(now)
            used = Used(used.count + 1, now)
        now += timedelta(minutes=1)

    assert [f"{each:%H:%M}" for each in taken] == ["14:00", "16:00", "18:00", "20:00", "22:00"]
    assert cap.refusal(used, now - HOUR, NEW_YORK) == "DAILY_CAP"


def test_a_cap_that_does_not_pace_takes_its_last_lead_at_once() -> None:
    now = at("2026-11-23T12:00:00-05:00")

    assert Cap(1, "DAY", 100).refusal(Used(99, now), now, NEW_YORK) is None


def test_a_full_cap_speaks_before_one_that_paces() -> None:
    now = at("2026-11-23T12:00:00-05:00")
    both = (Cap(1, "DAY", 20, is_paced=True), Cap(2, "HOUR", 3))

    found = [
        caps.refusal(both, used, now, NEW_YORK) for used in ({1: Used(19, now), 2: Used(3)}, {1: Used(19, now)}, {})
    ]

    assert found == ["HOURLY_CAP", "PACED", None]


def test_an_entry_from_before_caps_were_rows_still_says_its_daily_cap() -> None:
    assert caps.from_facts({"daily_cap": 3}) == (Cap(0, "DAY", 3),)
    assert caps.from_facts({"daily_cap": None}) == ()
    cap = Cap(7, "WEEK", 9, "LIFE", "web", True)
    assert caps.from_facts({"caps": [cap.as_dict()]}) == (cap,)
