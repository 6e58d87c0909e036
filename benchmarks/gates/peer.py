"""The same gates for zen-engine: each form in which its users would run them, so that the fastest can be the peer."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import compress
from typing import Any, Final

import zen

from benchmarks.gates.workload import Document, RawLead

Context = dict[str, Any] | str
# The rules that fire: certainly, and for want of a fact.
Answer = tuple[list[str], list[str]]
Ask = Callable[[Context], Answer]


@dataclass(frozen=True)
class Form:
    """One way to run the gates; `encode` turns a lead into what it takes, which is not timed."""

    name: str
    ask: Ask
    encode: Callable[[dict[str, Any]], Context]

    def context(self, lead: RawLead) -> Context:
        """Return a lead as this form takes it, under flat names, which zen reads faster than nested ones."""
        return self.encode({_name(field): value for field, value in lead.items()})


TESTS: Final = {
    "eq": "{field} == {value}",
    "ne": "{field} != {value}",
    "lt": "{field} < {value}",
    "lte": "{field} <= {value}",
    "gt": "{field} > {value}",
    "gte": "{field} >= {value}",
    "in": "{field} in {value}",
    "not_in": "{field} not in {value}",
    "contains": "contains({field}, {value})",
    "not_contains": "not contains({field}, {value})",
    "contains_any": "some({field}, # in {value})",
}


def forms(rules: Document) -> list[Form]:
    """Return every form for leads that lack nothing, each from a dictionary and from JSON text."""
    ways = {"compiled array": _array(rules), "decision table": _table(rules)}
    encodings: dict[str, Callable[[dict[str, Any]], Context]] = {"dictionary": dict, "JSON text": json.dumps}
    return [
        Form(f"{way} from a {kind}" if kind == "dictionary" else f"{way} from {kind}", ask, encode)
        for way, ask in ways.items()
        for kind, encode in encodings.items()
    ]


def _array(rules: Document) -> Ask:
    """Return one compiled array of every rule's condition. A missing fact raises."""
    ids = [rule["id"] for rule in rules["rules"]]
    compiled = zen.compile_expression(f"[{', '.join(_plain(rule['when']) for rule in rules['rules'])}]")
    return lambda lead: (list(compress(ids, compiled.evaluate(lead))), [])


def guarded(rules: Document) -> Form:
    """Return the array with what a null guard round every question gives: 1 certain, 2 for want of a fact, 0 neither.

    zen has no third verdict of its own; this is how one is written in it.
    """
    ids = [rule["id"] for rule in rules["rules"]]
    parts = [
        f"{_guarded(rule['when'], sure=False)} ? ({_guarded(rule['when'], sure=True)} ? 1 : 2) : 0"
        for rule in rules["rules"]
    ]
    compiled = zen.compile_expression(f"[{', '.join(parts)}]")

    def ask(lead: Context) -> Answer:
        said = compiled.evaluate(lead)
        return (
            [id_ for id_, verdict in zip(ids, said, strict=True) if verdict == 1],
            [id_ for id_, verdict in zip(ids, said, strict=True) if verdict == 2],
        )

    return Form("compiled array with null guards", ask, dict)


def _table(rules: Document) -> Ask:
    """Return a decision table that collects every row that matches, held by the static loader. Nulls match no row."""
    rows = [
        {"_id": rule["id"], "when": _plain(rule["when"]), "rule": json.dumps(rule["id"])} for rule in rules["rules"]
    ]
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": "when", "name": "when"}],
        "outputs": [{"id": "rule", "name": "rule", "field": "rule"}],
        "rules": rows,
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        {"id": "gates", "type": "decisionTableNode", "name": "gates", "content": content},
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    edges = [
        {"id": "a", "sourceId": "in", "targetId": "gates", "type": "edge"},
        {"id": "b", "sourceId": "gates", "targetId": "out", "type": "edge"},
    ]
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"gates": {"nodes": nodes, "edges": edges}}}})
    decision = engine.get_decision("gates")
    return lambda lead: ([row["rule"] for row in decision.evaluate(lead)["result"]], [])


def _plain(condition: Document) -> str:
    """Return a condition as zen writes it."""
    match condition:
        case {"all": members}:
            return f"({' and '.join(map(_plain, members))})"
        case {"any": members}:
            return f"({' or '.join(map(_plain, members))})"
        case {"not": member}:
            return f"(not {_plain(member)})"
    return _test(condition)


def _guarded(condition: Document, *, sure: bool) -> str:
    """Return a condition that holds where it is TRUE, or else where it is not FALSE."""
    match condition:
        case {"all": members}:
            return f"({' and '.join(_guarded(member, sure=sure) for member in members)})"
        case {"any": members}:
            return f"({' or '.join(_guarded(member, sure=sure) for member in members)})"
        case {"not": member}:
            return f"(not {_guarded(member, sure=not sure)})"
    name = _name(condition["field"])
    guard = f"{name} != null and" if sure else f"{name} == null or"
    return f"({guard} {_test(condition)})"


def _test(leaf: Document) -> str:
    name, value = _name(leaf["field"]), leaf["value"]
    if leaf["op"] == "between":
        return f"({name} >= {value[0]} and {name} <= {value[1]})"
    return f"({TESTS[leaf['op']].format(field=name, value=json.dumps(value))})"


def _name(field: str) -> str:
    return field.replace(".", "_")
