"""What holds for every rule and every lead, whoever wrote the one or sent the other."""

import json
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rules_engine.engine.catalog import Facts
from rules_engine.engine.codegen import Writer
from rules_engine.engine.compile import CompiledSet, compile_set
from rules_engine.engine.evaluate import trace
from rules_engine.engine.explain import explain_rule, explain_trace
from rules_engine.engine.lacking import Lacking
from rules_engine.engine.limits import weigh
from rules_engine.engine.nodes import All, Condition, Not, RuleSetTree
from rules_engine.engine.nodes import Any as AnyOf
from rules_engine.engine.operators import Moment
from rules_engine.engine.outcomes import Recorded
from rules_engine.engine.parse import parse, parse_condition, to_document
from rules_engine.engine.ruleset import eligibility, gate, route, score
from rules_engine.engine.stages import STAGES
from rules_engine.engine.tables import expand
from rules_engine.engine.values import Verdict
from tests.unit.engine import strategies
from tests.unit.engine.vocabulary import CATALOG, NOW, make_document, make_rule

ZONE = ZoneInfo("America/New_York")
ELIGIBILITY = strategies.conditions(STAGES["eligibility"].scopes)
quick = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _condition(document: object) -> Condition:
    parsed = parse_condition(document, CATALOG)
    assert parsed.condition is not None, parsed.problems
    return parsed.condition


def _tree(stage: str, documents: list[dict[str, object]]) -> RuleSetTree:
    rules = [rule | {"id": f"rule-{index}"} for index, rule in enumerate(documents)]
    if stage == "route":
        rules.append(make_rule("route", id="last"))
    parsed = parse(make_document(stage=stage) | {"rules": rules}, CATALOG)
    assert parsed.tree is not None, parsed.problems
    return parsed.tree


def _verdict(condition: Condition, facts: Facts) -> Verdict:
    return trace(condition, facts, NOW, ZONE).verdict


def _compiled_verdict(condition: Condition, facts: Facts) -> Verdict:
    writer = Writer()
    answer = f"return {writer.surely(condition)}, {writer.possibly(condition)}"
    surely, possibly = writer.function("lead, producer, moment", [answer])(facts.known, facts.known, Moment(NOW, ZONE))
    return Verdict.of(True if surely else None if possibly else False)


@pytest.mark.parametrize("stage", STAGES)
@settings(quick, max_examples=60)
@given(data=st.data())
def test_what_is_printed_parses_to_the_same_tree(stage: str, data: st.DataObject) -> None:
    drawn = strategies.rules(stage) | strategies.tables(stage)
    tree = _tree(stage, data.draw(st.lists(drawn, max_size=3)))

    document = json.loads(json.dumps(to_document(tree)))

    assert parse(document, CATALOG).tree == tree
    assert to_document(_tree_of(document)) == document


def _tree_of(document: object) -> RuleSetTree:
    tree = parse(document, CATALOG).tree
    assert tree is not None
    return tree


@quick
@given(strategies.conditions(), strategies.facts())
def test_compiled_conditions_agree_with_the_reference(document: object, raw: dict[str, object]) -> None:
    condition, facts = _condition(document), CATALOG.facts(raw)

    seen = trace(condition, facts, NOW, ZONE)

    assert _compiled_verdict(condition, facts) is seen.verdict
    assert (
        Lacking(condition).names(facts.known, Moment(NOW, ZONE)) == seen.missing or seen.verdict is not Verdict.UNKNOWN
    )
    assert bool(seen.missing) is (seen.verdict is Verdict.UNKNOWN)


def _shuffled(condition: Condition, data: st.DataObject) -> Condition:
    match condition:
        case All(members) | AnyOf(members):
            return type(condition)(tuple(_shuffled(member, data) for member in data.draw(st.permutations(members))))
        case Not(member):
            return Not(_shuffled(member, data))
    return condition


@quick
@given(strategies.conditions(), strategies.facts(), st.data())
def test_order_inside_groups_never_changes_a_verdict(document: object, raw: dict[str, object], data: Any) -> None:
    condition, facts = _condition(document), CATALOG.facts(raw)

    shuffled = _shuffled(condition, data)

    assert _verdict(shuffled, facts) is _verdict(condition, facts)
    assert _compiled_verdict(shuffled, facts) is _verdict(condition, facts)


def _asked(stage: str, compiled: CompiledSet, facts: Facts) -> Recorded:
    match stage:
        case "gate":
            return gate([compiled], facts, NOW)
        case "score":
            return score([compiled], facts, NOW)
        case "route":
            return route(compiled, facts, NOW)
    return eligibility([compiled], facts, NOW).judge(facts)


