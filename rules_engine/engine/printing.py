"""Prints a tree as the document it was read from: parsing what is printed gives the same tree."""

from collections.abc import Mapping
from typing import assert_never

from rules_engine.engine.nodes import (
    OPEN,
    Action,
    All,
    Any,
    Citation,
    Column,
    Condition,
    Example,
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
    Row,
    Rule,
    RuleSetTree,
    Score,
    Table,
)
from rules_engine.engine.values import plain

LANGUAGE = 1


def to_document(tree: RuleSetTree) -> dict[str, object]:
    """Return the document of a tree; what equals a default is left out."""
    lists = {named.name: list(named.values) for named in tree.lists}
    return {
        "language": LANGUAGE,
        "stage": tree.stage,
        "time_zone": tree.time_zone,
        **({"lists": lists} if lists else {}),
        "rules": [rule_document(rule) for rule in tree.rules],
    }


def rule_document(rule: Rule) -> dict[str, object]:
    """Return the document of one rule."""
    document: dict[str, object] = {"id": rule.id, "name": rule.name}
    if rule.when is not None:
        document["when"] = condition_document(rule.when)
    document |= _table(rule.action) if isinstance(rule.action, Table) else _action(rule.action)
    citation = rule.citation
    extras = {
        "active_from": plain(rule.active_from),
        "active_to": plain(rule.active_to),
        "jurisdiction": rule.jurisdiction,
        "status": rule.status.value if rule.is_provisional else None,
        "citation": citation and _citation(citation),
        "examples": [_example(example) for example in rule.examples],
    }
    return document | _given(extras)


def condition_document(condition: Condition) -> dict[str, object]:
    """Return the document of a condition."""
    muted: dict[str, object] = {"muted": True} if condition.muted else {}
    match condition:
        case Leaf(field, op, operand):
            return {"field": field, "op": op, **_operand(operand), **muted}
        case All(members):
            return {"all": [condition_document(member) for member in members], **muted}
        case Any(members):
            return {"any": [condition_document(member) for member in members], **muted}
        case Not(member):
            return {"not": condition_document(member), **muted}
        case _:
            assert_never(condition)


def cell_document(cell: Condition | None) -> object:
    """Return the cell of a table: the value its column is compared with, or what else stands beside the operator."""
    match cell:
        case None:
            return OPEN
        case Leaf(operand=None):
            return True
        case Leaf(operand=Literal(value, "")) if value != OPEN:
            return plain(value)
        case Leaf(operand=operand):
            return _operand(operand)
    return False  # Not: an operator without an operand, that does not hold


def row_document(row: Row, outputs: tuple[str | Column, ...]) -> dict[str, object]:
    """Return the document of one row of a table with these outputs."""
    said = _said(row.action)
    asks = iter(row.asks)
    then = [cell_document(next(asks)) if isinstance(output, Column) else said.get(output, OPEN) for output in outputs]
    extras = {"comment": row.comment, "citation": row.citation and _citation(row.citation)}
    return {"id": row.id, "if": [cell_document(cell) for cell in row.cells], "then": then} | _given(extras)


def _table(table: Table) -> dict[str, object]:
    document = {
        "inputs": [_column(column) for column in table.inputs],
        "outputs": [_column(output) if isinstance(output, Column) else output for output in table.outputs],
        "hit": table.hit.value,
        "rows": [row_document(row, table.outputs) for row in table.rows],
    }
    word = "stop" if any(isinstance(row.action, Route) for row in table.rows) else "skip"
    return {"table": document} | ({"on_unknown": word} if table.on_unknown else {})


def _column(column: Column) -> dict[str, object]:
    return {"field": column.field, "op": column.op}


def _said(action: Action) -> dict[str, object]:
    """Return what an action says by the name of its output."""
    document = _action(action)
    route = document.get("route")
    return route if isinstance(route, dict) else document


def _operand(operand: Operand) -> dict[str, object]:
    match operand:
        case None:
            return {}
        case Literal(_, named) if named:
            return {"list": named}
        case Literal(value):
            return {"value": plain(value)}
        case Ref(field):
            return {"ref": field}
        case Key(parts):
            return {"key": [_operand(part) for part in parts]}
        case _:
            assert_never(operand)


def _action(action: Action) -> dict[str, object]:
    match action:
        case Gate(effect, reason, message, needs, skip):
            extras = {
                "reason": reason,
                "message": message,
                "needs": list(needs),
                "on_unknown": "skip" if skip else None,
            }
            return {"effect": effect} | _given(extras)
        case Score(add):
            return {"add": add}
        case Route(pool, strategy, tier, stop):
            route = {"pool": pool} | _given({"strategy": strategy, "tier": tier})
            return {"route": route} | _given({"on_unknown": "stop" if stop else None})
        case Require(condition, reason, message):
            return {"require": condition_document(condition), "reason": reason} | _given({"message": message})
        case Prefer(condition, weight):
            return {"prefer": condition_document(condition), "weight": plain(weight)}
        case _:
            assert_never(action)


def _citation(citation: Citation) -> dict[str, object]:
    said = {"verified_on": plain(citation.verified_on), "confidence": citation.confidence and citation.confidence.value}
    return {"source": citation.source} | _given(said)


def _example(example: Example) -> dict[str, object]:
    return {"facts": example.facts.raw(), "at": plain(example.at), "expect": plain(example.expect)}


def _given(extras: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in extras.items() if value not in (None, "", [])}
