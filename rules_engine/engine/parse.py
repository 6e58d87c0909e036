"""Reads a rule-set document: the tree, or every problem at once. Every door to the rules comes through here."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from rules_engine.engine.budget import Budget
from rules_engine.engine.catalog import Catalog
from rules_engine.engine.limits import weigh
from rules_engine.engine.lists import NO_LISTS, Lists, is_list_name, is_list_value
from rules_engine.engine.nodes import Condition, NamedList, Rule, RuleSetTree, Table
from rules_engine.engine.parse_conditions import ConditionReader
from rules_engine.engine.parse_rules import RuleReader
from rules_engine.engine.printing import LANGUAGE, rule_document, to_document
from rules_engine.engine.problems import Code, Problem, shown, step
from rules_engine.engine.reading import Reading
from rules_engine.engine.stages import STAGES, Stage
from rules_engine.engine.values import MISSING

__all__ = [
    "Parsed",
    "ParsedCondition",
    "ParsedRule",
    "parse",
    "parse_condition",
    "parse_rule",
    "rule_document",
    "to_document",
]

SET_KEYS = ("language", "stage", "time_zone", "lists", "rules")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree, or the problems that keep the document from being one."""

    tree: RuleSetTree | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ParsedRule:
    """One rule, or the problems that keep its document from being one."""

    rule: Rule | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ParsedCondition:
    """One condition, or the problems that keep its document from being one."""

    condition: Condition | None
    problems: tuple[Problem, ...]


def parse(
    document: object,
    catalog: Catalog,
    *,
    draft: bool = False,
    lists: Lists = NO_LISTS,
    proofs: Budget | None = None,
) -> Parsed:
    """Return the tree of a rule-set document, or every problem it has. Only a draft may hold muted conditions.

    Conditions may name the lists the document carries, and those given here; the tree carries all it uses.
    `proofs` is what may be spent on proving that rows of tables exclude each other, in all of the document.
    """
    problem = weigh(document)
    if problem is not None:
        return Parsed(None, (problem,))
    reading = Reading(catalog, draft=draft, lists=lists, proofs=proofs)
    tree = _rule_set(document, reading)
    problems = tuple(reading.problems.found)
    return Parsed(None if problems else tree, problems)


def parse_rule(
    rule: object,
    stage: str,
    catalog: Catalog,
    pointer: str = "",
    *,
    draft: bool = False,
    lists: Lists = NO_LISTS,
    proofs: Budget | None = None,
) -> ParsedRule:
    """Return one rule of a stage, or every problem it has, with pointers that start at `pointer`."""
    problem = weigh(rule, pointer)
    if problem is not None:
        return ParsedRule(None, (problem,))
    reading = Reading(catalog, draft=draft, lists=lists, proofs=proofs)
    read = RuleReader(reading, STAGES[stage]).read(rule, pointer)
    problems = tuple(reading.problems.found)
    return ParsedRule(None if problems else read, problems)


def parse_condition(
    condition: object, catalog: Catalog, pointer: str = "", *, draft: bool = False, lists: Lists = NO_LISTS
) -> ParsedCondition:
    """Return one condition on any fields of the catalog, whatever the stage, or every problem it has."""
    problem = weigh(condition, pointer)
    if problem is not None:
        return ParsedCondition(None, (problem,))
    reading = Reading(catalog, draft=draft, lists=lists)
    read = ConditionReader(reading, None).read(condition, pointer)
    problems = tuple(reading.problems.found)
    return ParsedCondition(None if problems or read is MISSING else read, problems)


