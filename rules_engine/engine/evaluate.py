"""Judges one condition leaf by leaf, keeping what was seen: the reference the compiled rules are held to."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from rules_engine.engine.catalog import Facts
from rules_engine.engine.nodes import (
    All,
    Any,
    Condition,
    Key,
    Leaf,
    Literal,
    Not,
    Operand,
    Ref,
    fields_of,
    unmuted,
)
from rules_engine.engine.operators import OPERATORS, Moment
from rules_engine.engine.printing import condition_document
from rules_engine.engine.values import MISSING, Missing, Value, Verdict, plain


@dataclass(frozen=True, slots=True)
class LeafTrace:
    """One question, the value it met, the values its operand referred to, and the verdict."""

    leaf: Leaf
    value: Value | Missing
    compared: tuple[Value | Missing, ...]
    verdict: Verdict

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts for want of which the verdict is unknown."""
        if self.verdict is not Verdict.UNKNOWN:
            return ()
        seen = (self.value, *self.compared)
        lacking = (name for name, value in zip(fields_of(self.leaf), seen, strict=True) if value is MISSING)
        return tuple(dict.fromkeys(lacking))  # a fact compared with itself is missing once

    def as_dict(self) -> dict[str, object]:
        """Return its JSON form: the condition as written, the value seen, the verdict."""
        document = condition_document(self.leaf) | {"seen": plain(self.value), "verdict": self.verdict.value}
        if self.compared:
            document["compared"] = [plain(value) for value in self.compared]
        return document


@dataclass(frozen=True, slots=True)
class GroupTrace:
    """A group (`all`, `any` or `not`), the traces of its members, and the verdict."""

    group: str
    members: tuple["Trace", ...]
    verdict: Verdict

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts for want of which the verdict is unknown, in the order met, each once."""
        if self.verdict is not Verdict.UNKNOWN:
            return ()
        return tuple(dict.fromkeys(name for member in self.members for name in member.missing))

    def as_dict(self) -> dict[str, object]:
        """Return its JSON form."""
        members = [member.as_dict() for member in self.members]
        return {self.group: members[0] if self.group == "not" else members, "verdict": self.verdict.value}


Trace = LeafTrace | GroupTrace


def trace(condition: Condition, facts: Facts, now: datetime, tz: ZoneInfo) -> Trace:
    """Return every leaf's value and verdict, and the verdict of the whole. Muted conditions are left out."""
    live = unmuted(condition)
    if live is None:
        raise ValueError("The whole condition is muted; parse refuses that.")
    return _trace(live, facts, Moment(now, tz))


def _trace(condition: Condition, facts: Facts, moment: Moment) -> Trace:
    match condition:
        case Leaf():
            return _trace_leaf(condition, facts, moment)
        case All(inner):
            traces = tuple(_trace(member, facts, moment) for member in inner)
            return GroupTrace("all", traces, _decide(traces, Verdict.FALSE, Verdict.TRUE))
        case Any(inner):
            traces = tuple(_trace(member, facts, moment) for member in inner)
            return GroupTrace("any", traces, _decide(traces, Verdict.TRUE, Verdict.FALSE))
        case Not(member):
            turned = _trace(member, facts, moment)
            return GroupTrace("not", (turned,), _OPPOSITE[turned.verdict])
        case _:
            assert_never(condition)


_OPPOSITE = {Verdict.TRUE: Verdict.FALSE, Verdict.FALSE: Verdict.TRUE, Verdict.UNKNOWN: Verdict.UNKNOWN}


def _decide(traces: tuple[Trace, ...], decisive: Verdict, otherwise: Verdict) -> Verdict:
    verdicts = {member.verdict for member in traces}
    return next((verdict for verdict in (decisive, Verdict.UNKNOWN) if verdict in verdicts), otherwise)


def _trace_leaf(leaf: Leaf, facts: Facts, moment: Moment) -> LeafTrace:
    value, *compared = (facts[name] for name in fields_of(leaf))
    operator = OPERATORS[leaf.op]
    if MISSING in (value, *compared) and not operator.sees_missing:
        return LeafTrace(leaf, value, tuple(compared), Verdict.UNKNOWN)
    operand = _operand(leaf.operand, facts)
    if isinstance(leaf.operand, Literal):
        operand = operator.prepare(operand)
    answer = operator.test(value, operand, moment) if operator.dated else operator.test(value, operand)
    return LeafTrace(leaf, value, tuple(compared), Verdict.of(answer))


def _operand(operand: Operand, facts: Facts) -> object:
    match operand:
        case None:
            return None
        case Literal(value):
            return value
        case Ref(field):
            return facts[field]
        case Key(parts):
            return tuple(_operand(part, facts) for part in parts)
        case _:
            assert_never(operand)
