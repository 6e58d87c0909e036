"""The guard remembers its answers for as long as they hold, and not a minute longer."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from licenses.authority import Ask, judge
from routing.guard_memory import GuardMemory
from tests.unit.routing.cast import ASK, TERM_LIFE, agency, producer

REGIMES: Final = agency().regimes
LAST_DAY: Final = date(2026, 11, 1)  # the night the clocks go back in Georgia
MIDNIGHT: Final = datetime(2026, 11, 2, 5, tzinfo=UTC)  # when that day ends there
ANYWHERE: Final = Ask("GA", ("America/New_York", "America/Chicago"), (TERM_LIFE,))

kim = producer(1, expires=LAST_DAY)
lee = producer(2)


@given(
    minutes=st.lists(st.integers(-3 * 24 * 60, 3 * 24 * 60), min_size=1, max_size=20),
    asks=st.lists(st.sampled_from([ASK, ANYWHERE]), min_size=20, max_size=20),
)
def test_whatever_was_asked_before_the_answer_is_the_guards_own(minutes: list[int], asks: list[Ask]) -> None:
    memory = GuardMemory(most=5)

    for minute, ask in zip(minutes, asks, strict=False):
        now = MIDNIGHT + timedelta(minutes=minute)
        for each in (kim, lee):
            assert memory.open(ask, REGIMES, now).judge(each.licensing) == judge(each.licensing, ask, REGIMES, now)


def test_a_licence_that_ends_today_ends_at_midnight_although_it_was_asked_for_before() -> None:
    memory = GuardMemory()

    before, after = (
        memory.open(ASK, REGIMES, MIDNIGHT + timedelta(minutes=each)).judge(kim.licensing) for each in (-1, 0)
    )

    assert (before.allowed, after.allowed) == (True, False)


def test_cases_nobody_is_judged_by_are_forgotten_too() -> None:
    memory = GuardMemory(most=3)

    opened = [memory.open(replace(ASK, carrier=str(number)), REGIMES, MIDNIGHT) for number in range(4)]

    assert memory.open(replace(ASK, carrier="3"), REGIMES, MIDNIGHT) is opened[3]
    assert memory.open(replace(ASK, carrier="0"), REGIMES, MIDNIGHT) is not opened[0]


def test_on_one_day_a_producer_is_judged_once() -> None:
    memory = GuardMemory()

    first, again = (memory.open(ASK, REGIMES, MIDNIGHT + timedelta(hours=each)).judge(kim.licensing) for each in (6, 7))

    assert first is again
