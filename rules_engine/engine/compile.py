"""Turns a tree into functions: one a set that finds the rules a lead meets, one an eligibility rule for producers."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from rules_engine.engine.catalog import Catalog
from rules_engine.engine.codegen import Writer
from rules_engine.engine.lacking import Lacking
from rules_engine.engine.matcher import match
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
    Table,
    fields_of,
    leaves,
    unmuted,
)
from rules_engine.engine.operators import Moment
from rules_engine.engine.outcomes import Block, FiredGate, RouteOutcome, ScorePart
from rules_engine.engine.table_code import RowFinder, row_finder
from rules_engine.engine.tables import expand
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
    `lacking` names what its condition, and `lacking_required` what its requirement, is unknown for want of.
    """

    rule: Rule
    key: str
    starts: float
    ends: float
    answer: Answer
    ask: Ask | None
    lacking: Lacking
    lacking_required: Lacking

    def is_active(self, instant: float) -> bool:
        """Say whether the rule is in force at a POSIX time; the end is exclusive."""
        return self.starts <= instant < self.ends


@dataclass(frozen=True, slots=True)
class CompiledSet:
    """A rule set ready to be asked. `find` resolves the lead part of its rules at once; a row of a table is a rule.

    `matched` is how many rules it looks up, rather than judges. `gates` are what the rules of that stage say, side by
    side: reading them there costs less than going through the rules. `is_dated` says whether any rule begins or ends.
    """

    slug: str
    stage: str
    zone: ZoneInfo
    tree: RuleSetTree
    rules: tuple[CompiledRule, ...]
    find: Find
    matched: int
    gates: tuple[FiredGate, ...]
    is_dated: bool


def compile_set(tree: RuleSetTree, catalog: Catalog, slug: str = "") -> CompiledSet:
    """Return the compiled form of a parsed set.

    :raises ValueError: if the catalog lacks a field the rules use: the tree was parsed against another one
    """
    _check_fields(tree, catalog)
    zone = ZoneInfo(tree.time_zone)
    meant = [(rule, expand(rule)) for rule in tree.rules]
    rules = tuple(_compile_rule(each, slug, zone) for _, rows in meant for each in rows)
    find, matched = _finder(meant)
    is_dated = any(rule.active_from or rule.active_to for rule in tree.rules)
    gates = tuple(rule.answer for rule in rules if isinstance(rule.answer, FiredGate))
    return CompiledSet(slug, tree.stage, zone, tree, rules, find, matched, gates, is_dated)


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
    required = rule.action.condition if isinstance(rule.action, Require) else None
    return CompiledRule(
        rule, key, starts, ends, _answer(rule, key), _asker(rule), Lacking(rule.when), Lacking(required)
    )


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
        case Table():
            raise ValueError("A table is compiled row by row.")
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


def _finder(meant: Sequence[tuple[Rule, tuple[Rule, ...]]]) -> tuple[Find, int]:
    """Write one function for the whole set: reading each fact once is most of what there is to gain.

    A table about the lead alone is looked up as a whole; what its rows ask of producers is left to the rows. Of the
    other rules, many are matched together and few, or intricate ones, judged. Return also how many are matched.
    """
    writer = Writer()
    leads: dict[int, Condition | None] = {}
    lines: dict[int, str] = {}
    first = 0
    for rule, rows in meant:
        if isinstance(rule.action, Table) and not _asks_producer_first(rule.action):
            lines[first] = _looked_up(writer, rule.when, row_finder(rule.action, first))
        else:
            leads |= {index: split(row.when)[0] for index, row in enumerate(rows, first)}
        first += len(rows)
    matching, matched = match(writer, leads)
    lines |= {index: _met(writer, lead, index) for index, lead in leads.items() if index not in matched}
    ordered = [f"found.sort(key={writer.constant(_place)})"] if matching and lines else []
    each = [lines[index] for index in sorted(lines)]
    body = ["found = []", "add = found.append", *matching, *each, *ordered, "return found"]
    return writer.function("lead, moment", body), len(matched)


def _place(index: int) -> int:
    """Return where in the set a rule stands that was found, surely or perhaps."""
    return index if index >= 0 else ~index


def _met(writer: Writer, lead: Condition | None, index: int) -> str:
    if lead is None:
        return f"add({index})"
    return f"if {writer.possibly(lead)}: add({index} if {writer.surely(lead)} else {~index})"


def _looked_up(writer: Writer, when: Condition | None, find: RowFinder) -> str:
    lead, _ = split(when)
    rows = f"{writer.constant(find)}(lead, moment, {'True' if lead is None else writer.surely(lead)})"
    return f"{'' if lead is None else f'if {writer.possibly(lead)}: '}found += {rows}"


def _asks_producer_first(table: Table) -> bool:
    return any(_asks_producer(cell) for row in table.rows for cell in row.cells if cell is not None)


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
