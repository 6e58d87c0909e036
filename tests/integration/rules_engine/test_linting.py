"""Lint of drafts and documents: what is proven, what leads and pools say, and rules that cannot be read."""

from datetime import datetime
from typing import Any

import pytest
from django.conf import LazySettings
from pytest_django import DjangoAssertNumQueries

from rules_engine import services as rules
from rules_engine.mappers import document_of
from rules_engine.models import RuleSet
from rules_engine.usage import Usage
from tests.factories import GATE_RULE, make_rule_set

FL = {"field": "lead.state", "op": "eq", "value": "FL"}
GA = {"field": "lead.state", "op": "eq", "value": "GA"}
LAST = {"id": "last", "name": "Everybody else", "route": {"pool": "life"}}

SAID = Usage()


def said(now: datetime) -> Usage:
    return SAID


@pytest.fixture(autouse=True)
def outside(settings: LazySettings) -> None:
    settings.RULES_USAGE = f"{__name__}.said"


def tell(monkeypatch: pytest.MonkeyPatch, **parts: Any) -> None:
    monkeypatch.setattr(f"{__name__}.SAID", Usage(**parts))


def found(ruleset: RuleSet, now: datetime) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    lint = rules.lint_draft(ruleset=ruleset, now=now)
    return [(each.code, each.rules, each.pointers) for each in lint.findings]


@pytest.mark.django_db
def test_a_draft_is_judged_as_far_as_it_can_be_read(now: datetime) -> None:
    broken = {**GATE_RULE, "id": "broken", "effect": "explode"}
    never = {**GATE_RULE, "id": "never", "when": {"all": [FL, GA]}}
    ruleset = make_rule_set(rules=[broken, never])

    lint = rules.lint_draft(ruleset=ruleset, now=now)

    assert [problem.pointer for problem in lint.problems] == ["/rules/0/effect"]
    assert lint.judged == 1
    assert found(ruleset, now) == [("rule.unreachable", ("never",), ("/rules/1/when/all/0", "/rules/1/when/all/1"))]


@pytest.mark.django_db
def test_a_document_is_judged_whole_or_not_at_all(now: datetime) -> None:
    document = document_of(make_rule_set(rules=[{**GATE_RULE, "when": {"all": [FL, GA]}}]))

    judged = rules.lint_document(document=document, stage="gate", now=now)
    elsewhere = rules.lint_document(document=document, stage="score", now=now)
    unreadable = rules.lint_document(document=[], stage="gate", now=now)

    assert [each.code for each in judged.findings] == ["rule.unreachable"]
    assert ([each.code for each in elsewhere.problems], elsewhere.findings) == (["stage.other"], ())
    assert ([each.code for each in unreadable.problems], unreadable.judged) == (["type.wrong"], 0)


@pytest.mark.django_db
def test_rules_on_rarely_filled_facts_are_named_with_the_share(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    age = {"field": "lead.age", "op": "lt", "value": 18}
    known = {"field": "lead.age", "op": "is_missing"}
    ruleset = make_rule_set(
        rules=[
            {**GATE_RULE, "id": "minors", "name": "No minors", "when": {"all": [FL, age]}},
            {**GATE_RULE, "id": "ageless", "name": "No age", "when": known},
        ]
    )
    tell(monkeypatch, leads=200, period="the last 30 days", filled={"lead.age": 87, "lead.state": 180})

    (finding,) = rules.lint_draft(ruleset=ruleset, now=now).findings

    assert (finding.code, finding.rules, finding.pointers) == ("field.rarely_filled", ("minors",), ("/rules/0",))
    assert finding.message == "“No minors” asks for “Age”, which 44% of the 200 leads of the last 30 days had."


@pytest.mark.django_db
def test_a_handful_of_leads_says_nothing(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    ruleset = make_rule_set(rules=[{**GATE_RULE, "when": FL}])
    tell(monkeypatch, leads=19, period="the last 30 days", filled={"lead.state": 0})

    assert found(ruleset, now) == []


@pytest.mark.django_db
def test_routes_to_pools_of_no_use_are_named(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    to_gone = {"id": "fl", "name": "Florida", "when": FL, "route": {"pool": "florida"}}
    to_empty = {"id": "ga", "name": "Georgia", "when": GA, "route": {"pool": "georgia"}}
    ruleset = make_rule_set(rules=[to_gone, to_empty, LAST], stage="route")
    tell(monkeypatch, targets={"/route/pool": {"georgia": "has no members", "life": ""}})

    messages = [each.message for each in rules.lint_draft(ruleset=ruleset, now=now).findings]

    assert messages == [
        "“Florida” sends leads to the pool florida, which is gone.",
        "“Georgia” sends leads to the pool georgia, which has no members.",
    ]


@pytest.mark.django_db
def test_a_draft_of_routes_without_its_last_one_is_shown_a_lead_it_misses(now: datetime) -> None:
    ruleset = make_rule_set(rules=[LAST | {"when": FL}], stage="route")

    assert [code for code, _, _ in found(ruleset, now)] == ["set.no_catch_all"]


@pytest.mark.django_db
def test_lint_writes_nothing(now: datetime, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ruleset = make_rule_set()

    with django_assert_num_queries(1):
        rules.lint_draft(ruleset=ruleset, now=now)
