"""One fact of a roster large enough that values are rare and bounds far apart, against a plain search."""

import random
from collections.abc import Callable

import pytest

from rules_engine.engine.attributes import NOBODY, Attribute, Held
from rules_engine.engine.bitsets import gathered, positions
from rules_engine.engine.lookups import LOOKUPS
from rules_engine.engine.values import MISSING

PEOPLE = 3_000


def _drawn(rng: random.Random, values: Callable[[random.Random], object]) -> Held:
    chance = rng.random()
    return NOBODY if chance < 0.05 else MISSING if chance < 0.1 else values(rng)  # type: ignore[return-value]  # typed


MONEY: Callable[[random.Random], object] = lambda rng: rng.randrange(40_000)  # noqa: E731  # a table entry
SETS: Callable[[random.Random], object] = lambda rng: frozenset(rng.sample(range(900), rng.randrange(3)))  # noqa: E731
TEXTS: Callable[[random.Random], object] = lambda rng: f"{rng.randrange(2_000):x}"  # noqa: E731

CASES = [
    ("eq", MONEY, lambda rng: rng.randrange(40_000), lambda held, asked: held == asked),
    ("lt", MONEY, lambda rng: rng.randrange(41_000), lambda held, asked: held < asked),
    ("lte", MONEY, lambda rng: rng.randrange(41_000), lambda held, asked: held <= asked),
    ("gt", MONEY, lambda rng: rng.randrange(-5, 41_000), lambda held, asked: held > asked),
    ("gte", MONEY, lambda rng: rng.randrange(-5, 41_000), lambda held, asked: held >= asked),
    (
        "between",
        MONEY,
        lambda rng: tuple(sorted(rng.sample(range(41_000), 2))),
        lambda held, asked: asked[0] <= held <= asked[1],
    ),
    ("contains", SETS, lambda rng: rng.randrange(901), lambda held, asked: asked in held),
    ("contains_any", SETS, lambda rng: frozenset(rng.sample(range(901), 4)), lambda held, asked: bool(held & asked)),
    ("contains_all", SETS, lambda rng: frozenset(rng.sample(range(901), 2)), lambda held, asked: held >= asked),
    ("starts_with", TEXTS, lambda rng: f"{rng.randrange(64):x}", str.startswith),
]


@pytest.mark.parametrize(("op", "values", "asked", "test"), CASES, ids=[case[0] for case in CASES])
def test_a_large_roster_answers_like_a_plain_search_before_and_after_changes(op, values, asked, test) -> None:  # type: ignore[no-untyped-def]  # rows of a table
    rng = random.Random(7)
    held = [_drawn(rng, values) for _ in range(PEOPLE)]
    attribute = Attribute(held)
    find = LOOKUPS[op](attribute)

    for _ in range(4):
        for _ in range(50):
            about = asked(rng)
            expected = {at for at, value in enumerate(held) if value not in (NOBODY, MISSING) and test(value, about)}
            assert set(positions(find(about))) == expected
        for _ in range(700):
            at, value = rng.randrange(PEOPLE), _drawn(rng, values)
            attribute.move(at, held[at], value)
            held[at] = value
    assert attribute.missing == gathered((at for at, value in enumerate(held) if value is MISSING), PEOPLE)


def test_positions_of_a_set_are_listed_in_order() -> None:
    assert list(positions(gathered([70, 3, 8, 7], 71))) == [3, 7, 8, 70]
    assert list(positions(0)) == []
