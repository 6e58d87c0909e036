"""Shares over any window, and in the long run beside a reference that keeps nothing but leads had."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from fractions import Fraction
from math import ceil
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.strategies.pool import START, Pool, member

WEIGHTS = st.lists(st.integers(1, 9), min_size=1, max_size=6)
LEADS = 2000


@settings(max_examples=60, deadline=None)
@given(WEIGHTS, st.integers(0, 60), st.integers(1, 60), st.integers(1, 5))
def test_shares_are_exact_to_a_lead_from_the_start_and_to_less_than_two_in_between(
    weights: list[int], start: int, length: int, catch_up: int
) -> None:
    """A window between two instants, each within one lead, can be less than two off."""
    pool = Pool("weighted", [member(number, weight=weight) for number, weight in enumerate(weights)], catch_up=catch_up)

    given_out = pool.give(start + length)

    for number, weight in enumerate(weights):
        share = Fraction(weight, sum(weights))
        assert abs(given_out.count(number) - share * len(given_out)) < 1
        assert abs(given_out[start:].count(number) - share * length) < 2


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 8), st.integers(0, 60), st.integers(1, 60), st.integers(1, 5))
def test_over_any_window_round_robin_is_within_a_lead_whatever_may_be_caught_up_on(
    size: int, start: int, length: int, catch_up: int
) -> None:
    pool = Pool("round_robin", [member(number) for number in range(size)], catch_up=catch_up)

    window = pool.give(start + length)[start:]

    assert all(abs(window.count(number) - Fraction(length, size)) < 1 for number in range(size))


@settings(max_examples=60, deadline=None)
@given(st.tuples(st.integers(1, 99), st.integers(1, 99)), st.integers(0, 60), st.integers(1, 60))
def test_over_any_window_two_members_are_within_a_lead_whatever_their_weights(
    weights: tuple[int, int], start: int, length: int
) -> None:
    pool = Pool("weighted", [member(number, weight=weight) for number, weight in enumerate(weights)])

    window = pool.give(start + length)[start:]

    assert abs(window.count(0) - Fraction(weights[0], sum(weights)) * length) <= 1


@pytest.mark.parametrize(("weights", "longest"), [((8, 2, 1), 9), ((5, 4, 2), 9), ((5, 3, 2, 1), 9)])
def test_three_weights_may_leave_no_order_at_all_that_is_within_a_lead_over_every_window(
    weights: tuple[int, ...], longest: int
) -> None:
    """So less than two is what any scheduler can promise; `docs/strategies.md` has the reason in words."""
    orders: list[tuple[int, ...]] = [()]
    for _ in range(longest):
        orders = _lengthened(orders, weights)

    assert orders
    assert not _lengthened(orders, weights)


def _lengthened(orders: Sequence[tuple[int, ...]], weights: Sequence[int]) -> list[tuple[int, ...]]:
    """Return every order that is one lead longer and within one lead of exact over every window that ends there."""
    longer = [(*order, number) for order in orders for number in range(len(weights))]
    return [order for order in longer if all(_is_fair(order[start:], weights) for start in range(len(order)))]


def _is_fair(window: Sequence[int], weights: Sequence[int]) -> bool:
    total = sum(weights)
    return all(abs(window.count(each) * total - weights[each] * len(window)) <= total for each in range(len(weights)))


@settings(max_examples=12, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 5), st.sampled_from([0.2, 0.5, 0.8, 1.0])), min_size=2, max_size=5),
    st.integers(1, 4),
    st.integers(0, 2**32),
)
def test_the_long_run_share_under_random_eligibility_is_that_of_the_reference(
    members: list[tuple[int, float]], catch_up: int, seed: int
) -> None:
    """Not nearly, but lead by lead: other orders as fair as this one end up to a thirtieth of all leads apart."""
    weights = [weight for weight, _ in members]
    eligible = list(_draws([chance for _, chance in members], seed))
    waited = [START + timedelta(minutes=number) for number in range(-len(weights), 0)]
    pool = Pool(
        "weighted",
        [member(number, weight=weight, last_assigned_at=waited[number]) for number, weight in enumerate(weights)],
        catch_up=catch_up,
    )

    for some in eligible:
        pool.give(1, only=some)

    assert pool.given == list(_reference(weights, eligible, catch_up))


def _draws(chances: Sequence[float], seed: int) -> Iterator[set[int]]:
    """Yield who is eligible for each lead: everybody with a chance of their own, somebody always."""
    random = Random(seed)
    for _ in range(LEADS):
        yield {number for number, chance in enumerate(chances) if random.random() < chance} or {0}


def _reference(weights: Sequence[int], eligible: Sequence[set[int]], catch_up: int) -> Iterator[int]:
    """Yield who gets each lead, as `docs/strategies.md` has it, in exact fractions and nothing else.

    Of those who stand at or below the level, whoever would be done first, then whoever is furthest back in truth, then
    whoever has waited longest. Nobody stands further back than `catch_up` leads behind the furthest's last one.
    """
    had, last = [0] * len(weights), list(range(-len(weights), 0))
    for at, some in enumerate(eligible):
        front = max(Fraction(had[each] - 1, weights[each]) for each in some)
        stands = {each: max(had[each], ceil(front * weights[each]) - catch_up) for each in some}
        level = Fraction(sum(stands.values()), sum(weights[each] for each in some))
        chosen = min(
            (each for each in some if stands[each] <= level * weights[each]),
            key=lambda each: (
                Fraction(stands[each] + 1, weights[each]),
                Fraction(had[each], weights[each]),
                last[each],
            ),
        )
        had[chosen], last[chosen] = stands[chosen] + 1, at
        yield chosen
