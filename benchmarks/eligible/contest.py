"""What every engine of the contest is made from, and how a rule is written in its language."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.eligible.workload import Document, Raw

# The positions of those who may have the lead, in order.
Answer = list[int]


@dataclass(frozen=True)
class Engine:
    """One way to find who may have a lead; what a host works out beforehand is part of what is timed."""

    name: str
    ask: Callable[[Raw], Answer]


class Dialect:
    """Writes conditions in the language of an engine: `tests` by operator, the rest by how groups and facts are put."""

    tests: Mapping[str, str]
    groups: Mapping[str, str] = {"all": " and ", "any": " or "}

    def __init__(self, keys: "Keys") -> None:
        self._keys = keys

    def write(self, condition: Document) -> str:
        """Return the condition as the engine writes it."""
        for group, joint in self.groups.items():
            if group in condition:
                return f"({joint.join(map(self.write, condition[group]))})"
        if "not" in condition:
            return f"(not {self.write(condition['not'])})"
        return f"({self.tests[condition['op']].format(self.fact(condition['field']), self._operand(condition))})"

    def _operand(self, leaf: Document) -> str:
        if "key" in leaf:
            return self.fact(self._keys.name(leaf["key"]))
        return self.fact(leaf["ref"]) if "ref" in leaf else self.value(leaf["value"])

    def fact(self, name: str) -> str:
        """Return a fact of the lead or of the producer asked about."""
        raise NotImplementedError

    def value(self, value: Any) -> str:
        """Return a value as the engine writes it."""
        return json.dumps(value)


class Keys:
    """The compound keys that rules ask for: no peer has them, so the host puts them together once a lead, as text."""

    def __init__(self) -> None:
        self._keys: dict[str, list[Document]] = {}

    def name(self, key: list[Document]) -> str:
        """Return the name under which the engine finds the key."""
        return next((name for name, known in self._keys.items() if known == key), None) or self._new(key)

    def _new(self, key: list[Document]) -> str:
        name = f"lead.key_{len(self._keys)}"
        self._keys[name] = key
        return name

    def added(self, lead: Raw) -> Raw:
        """Return the lead with its keys."""
        return lead | {
            name: ":".join(lead[part["ref"]] if "ref" in part else part["value"] for part in key)
            for name, key in self._keys.items()
        }


def with_text_keys(producer: Raw) -> Raw:
    """Return a producer's facts with compound keys as text."""
    return {
        name: [":".join(key) for key in value]
        if isinstance(value, list) and value and isinstance(value[0], list)
        else value
        for name, value in producer.items()
    }


def licensed(producers: Sequence[Raw]) -> dict[tuple[str, str], list[int]]:
    """Return who is licensed for each state and line: the index any host would keep."""
    found: dict[tuple[str, str], list[int]] = {}
    for position, producer in enumerate(producers):
        for state, line in producer["producer.authorities"]:
            found.setdefault((state, line), []).append(position)
    return found


PYTHON_TESTS: Final = {
    "eq": "{0} == {1}",
    "ne": "{0} != {1}",
    "lt": "{0} < {1}",
    "gt": "{0} > {1}",
    "gte": "{0} >= {1}",
    "in": "{0} in {1}",
    "contains": "{1} in {0}",
    "contains_any": "not {0}.isdisjoint({1})",
}


class Python(Dialect):
    """Plain Python: the lead a dictionary, the producer `p` an object with slots."""

    tests = PYTHON_TESTS

    def fact(self, name: str) -> str:
        """Return a key of the lead or an attribute of the producer."""
        scope, _, rest = name.partition(".")
        return f"p.{rest}" if scope == "producer" else f"lead[{name!r}]"

    def value(self, value: Any) -> str:
        """Return the literal; several as a constant set."""
        return f"{{{', '.join(map(repr, value))}}}" if isinstance(value, list) else repr(value)


class Folding:
    """Judges the lead parts of all rules in the host, in one generated function, before an engine is asked."""

    def __init__(self, rules: Document, keys: Keys) -> None:
        python = Python(keys)
        tests = ((at, rule.get("when")) for at, rule in enumerate(rules["rules"]))
        lines = [f" {f'if {python.write(when)}: ' if when else ''}add({at})" for at, when in tests]
        source = "\n".join(["def applying(lead):", " found = []; add = found.append", *lines, " return tuple(found)"])
        space: dict[str, Any] = {}
        exec(source, space)
        self.applying: Callable[[Raw], tuple[int, ...]] = space["applying"]


def required(rules: Document, which: Sequence[int]) -> Iterator[Document]:
    """Yield what these rules require."""
    return (rules["rules"][at]["require"] for at in which)
