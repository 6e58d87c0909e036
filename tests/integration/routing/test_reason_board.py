"""What waits by its reasons: how much, what it is worth, and what would free the most of it."""

from decimal import Decimal
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from routing import reasons
from routing.fairness import expected_value
from routing.models import Lead, LeadSource, Pool, QueueItem
from routing.queries import reason_board
from routing.queries.reason_board import Board
from tests.agency import MINUTE, NOW

pytestmark = pytest.mark.django_db

ITEMS = QueueItem.objects.all()


@pytest.fixture
def source() -> LeadSource:
    return LeadSource.objects.create(slug="web", name="Web form")


def wait(source: LeadSource, reason: str = "NO_CAPACITY", *, pool: str = "life", **lead: Any) -> QueueItem:
    """Put a lead before a manager."""
    waiting = Lead.objects.create(source=source, received_at=NOW, state="FALLBACK", pool=pool, **lead)
    at = NOW + MINUTE * QueueItem.objects.count()
    return QueueItem.objects.create(kind="FALLBACK", lead=waiting, reason=reason, text="x", created_at=at)


def told(board: Board) -> list[tuple[str, int, Decimal]]:
    """Return each reason with its leads and their value."""
    return [(group.reason, group.count, group.worth) for group in board.groups]


def test_a_reason_is_worth_what_its_leads_are_together(source: LeadSource) -> None:
    leads = [(premium, score) for premium in (None, 0, 120, 2_400, 9_999_999) for score in (None, 0, 1, 63, 100, 140)]
    for premium, score in leads:
        wait(source, premium=premium, score=score)

    board = reason_board.board(ITEMS)

    each = [expected_value(None if premium is None else Decimal(premium), score) for premium, score in leads]
    assert told(board) == [("NO_CAPACITY", 30, sum(each))]
    assert (board.count, board.worth, board.unscored) == (30, sum(each), 5)
    assert board.premiums == sum(premium or 1_000 for premium, _ in leads)


def test_the_most_leads_come_first_and_of_as_many_those_worth_most(source: LeadSource) -> None:
    wait(source, "NO_ROUTE", premium=100, score=50)
    wait(source, "POOL_EMPTY", premium=9_000, score=50)
    for _ in range(2):
        wait(source, "NO_CAPACITY", premium=10, score=50)

    board = reason_board.board(ITEMS)

    assert told(board) == [
        ("NO_CAPACITY", 2, Decimal(10)),
        ("POOL_EMPTY", 1, Decimal(4_500)),
        ("NO_ROUTE", 1, Decimal(50)),
    ]
    assert (board.count, board.worth, board.unscored) == (4, Decimal(4_560), 0)


def test_reasons_that_are_not_shown_are_in_the_sum(source: LeadSource) -> None:
    for number in range(reason_board.GROUPS + 3):
        wait(source, f"OWN_{number:02}", premium=1_000 * (number + 1), score=100)

    board = reason_board.board(ITEMS)

    assert (len(board.groups), board.more) == (reason_board.GROUPS, 3)
    assert (board.groups[0].reason, board.groups[-1].reason) == ("OWN_22", "OWN_03")
    assert (board.count, board.worth) == (23, Decimal(1_000 * sum(range(24))))


def test_of_what_frees_as_many_leads_the_one_that_holds_up_most_value_comes_first(source: LeadSource) -> None:
    Pool.objects.create(slug="life", name="Life desk")
    wait(source, pool="life", premium=500, score=10)
    wait(source, pool="annuity", premium=5_000, score=80)

    [group] = reason_board.board(ITEMS).groups

    assert [(lever.text, lever.frees, lever.worth) for lever in group.levers] == [
        ("Room in the pool annuity", 1, Decimal(4_000)),
        ("Room in the pool Life desk", 1, Decimal(50)),
    ]


def test_nothing_waits_and_nothing_is_at_stake() -> None:
    assert reason_board.board(ITEMS) == Board(0, Decimal(0), Decimal(0), 0, [], 0)


def test_reasons_are_told_in_the_rules_own_words_at_one_statement(
    source: LeadSource, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    wait(source, "CLOSED")
    wait(source, "CLOSED")
    wait(source, "LATE")

    with django_assert_num_queries(1):
        assert reason_board.headings(["LATE", "NO_CAPACITY", "GONE", "CLOSED"], ITEMS) == [
            "x",
            reasons.text("NO_CAPACITY"),
            reasons.text("GONE"),
            "x",
        ]
    with django_assert_num_queries(0):
        assert reason_board.headings(["NO_CAPACITY"], ITEMS) == [reasons.text("NO_CAPACITY")]
    assert {group.reason: group.text for group in reason_board.board(ITEMS).groups} == {"CLOSED": "x", "LATE": "x"}
