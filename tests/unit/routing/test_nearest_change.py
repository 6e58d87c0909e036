"""What would have to change for a producer to be eligible, in sentences."""

from datetime import time
from decimal import Decimal
from typing import Any

import pytest

from licenses.facts import Ask
from routing.caps import Cap, Used
from routing.decision import Inquiry, Rules, judge_producer
from routing.nearest_change import Adviser, Desk
from routing.roster import RosterProducer
from routing.sla.calendar import Calendar, Interval
from tests.unit.routing.cast import ASK, TO_LIFE, compiled, free, inquiry, on_leave, producer

SPANISH: dict[str, Any] = {
    "id": "language",
    "name": "Speaks the lead's language",
    "require": {"field": "producer.languages", "op": "contains", "ref": "lead.language"},
    "reason": "LANGUAGE",
}
TRAINED: dict[str, Any] = {
    "id": "trained",
    "name": "Trained or senior",
    "require": {
        "any": [
            {
                "all": [
                    {"field": "producer.skills", "op": "contains", "value": "annuity"},
                    {"field": "producer.certifications", "op": "contains", "value": "ANNUITY_BI"},
                ]
            },
            {"field": "producer.skills", "op": "contains", "value": "senior"},
        ]
    },
    "reason": "TRAINING",
}
LICENSED: dict[str, Any] = {
    "id": "licensed",
    "name": "Licensed there",
    "require": {
        "field": "producer.authorities",
        "op": "contains",
        "key": [{"ref": "lead.state"}, {"ref": "lead.line"}],
    },
    "reason": "NOT_LICENSED",
}
ADULTS: dict[str, Any] = {
    "id": "adults",
    "name": "Adults only",
    "require": {"field": "lead.age", "op": "gte", "value": 18},
    "reason": "MINOR",
}
NEW_YORK = Ask("NY", ("America/New_York",), ASK.products)


def advise(asked: Inquiry, who: RosterProducer, desk: Desk | None = None) -> str:
    """Return the advice about one producer."""
    assert asked.ask is not None
    return Adviser(asked, asked.ask, "life").nearest_change(who, judge_producer(who, asked, asked.ask), desk).text


def under(*requirements: dict[str, Any]) -> Rules:
    """Return rules that route everything to life, with these requirements."""
    return Rules(
        route=compiled("route", TO_LIFE, slug="routes"),
        eligibility=(compiled("eligibility", *requirements, slug="fit"),),
    )


def test_an_eligible_producer_needs_no_change() -> None:
    kim = producer(1)

    assert advise(inquiry(kim), kim) == ""


def test_a_license_is_added_where_there_is_none() -> None:
    kim = producer(1)

    assert "add a NY Life license" in advise(inquiry(kim, ask=NEW_YORK), kim)


@pytest.mark.parametrize(
    ("rule", "facts", "text"),
    [
        pytest.param(
            SPANISH,
            {"lead.language": "es"},
            "meet “Speaks the lead's language”: Languages include Language (here “es”)",
            id="a fact of the producer against one of the lead",
        ),
        pytest.param(
            SPANISH, {}, "meet “Speaks the lead's language”: ask the lead for language", id="the lead does not say"
        ),
        pytest.param(TRAINED, {}, "meet “Trained or senior”: Skills include “senior”", id="the shorter of two ways"),
        pytest.param(
            ADULTS,
            {"lead.age": 17},
            "nothing would do: no change to the producer clears “Adults only”",
            id="about the lead alone",
        ),
        pytest.param(
            {**SPANISH, "when": {"field": "producer.resident_state", "op": "eq", "value": "GA"}},
            {"lead.language": "es"},
            "meet “Speaks the lead's language”: Languages include Language (here “es”)",
            id="the requirement rather than where it applies",
        ),
        pytest.param(
            {**ADULTS, "when": {"field": "producer.resident_state", "op": "eq", "value": "GA"}},
            {"lead.age": 17},
            "meet “Adults only”: not so that Home state is Georgia",
            id="where it applies, if nothing else helps",
        ),
    ],
)
def test_a_rule_is_cleared_by_the_fewest_answers(rule: dict[str, Any], facts: dict[str, object], text: str) -> None:
    kim = producer(1)

    assert advise(inquiry(kim, rules=under(rule), facts=facts), kim) == text


def test_a_rule_that_a_license_clears_is_not_told_twice() -> None:
    kim = producer(1, expires=on_leave()[0][0].date())
    asked = inquiry(kim, rules=under(LICENSED))
    standing = judge_producer(kim, asked, ASK)
    assert [block.code for block in standing.blocks] == ["LICENSE_EXPIRED", "NOT_LICENSED"]

    assert advise(asked, kim) == "renew the GA license (ended Nov 22, 2026)"


def test_a_producer_who_is_away_comes_back() -> None:
    mornings = Calendar("America/New_York", (Interval(1, time(9), time(12)),))
    kim, lee = producer(1, shifts=mornings), producer(2, leaves=on_leave(days=2))
    nobody = producer(3, shifts=Calendar("America/New_York", ()))

    assert [advise(inquiry(kim), each) for each in (kim, lee, nobody)] == [
        "wait until Tue, Nov 24, 09:00 EST, when the shift begins",
        "wait until Wed, Nov 25, 10:00 EST, when the leave ends",
        "give the producer hours to work",
    ]


@pytest.mark.parametrize(
    ("full", "state", "text"),
    [
        ("AT_CAPACITY", {"load": Decimal(12)}, "close 3 of 12 open, or raise the capacity to 13"),
        ("AT_CAPACITY", {"load": Decimal("10.5")}, "close 2 of 10.5 open, or raise the capacity to 12"),
        ("DAILY_CAP", {"caps": {1: Used(4)}}, "wait for the next day, or raise the daily cap to 5"),
        ("OPEN_CAP", {"caps": {2: Used(3)}}, "close one, or raise the open cap to 4"),
        ("PACED", {"caps": {1: Used(4)}}, "wait until the cap's pace allows the next one, or stop pacing it"),
    ],
)
def test_a_full_desk_takes_room(full: str, state: dict[str, Any], text: str) -> None:
    kim = producer(1, caps=(Cap(1, "DAY", 4), Cap(2, "OPEN", 3, line="LIFE")))

    assert advise(inquiry(kim), kim, Desk(free(1, **state)[1], full)) == text


def test_an_empty_desk_of_no_capacity_takes_capacity() -> None:
    kim = producer(1, capacity=0)

    assert advise(inquiry(kim), kim, Desk(free(1)[1], "AT_CAPACITY")) == "raise the capacity to 1"


def test_who_has_had_the_lead_stays_out_whatever_else_is_mended() -> None:
    kim = producer(1, status="LEAVE")

    assert advise(inquiry(kim, had_it=frozenset({1})), kim) == "nothing would do: has already had this lead"


def test_the_advice_is_the_same_every_time() -> None:
    kim = producer(1, status="LEAVE", leaves=on_leave())
    asked = inquiry(kim, rules=under(SPANISH, TRAINED), facts={"lead.language": "es"})

    assert len({advise(asked, kim) for _ in range(20)}) == 1