@pytest.mark.parametrize("stage", STAGES)
@settings(quick, max_examples=60)
@given(data=st.data())
def test_no_lead_data_makes_the_engine_raise(stage: str, data: st.DataObject) -> None:
    drawn = strategies.rules(stage) | strategies.tables(stage)
    tree = _tree(stage, data.draw(st.lists(drawn, max_size=2)))
    facts = CATALOG.facts(data.draw(strategies.facts(hostile=True)))
    compiled = compile_set(tree, CATALOG, "set")

    outcome = _asked(stage, compiled, facts)

    assert json.dumps(outcome.as_dict())
    for rule in tree.rules:
        assert explain_rule(rule, CATALOG).endswith(".")
        for condition in rule.conditions:
            seen = trace(condition, facts, NOW, ZONE)
            assert json.dumps(seen.as_dict())
            assert explain_trace(seen, CATALOG).endswith(".")


@pytest.mark.parametrize("stage", STAGES)
@settings(quick, max_examples=150)
@given(data=st.data())
def test_a_table_decides_as_the_rules_it_expands_to(stage: str, data: st.DataObject) -> None:
    tree = _tree(stage, [data.draw(strategies.tables(stage))])
    spelt_out = replace(tree, rules=tuple(each for rule in tree.rules for each in expand(rule)))
    facts = CATALOG.facts(data.draw(strategies.facts()))

    whole, one_by_one = (_asked(stage, compile_set(form, CATALOG, "set"), facts) for form in (tree, spelt_out))

    assert whole == one_by_one


@quick
@given(strategies.facts(hostile=True))
def test_raw_facts_read_back_to_the_same_facts(raw: dict[str, object]) -> None:
    facts = CATALOG.facts(raw)

    assert CATALOG.facts(json.loads(json.dumps(facts.raw()))) == facts


@quick
@given(strategies.conditions(STAGES["gate"].scopes), strategies.facts())
def test_an_unknown_gate_never_lets_a_lead_through(when: object, raw: dict[str, object]) -> None:
    rules = compile_set(_tree("gate", [make_rule(when=when)]), CATALOG)
    facts = CATALOG.facts(raw)

    effect = gate([rules], facts, NOW).effect

    assert (
        effect
        == {Verdict.TRUE: "reject", Verdict.FALSE: None, Verdict.UNKNOWN: "review"}[_verdict(_condition(when), facts)]
    )


@quick
@given(ELIGIBILITY, ELIGIBILITY, strategies.facts(), strategies.facts())
def test_only_a_requirement_surely_met_lets_a_producer_have_the_lead(
    when: object, require: object, lead: dict[str, object], producer: dict[str, object]
) -> None:
    rules = compile_set(_tree("eligibility", [make_rule("eligibility", when=when, require=require)]), CATALOG)
    lead_facts = CATALOG.facts({name: raw for name, raw in lead.items() if not name.startswith("producer.")})
    producer_facts = CATALOG.facts({name: raw for name, raw in producer.items() if name.startswith("producer.")})
    both = lead_facts.merged(producer_facts)

    judged = eligibility([rules], lead_facts, NOW).judge(producer_facts)

    is_surely_met = _verdict(_condition(require), both) is Verdict.TRUE
    surely_does_not_apply = _verdict(_condition(when), both) is Verdict.FALSE
    assert judged.allowed is (is_surely_met or surely_does_not_apply)


@quick
@given(strategies.ANYTHING)
def test_no_document_makes_parse_raise(document: object) -> None:
    parsed = parse(document, CATALOG)

    assert parsed.tree is None
    assert all(problem.message.endswith(".") for problem in parsed.problems)


@pytest.mark.parametrize("stage", STAGES)
@settings(quick, max_examples=60)
@given(data=st.data())
def test_a_document_spoilt_anywhere_has_problems_or_a_tree_never_an_exception(stage: str, data: st.DataObject) -> None:
    document = to_document(_tree(stage, [data.draw(strategies.rules(stage) | strategies.tables(stage))]))
    _spoil(document, data)

    parsed = parse(document, CATALOG)

    assert (parsed.tree is None) is bool(parsed.problems)
    for problem in parsed.problems:
        assert problem.message.endswith(".")
        assert _exists(document, problem.pointer), problem
    assert weigh(document) is None or parsed.tree is None


def _spoil(node: Any, data: st.DataObject) -> None:
    """Walk down a random way and put something else where it ends."""
    keys = list(node) if isinstance(node, dict) else range(len(node))
    key = data.draw(st.sampled_from(list(keys)))
    inner = node[key]
    if isinstance(inner, dict | list) and inner and data.draw(st.booleans()):
        _spoil(inner, data)
    else:
        node[key] = data.draw(strategies.ANYTHING)


def _exists(document: Any, pointer: str) -> bool:
    """Say whether the pointer leads to a place in the document, or to a key its last object could have."""
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]] or [""]
    for part in way:
        document = document[int(part)] if isinstance(document, list) else document[part]
    return isinstance(document, dict) or (isinstance(document, list) and (not last or int(last) < len(document)))
