"""Named lists: values that conditions name, guarded while a draft rule names them."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.actor import Actor
from accounts.errors import Forbidden, Invalid
from rules_engine import queries
from rules_engine import services as rules
from rules_engine.models import NamedList
from tests.factories import GATE_RULE, make_rule_set

STRICT = {"slug": "strict-states", "name": "Strict states", "field": "lead.state", "values": ["CA", "FL"]}


@pytest.fixture
def strict(ops: Actor, now: datetime) -> NamedList:
    return rules.create_list(**STRICT, actor=ops, now=now)  # type: ignore[arg-type]  # a table of both kinds


def a_rule(rule_id: str, when: Any) -> dict[str, Any]:
    return {**GATE_RULE, "id": rule_id, "name": rule_id.capitalize(), "when": when, "examples": []}


STATE_IN_LIST = {"field": "lead.state", "op": "in", "list": "strict-states"}


def test_a_new_list_is_there_and_its_history_says_who(strict: NamedList, ops: Actor, now: datetime) -> None:
    assert NamedList.objects.values("slug", "name", "field", "values").get() == STRICT
    state = strict.history.get()
    assert (state.history_type, str(state.history_user_id), state.history_date) == ("+", ops.id, now)


@pytest.mark.parametrize(
    ("change", "pointer", "code"),
    [
        ({"slug": "Strict States"}, "/slug", "id.bad"),
        ({"slug": "s" * 61}, "/slug", "id.bad"),
        ({"slug": "strict-states"}, "/slug", "id.duplicate"),
        ({"name": "  "}, "/name", "text.bad"),
        ({"name": "Nul\x00"}, "/name", "text.bad"),
        ({"field": "lead.shoe_size"}, "/field", "field.unknown"),
        ({"field": "lead.has_phone"}, "/field", "field.unknown"),
        ({"values": []}, "/values", "operand.shape"),
        ({"values": "CA"}, "/values", "type.wrong"),
        ({"values": ["CA", "XX"]}, "/values/1", "value.option"),
        ({"values": ["CA", 7]}, "/values/1", "value.kind"),
        ({"values": ["CA", "FL", "CA"]}, "/values", "value.repeated"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_list_that_cannot_be_used_is_refused_where_it_is_wrong(
    strict: NamedList, ops: Actor, now: datetime, change: dict[str, Any], pointer: str, code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.create_list(**{**STRICT, "slug": "other", **change}, actor=ops, now=now)

    assert [(problem.pointer, problem.code) for problem in refusal.value.problems] == [(pointer, code)]
    assert NamedList.objects.get() == strict


def test_a_list_of_sets_holds_members(ops: Actor, now: datetime) -> None:
    made = rules.create_list(
        slug="near", name="Near", field="producer.licensed_states", values=["GA"], actor=ops, now=now
    )

    assert made.values == ["GA"]


def test_a_change_is_one_state_of_the_history_and_no_change_none(strict: NamedList, ops: Actor, now: datetime) -> None:
    later = now + timedelta(hours=1)
    rules.save_list(named_list=strict, name="Strict states", values=["CA", "FL"], actor=ops, now=later)
    assert strict.history.count() == 1

    rules.save_list(named_list=strict, name="Strict states", values=["CA", "NY"], actor=ops, now=later)

    strict.refresh_from_db()
    assert strict.values == ["CA", "NY"]
    assert strict.history.latest().history_date == later


@pytest.mark.parametrize(
    "body",
    [
        a_rule("plain", STATE_IN_LIST),
        a_rule("deep", {"any": [{"not": {"all": [STATE_IN_LIST]}}]}),
        {**a_rule("asks", None), "require": STATE_IN_LIST},
        {**a_rule("cell", None), "table": {"rows": [{"if": ["-", {"list": "strict-states"}]}]}},
    ],
    ids=lambda body: str(body["id"]),
)
def test_a_list_a_draft_rule_names_stays_and_the_refusal_names_the_rule(
    strict: NamedList, ops: Actor, now: datetime, body: dict[str, Any]
) -> None:
    ruleset = make_rule_set(rules=[GATE_RULE, body])

    with pytest.raises(rules.ListInUse, match=f"“{body['name']}” in {ruleset}"):
        rules.delete_list(named_list=strict, actor=ops, now=now)

    assert NamedList.objects.get() == strict
    assert [rule.rule_id for rule in queries.rules_using(strict)] == [body["id"]]


def test_a_list_nobody_names_goes_and_its_history_stays(strict: NamedList, ops: Actor, now: datetime) -> None:
    make_rule_set(rules=[{**GATE_RULE, "examples": [{"facts": {"list": "strict-states"}}]}])

    rules.delete_list(named_list=strict, actor=ops, now=now)

    assert not NamedList.objects.exists()
    assert [state.history_type for state in NamedList.history.all()] == ["-", "+"]


def test_who_may_not_edit_rules_changes_no_list(strict: NamedList, auditor: Actor, now: datetime) -> None:
    for attempt in (
        lambda: rules.create_list(**{**STRICT, "slug": "other"}, actor=auditor, now=now),  # type: ignore[arg-type]
        lambda: rules.save_list(named_list=strict, name="Mine", values=["CA"], actor=auditor, now=now),
        lambda: rules.delete_list(named_list=strict, actor=auditor, now=now),
    ):
        with pytest.raises(Forbidden):
            attempt()

    assert NamedList.objects.values("name", "values").get() == {"name": "Strict states", "values": ["CA", "FL"]}


def test_a_rule_may_name_a_list_and_none_that_is_not_there(strict: NamedList, ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set(rules=[])
    rules.create_rule(ruleset=ruleset, document=a_rule("plain", STATE_IN_LIST), actor=ops, now=now)

    with pytest.raises(Invalid) as refusal:
        rules.create_rule(
            ruleset=ruleset, document=a_rule("other", {**STATE_IN_LIST, "list": "lax-states"}), actor=ops, now=now
        )

    assert [problem.pointer for problem in refusal.value.problems] == ["/when/list"]
    assert [rule.rule_id for rule in ruleset.rules.all()] == ["plain"]
