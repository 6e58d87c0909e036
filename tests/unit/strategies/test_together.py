"""One assignment: held against every possible one on small cases."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from routing.strategies.together import Desk, Pair, solve

PEOPLE = (1, 2, 3)
PAIRS = st.lists(
    st.builds(Pair, st.sampled_from(PEOPLE), st.integers(0, 1), st.integers(0, 500_000).map(lambda each: each * 100)),
    unique_by=lambda pair: pair.producer_id,
    max_size=3,
)
ROOM = st.fixed_dictionaries({each: st.integers(0, 3) for each in PEOPLE})


@settings(max_examples=150, deadline=None)
@given(st.lists(PAIRS, min_size=1, max_size=4), ROOM)
def test_no_other_assignment_places_more_or_asks_better_ones(leads: list[list[Pair]], room: dict[int, int]) -> None:
    desks = {each: Desk(0, most) for each, most in room.items()}

    found = solve(leads, desks)

    assert solve(leads, desks) == found
    placed, level, value = _worth(leads, found)
    lawful = [[None, *(pair.producer_id for pair in pairs)] for pairs in leads]
    possible = [each for each in product(*lawful) if all(each.count(who) <= most for who, most in room.items())]
    assert tuple(found) in possible
    best = max(_worth(leads, each) for each in possible)
    assert (placed, level) == best[:2]
    most = max((pair.value for pairs in leads for pair in pairs), default=0)
    assert value >= best[2] - len(leads) * most / 100  # the emptier desk may cost a hundredth of the best pair each


def _worth(leads: list[list[Pair]], found: object) -> tuple[int, int, int]:
    """Return how many are placed, how well by level, and what they are worth."""
    assert isinstance(found, list | tuple)
    had = [
        next(pair for pair in pairs if pair.producer_id == who)
        for pairs, who in zip(leads, found, strict=True)
        if who is not None
    ]
    return len(had), -sum(pair.level for pair in had), sum(pair.value for pair in had)
