"""The examples that travel with rules."""

import pytest

from rules_engine.engine.examples import ExampleResult, run_examples
from tests.unit.engine.vocabulary import CATALOG, leaf, make_rule, make_tree

OLD = leaf("lead.age", "gt", 85)
AT = "2026-06-01T12:00:00Z"
WISH: dict[str, object] = {"require": None, "reason": None, "prefer": leaf("producer.years", "gte", 5), "weight": 1.5}

CASES = [
    ("gate", {"when": OLD}, {"lead.age": 90}, "reject"),
    ("gate", {"when": OLD}, {"lead.age": 50}, "none"),
    ("gate", {"when": OLD}, {}, "review"),
    ("gate", {"when": OLD, "status": "provisional"}, {"lead.age": 90}, "reject"),
    ("gate", {"when": OLD, "active_from": "2027-01-01"}, {"lead.age": 90}, "none"),
    ("score", {"add": -10}, {}, -10),
    ("score", {"when": OLD}, {}, 0),
    ("route", {"when": OLD}, {"lead.age": 90}, "match"),
    ("route", {"when": OLD}, {}, "no_match"),
    ("eligibility", {}, {"producer.languages": ["es"]}, "ALLOW"),
    ("eligibility", {}, {"producer.languages": []}, "BLOCK"),
    ("eligibility", {}, {}, "UNKNOWN"),
    ("eligibility", {"when": OLD}, {"lead.age": 50}, "NOT_APPLICABLE"),
    ("eligibility", {"when": OLD}, {"producer.languages": []}, "BLOCK"),
    ("eligibility", {"when": leaf("producer.years", "gt", 3)}, {"producer.years": 1}, "NOT_APPLICABLE"),
    ("eligibility", {"active_to": "2026-01-01"}, {"producer.languages": []}, "NOT_APPLICABLE"),
    ("eligibility", WISH, {"producer.years": 5}, 1.5),
    ("eligibility", WISH, {}, 0),
]


@pytest.mark.parametrize(("stage", "changes", "facts", "expect"), CASES)
def test_examples_pass_where_the_rule_answers_as_they_say(
    stage: str, changes: dict[str, object], facts: dict[str, object], expect: object
) -> None:
    rule = make_rule(stage, **changes, examples=[{"facts": facts, "at": AT, "expect": expect}])
    rules = [rule, make_rule("route")] if stage == "route" else [rule]

    (result,) = run_examples(make_tree(*rules, stage=stage), CATALOG)

    assert result.passed, result
    assert result.got == result.expected


def test_a_failing_example_says_what_came_out() -> None:
    examples = [{"facts": {"lead.age": age}, "at": AT, "expect": "reject"} for age in (90, 50)]

    results = run_examples(make_tree(make_rule(when=OLD, examples=examples)), CATALOG)

    assert results == (
        ExampleResult("a-rule", 0, "reject", "reject", True),
        ExampleResult("a-rule", 1, "reject", "none", False),
    )


def test_an_example_tests_its_rule_alone() -> None:
    example = {"facts": {}, "at": AT, "expect": "warn"}
    tree = make_tree(make_rule(), make_rule(effect="warn", reason=None, examples=[example]))

    (result,) = run_examples(tree, CATALOG)

    assert result.passed
