"""Lint with what the world outside says: the prover's findings, rarely filled facts, and targets nobody works at."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, Final

from accounts.errors import FieldProblem
from rules_engine.catalog_setting import catalog
from rules_engine.engine.budget import READING_STEPS, Budget
from rules_engine.engine.lint import SORTS, Finding, lint
from rules_engine.engine.nodes import Condition, Route, Rule, RuleSetTree, fields_of, leaves
from rules_engine.engine.operators import OPERATORS
from rules_engine.engine.parse import parse, parse_rule
from rules_engine.engine.problems import step
from rules_engine.engine.tables import rows
from rules_engine.mappers import document_of
from rules_engine.models import RuleSet
from rules_engine.services.validation import field_problems, stage_problems
from rules_engine.usage import Usage, usage

# A rule on a fact that fewer leads have than this share rests on sand.
FILLED_AT_LEAST: Final = 0.9
# Of fewer leads a share says nothing.
LEADS_AT_LEAST: Final = 20


@dataclass(frozen=True, slots=True)
class Lint:
    """What was found, what matters most first; the problems that kept rules from being judged; how many were."""

    findings: tuple[Finding, ...]
    problems: tuple[FieldProblem, ...]
    judged: int


def lint_draft(*, ruleset: RuleSet, now: datetime) -> Lint:
    """Judge a draft: every rule of it that can be read, also while others have problems."""
    document = document_of(ruleset)
    problems = parse(document, catalog(), draft=True).problems
    text = json.dumps(document, sort_keys=True)
    tree, places = _readable(text)
    return _judged(tree, places, text, field_problems(problems), now)


def lint_document(*, document: Any, stage: str, now: datetime) -> Lint:
    """Judge a document from any hand, meant for a set of that stage; nothing where it has problems."""
    parsed = parse(document, catalog(), draft=True)
    problems = field_problems(parsed.problems) or stage_problems(parsed.tree, stage)
    if parsed.tree is None or problems:
        return Lint((), problems, 0)
    places = tuple(range(len(parsed.tree.rules)))
    return _judged(parsed.tree, places, json.dumps(document, sort_keys=True), (), now)


def _judged(
    tree: RuleSetTree, places: tuple[int, ...], text: str, problems: tuple[FieldProblem, ...], now: datetime
) -> Lint:
    found = [*_proven(text), *_from_outside(tree, usage(now))]
    order = list(SORTS)
    moved = (replace(each, pointers=tuple(_moved(at, places) for at in each.pointers)) for each in found)
    return Lint(tuple(sorted(moved, key=lambda each: order.index(each.code))), problems, len(tree.rules))


@lru_cache(maxsize=64)
def _proven(text: str) -> tuple[Finding, ...]:
    """The same text gives the same findings, so each is judged once a process."""
    tree, _ = _readable(text)
    return lint(tree, catalog())


@lru_cache(maxsize=64)
def _readable(text: str) -> tuple[RuleSetTree, tuple[int, ...]]:
    """Return the rules that can be read, and their places in the document."""
    document = json.loads(text)
    lists = document.get("lists", {})
    reads = partial(parse_rule, stage=document["stage"], catalog=catalog(), draft=True, lists=lists)
    proofs = Budget(READING_STEPS)
    read = [reads(rule, proofs=proofs).rule for rule in document["rules"]]
    kept = [(place, rule) for place, rule in enumerate(read) if rule is not None]
    tree = RuleSetTree(document["stage"], document["time_zone"], tuple(rule for _, rule in kept))
    return tree, tuple(place for place, _ in kept)


def _moved(pointer: str, places: Sequence[int]) -> str:
    """Point into the document, where rules that could not be read count too."""
    head, _, rest = pointer.removeprefix("/rules/").partition("/")
    if not pointer.startswith("/rules/"):
        return pointer
    return step("/rules", places[int(head)]) + (f"/{rest}" if rest else "")


def _from_outside(tree: RuleSetTree, said: Usage) -> Iterator[Finding]:
    for place, rule in enumerate(tree.rules):
        yield from _rarely_filled(rule, step("/rules", place), said)
        yield from _dead_targets(rule, step("/rules", place), said)


def _rarely_filled(rule: Rule, pointer: str, said: Usage) -> Iterator[Finding]:
    asked = {name for condition in rule.conditions for name in _needed(condition)}
    for name in sorted(asked & set(said.filled)) if said.leads >= LEADS_AT_LEAST else ():
        share = said.filled[name] / said.leads
        if share < FILLED_AT_LEAST:
            field = catalog().get(name)
            label = field.label if field else name
            text = (
                f"“{rule.name}” asks for “{label}”, which {share:.0%} of the {said.leads:,} leads of {said.period} had."
            )
            yield Finding("field.rarely_filled", (rule.id,), (pointer,), text, provisional=rule.is_provisional)


def _needed(condition: Condition) -> Iterator[str]:
    """Yield the facts for want of which a condition is unknown."""
    for leaf in leaves(condition):
        if not OPERATORS[leaf.op].sees_missing:
            yield from fields_of(leaf)


def _dead_targets(rule: Rule, pointer: str, said: Usage) -> Iterator[Finding]:
    pools = said.targets.get("/route/pool")
    if pools is None:
        return
    for at, row in enumerate(rows(rule)):
        if isinstance(row.action, Route) and (why := pools.get(row.action.pool, "is gone")):
            where = pointer if row is rule else step(pointer, "table", "rows", at)
            text = f"“{row.name}” sends leads to the pool {row.action.pool}, which {why}."
            yield Finding("target.dead", (row.id,), (where,), text, provisional=rule.is_provisional)
