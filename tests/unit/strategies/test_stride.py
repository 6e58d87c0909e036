"""Round robin and weighted: exact shares, and no flood for whoever comes and goes."""

from collections import Counter
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.strategies import STRATEGIES
from tests.unit.strategies.pool import Pool, member


def test_round_robin_gives_everyone_a_turn_before_anyone_a_second() -> None:
    pool = Pool("round_robin", [member(1), member(2), member(3)])

    assert pool.give(9) == [1, 3, 2, 1, 3, 2, 1, 3, 2]


def test_round_robin_heeds_no_weight() -> None:
    pool = Pool("round_robin", [member(1, weight=9), member(2, weight=1)])

    assert Counter(pool.give(10)) == {1: 5, 2: 5}


def test_weighted_interleaves_the_shares() -> None:
    pool = Pool("weighted", [member(1, weight=3), member(2, weight=1)])

    assert pool.give(8) == [1, 2, 1, 1, 1, 2, 1, 1]


def test_a_large_weight_does_not_wait_for_a_hundred_small_ones() -> None:
    pool = Pool("weighted", [member(0, weight=100), *(member(number) for number in range(1, 101))])

    assert pool.give(20)[::2] == [0] * 10


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(1, 1000) | st.integers(1, 4), min_size=1, max_size=6), st.integers(1, 120))
def test_nobody_is_ever_a_whole_lead_from_the_exact_share(weights: list[int], leads: int) -> None:
    pool = Pool("weighted", [member(number, weight=weight) for number, weight in enumerate(weights)])

    pool.give(leads)

    for number, weight in enumerate(weights):
        for count in range(1, leads + 1):
            exact = Fraction(weight * count, sum(weights))
            assert abs(pool.given[:count].count(number) - exact) < 1


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 8), st.integers(0, 40), st.integers(1, 30))
def test_over_any_window_round_robin_is_within_one_lead_of_even(size: int, start: int, length: int) -> None:
    pool = Pool("round_robin", [member(number) for number in range(size)])

    window = pool.give(start + length)[start:]

    assert all(abs(window.count(number) - Fraction(length, size)) < 1 for number in range(size))


def test_thousands_of_leads_leave_no_drift() -> None:
    pool = Pool("weighted", [member(1, weight=3), member(2, weight=7)])

    pool.give(10_000)

    assert Counter(pool.given) == {1: 3000, 2: 7000}
    assert pool.members[1].credit == pool.members[2].credit == Decimal("1000.000000000000")


def test_a_joiner_enters_level_and_gets_the_same_share_from_then_on() -> None:
    pool = Pool("round_robin", [member(1), member(2), member(3)])
    pool.give(300)

    pool.join(member(4))

    assert pool.give(8) == [4, 1, 3, 2, 4, 1, 3, 2]


def test_a_joiner_nobody_leveled_is_not_flooded_either() -> None:
    pool = Pool("round_robin", [member(1), member(2), member(3)])
    pool.give(300)

    pool.members[4] = member(4, credit="0")

    assert pool.give(12) == [4, 4, 4, 1, 3, 2, 4, 1, 3, 2, 4, 1]


def test_a_leaver_leaves_the_others_even() -> None:
    pool = Pool("round_robin", [member(1), member(2), member(3)])
    pool.give(4)

    pool.leave(3)

    assert pool.give(6) == [2, 1, 2, 1, 2, 1]


def test_a_returner_comes_back_level() -> None:
    pool = Pool("weighted", [member(1, weight=2), member(2, weight=1)])
    pool.give(3)
    away = pool.leave(2)
    pool.give(50)

    pool.join(away)

    assert Counter(pool.give(30)) == {1: 20, 2: 10}


def test_whoever_could_not_be_chosen_for_long_catches_up_on_two_leads_and_no_more() -> None:
    pool = Pool("round_robin", [member(1), member(2), member(3)])

    pool.give(100, only={1, 2})

    assert pool.give(9) == [3, 3, 3, 1, 2, 3, 1, 2, 3]


def test_catching_up_is_measured_in_the_members_own_leads() -> None:
    pool = Pool("weighted", [member(1, weight=1), member(2, weight=4)])

    pool.give(100, only={2})

    assert pool.give(8) == [1, 1, 2, 1, 2, 2, 2, 2]
    assert Counter(pool.give(50)) == {1: 10, 2: 40}


def test_whoever_took_everything_alone_is_not_starved_afterwards() -> None:
    pool = Pool("round_robin", [member(1), member(2), member(3)])

    pool.give(1000, only={1})

    assert pool.give(12).index(1) == 6  # both others catch up on two, and take their turn


def test_of_two_who_come_back_the_longer_absent_goes_first() -> None:
    pool = Pool("round_robin", [member(1), member(2), member(3)])
    pool.give(20, only={1, 2})
    pool.give(40, only={1})

    assert pool.give(2)[0] == 3


def test_random_eligibility_evens_out_as_in_the_ideal() -> None:
    pool = Pool("round_robin", [member(number) for number in range(4)])

    for lead in range(400):
        pool.give(1, only={number for number in range(4) if (lead * 7 + number * number * 3) % 5})

    assert max(Counter(pool.given).values()) - min(Counter(pool.given).values()) <= 2


@pytest.mark.parametrize("strategy", ["round_robin", "weighted", "least_loaded"])
def test_weight_zero_gets_nothing_while_anybody_else_can(strategy: str) -> None:
    pool = Pool(strategy, [member(1, weight=0), member(2), member(3)])

    assert 1 not in pool.give(10)
    assert pool.give(2, only={1}) == [1, 1]


@pytest.mark.parametrize("strategy", ["round_robin", "weighted", "least_loaded"])
def test_a_stand_in_comes_after_everyone_however_preferred(strategy: str) -> None:
    ranked = STRATEGIES[strategy].plain.order([member(1, weight=0, preference="9"), member(2)], seed="pool")

    assert [each.producer_id for each in ranked] == [2, 1]


def test_a_changed_weight_counts_from_then_on() -> None:
    pool = Pool("weighted", [member(1), member(2)])
    pool.give(20)

    pool.members[1] = member(1, weight=3, credit=str(pool.members[1].credit))

    assert Counter(pool.give(40)) == {1: 30, 2: 10}


def test_preferred_members_take_turns_among_themselves() -> None:
    pool = Pool("round_robin", [member(1, preference="5"), member(2, preference="5"), member(3)])

    assert Counter(pool.give(10)) == {1: 5, 2: 5}


def test_the_parts_tell_what_decided() -> None:
    ranked = STRATEGIES["weighted"].plain.order([member(1, weight=3), member(2, credit="1")], seed="pool")

    assert [(each.producer_id, each.rank, each.score) for each in ranked] == [
        (1, 1, Decimal("0.750000")),
        (2, 2, Decimal("-0.750000")),
    ]
    assert dict(ranked[0].parts) == {
        "preference": Decimal(0),
        "last_assigned_at": "never",
        "credit": Decimal(0),
        "turn": Decimal(0),
        "level": Decimal("0.25"),
        "weight": Decimal(3),
    }
