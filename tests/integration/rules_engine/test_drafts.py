"""Editing draft rules, against the database."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.actor import Actor
from accounts.errors import Forbidden, Invalid
from audit.models import Entry
from rules_engine import services as rules
from rules_engine.documents import content_hash
from rules_engine.mappers import document_of
from rules_engine.models import Rule, RuleSet
from tests.factories import GATE_RULE, make_rule_set

POOR = {
    "id": "poor",
    "name": "Low premium",
    "effect": "warn",
    "when": {"field": "lead.premium", "op": "lt", "value": 100},
}
ROUTE = {
    "id": "florida",
    "name": "Florida",
    "when": {"field": "lead.state", "op": "eq", "value": "FL"},
    "route": {"pool": "fl"},
}
CATCH_ALL = {"id": "rest", "name": "Everybody else", "route": {"pool": "house"}}


def ids(ruleset: RuleSet) -> list[str]:
    """Return the draft's rules in order, and check that their places are counted through."""
    rows = list(ruleset.rules.order_by("position"))
    assert [row.position for row in rows] == list(range(len(rows)))
    return [row.rule_id for row in rows]


def test_a_new_rule_stands_last_and_its_history_says_who(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set()

    rule = rules.create_rule(ruleset=ruleset, document=POOR, actor=ops, now=now)

    assert ids(ruleset) == ["closed-states", "poor"]
    state = rule.history.get()
    assert (state.history_type, str(state.history_user_id), state.history_date) == ("+", ops.id, now)


def test_a_new_route_rule_stands_before_the_catch_all(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set("main", [CATCH_ALL], stage="route")

    rules.create_rule(ruleset=ruleset, document=ROUTE, actor=ops, now=now)

    assert ids(ruleset) == ["florida", "rest"]


def test_a_rule_is_stored_as_the_language_prints_it(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set(rules=[])

    rule = rules.create_rule(
        ruleset=ruleset,
        document={**POOR, "status": "confirmed", "active_to": None, "jurisdiction": None},
        actor=ops,
        now=now,
    )

    assert rule.body == POOR


@pytest.mark.parametrize(
    ("parts", "pointer", "code"),
    [
        ({"id": "closed-states"}, "/id", "id.duplicate"),
        ({"id": "Not An Id"}, "/id", "id.bad"),
        ({"when": {"all": []}}, "/when/all", "condition.empty"),
        ({"when": {"field": "lead.premium", "op": "lt", "value": "much"}}, "/when/value", "value.kind"),
        ({"name": "\x00"}, "/name", "text.bad"),
    ],
)
def test_a_rule_with_problems_is_refused_with_the_place(
    ops: Actor, now: datetime, parts: dict[str, Any], pointer: str, code: str
) -> None:
    ruleset = make_rule_set()

    with pytest.raises(Invalid) as refused:
        rules.create_rule(ruleset=ruleset, document={**POOR, **parts}, actor=ops, now=now)

    assert [(problem.pointer, problem.code) for problem in refused.value.problems] == [(pointer, code)]
    assert ids(ruleset) == ["closed-states"]


def test_saving_what_is_there_already_leaves_no_history(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set(rules=[])
    rule = rules.create_rule(ruleset=ruleset, document=POOR, actor=ops, now=now)

    rules.save_rule(rule=rule, document=POOR, actor=ops, now=now)
    rules.save_rule(rule=rule, document={**POOR, "name": "Very low premium"}, actor=ops, now=now + timedelta(minutes=1))

    assert list(rule.history.values_list("name", flat=True)) == ["Very low premium", "Low premium"]


def test_a_save_over_somebody_elses_is_refused(ops: Actor, now: datetime) -> None:
    rule = make_rule_set(rules=[POOR]).rules.get()
    seen = content_hash(rule.body)
    rules.save_rule(rule=rule, document={**POOR, "name": "Theirs"}, actor=ops, now=now, seen_hash=seen)

    with pytest.raises(rules.EditedMeanwhile):
        rules.save_rule(rule=rule, document={**POOR, "name": "Mine"}, actor=ops, now=now, seen_hash=seen)

    assert Rule.objects.get().name == "Theirs"


def test_the_id_of_a_rule_stays(ops: Actor, now: datetime) -> None:
    rule = make_rule_set(rules=[POOR]).rules.get()

    with pytest.raises(Invalid) as refused:
        rules.save_rule(rule=rule, document={**POOR, "id": "other"}, actor=ops, now=now)

    assert [problem.code for problem in refused.value.problems] == ["id.fixed"]


@pytest.mark.parametrize(
    ("to", "order"), [(0, ["c", "a", "b"]), (1, ["a", "c", "b"]), (9, ["a", "b", "c"]), (-4, ["c", "a", "b"])]
)
def test_a_rule_moves_to_any_place(ops: Actor, now: datetime, to: int, order: list[str]) -> None:
    ruleset = make_rule_set(rules=[{**POOR, "id": rule_id} for rule_id in "abc"])

    rules.move_rule(rule=ruleset.rules.get(rule_id="c"), position=to, actor=ops, now=now)

    assert ids(ruleset) == order


def test_a_deleted_rule_keeps_its_history(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set(rules=[POOR, GATE_RULE])

    rules.delete_rule(rule=ruleset.rules.get(rule_id="poor"), actor=ops, now=now)

    assert ids(ruleset) == ["closed-states"]
    assert Rule.history.filter(rule_id="poor", history_type="-").get().history_date == now


def test_import_makes_the_draft_say_what_the_document_says(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set(rules=[POOR, GATE_RULE])
    document = {**document_of(ruleset), "time_zone": "America/Chicago"}
    document["rules"] = [{**GATE_RULE, "name": "Closed"}, {**POOR, "id": "poorer"}]

    rules.import_document(ruleset=ruleset, document=document, actor=ops, now=now)

    ruleset.refresh_from_db()
    assert document_of(ruleset) == document
    assert list(Rule.history.order_by("history_id").values_list("rule_id", "history_type")) == [
        ("poor", "+"),
        ("closed-states", "+"),
        ("closed-states", "~"),
        ("poorer", "+"),
        ("poor", "-"),
    ]
    assert Entry.objects.get().action == "rule_set.imported"


def test_import_refuses_another_stage_and_changes_nothing(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set(rules=[POOR])
    before = document_of(ruleset)

    with pytest.raises(Invalid) as refused:
        rules.import_document(ruleset=ruleset, document={**before, "stage": "score", "rules": []}, actor=ops, now=now)

    assert [problem.pointer for problem in refused.value.problems] == ["/stage"]
    assert (document_of(ruleset), Entry.objects.count()) == (before, 0)


def test_a_set_is_made_described_and_refused(ops: Actor, now: datetime) -> None:
    made = rules.create_rule_set(
        slug="extra", name="Extra", stage="score", time_zone="America/Denver", actor=ops, now=now
    )
    rules.describe_rule_set(ruleset=made, name="More", position=3, time_zone="America/Denver", actor=ops, now=now)

    with pytest.raises(Invalid, match="There is a set extra already"):
        rules.create_rule_set(slug="extra", name="E", stage="score", time_zone="America/Denver", actor=ops, now=now)
    with pytest.raises(Invalid, match="time zone"):
        rules.describe_rule_set(ruleset=made, name="More", position=3, time_zone="Mars/Base", actor=ops, now=now)

    assert list(Entry.objects.order_by("seq").values_list("action", flat=True)) == [
        "rule_set.created",
        "rule_set.described",
    ]
    assert RuleSet.objects.get().name == "More"


def test_an_auditor_changes_no_draft(auditor: Actor, now: datetime) -> None:
    ruleset = make_rule_set(rules=[POOR])
    rule = ruleset.rules.get()
    attempts: list[Callable[[], object]] = [
        lambda: rules.create_rule(ruleset=ruleset, document=GATE_RULE, actor=auditor, now=now),
        lambda: rules.save_rule(rule=rule, document=POOR, actor=auditor, now=now),
        lambda: rules.delete_rule(rule=rule, actor=auditor, now=now),
        lambda: rules.move_rule(rule=rule, position=0, actor=auditor, now=now),
        lambda: rules.import_document(ruleset=ruleset, document=document_of(ruleset), actor=auditor, now=now),
        lambda: rules.create_rule_set(slug="x", name="X", stage="gate", time_zone="UTC", actor=auditor, now=now),
        lambda: rules.describe_rule_set(ruleset=ruleset, name="X", position=0, time_zone="UTC", actor=auditor, now=now),
    ]

    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt()

    assert Rule.objects.get().body == POOR
