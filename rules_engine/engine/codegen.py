"""Writes conditions as Python expressions, because calling a closure per leaf is what makes an evaluator slow.

A condition becomes two plain expressions: `surely` (TRUE) and `possibly` (not FALSE). Between them they carry the three
verdicts, and each short-circuits: `possibly` drops a rule that does not apply at its first false leaf. Sources are put
together from names made here (a0, k0, …) and fixed text only; whatever an author wrote is passed in as a value.
"""

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any as Raw
from typing import assert_never

from rules_engine.engine.nodes import All, Any, Condition, Key, Leaf, Literal, Not, Operand, Ref, fields_of
from rules_engine.engine.operators import OPERATORS, Operator, is_known, is_missing, not_contains, not_one_of, one_of
from rules_engine.engine.values import MISSING

# Tests that are one Python operator are written out; every other test is called.
_INLINE: dict[Callable[..., bool], str] = {
    operator.eq: "{0} == {1}",
    operator.ne: "{0} != {1}",
    operator.lt: "{0} < {1}",
    operator.le: "{0} <= {1}",
    operator.gt: "{0} > {1}",
    operator.ge: "{0} >= {1}",
    one_of: "{0} in {1}",
    not_one_of: "{0} not in {1}",
    operator.contains: "{1} in {0}",
    not_contains: "{1} not in {0}",
    is_known: "{0} is not MISSING",
    is_missing: "{0} is MISSING",
}


@dataclass(slots=True)
class Writer:
    """Writes the source of one function; `producer` names are read from the second mapping of facts."""

    names: dict[str, str] = field(default_factory=dict)
    namespace: dict[str, Raw] = field(default_factory=lambda: {"MISSING": MISSING})

    def surely(self, condition: Condition) -> str:
        """Return the expression that holds where the condition is TRUE."""
        match condition:
            case Leaf():
                return self._leaf(condition, "{0} is not MISSING", " and ")
            case All(members):
                return _join(" and ", map(self.surely, members))
            case Any(members):
                return _join(" or ", map(self.surely, members))
            case Not(member):
                return f"(not {self.possibly(member)})"
            case _:
                assert_never(condition)

    def possibly(self, condition: Condition) -> str:
        """Return the expression that holds where the condition is TRUE or UNKNOWN."""
        match condition:
            case Leaf():
                return self._leaf(condition, "{0} is MISSING", " or ")
            case All(members):
                return _join(" and ", map(self.possibly, members))
            case Any(members):
                return _join(" or ", map(self.possibly, members))
            case Not(member):
                return f"(not {self.surely(member)})"
            case _:
                assert_never(condition)

    def function(self, parameters: str, lines: Iterable[str]) -> Callable[..., Raw]:
        """Return the function whose body is: read the facts the expressions use, then these lines."""
        reads = [f"{name} = {_source(fact)}.get({self.constant(fact)}, MISSING)" for fact, name in self.names.items()]
        source = f"def run({parameters}):\n " + "\n ".join([*reads, *lines])
        exec(compile(source, "<rules>", "exec"), self.namespace)  # noqa: S102  # holds no text from outside, see above
        return self.namespace["run"]  # type: ignore[no-any-return]  # the function just defined

    def _leaf(self, leaf: Leaf, guard: str, joint: str) -> str:
        entry = OPERATORS[leaf.op]
        test = self._test(leaf, entry)
        if entry.sees_missing:
            return f"({test})"
        guards = [guard.format(self.fact(name)) for name in dict.fromkeys(fields_of(leaf))]
        return _join(joint, [*guards, test])

    def _test(self, leaf: Leaf, entry: Operator) -> str:
        value, operand = self.fact(leaf.field), self._operand(leaf.operand, entry)
        if entry.test in _INLINE:
            return _INLINE[entry.test].format(value, operand)
        return f"{self.constant(entry.test)}({value}, {operand}{', moment' if entry.dated else ''})"

    def _operand(self, operand: Operand, entry: Operator) -> str:
        match operand:
            case None:
                return "None"
            case Literal(value):
                return self.constant(entry.prepare(value))
            case Ref(name):
                return self.fact(name)
            case Key(parts):
                return "(" + "".join(f"{self.part(part)}, " for part in parts) + ")"
            case _:
                assert_never(operand)

    def part(self, part: Ref | Literal) -> str:
        """Return one part of a compound key."""
        return self.fact(part.field) if isinstance(part, Ref) else self.constant(part.value)

    def fact(self, name: str) -> str:
        """Return the name under which the function holds a fact."""
        return self.names.setdefault(name, f"a{len(self.names)}")

    def constant(self, value: object) -> str:
        """Return the name under which the function finds a value."""
        name = f"k{len(self.namespace)}"
        self.namespace[name] = value
        return name


def _join(joint: str, terms: Iterable[str]) -> str:
    return "(" + joint.join(terms) + ")"


def _source(fact: str) -> str:
    return "producer" if fact.startswith("producer.") else "lead"
