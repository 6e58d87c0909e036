"""Putting known facts into a condition never changes what it says of a lead that has them."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules_engine.engine.evaluate import trace
from rules_engine.engine.nodes import Condition, fields_of, leaves
from rules_engine.engine.operators import Moment
from rules_engine.engine.parse import parse_condition
from rules_engine.engine.prover.given import Given
from tests.unit.engine import strategies
from tests.unit.engine.vocabulary import CATALOG, NOW, leaf

ZONE = ZoneInfo("America/New_York")
NAMES = [field.name for field in CATALOG.fields]


def condition(document: object) -> Condition:
    parsed = parse_condition(document, CATALOG)
    assert parsed.condition is not None, parsed.problems
    return parsed.condition


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies.conditions(), strategies.facts(), st.sets(st.sampled_from(NAMES)))
def test_the_verdict_stays_the_same(document: object, raw: dict[str, object], names: set[str]) -> None:
    asked, facts = condition(document), CATALOG.facts(raw)

    left = Given(names, facts, Moment(NOW, ZONE)).put_into(asked)

    assert trace(left, facts, NOW, ZONE).verdict is trace(asked, facts, NOW, ZONE).verdict


LICENSED = leaf("producer.authorities", "contains", key=[{"ref": "lead.state"}, {"ref": "lead.line"}])
HELD = {"producer.authorities": [["FL", "LIFE"], ["FL", "HEALTH"], ["TX", "LIFE"]], "producer.languages": ["es"]}
LEFT: dict[str, tuple[Any, dict[str, object], set[str]]] = {
    "a key with one part open": (LICENSED, {"lead.state": "FL"}, {"lead.line"}),
    "a fact among a settled set": (leaf("lead.line", "in", ref="producer.languages"), {}, {"lead.line"}),
    "a settled set that holds a fact": (
        leaf("producer.languages", "not_contains", ref="lead.line"),
        {},
        {"lead.line"},
    ),
    "nothing but settled facts": (leaf("producer.languages", "contains", "es"), {}, {"producer.languages"}),
}


@pytest.mark.parametrize(("document", "more", "read"), LEFT.values(), ids=LEFT)
def test_what_is_left_asks_about_open_facts_alone(document: object, more: dict[str, object], read: set[str]) -> None:
    facts = CATALOG.facts(HELD | more)

    left = Given(list(facts.known), facts, Moment(NOW, ZONE)).put_into(condition(document))

    assert {name for one in leaves(left) for name in fields_of(one)} == read
