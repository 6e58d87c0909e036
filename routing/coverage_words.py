"""What is tried of each condition of a rule, in words: the lines of the coverage page and of its call."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from routing.catalog import CATALOG
from rules_engine.engine.coverage import Covered, RuleCoverage
from rules_engine.engine.explain import explain_condition, explain_rule
from rules_engine.engine.nodes import All, Leaf, Not
from rules_engine.engine.nodes import Any as AnyOf

GROUPS: Final = {All: "All of these hold", AnyOf: "Any of these holds", Not: "Not so that"}


@dataclass(frozen=True, slots=True)
class Node:
    """One condition in words, how often it came out how, and the conditions in it."""

    text: str
    true: int
    false: int
    unknown: int
    gap: str
    members: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule in words, with its conditions."""

    id: str
    name: str
    sentence: str
    reached: int
    gaps: int
    nodes: tuple[tuple[str, Node], ...]


def line_of(found: RuleCoverage) -> RuleLine:
    """Return what is tried of one rule."""
    rule = found.rule
    return RuleLine(rule.id, rule.name, explain_rule(rule, CATALOG), found.reached, found.gaps, tuple(_nodes(found)))


def _nodes(found: RuleCoverage) -> Iterator[tuple[str, Node]]:
    if found.when is not None:
        yield "When", _node(found.when)
    if found.asks is not None:
        yield "Asks of the producer", _node(found.asks)


def _node(covered: Covered) -> Node:
    condition = covered.condition
    text = explain_condition(condition, CATALOG) if isinstance(condition, Leaf) else GROUPS[type(condition)]
    return Node(text, covered.true, covered.false, covered.unknown, covered.gap, tuple(map(_node, covered.members)))