def _rule_set(document: object, reading: Reading) -> RuleSetTree | None:
    holder = reading.obj(document, "", "A rule set", SET_KEYS)
    if holder is None:
        return None
    if holder.get("language") != LANGUAGE or isinstance(holder.get("language"), bool):
        text = f'"language" is {LANGUAGE}, the version of the rule language, not {shown(holder.get("language"))}.'
        reading.problems.add("/language", Code.LANGUAGE, text)
    zone = _zone(holder, reading)
    reading.zone = ZoneInfo(zone)
    stage = STAGES.get(reading.choice(holder, "stage", "", tuple(STAGES), Code.STAGE))
    given = reading.array(holder.get("rules"), "/rules", '"rules"')
    if stage is None:
        return None
    carried = _lists(holder, reading)
    rules = [RuleReader(reading, stage).read(raw, step("/rules", index)) for index, raw in enumerate(given)]
    _unique_ids(rules, reading)
    _catch_all(stage, rules, reading)
    _refuse_unused(carried, reading)
    return RuleSetTree(stage.name, zone, tuple(rule for rule in rules if rule is not None), reading.lists.used())


def _lists(holder: dict[str, object], reading: Reading) -> list[str]:
    """Read the lists the document carries and return their names."""
    given = holder.get("lists", {})
    if not isinstance(given, dict):
        reading.problems.add("/lists", Code.TYPE, f'"lists" is an object in braces, not {shown(given)}.')
        return []
    for name, raw in given.items():
        values = reading.array(raw, step("/lists", name), f"The list {shown(name)}")
        if not is_list_name(name):
            text = f"A list's name is small letters and digits with dashes between them, at most 60, not {shown(name)}."
            reading.problems.add(step("/lists", name), Code.LIST_BAD, text)
        for at, value in enumerate(values):
            if not is_list_value(value):
                text = f"A list holds texts and numbers, not {shown(value)}."
                reading.problems.add(step("/lists", name, at), Code.LIST_BAD, text)
        reading.lists.carry(NamedList(name, tuple(filter(is_list_value, values))))
    return list(given)


def _refuse_unused(carried: list[str], reading: Reading) -> None:
    used = {named.name for named in reading.lists.used()}
    for name in carried:
        if name not in used:
            text = f"No rule uses the list {shown(name)}; take it out."
            reading.problems.add(step("/lists", name), Code.LIST_UNUSED, text)


def _zone(holder: dict[str, object], reading: Reading) -> str:
    name = holder.get("time_zone")
    # Names without a slash, such as localtime, may mean something else on another machine.
    if isinstance(name, str) and ("/" in name or name == "UTC"):
        with suppress(KeyError, ValueError, OSError):  # unknown, ill-formed, or a directory of the zone database
            return ZoneInfo(name).key
    text = f'"time_zone" is the name of a time zone, such as America/New_York, not {shown(name)}.'
    reading.problems.add("/time_zone", Code.TIME_ZONE, text)
    return "UTC"


def _unique_ids(rules: Iterable[Rule | None], reading: Reading) -> None:
    first: dict[str, int] = {}
    for index, rule in enumerate(rules):
        if rule is None or not rule.id:
            continue
        if rule.id in first:
            text = f"Rule {first[rule.id] + 1} already has the id {rule.id}; give this one another."
            reading.problems.add(step("/rules", index, "id"), Code.ID_DUPLICATE, text)
        first.setdefault(rule.id, index)


def _catch_all(stage: Stage, rules: list[Rule | None], reading: Reading) -> None:
    """Refuse a route set through which a lead could fall without meeting a rule."""
    if stage.name != "route":
        return
    if not rules:
        text = "A route set needs at least one rule: a last one, without a when, that takes every lead."
        reading.problems.add("/rules", Code.RULES_EMPTY, text)
    elif (last := rules[-1]) is not None and not _takes_every_lead(last):
        text = "The last route rule takes every lead: it has no when and no active dates, and it is confirmed."
        reading.problems.add(step("/rules", len(rules) - 1), Code.ROUTE_CATCH_ALL, text)


def _takes_every_lead(last: Rule) -> bool:
    """Say whether no lead falls through a rule; of a table, whether its last row asks nothing."""
    if last.when is not None or last.is_provisional or last.active_from or last.active_to:
        return False
    table = last.action
    return not isinstance(table, Table) or (bool(table.rows) and not any(table.rows[-1].cells))
