"""What the prover answers about claims: exactly, with an example the engine bears out, or that it cannot say."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules_engine.engine.evaluate import trace
from rules_engine.engine.nodes import Condition
from rules_engine.engine.parse import parse_condition
from rules_engine.engine.prover.formulas import Ask, Claim
from rules_engine.engine.prover.proofs import ALWAYS, ON_PATTERNS, UNCONFIRMED, Answer, Period, Prover
from rules_engine.engine.values import Verdict
from tests.unit.engine import strategies
from tests.unit.engine.vocabulary import CATALOG, NOW, leaf

ZONE = ZoneInfo("America/New_York")


def condition(document: object) -> Condition:
    parsed = parse_condition(document, CATALOG)
    assert parsed.condition is not None, parsed.problems
    return parsed.condition


def ask(*documents: object, how: Ask = Ask.TRUE, period: Period = ALWAYS) -> Answer:
    conditions = [condition(document) for document in documents]
    return Prover(conditions, CATALOG, ZONE).ask([Claim(each, how) for each in conditions], period)


IMPOSSIBLE: dict[str, list[Any]] = {
    "two states": [leaf("lead.state", "eq", "FL"), leaf("lead.state", "eq", "TX")],
    "no option left": [leaf("lead.state", "not_in", ["FL", "TX"]), leaf("lead.state", "ne", "NY")],
    "older and younger": [leaf("lead.age", "gt", 65), leaf("lead.age", "lt", 65)],
    "between a number and itself": [leaf("lead.age", "gt", 65), leaf("lead.age", "lte", 65)],
    "yes and no": [leaf("lead.has_consent", "eq", True), leaf("lead.has_consent", "ne", True)],
    "known and missing": [leaf("lead.age", "gte", 0), leaf("lead.age", "is_missing")],
    "no day between": [leaf("lead.birth_date", "gt", "2026-01-01"), leaf("lead.birth_date", "lt", "2026-01-02")],
    "before the first minute": [leaf("now.local_time", "lt", "00:00")],
    "night and noon": [leaf("now.local_time", "between", ["21:00", "08:00"]), leaf("now.local_time", "eq", "12:00")],
    "set holds and lacks": [
        leaf("lead.languages", "contains_all", ["es", "en"]),
        leaf("lead.languages", "not_contains", "es"),
    ],
    "recent and old": [leaf("lead.received_at", "within_days", 30), leaf("lead.received_at", "older_than_days", 60)],
    "two beginnings": [leaf("lead.name", "starts_with", "ab"), leaf("lead.name", "starts_with", "b")],
    "begins otherwise": [leaf("lead.name", "eq", "Ann"), leaf("lead.name", "starts_with", "B")],
    "does not match": [leaf("lead.name", "eq", "Ann"), leaf("lead.name", "matches", "B.*")],
    "matches and does not": [leaf("lead.name", "matches", "B.*"), {"not": leaf("lead.name", "matches", "B.*")}],
    "same and another": [
        leaf("lead.state", "eq", ref="lead.home_state"),
        leaf("lead.state", "eq", "FL"),
        leaf("lead.home_state", "eq", "TX"),
    ],
    "less and more": [
        leaf("lead.age", "lt", ref="lead.household"),
        leaf("lead.household", "lte", 3),
        leaf("lead.age", "gte", 3),
    ],
    "itself": [leaf("lead.age", "ne", ref="lead.age")],
    "all of a part": [
        leaf("producer.languages", "contains_all", ref="lead.languages"),
        leaf("lead.languages", "contains", "es"),
        leaf("producer.languages", "not_contains", "es"),
    ],
    "nothing in common": [
        leaf("producer.languages", "contains_any", ref="lead.languages"),
        {"not": leaf("lead.languages", "contains_any", ref="producer.languages")},
    ],
    "key with its parts given": [
        leaf("producer.authorities", "contains", key=[{"ref": "lead.state"}, {"ref": "lead.line"}]),
        leaf("lead.state", "eq", "FL"),
        leaf("lead.line", "eq", "LIFE"),
        leaf("producer.authorities", "not_contains", key=[{"value": "FL"}, {"value": "LIFE"}]),
    ],
}


@pytest.mark.parametrize("documents", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_what_cannot_hold_together_is_proven_so(documents: list[object]) -> None:
    assert ask(*documents).is_impossible


@pytest.mark.parametrize("documents", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
def test_every_one_of_them_is_needed_for_it(documents: list[object]) -> None:
    for left_out in range(len(documents)) if len(documents) > 1 else ():
        assert ask(*documents[:left_out], *documents[left_out + 1 :]).example is not None


POSSIBLE: dict[str, list[Any]] = {
    "between two cents": [leaf("lead.premium", "gt", "0.1"), leaf("lead.premium", "lt", "0.1000000000000000000001")],
    "a day between": [leaf("lead.birth_date", "gt", "2026-01-01"), leaf("lead.birth_date", "lt", "2026-01-03")],
    "three in order": [
        leaf("lead.age", "lt", ref="lead.household"),
        leaf("lead.household", "lt", ref="score.total"),
        leaf("score.total", "lt", 1),
        leaf("lead.age", "gt", 0),
    ],
    "named day, and days ago": [
        leaf("lead.birth_date", "older_than_days", 30),
        leaf("lead.birth_date", "gt", "2026-11-20"),
    ],
    "beginning and end": [
        leaf("lead.name", "starts_with", "o"),
        leaf("lead.name", "ends_with", "r"),
        leaf("lead.name", "ne", "other"),
    ],
    "begins as nothing does": [
        {"not": leaf("lead.name", "starts_with", "other")},
        {"not": leaf("lead.name", "starts_with", "a")},
    ],
    "licensed": [
        leaf("producer.authorities", "contains", key=[{"ref": "lead.state"}, {"ref": "lead.line"}]),
        leaf("lead.state", "eq", "FL"),
    ],
    "an empty set": [leaf("lead.languages", "not_contains", "es")],
    "nothing": [],
}


@pytest.mark.parametrize("documents", POSSIBLE.values(), ids=POSSIBLE)
def test_what_can_hold_together_comes_with_an_example(documents: list[object]) -> None:
    assert ask(*documents).example is not None


def test_what_depends_on_the_texts_a_pattern_matches_is_not_decided() -> None:
    answer = ask(leaf("lead.name", "matches", "[bc][de]"), leaf("lead.name", "matches", "[ac]e"))

    assert answer == Answer(None, decided=False, why=ON_PATTERNS)


def test_days_are_looked_for_inside_the_period_only() -> None:
    after = leaf("lead.birth_date", "gt", "2026-11-20")
    old = leaf("lead.birth_date", "older_than_days", 30)

    assert ask(after, old, period=Period(end=NOW.date())).is_impossible
    example = ask(after, old, period=Period(start=NOW.date())).example
    assert example is not None
    assert example.at.date().isoformat() == "2026-12-22"


CLAIMS = st.lists(st.tuples(strategies.conditions(), st.sampled_from(Ask)), min_size=1, max_size=4)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(CLAIMS, st.lists(strategies.facts(), min_size=20, max_size=20))
def test_no_lead_does_what_is_proven_impossible(
    drawn: list[tuple[object, Ask]], leads: list[dict[str, object]]
) -> None:
    claims = [Claim(condition(document), how) for document, how in drawn]
    answer = Prover([claim.condition for claim in claims if claim.condition], CATALOG, ZONE).ask(claims)

    assert answer.why != UNCONFIRMED
    if answer.is_impossible:
        assert not any(all(_fits(claim, raw) for claim in claims) for raw in leads)


def _fits(claim: Claim, raw: dict[str, object]) -> bool:
    verdict = Verdict.TRUE if claim.condition is None else trace(claim.condition, CATALOG.facts(raw), NOW, ZONE).verdict
    return claim.ask.fits(verdict)
