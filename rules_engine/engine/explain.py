"""Says rules and traces in plain English, with the labels of the catalog. The same input always reads the same."""

from datetime import date, datetime, time
from decimal import Decimal
from typing import assert_never

from rules_engine.engine.catalog import Catalog, Field
from rules_engine.engine.evaluate import GroupTrace, LeafTrace, Trace
from rules_engine.engine.nodes import (
    All,
    Any,
    Condition,
    Gate,
    Key,
    Leaf,
    Literal,
    Not,
    Operand,
    Prefer,
    Ref,
    Require,
    Route,
    Rule,
    Score,
)
from rules_engine.engine.operators import OPERATORS
from rules_engine.engine.values import MISSING, Kind, Verdict

_ANSWERS = {Verdict.TRUE: "yes", Verdict.FALSE: "no", Verdict.UNKNOWN: "not known"}


def explain_rule(rule: Rule, catalog: Catalog) -> str:
    """Return the rule as one sentence."""
    when = None if rule.when is None else explain_condition(rule.when, catalog)
    sentence = _action(rule, when, catalog) + _active(rule)
    if rule.is_provisional:
        sentence += "; provisional, so it decides nothing yet"
    return sentence[0].upper() + sentence[1:] + "."


def explain_condition(condition: Condition, catalog: Catalog) -> str:
    """Return the condition as a clause."""
    match condition:
        case Leaf():
            said = _leaf(condition, catalog)
        case All(inner):
            said = _joined(" and ", [_bracketed(member, catalog) for member in inner])
        case Any(inner):
            said = _joined(" or ", [_bracketed(member, catalog) for member in inner])
        case Not(member):
            said = f"it is not so that {_bracketed(member, catalog)}"
        case _:
            assert_never(condition)
    return f"{said} [muted]" if condition.muted else said


def explain_trace(trace: Trace, catalog: Catalog) -> str:
    """Return the condition as a sentence with what was seen in it, after the verdict."""
    verdict = _ANSWERS[trace.verdict]
    return f"{verdict[0].upper()}{verdict[1:]}: {_traced(trace, catalog)}."


def shown_value(value: object, field: Field | None) -> str:
    """Return a value as people write it: option labels, dollars, dates in words."""
    if isinstance(value, frozenset | tuple):
        members = sorted(value) if isinstance(value, frozenset) else value
        return ", ".join(shown_value(member, field) for member in members) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | Decimal):
        return _dollars(value) if field is not None and field.kind is Kind.MONEY else f"{value:,}"
    return (field.option_label(value) if field else None) or _shown_text(value)


def _dollars(amount: int | Decimal) -> str:
    cents = ".2f" if amount != int(amount) and amount == round(amount, 2) else ""
    return f"{'-' if amount < 0 else ''}${abs(amount):,{cents}}"


def _shown_text(value: object) -> str:
    match value:
        case datetime():
            return f"{_day(value)} {value:%H:%M} UTC"
        case date():
            return _day(value)
        case time():
            return value.isoformat("auto" if value.second or value.microsecond else "minutes")
    return f"“{value}”"


def _day(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def _label(name: str, catalog: Catalog) -> str:
    field = catalog.get(name)
    return field.label if field else name


def _leaf(leaf: Leaf, catalog: Catalog) -> str:
    field = catalog.get(leaf.field)
    kind = field.kind if field else Kind.TEXT
    return OPERATORS[leaf.op].sentence(_label(leaf.field, catalog), _operand(leaf, leaf.operand, catalog), kind)


def _operand(leaf: Leaf, operand: Operand, catalog: Catalog) -> str:
    field = catalog.get(leaf.field)
    match operand:
        case None:
            return ""
        case Ref(name):
            return _label(name, catalog)
        case Key(parts):
            return " with ".join(_operand(leaf, part, catalog) for part in parts)
        case Literal(tuple() as values) if leaf.op == "between":
            return " and ".join(shown_value(value, field) for value in values)
        case Literal(tuple() as values):
            return _joined(" or ", [shown_value(value, field) for value in values])
        case Literal(value):
            # The operand of days is a count, whatever the field's kind.
            return shown_value(value, field)
        case _:
            assert_never(operand)


def _joined(word: str, clauses: list[str]) -> str:
    if len(clauses) > 2 and word == " or ":
        return ", ".join(clauses[:-1]) + word + clauses[-1]
    return word.join(clauses)


def _bracketed(condition: Condition, catalog: Catalog) -> str:
    said = explain_condition(condition, catalog)
    return said if isinstance(condition, Leaf) else f"({said})"


def _traced(trace: Trace, catalog: Catalog) -> str:
    match trace:
        case LeafTrace(leaf, value):
            return f"{_leaf(leaf, catalog)} ({_seen(trace, value, catalog)})"
        case GroupTrace("not", (member,)):
            return f"it is not so that {_traced_inside(member, catalog)}"
        case GroupTrace(group, inner):
            word = " and " if group == "all" else " or "
            return word.join(_traced_inside(member, catalog) for member in inner)


def _traced_inside(trace: Trace, catalog: Catalog) -> str:
    said = _traced(trace, catalog)
    return said if isinstance(trace, LeafTrace) else f"({said})"


def _seen(trace: LeafTrace, value: object, catalog: Catalog) -> str:
    """Name what is missing by its label where it is not the fact the clause already starts with."""
    if trace.verdict is Verdict.UNKNOWN:
        return f"not known without {_joined(' and ', [_label(name, catalog) for name in trace.missing])}"
    if value is MISSING:
        return _ANSWERS[trace.verdict]
    return f"{shown_value(value, catalog.get(trace.leaf.field))}: {_ANSWERS[trace.verdict]}"


def _action(rule: Rule, when: str | None, catalog: Catalog) -> str:
    on = "always" if when is None else f"when {when}"
    match rule.action:
        case Gate(effect, reason, message, needs):
            named = f" {' and '.join(needs)}" if needs else ""
            why = f" ({reason})" if reason else ""
            told = f", saying “{message}”" if message else ""
            return f"{effect}{named}{why} {on}{told}"
        case Score(add):
            verb = "add" if add >= 0 else "take off"
            return f"{verb} {abs(add)} point{'' if abs(add) == 1 else 's'} {on}"
        case Route(pool, strategy, tier):
            extras = [f"as {tier}"] if tier else []
            extras += [f"by {strategy}"] if strategy else []
            return " ".join([f"send to {pool}", *extras, on])
        case Require(condition, reason):
            return f"{on}, exclude producers unless {explain_condition(condition, catalog)} ({reason})"
        case Prefer(condition, weight):
            return f"{on}, prefer producers by {weight:,} if {explain_condition(condition, catalog)}"
        case _:
            assert_never(rule.action)


def _active(rule: Rule) -> str:
    start = f", from {_day(rule.active_from)}" if rule.active_from else ""
    return start + (f", until the day before {_day(rule.active_to)}" if rule.active_to else "")
