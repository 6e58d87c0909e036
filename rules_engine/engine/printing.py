"""Prints a tree as the document it was read from: parsing what is printed gives the same tree."""

from collections.abc import Mapping
from typing import assert_never

from rules_engine.engine.nodes import (
    Action,
    All,
    Any,
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
    Rule,
    RuleSetTree,
    Score,
)
from rules_engine.engine.values import plain

LANGUAGE = 1


def to_document(tree: RuleSetTree) -> dict[str, object]:
    """Return the document of a tree; what equals a default is left out."""
    return {
        "language": LANGUAGE,
        "stage": tree.stage,
        "time_zone": tree.time_zone,
        "rules": [rule_document(rule) for rule in tree.rules],
    }


def rule_document(rule: Rule) -> dict[str, object]:
    """Return the document of one rule."""
    document: dict[str, object] = {"id": rule.id, "name": rule.name}
    if rule.when is not None:
        document["when"] = condition_document(rule.when)
    document |= _action(rule.action)
    citation = rule.citation
    extras = {
        "active_from": plain(rule.active_from),
        "active_to": plain(rule.active_to),
        "jurisdiction": rule.jurisdiction,
        "status": rule.status.value if rule.is_provisional else None,
        "citation": citation and _given({"source": citation.source, "verified_on": plain(citation.verified_on)}),
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


def _operand(operand: Operand) -> dict[str, object]:
    match operand:
        case None:
            return {}
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


def _example(example: Example) -> dict[str, object]:
    return {"facts": example.facts.raw(), "at": plain(example.at), "expect": plain(example.expect)}


def _given(extras: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in extras.items() if value not in (None, "", [])}
