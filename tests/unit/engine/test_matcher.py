"""Many rules looked up at once: what each of them says alone, whatever the lead lacks and whenever it is asked."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules_engine.engine import matcher
from rules_engine.engine.catalog import Facts
from rules_engine.engine.columns import MOST_REMEMBERED, Remembering
from rules_engine.engine.compile import CompiledSet, compile_set, split
from rules_engine.engine.evaluate import Trace, trace
from rules_engine.engine.matcher import WORTH_MATCHING
from rules_engine.engine.nodes import Condition, Gate, Rule, RuleSetTree, Table
from rules_engine.engine.operators import Moment
from rules_engine.engine.outcomes import FiredGate, GateOutcome
from rules_engine.engine.parse import parse
from rules_engine.engine.ruleset import gate
from rules_engine.engine.stages import STAGES, STOPPING_EFFECTS, worst
from rules_engine.engine.tables import expand
from rules_engine.engine.values import Verdict
from tests.unit.engine import strategies
from tests.unit.engine.vocabulary import CATALOG, NOW, leaf, make_document, make_rule, make_set, make_tree

ZONE = ZoneInfo("America/New_York")
INSTANTS = st.sampled_from(
    [NOW, NOW - timedelta(days=366), NOW + timedelta(days=1), datetime(2026, 11, 21, 5, 30, tzinfo=UTC)]
)
LEADS = st.lists(st.tuples(strategies.facts(), INSTANTS), min_size=12, max_size=12)


@st.composite
def trees(draw: st.DrawFn, stage: str) -> RuleSetTree:
    """Return sets of rules, and now and then a table between them."""
    drawn = draw(st.lists(strategies.rules(stage), min_size=6, max_size=6))
    drawn += draw(st.just([]) | strategies.tables(stage).map(lambda table: [table]))
    rules = [rule | {"id": f"rule-{place}"} for place, rule in enumerate(draw(st.permutations(drawn)))]
    rules += [make_rule("route", id="last")] if stage == "route" else []
    parsed = parse(make_document(stage=stage) | {"rules": rules}, CATALOG)
    assert parsed.tree is not None, parsed.problems
    return parsed.tree


def matching(tree: RuleSetTree) -> CompiledSet:
    """Return the set, compiled as if it were worth matching."""
    with patch.object(matcher, "WORTH_MATCHING", 0):
        return compile_set(tree, CATALOG, "set")


def _said(condition: Condition | None, facts: Facts, now: datetime) -> Trace | None:
    return None if condition is None else trace(condition, facts, now, ZONE)


@pytest.mark.parametrize("stage", STAGES)
@settings(max_examples=75)
@given(data=st.data())
def test_a_set_finds_the_rules_that_the_reference_finds(stage: str, data: st.DataObject) -> None:
    """6 rules or more × 12 leads at their instants × 75 sets × 4 stages: at least 21,600 cases."""
    tree = data.draw(trees(stage))
    compiled = matching(tree)

    for raw, now in data.draw(LEADS):
        facts = CATALOG.facts(raw)
        found = compiled.find(facts.known, Moment(now, ZONE))

        assert found == list(_found_one_by_one(tree, facts, now))


def _found_one_by_one(tree: RuleSetTree, facts: Facts, now: datetime) -> Iterator[int]:
    for index, rule in enumerate(each for written in tree.rules for each in expand(written)):
        said = _said(split(rule.when)[0], facts, now)
        if said is None or said.verdict is not Verdict.FALSE:
            yield index if said is None or said.verdict is Verdict.TRUE else ~index


@settings(max_examples=75)
@given(tree=trees("gate"), leads=LEADS)
def test_gates_answer_as_the_reference_with_every_reason_and_missing_fact(
    tree: RuleSetTree, leads: list[tuple[dict[str, object], datetime]]
) -> None:
    compiled = matching(tree)

    for raw, now in leads:
        facts = CATALOG.facts(raw)

        assert gate([compiled], facts, now) == _gated(tree, facts, now)


def _gated(tree: RuleSetTree, facts: Facts, now: datetime) -> GateOutcome:
    """Judge gates as their documentation has them, from traces alone."""
    fired: list[FiredGate] = []
    unknown: list[FiredGate] = []
    day = now.astimezone(ZONE).date()
    for rule in (each for written in tree.rules for each in expand(written)):
        said = _said(rule.when, facts, now)
        if not _is_active(rule, day) or (said and said.verdict is Verdict.FALSE):
            continue
        action = rule.action
        assert isinstance(action, Gate)
        is_sure = said is None or said.verdict is Verdict.TRUE
        stops = not is_sure and action.effect in STOPPING_EFFECTS and not action.skip_unknown
        told = FiredGate(
            f"set:{rule.id}",
            rule.name,
            "review" if stops else action.effect,
            "DATA_MISSING" if stops else action.reason,
            action.message,
            Verdict.TRUE if is_sure else Verdict.UNKNOWN,
            () if is_sure or said is None else said.missing,
            rule.is_provisional,
            action.needs,
        )
        (fired if is_sure or stops else unknown).append(told)
    return GateOutcome(worst({each.effect for each in fired if not each.provisional}), tuple(fired), tuple(unknown))


def _is_active(rule: Rule, day: date) -> bool:
    return (rule.active_from is None or rule.active_from <= day) and (rule.active_to is None or day < rule.active_to)


ABOUT: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "lead.languages": (
        {
            "contains": ["es"],
            "not_contains": ["en"],
            "contains_any": [["es", "fr"]],
            "contains_all": [["es", "en"], ["fr"]],
            "is_missing": [None],
        },
        [[], ["es"], ["en"], ["fr"], ["es", "en"], ["es", "fr"], ["es", "en", "fr"], ["pt"], None],
    ),
    "lead.age": (
        {"eq": [3], "ne": [4], "lt": [4], "lte": [3], "gt": [2], "gte": [5], "between": [[2, 4]], "in": [[1, 4]]}
        | {"not_in": [[2, 3]], "is_known": [None]},
        [0, 1, 2, 2.5, 3, 4, 5, 6, None],
    ),
    "lead.premium": (  # too long a scale for each whole number on it to be kept
        {"lt": ["0.5"], "lte": [2000], "gte": [90_000], "between": [["0.5", 2000]], "eq": ["2000.5"], "ne": [90_000]},
        [0, 0.5, 1, 1999, 2000, 2000.5, 2001, 89_999, 90_000, 1_000_000, None],
    ),
    "now.local_time": (
        {"lt": ["08:00"], "gte": ["21:00"], "between": [["08:00", "21:00"], ["21:00", "08:00"]], "is_missing": [None]},
        ["00:00", "07:59", "08:00", "12:00", "20:59", "21:00", "23:00", None],
    ),
    "lead.line": (
        {"eq": ["LIFE"], "not_in": [["LIFE", "AUTO"]], "starts_with": ["LI"], "ends_with": ["E"], "matches": ["L.*"]}
        | {"is_known": [None]},
        ["LIFE", "LIMB", "AUTO", "HOME", "L", "E", None],
    ),
    "lead.received_at": (
        {"within_days": [1], "older_than_days": [1], "lt": ["2026-11-21T15:00:00Z"], "is_missing": [None]},
        ["2026-11-21T15:00:00Z", "2026-11-20T15:00:00Z", "2026-11-20T14:00:00Z", None],
    ),
}


@pytest.mark.parametrize("field", ABOUT)
def test_every_two_questions_about_one_fact_are_looked_up_as_they_are_answered(field: str) -> None:
    asked, values = ABOUT[field]
    one = [leaf(field, op, value) for op, operands in asked.items() for value in operands]
    either_way = [*one, *({"not": each} for each in one)]
    pairs = [{group: [first, second]} for group in ("all", "any") for first in either_way for second in either_way]
    tree = make_tree(*(make_rule(when=when) for when in pairs))
    compiled = compile_set(tree, CATALOG)

    assert compiled.matched == len(pairs)
    for value in values:
        facts = CATALOG.facts({field: value})
        assert compiled.find(facts.known, Moment(NOW, ZONE)) == list(_found_one_by_one(tree, facts, NOW)), value


def test_a_look_up_keeps_its_first_values_only_and_answers_for_every_other() -> None:
    asked: list[int] = []

    def find(value: int) -> int:
        asked.append(value)
        return value + 1

    kept = Remembering(find)

    answers = [kept[value] for value in (*range(MOST_REMEMBERED + 2), 0, MOST_REMEMBERED)]

    assert answers == [*range(1, MOST_REMEMBERED + 3), 1, MOST_REMEMBERED + 1]
    assert asked == [*range(MOST_REMEMBERED + 2), MOST_REMEMBERED]
    assert len(kept) == MOST_REMEMBERED


CODES = [f"{number:05}" for number in range(10_000, 10_000 + WORTH_MATCHING)]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("10003", {"is", "starts", "ends", "not ends"}),
        ("1000", {"ends, short", "not is"}),
        ("9010003", {"not is", "not starts", "ends", "not ends"}),
        ("03", {"not is", "not starts", "not ends"}),
    ],
)
def test_texts_are_looked_up_by_their_beginnings_and_endings(name: str, found: set[str]) -> None:
    asked = {
        "is": leaf("lead.name", "eq", "10003"),
        "not is": leaf("lead.name", "ne", "10003"),
        "starts": {"all": [leaf("lead.name", "starts_with", "10"), leaf("lead.name", "starts_with", "10003")]},
        "not starts": {"not": leaf("lead.name", "starts_with", "1000")},
        "ends": leaf("lead.name", "ends_with", "003"),
        "ends, short": leaf("lead.name", "ends_with", "000"),
        "not ends": {"not": leaf("lead.name", "ends_with", "000")},
    }
    rules = [make_rule(id=f"rule-{at}", name=told, when=when) for at, (told, when) in enumerate(asked.items())]
    others = [make_rule(id=f"other-{code}", when=leaf("lead.line", "eq", code)) for code in CODES]
    compiled = make_set(*rules, *others)

    outcome = gate([compiled], CATALOG.facts({"lead.name": name, "lead.line": "none"}), NOW)

    assert compiled.matched == len(rules) + len(others)
    assert {each.name for each in outcome.fired} == found


def _of_many_alternatives() -> dict[str, object]:
    """Six choices of two: 64 alternatives."""
    pairs = [[leaf("lead.age", "eq", number), leaf("lead.household", "eq", number)] for number in range(6)]
    return {"all": [{"any": pair} for pair in pairs]}


def test_a_rule_of_too_many_alternatives_is_judged_beside_the_matched_ones_and_not_counted() -> None:
    few = [make_rule(id=f"rule-{code}", when=leaf("lead.line", "ne", code)) for code in CODES]
    compiled = make_set(*few[:1], make_rule(id="intricate", when=_of_many_alternatives()), *few[1:])

    outcome = gate([compiled], CATALOG.facts({"lead.line": CODES[-1]}), NOW)

    assert compiled.matched == WORTH_MATCHING
    assert [each.rule.partition("-")[0] for each in outcome.fired] == ["set:rule", "set:intricate"] + ["set:rule"] * (
        WORTH_MATCHING - 2
    )
    assert outcome.fired[1].missing == ("lead.age", "lead.household")


@pytest.mark.parametrize(("rules", "matched"), [(WORTH_MATCHING - 1, 0), (WORTH_MATCHING, WORTH_MATCHING)])
def test_few_rules_are_judged_and_many_are_matched(rules: int, matched: int) -> None:
    compiled = make_set(*(make_rule(when=leaf("lead.line", "eq", code)) for code in CODES[:rules]))

    outcome = gate([compiled], CATALOG.facts({"lead.line": CODES[1]}), NOW)

    assert compiled.matched == matched
    assert [each.rule for each in outcome.fired] == ["set:a-rule-1"]


def test_a_table_speaks_in_its_place_among_matched_rules() -> None:
    table = {
        "inputs": [{"field": "lead.line", "op": "eq"}],
        "outputs": ["effect"],
        "hit": "collect",
        "rows": [{"id": "one", "if": ["LIFE"], "then": ["warn"]}, {"id": "two", "if": ["AUTO"], "then": ["warn"]}],
    }
    few = [make_rule(id=f"rule-{code}", when=leaf("lead.age", "lt", int(code))) for code in CODES]
    compiled = make_set(*few[:2], {"id": "table", "name": "A table", "table": table}, *few[2:])
    assert any(isinstance(rule.action, Table) for rule in compiled.tree.rules)

    outcome = gate([compiled], CATALOG.facts({"lead.line": "AUTO", "lead.age": 3}), NOW)

    assert [each.rule for each in outcome.fired][1:4] == ["set:rule-10001-1", "set:table-2/two", "set:rule-10002-3"]
    assert len(outcome.fired) == WORTH_MATCHING + 1
