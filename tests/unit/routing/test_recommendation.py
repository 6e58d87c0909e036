"""When a pool that takes turns is told that room would serve it better."""

from decimal import Decimal

import pytest

from routing.recommendation import Desk, Recommendation, recommend


def desks(*taken: int, capacity: int = 10) -> list[Desk]:
    """Return desks with so much open."""
    return [Desk(Decimal(each), capacity) for each in taken]


@pytest.mark.parametrize(
    ("strategy", "members", "idle", "full"),
    [
        pytest.param("round_robin", desks(*[5] * 30), None, None, id="thirty are not too many"),
        pytest.param("round_robin", desks(*[5] * 31), 0, 0, id="thirty-one are"),
        pytest.param("weighted", desks(*[5] * 31), None, None, id="weights may be meant"),
        pytest.param("least_loaded", desks(*[0] * 20, *[10] * 20), None, None, id="room decides already"),
        pytest.param("round_robin", desks(0, 10), 1, 1, id="one idle while one is full"),
        pytest.param("weighted", desks(1, 1, 12), 2, 1, id="idle up to a tenth, over capacity too"),
        pytest.param("round_robin", desks(2, 10), None, None, id="full, but nobody idle"),
        pytest.param("round_robin", desks(0, 9), None, None, id="idle, but nobody full"),
        pytest.param("round_robin", [*desks(10), Desk(Decimal(0), 0)], None, None, id="no desk is not an idle desk"),
        pytest.param("round_robin", [], None, None, id="nobody"),
    ],
)
def test_room_is_recommended(strategy: str, members: list[Desk], idle: int | None, full: int | None) -> None:
    found = recommend(strategy, members)

    assert (found.idle if found else None, found.full if found else None) == (idle, full)


def test_the_figures_are_told() -> None:
    found = recommend("round_robin", desks(0, 1, 10, *[5] * 30))

    assert found == Recommendation(
        "Turns alone share leads among 33 active producers, more than 30. 1 desk is full while 2 desks are all but "
        "empty. 161 of 330 places are taken. Least loaded gives each lead to whoever has the most room.",
        33,
        2,
        1,
    )
