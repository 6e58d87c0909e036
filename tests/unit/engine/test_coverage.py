"""Which conditions a set of leads ever tries."""

from datetime import UTC, datetime
from typing import Any

from rules_engine.engine.coverage import Covered, RuleCoverage, Sample, cover
from rules_engine.engine.parse import parse
from tests.unit.engine.vocabulary import CATALOG

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)
TEXAS: dict[str, Any] = {"field": "lead.state", "op": "eq", "value": "TX"}
OLD: dict[str, Any] = {"field": "lead.age", "op": "gte", "value": 65}
SPANISH: dict[str, Any] = {"field": "producer.languages", "op": "contains", "value": "es"}


def covered(stage: str, *bodies: dict[str, Any], samples: list[Sample]) -> tuple[RuleCoverage, ...]:
    """Return the coverage of a set of these rules."""
    document = {"language": 1, "stage": stage, "time_zone": "America/New_York", "rules": list(bodies)}
    parsed = parse(document, CATALOG, draft=True)
    assert parsed.tree is not None, parsed.problems
    return cover(parsed.tree, samples)


def lead(*producers: dict[str, Any], **facts: Any) -> Sample:
    """Return a lead, its facts named without their scope."""
    known = CATALOG.facts({f"lead.{name}": value for name, value in facts.items()})
    return Sample(known, NOW, tuple(CATALOG.facts(each) for each in producers))


def counts(covered: Covered | None) -> tuple[int, int, int]:
    """Return how often it was true, false and unknown."""
    assert covered is not None
    return covered.true, covered.false, covered.unknown


def score(when: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Return a score rule."""
    return {"id": "points", "name": "Points", "when": when, "add": 5, **fields}


def test_each_condition_counts_what_it_said() -> None:
    (rule,) = covered(
        "score", score({"any": [TEXAS, OLD]}), samples=[lead(state="TX"), lead(state="FL", age=70), lead(state="FL")]
    )

    assert rule.when is not None
    assert (rule.reached, counts(rule.when)) == (3, (2, 0, 1))
    assert [counts(member) for member in rule.when.members] == [(1, 2, 0), (1, 0, 1)]
    assert [rule.when.gap, *(member.gap for member in rule.when.members)] == ["never false", "", "never false"]
    assert rule.gaps == 2


def test_what_follows_the_deciding_answer_is_not_reached() -> None:
    (rule,) = covered("score", score({"all": [TEXAS, {"not": OLD}]}), samples=[lead(state="FL", age=70)])

    assert rule.when is not None
    assert [member.gap for member in rule.when.members] == ["never true", "never reached"]
    assert rule.gaps == 3


def test_what_is_muted_is_left_out() -> None:
    (rule,) = covered("score", score({"all": [{**TEXAS, "muted": True}, OLD]}), samples=[lead(age=70)])

    assert rule.when is not None
    assert [counts(member) for member in rule.when.members] == [(1, 0, 0)]


def test_a_rule_outside_its_days_is_not_reached() -> None:
    (rule,) = covered("score", score(TEXAS, active_from="2026-11-24"), samples=[lead(state="TX")])

    assert (rule.reached, rule.gaps) == (0, 1)


def test_a_route_rule_after_the_one_that_matched_is_not_reached() -> None:
    to: dict[str, Any] = {"route": {"pool": "life"}}
    rules = covered(
        "route",
        {"id": "would", "name": "Would", "status": "provisional", "jurisdiction": "TX", **to},
        {"id": "texas", "name": "Texas", "when": TEXAS, **to},
        {"id": "never", "name": "Never", "when": OLD, **to},
        {"id": "rest", "name": "Rest", **to},
        samples=[lead(state="TX", age=70), lead(state="TX")],
    )

    assert [rule.reached for rule in rules] == [2, 2, 0, 0]
    assert rules[2].when is not None
    assert rules[2].when.gap == "never reached"


def test_a_requirement_is_asked_of_every_producer_where_the_rule_applies() -> None:
    body = {"id": "spanish", "name": "Spanish", "when": TEXAS, "require": SPANISH, "reason": "LANGUAGE"}
    speaks, does_not = {"producer.languages": ["es"]}, {"producer.languages": ["en"]}
    (rule,) = covered(
        "eligibility",
        body,
        samples=[lead(speaks, does_not, state="TX"), lead(speaks, state="FL"), lead(speaks)],
    )

    assert (counts(rule.when), counts(rule.asks)) == ((1, 1, 1), (2, 1, 0))


def test_where_a_rule_applies_may_itself_ask_about_the_producer() -> None:
    body = {"id": "texan", "name": "Texan", "when": SPANISH, "require": TEXAS, "reason": "HOME"}
    (rule,) = covered(
        "eligibility",
        body,
        samples=[lead({"producer.languages": ["es"]}, {"producer.languages": ["en"]}, state="FL")],
    )

    assert (counts(rule.when), counts(rule.asks)) == ((1, 1, 0), (0, 1, 0))


def test_a_row_of_a_table_after_the_one_that_held_is_not_reached() -> None:
    table = {
        "inputs": [{"field": "lead.state", "op": "eq"}],
        "outputs": ["add"],
        "hit": "first",
        "rows": [
            {"id": "tx", "if": ["TX"], "then": [5]},
            {"id": "fl", "if": ["FL"], "then": [3]},
            {"id": "any", "if": ["-"], "then": [1]},
        ],
    }
    rules = covered(
        "score", {"id": "points", "name": "Points", "table": table}, samples=[lead(state="TX"), lead(state="FL")]
    )

    assert [(rule.rule.id, rule.reached) for rule in rules] == [("points/tx", 2), ("points/fl", 1), ("points/any", 0)]
