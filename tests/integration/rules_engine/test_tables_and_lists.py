"""Tables and named lists between the draft rows and the documents that are published."""

from datetime import datetime
from typing import Any

import pytest

from accounts.actor import Actor
from accounts.errors import Invalid
from rules_engine import services as rules
from rules_engine.comparison import compare
from rules_engine.mappers import document_of
from rules_engine.models import NamedList, Rule
from tests.factories import GATE_RULE, make_rule_set

ROWS = [
    {"id": "strict", "if": [{"list": "strict-states"}], "then": ["review", "STRICT"]},
    {"id": "rest", "if": ["-"], "then": ["warn", "-"]},
]
TABLE = {
    "inputs": [{"field": "lead.state", "op": "in"}],
    "outputs": ["effect", "reason"],
    "hit": "first",
    "rows": ROWS,
}
RULE = {"id": "by-state", "name": "By state", "table": TABLE}


@pytest.fixture
def strict(ops: Actor, now: datetime) -> NamedList:
    values = ["CA", "FL"]
    return rules.create_list(
        slug="strict-states", name="Strict states", field="lead.state", values=values, actor=ops, now=now
    )


def _document(stage: str, *bodies: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"language": 1, "stage": stage, "time_zone": "America/New_York", **more, "rules": list(bodies)}


def test_a_draft_carries_the_lists_its_rules_name(strict: NamedList, ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set(rules=())

    rules.create_rule(ruleset=ruleset, document=RULE, actor=ops, now=now)

    assert document_of(ruleset) == _document("gate", RULE, lists={"strict-states": ["CA", "FL"]})
    assert rules.validate(document=document_of(ruleset)).problems == ()


def test_a_draft_without_lists_has_no_such_key(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set(rules=())

    rules.create_rule(ruleset=ruleset, document=GATE_RULE, actor=ops, now=now)

    assert "lists" not in document_of(ruleset)


def test_a_rule_cannot_name_a_list_nobody_made(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set(rules=())

    with pytest.raises(Invalid) as refusal:
        rules.create_rule(ruleset=ruleset, document=RULE, actor=ops, now=now)

    assert [(each.pointer, each.code) for each in refusal.value.problems] == [
        ("/table/rows/0/if/0/list", "list.unknown")
    ]
    assert not Rule.objects.exists()


def test_an_import_makes_the_lists_it_brings(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set(rules=())
    document = _document("gate", RULE, lists={"strict-states": ["NY"]})

    rules.import_document(ruleset=ruleset, document=document, actor=ops, now=now)

    made = NamedList.objects.get()
    assert (made.slug, made.name, made.field, made.values) == ("strict-states", "Strict states", "lead.state", ["NY"])
    assert document_of(ruleset) == document


def test_an_import_whose_list_differs_from_ours_is_refused(strict: NamedList, ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set(rules=())
    document = _document("gate", RULE, lists={"strict-states": ["NY"]})

    with pytest.raises(Invalid) as refusal:
        rules.import_document(ruleset=ruleset, document=document, actor=ops, now=now)

    assert [(each.pointer, each.code) for each in refusal.value.problems] == [("/lists/strict-states", "list.differs")]
    assert not Rule.objects.exists()
    assert NamedList.objects.get().values == ["CA", "FL"]


def test_a_comparison_tells_of_a_list_that_changed(strict: NamedList) -> None:
    old, new = (_document("gate", RULE, lists={"strict-states": values}) for values in (["CA"], ["CA", "FL"]))

    comparison = compare(old, new)

    assert comparison.rules == ()
    assert [(each.place, each.old, each.new) for each in comparison.whole] == [("lists › strict-states", None, "FL")]


def test_a_route_table_goes_before_the_table_that_takes_every_lead(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set(slug="route", stage="route", rules=())
    table = {**TABLE, "outputs": ["pool"]}
    florida = {"id": "fl", "if": [["FL"]], "then": ["florida"]}
    everyone = {"id": "rest", "if": ["-"], "then": ["everyone"]}
    bodies = [
        {"id": "whole", "name": "Whole", "table": {**table, "rows": [florida, everyone]}},
        {"id": "part", "name": "Part", "table": {**table, "rows": [florida]}},
    ]

    for body in bodies:
        rules.create_rule(ruleset=ruleset, document=body, actor=ops, now=now)

    assert list(ruleset.rules.values_list("rule_id", flat=True)) == ["part", "whole"]
