"""Puts known facts into conditions, so that what is left asks about the unknown ones alone."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import assert_never, cast

from rules_engine.engine.catalog import Facts
from rules_engine.engine.evaluate import trace
from rules_engine.engine.nodes import All, Any, Condition, Key, Leaf, Literal, Not, Ref, fields_of
from rules_engine.engine.operators import Moment
from rules_engine.engine.prover.formulas import Claim
from rules_engine.engine.values import MISSING, CompoundKey, Scalar, Verdict

_NEGATIVE = {"not_in": "in", "not_contains": "contains"}
_MIRRORED = {"eq": "eq", "ne": "ne", "lt": "gt", "lte": "gte", "gt": "lt", "gte": "lte"}


@dataclass(frozen=True, slots=True)
class Given:
    """Facts that are settled: of the fields named, each is known to be what `facts` says, or known to be missing."""

    names: Collection[str]
    facts: Facts
    moment: Moment

    def claims(self) -> list[Claim]:
        """Return what must be claimed beside conditions this was put into."""
        return [Claim(self._sure(name)) for name in self.names]

    def put_into(self, condition: Condition) -> Condition:
        """Return what the condition comes to. A leaf whose facts the rule language cannot write out stays as it is,
        so more may seem possible than is, and never less."""
        match condition:
            case Leaf():
                return self._leaf(condition)
            case Not(member):
                return Not(self.put_into(member))
            case All(members):
                return All(tuple(map(self.put_into, members)))
            case Any(members):
                return Any(tuple(map(self.put_into, members)))
            case _:
                assert_never(condition)

    def _leaf(self, leaf: Leaf) -> Condition:
        names = fields_of(leaf)
        settled = [name for name in names if name in self.names]
        if len(settled) == len(names):
            verdict = trace(leaf, self.facts, self.moment.now, self.moment.zone).verdict
            if verdict is Verdict.UNKNOWN:
                return leaf
            sure = self._sure(names[0])
            return sure if verdict is Verdict.TRUE else Not(sure)
        if any(self.facts[name] is MISSING for name in settled):
            return leaf
        if leaf.op in _NEGATIVE:
            return Not(self._leaf(Leaf(leaf.field, _NEGATIVE[leaf.op], leaf.operand)))
        return self._written_out(leaf, settled) if settled else leaf

    def _sure(self, name: str) -> Leaf:
        return Leaf(name, "is_missing" if self.facts[name] is MISSING else "is_known", None)

    def _written_out(self, leaf: Leaf, settled: list[str]) -> Condition:
        """Write a comparison of a settled fact with an open one as a question on the open one."""
        value = self.facts[settled[0]]
        match leaf.operand:
            case Key(parts) if leaf.field in settled:
                return self._key(parts, cast(frozenset[CompoundKey], value)) or leaf
            case Ref(other) if leaf.op == "contains" and leaf.field in settled:
                return _among(other, value)
            case Ref(other) if leaf.op == "in" and other in settled:
                return _among(leaf.field, value)
            case Ref(other) if other in settled and value:
                return Leaf(leaf.field, leaf.op, _literal(value))
            case Ref(other) if leaf.field in settled and leaf.op in _MIRRORED:
                return Leaf(other, _MIRRORED[leaf.op], _literal(value))
        return leaf

    def _key(self, parts: tuple[Ref | Literal, ...], keys: frozenset[CompoundKey]) -> Condition | None:
        """Ask of the one open part which values would make the key one of those held; of several, nothing."""
        fixed = [part.value if isinstance(part, Literal) else self.facts[part.field] for part in parts]
        open_ = [at for at, part in enumerate(parts) if isinstance(part, Ref) and part.field not in self.names]
        names = {part.field for part in parts if isinstance(part, Ref) and part.field not in self.names}
        if len(names) != 1:
            return None
        fitting = (key for key in keys if all(key[at] == fixed[at] for at in range(len(key)) if at not in open_))
        values = frozenset(key[open_[0]] for key in fitting if len({key[at] for at in open_}) == 1)
        return _among(names.pop(), values)


def _among(name: str, values: object) -> Condition:
    """Ask whether a fact is among values; among none, it is not, unless it is missing."""
    if values:
        return Leaf(name, "in", _literal(values))
    asked = Leaf(name, "in", Literal(("?",)))
    return All((asked, Not(asked)))


def _literal(value: object) -> Literal:
    if isinstance(value, frozenset):
        return Literal(tuple(sorted(value)))
    return Literal(cast(Scalar, value))
