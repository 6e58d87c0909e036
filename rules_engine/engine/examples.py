"""Runs the examples that travel with rules: each tests its rule alone, as if it were confirmed."""

from dataclasses import dataclass, replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from rules_engine.engine.catalog import Catalog
from rules_engine.engine.compile import CompiledSet, compile_set
from rules_engine.engine.evaluate import trace
from rules_engine.engine.nodes import (
    Condition,
    Example,
    Gate,
    Prefer,
    Route,
    Rule,
    RuleSetTree,
    Score,
    Status,
    action_type,
)
from rules_engine.engine.ruleset import eligibility, gate, route, score
from rules_engine.engine.values import Verdict

Answer = str | int | Decimal


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """One example: which rule's, which of its examples, what it expected and what came out."""

    rule: str
    index: int
    expected: Answer
    got: Answer
    passed: bool


def run_examples(tree: RuleSetTree, catalog: Catalog) -> tuple[ExampleResult, ...]:
    """Run every example of every rule, in order."""
    return tuple(result for rule in tree.rules for result in run_rule_examples(rule, tree, catalog))


def run_rule_examples(rule: Rule, tree: RuleSetTree, catalog: Catalog) -> tuple[ExampleResult, ...]:
    """Run the examples of one rule of a set."""
    if not rule.examples:
        return ()
    alone = compile_set(replace(tree, rules=(replace(rule, status=Status.CONFIRMED),)), catalog)
    answers = [_answer(alone, rule, example) for example in rule.examples]
    return tuple(
        ExampleResult(rule.id, index, example.expect, got, got == example.expect)
        for index, (example, got) in enumerate(zip(rule.examples, answers, strict=True))
    )


def _answer(alone: CompiledSet, rule: Rule, example: Example) -> Answer:
    facts, now = example.facts, example.at
    said = action_type(rule.action)
    if said is Gate:
        return gate((alone,), facts, now).effect or "none"
    if said is Score:
        return sum(part.add for part in score((alone,), facts, now).parts)
    if said is Route:
        return "no_match" if route(alone, facts, now).pool is None else "match"
    if said is Prefer:
        return eligibility((alone,), facts, now).judge(facts).preference
    return _require_answer(alone, example)


def _require_answer(alone: CompiledSet, example: Example) -> str:
    judged = eligibility((alone,), example.facts, example.at).judge(example.facts)
    if judged.blocks:
        return "UNKNOWN" if all(block.missing for block in judged.blocks) else "BLOCK"
    return "ALLOW" if _applies(alone, example) else "NOT_APPLICABLE"


def _applies(alone: CompiledSet, example: Example) -> bool:
    return any(
        compiled.is_active(example.at.timestamp()) and _may_hold(compiled.rule.when, example, alone.zone)
        for compiled in alone.rules
    )


def _may_hold(when: Condition | None, example: Example, zone: ZoneInfo) -> bool:
    return when is None or trace(when, example.facts, example.at, zone).verdict is not Verdict.FALSE
