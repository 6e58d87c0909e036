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
    Hit,
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
    Table,
)
from rules_engine.engine.operators import OPERATORS
from rules_engine.engine.values import MISSING, Kind, Verdict

FEW = 3
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
            return f"{_day(value)}, {value:%H:%M} UTC"
        case date():
            return _day(value)
        case time():
            return value.isoformat("auto" if value.second or value.microsecond else "minutes")
    return f"“{value}”"


def _day(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


def _label(name: str, catalog: Catalog) -> str:
    field = catalog.get(name)
    return field.label if field else name


def _leaf(leaf: Leaf, catalog: Catalog) -> str:
    field = catalog.get(leaf.field)
    kind = field.kind if field else Kind.TEXT
    label = _label(leaf.field, catalog)
    if isinstance(leaf.operand, Key):
        said = f"{label} {_key(leaf, leaf.operand, catalog)}"
        return f"not {_small(said)}" if leaf.op == "not_contains" else said
    return OPERATORS[leaf.op].sentence(label, _operand(leaf, leaf.operand, catalog), kind)


def _operand(leaf: Leaf, operand: Operand, catalog: Catalog) -> str:
    field = catalog.get(leaf.field)
    match operand:
        case None:
            return ""
        case Ref(name):
            return _label(name, catalog)
        case Key():
            return _key(leaf, operand, catalog)
        case Literal(tuple() as values, named):
            return _values(values, named, leaf, field)
        case Literal(value):
            # The operand of days is a count, whatever the field's kind.
            return shown_value(value, field)
        case _:
            assert_never(operand)


def _key(leaf: Leaf, key: Key, catalog: Catalog) -> str:
    """Return a compound key as people say it: “the lead’s state and line”, the owner once where it is one."""
    facts = [part.field for part in key.parts if isinstance(part, Ref)]
    owners = {name.partition(".")[0] for name in facts}
    if len(facts) == len(key.parts) and len(owners) == 1:
        return f"the {owners.pop()}’s {_listed([_small(_label(name, catalog)) for name in facts])}"
    return _listed([_part(leaf, part, catalog) for part in key.parts])


def _part(leaf: Leaf, part: Ref | Literal, catalog: Catalog) -> str:
    if isinstance(part, Ref):
        return f"the {part.field.partition('.')[0]}’s {_small(_label(part.field, catalog))}"
    return _operand(leaf, part, catalog)


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def _small(text: str) -> str:
    """Return a label inside a sentence; what is in capitals stays so."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def _values(values: tuple[object, ...], named: str, leaf: Leaf, field: Field | None) -> str:
    """Return several values as the operator takes them; of a long named list the first, for its name says the rest."""
    said = [shown_value(value, field) for value in values]
    if named:
        return f"{named.replace('-', ' ')} ({', '.join(said[:FEW] + ['…'] * (len(said) > FEW))})"
    return " and ".join(said) if leaf.op == "between" else _joined(" or ", said)


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
            told = f", saying “{message.removesuffix('.')}”" if message else ""
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
        case Table():
            return _table(rule.action, catalog) + ("" if when is None else f", {on}")
        case _:
            assert_never(rule.action)


def _table(table: Table, catalog: Catalog) -> str:
    asked = dict.fromkeys(_label(column.field, catalog) for column in table.inputs)
    count = f"{len(table.rows):,} row{'' if len(table.rows) == 1 else 's'} by {_joined(' and ', list(asked))}"
    match table.hit:
        case Hit.FIRST:
            return f"of {count}, the first that holds decides"
        case Hit.UNIQUE:
            return f"of {count}, the only one that holds decides"
        case Hit.COLLECT:
            return f"of {count}, each that holds counts"
        case Hit.SUM:
            return f"of {count}, the numbers of all that hold add up"
        case _:
            assert_never(table.hit)


def _active(rule: Rule) -> str:
    start = f", from {_day(rule.active_from)}" if rule.active_from else ""
    return start + (f", until the day before {_day(rule.active_to)}" if rule.active_to else "")
