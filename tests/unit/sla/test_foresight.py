"""How fast somebody works, and when they get to a lead."""

from datetime import UTC, datetime, time, timedelta

import pytest

from routing.sla.calendar import Calendar, Interval
from routing.sla.foresight import USUAL, pace, reached_at
from routing.sla.ladder import Step, faults

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def touches(*minutes: int) -> list[datetime]:
    return [NOON + minute * MINUTE for minute in minutes]


@pytest.mark.parametrize(
    ("touched", "per_hour", "expected"),
    [
        ([], None, USUAL),
        (touches(0, 1, 2, 3, 4), None, USUAL),
        (touches(0, 4, 8, 12, 16, 20), None, 4 * MINUTE),
        (touches(20, 0, 12, 4, 8, 16), None, 4 * MINUTE),
        (touches(0, 4, 8, 12, 300, 304, 308), None, 4 * MINUTE),
        (touches(0, 4, 8, 12, 16, 20), 30, 2 * MINUTE),
    ],
    ids=["nothing known", "too little", "even", "in any order", "with a break", "said in the profile"],
)
def test_a_pace_is_what_the_profile_says_or_the_middle_gap(
    touched: list[datetime], per_hour: int | None, expected: timedelta
) -> None:
    assert pace(touched, per_hour=per_hour) == expected


def test_a_lead_is_reached_after_those_before_it_and_its_own_turn() -> None:
    always = Calendar.always()

    assert reached_at(now=NOON, ahead=0, pace=5 * MINUTE, hours=always) == NOON + 5 * MINUTE
    assert reached_at(now=NOON, ahead=3, pace=5 * MINUTE, hours=always) == NOON + 20 * MINUTE


def test_work_goes_on_when_the_producer_is_back() -> None:
    mornings = Calendar("UTC", tuple(Interval(day, time(9), time(12, 10)) for day in range(7)))

    assert reached_at(now=NOON, ahead=3, pace=5 * MINUTE, hours=mornings) == NOON + timedelta(hours=21, minutes=10)


def test_a_miss_is_foreseen_before_the_time_is_up_or_not_at_all() -> None:
    found = [fault.code for fault in faults([Step(100, "FORESEEN"), Step(120, "POOL")])]

    assert found == ["step.too_late"]
    assert list(faults([Step(99, "FORESEEN"), Step(100, "POOL")])) == []


def test_foreseeing_alone_leaves_nobody_in_charge() -> None:
    assert [fault.code for fault in faults([Step(50, "FORESEEN")])] == ["ladder.no_person"]
