"""What every strategy promises: one order, whoever asks and however the candidates come."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.strategies import STRATEGIES, Candidate
from routing.strategies.table import _table
from tests.unit.strategies.pool import START, member

EVERY = pytest.mark.parametrize("name", list(STRATEGIES))

amounts = st.decimals(0, 500, places=2)
candidates = st.lists(
    st.builds(
        Candidate,
        producer_id=st.integers(1, 10_000),
        weight=st.integers(0, 12),
        capacity=st.integers(0, 40),
        load=amounts,
        credit=st.decimals(-3, 500, places=12),
        preference=st.sampled_from([Decimal(0), Decimal(2), Decimal("-1.5")]),
        last_assigned_at=st.none() | st.integers(0, 3).map(lambda hours: START + timedelta(hours=hours)),
    ),
    max_size=9,
    unique_by=lambda candidate: candidate.producer_id,
)


@EVERY
@settings(max_examples=80)
@given(candidates, st.randoms(use_true_random=False), st.text(max_size=5))
def test_the_order_does_not_depend_on_how_the_candidates_come(
    name: str, given_order: list[Candidate], random: Random, seed: str
) -> None:
    shuffled = list(given_order)
    random.shuffle(shuffled)

    order = STRATEGIES[name].plain.order

    assert order(shuffled, seed=seed) == order(given_order, seed=seed)


@EVERY
@given(candidates)
def test_everyone_has_a_place_and_preference_comes_first(name: str, given_order: list[Candidate]) -> None:
    by_id = {each.producer_id: each for each in given_order}

    ranked = STRATEGIES[name].plain.order(given_order, seed="x")

    assert {each.producer_id for each in ranked} == set(by_id)
    assert [each.rank for each in ranked] == list(range(1, len(given_order) + 1))
    levels = [(by_id[each.producer_id].weight == 0, -by_id[each.producer_id].preference) for each in ranked]
    assert levels == sorted(levels)


@EVERY
@given(candidates.filter(bool))
def test_a_lead_never_sets_anyone_back_in_the_rotation(name: str, given_order: list[Candidate]) -> None:
    strategy = STRATEGIES[name].plain

    for chosen in given_order:
        assert strategy.settle(chosen, given_order) >= chosen.credit


@EVERY
def test_nobody_makes_an_empty_order(name: str) -> None:
    assert STRATEGIES[name].plain.order([], seed="x") == ()
    assert STRATEGIES[name].plain.entry_credit([]) == 0


@EVERY
def test_whoever_has_waited_longest_wins_a_tie(name: str) -> None:
    recent = member(1, last_assigned_at=START)
    earlier = member(2, last_assigned_at=START - timedelta(days=1))

    assert [each.producer_id for each in STRATEGIES[name].plain.order([recent, earlier, member(3)], seed="x")] == [
        3,
        2,
        1,
    ]


@EVERY
def test_among_the_wholly_equal_the_seed_decides_and_no_id_is_an_advantage(name: str) -> None:
    equal = [member(1), member(2), member(3)]

    firsts = [STRATEGIES[name].plain.order(equal, seed=str(lead))[0].producer_id for lead in range(300)]

    assert all(80 < firsts.count(number) < 120 for number in (1, 2, 3))


def test_least_loaded_looks_at_the_part_of_the_desk_that_is_full() -> None:
    half_of_ten = member(1, capacity=10, load="5")
    third_of_thirty = member(2, capacity=30, load="10")

    ranked = STRATEGIES["least_loaded"].plain.order([half_of_ten, third_of_thirty], seed="x")

    assert [each.producer_id for each in ranked] == [2, 1]
    assert dict(ranked[0].parts)["fill"] == Decimal("0.366667")


def test_least_loaded_gives_the_larger_of_two_empty_desks_the_lead() -> None:
    ranked = STRATEGIES["least_loaded"].plain.order([member(1, capacity=10), member(2, capacity=50)], seed="x")

    assert ranked[0].producer_id == 2


def test_least_loaded_puts_a_desk_without_capacity_last() -> None:
    ranked = STRATEGIES["least_loaded"].plain.order([member(1, capacity=0), member(2, capacity=5, load="9")], seed="x")

    assert [each.producer_id for each in ranked] == [2, 1]


def test_least_loaded_leaves_the_credit_alone() -> None:
    chosen = member(1, credit="4.5")

    assert STRATEGIES["least_loaded"].plain.settle(chosen, [chosen]) == Decimal("4.5")


def test_two_strategies_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="share a name"):
        _table(STRATEGIES["weighted"], STRATEGIES["weighted"])
