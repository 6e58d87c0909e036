"""Turns a tree into functions: one a set that finds the rules a lead meets, one an eligibility rule for producers."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from rules_engine.engine.catalog import Catalog
from rules_engine.engine.codegen import Writer
from rules_engine.engine.nodes import (
    All,
    Condition,
    Gate,
    Prefer,
    Require,
    Route,
    Rule,
    RuleSetTree,
    Score,
    fields_of,
    leaves,
    unmuted,
)
from rules_engine.engine.operators import Moment
from rules_engine.engine.outcomes import Block, FiredGate, RouteOutcome, ScorePart
from rules_engine.engine.values import Value, Verdict

Known = Mapping[str, Value]
# Gives an index for a rule whose lead part is TRUE, and its complement (~index) for one whose lead part is UNKNOWN.
Find = Callable[[Known, Moment], list[int]]
# For what is left about a producer: an index into ALLOWED, BLOCKED, UNKNOWN (require), or whether it holds (prefer).
Ask = Callable[[Known, Known, Moment], int]

ALLOWED, BLOCKED, UNKNOWN = 0, 1, 2

Answer = FiredGate | ScorePart | RouteOutcome | Block | Prefer


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule with its full name (`set:id`), the instants it is active between, and what it asks of a producer.

    `answer` is what it says where nothing is unknown, made once: fired, added, matched, or excluding a producer.
    """

    rule: Rule
    key: str
    starts: float
    ends: float
    answer: Answer
    ask: Ask | None

    def is_active(self, instant: float) -> bool:
        """Say whether the rule is in force at a POSIX time; the end is exclusive."""
        return self.starts <= instant < self.ends


@dataclass(frozen=True, slots=True)
class CompiledSet:
    """A rule set ready to be asked. `find` resolves the lead part of all its rules at once."""

    slug: str
    stage: str
    zone: ZoneInfo
    tree: RuleSetTree
    rules: tuple[CompiledRule, ...]
    find: Find


def compile_set(tree: RuleSetTree, catalog: Catalog, slug: str = "") -> CompiledSet:
    """Return the compiled form of a parsed set.

    :raises ValueError: if the catalog lacks a field the rules use: the tree was parsed against another one
    """
    _check_fields(tree, catalog)
    zone = ZoneInfo(tree.time_zone)
    rules = tuple(_compile_rule(rule, slug, zone) for rule in tree.rules)
    return CompiledSet(slug, tree.stage, zone, tree, rules, _finder(tree.rules))


def _check_fields(tree: RuleSetTree, catalog: Catalog) -> None:
    for rule in tree.rules:
        for condition in rule.conditions:
            used = {name for leaf in leaves(condition) for name in fields_of(leaf)}
            lacking = sorted(name for name in used if catalog.get(name) is None)
            if lacking:
                raise ValueError(f"Rule {rule.id} reads {', '.join(lacking)}, which the catalog does not have.")


def _compile_rule(rule: Rule, slug: str, zone: ZoneInfo) -> CompiledRule:
    starts = _midnight(rule.active_from, zone, -math.inf)
    ends = _midnight(rule.active_to, zone, math.inf)
    key = f"{slug}:{rule.id}" if slug else rule.id
    return CompiledRule(rule, key, starts, ends, _answer(rule, key), _asker(rule))


def _answer(rule: Rule, key: str) -> Answer:
    match rule.action:
        case Gate(effect, reason, message, needs):
            provisional = rule.is_provisional
            return FiredGate(key, rule.name, effect, reason, message, Verdict.TRUE, (), provisional, needs)
        case Score(add):
            return ScorePart(key, rule.name, add, Verdict.TRUE, rule.is_provisional)
        case Route(pool, strategy, tier):
            return RouteOutcome(key, pool, strategy, tier, (), False, ())
        case Require(_, reason, message):
            return Block(key, rule.name, reason, message, ())
        case Prefer():
            return rule.action
        case _:
            assert_never(rule.action)


def _midnight(day: date | None, zone: ZoneInfo, otherwise: float) -> float:
    if day is None:
        return otherwise
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC).timestamp()


def split(condition: Condition | None) -> tuple[Condition | None, Condition | None]:
    """Split a condition into what depends on the lead alone and what asks about the producer; both must hold."""
    live = None if condition is None else unmuted(condition)
    if live is None:
        return None, None
    members = live.members if isinstance(live, All) else (live,)
    lead = [member for member in members if not _asks_producer(member)]
    producer = [member for member in members if _asks_producer(member)]
    return _all(lead), _all(producer)


def _asks_producer(condition: Condition) -> bool:
    return any(name.startswith("producer.") for leaf in leaves(condition) for name in fields_of(leaf))


def _all(members: Sequence[Condition]) -> Condition | None:
    if len(members) < 2:
        return members[0] if members else None
    return All(tuple(members))


def _finder(rules: Sequence[Rule]) -> Find:
    """Write one function for the whole set: reading each fact once is most of what there is to gain."""
    writer = Writer()
    lines = ["found = []", "add = found.append"]
    for index, rule in enumerate(rules):
        lead, _ = split(rule.when)
        if lead is None:
            lines.append(f"add({index})")
        else:
            lines.append(f"if {writer.possibly(lead)}: add({index} if {writer.surely(lead)} else {~index})")
    return writer.function("lead, moment", [*lines, "return found"])


def _asker(rule: Rule) -> Ask | None:
    """Write what is left of an eligibility rule once its lead part does not rule it out."""
    writer = Writer()
    _, producer = split(rule.when)
    match rule.action:
        case Require(condition):
            live = unmuted(condition)
            if live is None:
                raise ValueError("The whole condition is muted; parse refuses that.")
            applies = "" if producer is None else f"not {writer.possibly(producer)} or "
            surely, possibly = writer.surely(live), writer.possibly(live)
            answer = f"{ALLOWED} if {applies}{surely} else {UNKNOWN} if {possibly} else {BLOCKED}"
        case Prefer(condition):
            wanted = [live for part in (producer, condition) if part is not None and (live := unmuted(part))]
            answer = " and ".join(map(writer.surely, wanted))
        case _:
            return None
    return writer.function("lead, producer, moment", [f"return {answer}"])
