"""Fairness as values: what a lead is worth, what share was exact, when a band is left."""

from decimal import Decimal

import pytest

from routing.fairness import KINDS, circle, expected_value, kind_of_end, shares, turn

NOTHING = Decimal(0)


@pytest.mark.parametrize(
    ("premium", "score", "value"),
    [
        (Decimal(800), 50, "400.00"),
        (Decimal(800), 0, "8.00"),
        (Decimal(800), 180, "800.00"),
        (None, 50, "500.00"),
        (None, None, "10.00"),
    ],
)
def test_a_lead_is_worth_its_premium_by_its_score(premium: Decimal | None, score: int | None, value: str) -> None:
    assert expected_value(premium, score) == Decimal(value)


def test_a_turn_costs_what_the_weight_says_and_nothing_where_none_are_kept() -> None:
    assert [turn("round_robin", 4), turn("weighted", 4), turn("least_loaded", 4)] == [1, Decimal("0.25"), 0]


def test_a_circle_names_members_and_shares() -> None:
    assert circle("weighted", {7: 1, 3: 2}) == "3:2,7:1"
    assert circle("round_robin", {7: 1, 3: 2}) == "3:1,7:1"
    assert circle("least_loaded", {7: 1, 3: 2}) == ""


def test_exact_shares_add_up_to_the_leads_and_follow_the_weights() -> None:
    found = shares([(1, "1:2,2:1", 2, Decimal(300)), (2, "1:2,2:1", 1, Decimal(60)), (2, "", 4, Decimal(10))])

    assert {each: (share.had, float(share.exact), share.owed) for each, share in found.items()} == {
        1: (2, 2.0, 0.0),
        2: (5, 5.0, 0.0),
    }
    assert round(found[1].owed_value, 6) == -60
    assert round(found[2].owed_value, 6) == 60


def test_a_lead_given_back_is_due_to_nobody() -> None:
    found = shares([(1, "1:1,2:1", 1, Decimal(9)), (1, "1:1,2:1", -1, Decimal(-9))])

    assert {each: (share.had, float(share.exact)) for each, share in found.items()} == {1: (0, 0.0), 2: (0, 0.0)}


@pytest.mark.parametrize(
    ("had", "of", "outside"), [(3, 6, False), (2, 8, False), (1, 8, True), (48, 100, False), (44, 100, True)]
)
def test_a_band_is_so_many_leads_or_percent_whichever_is_more(had: int, of: int, outside: bool) -> None:
    found = shares([(1, "1:1,2:1", had, NOTHING), (2, "1:1,2:1", of - had, NOTHING)])

    assert found[1].is_outside(2, 5) is outside


@pytest.mark.parametrize(
    ("how", "reason", "kind", "gives_back"),
    [
        ("DECLINED", "Not mine", "DECLINED", False),
        ("BREACHED", "", "LATE", False),
        ("REASSIGNED", "Wrong desk", "RETURNED", True),
        ("DISPOSED", "BAD_LEAD", "BAD_LEAD", True),
        ("DISPOSED", "DUPLICATE", "DUPLICATE", True),
    ],
)
def test_how_a_lead_ends_says_whether_the_turn_comes_back(how: str, reason: str, kind: str, gives_back: bool) -> None:
    assert kind_of_end(how, reason) == kind
    assert KINDS[kind].gives_back is gives_back


def test_a_miss_that_is_excused_gives_the_turn_back() -> None:
    assert kind_of_end("BREACHED", "", excuse="OUTAGE") == "EXCUSED"
    assert KINDS["EXCUSED"].gives_back


def test_a_lead_that_was_worked_moves_no_balance() -> None:
    assert kind_of_end("DISPOSED", "SOLD") is None
