"""Finds the rules of a large set that a lead meets by one look-up a fact, whatever the number of rules.

Each alternative of a rule (`terms`) is one bit. A fact's value leaves some of them open; what every fact leaves open
holds. Two sets of bits carry the three verdicts, as two expressions do in generated code: terms that hold, and terms
that may.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from rules_engine.engine.codegen import Writer
from rules_engine.engine.columns import AFFIXES, MEMBERS, SCALARS, Asked, Column, Remembering, is_indexed
from rules_engine.engine.nodes import Condition, Leaf
from rules_engine.engine.terms import ALWAYS, Demand, Term, terms_of

# From here on looking up is cheaper than judging, by `python -m benchmarks gates`.
WORTH_MATCHING: Final = 24
# Keeps the look-ups of a set that was written to be large within some tens of megabytes.
MOST_TERMS_OF_A_SET: Final = 16_384

Columns = dict[str, dict[int, list[Demand]]]


@dataclass(slots=True)
class _Plan:
    """The terms taken up: whose they are, and what they ask, by fact or, where no table helps, by question."""

    rule_of: list[int] = field(default_factory=list)
    columns: Columns = field(default_factory=dict)
    asked: dict[Leaf, list[int]] = field(default_factory=dict)

    def take(self, rule: int, term: Term) -> None:
        bit = 1 << len(self.rule_of)
        self.rule_of.append(rule)
        for demand in sorted(term, key=repr):  # a set's order differs from process to process
            self._demand(bit, *demand)

    def _demand(self, bit: int, leaf: Leaf, wanted: bool) -> None:
        if is_indexed((leaf, wanted)):
            self.columns.setdefault(leaf.field, {}).setdefault(bit, []).append((leaf, wanted))
        else:
            self.asked.setdefault(leaf, [0, 0])[wanted] |= bit


def match(writer: Writer, conditions: Mapping[int, Condition | None]) -> tuple[list[str], frozenset[int]]:
    """Return the lines that find the rules a lead meets by what they ask of it, and which rules they find.

    Left out are rules of too many alternatives, and every rule where there are too few of them to be worth it.
    """
    if len(conditions) < WORTH_MATCHING:
        return [], frozenset()
    taken: list[tuple[int, Term]] = []
    for rule, condition in conditions.items():
        terms = ALWAYS if condition is None else terms_of(condition)
        if terms is not None and len(taken) + len(terms) <= MOST_TERMS_OF_A_SET:
            taken += [(rule, term) for term in terms]
    plan = _Plan()
    for rule, term in reversed(taken):
        plan.take(rule, term)
    return _lines(writer, plan), frozenset(plan.rule_of)


def _lines(writer: Writer, plan: _Plan) -> list[str]:
    whole = (1 << len(plan.rule_of)) - 1
    lines = [f"sure = possible = terms = {writer.constant(whole)}"]
    for name, asked in plan.columns.items():
        lines += _column(writer, name, asked, whole)
    for leaf, (refusing, wanting) in plan.asked.items():
        lines += _question(writer, leaf, refusing, wanting, whole)
    return [*lines, f"found += {writer.constant(_lister(plan.rule_of))}(terms & sure, terms & possible)"]


def _column(writer: Writer, name: str, asked: Asked, whole: int) -> list[str]:
    column, fact = Column(asked, whole), writer.fact(name)
    sure, possible = writer.constant(column.sure_if_missing), writer.constant(column.possible_if_missing)
    return [
        f"if {fact} is MISSING:",
        f"    sure &= {sure}",
        f"    possible &= {possible}",
        "else:",
        f"    terms &= {_look_up(writer, column, fact)}",
    ]


def _look_up(writer: Writer, column: Column, fact: str) -> str:
    if not column.ops:
        return writer.constant(column.anywhere)
    if column.ops <= SCALARS:
        by_value, otherwise = column.by_value()
        return f"{writer.constant(by_value.get)}({fact}, {writer.constant(otherwise)})"
    if column.ops <= MEMBERS:
        return f"{writer.constant(column.by_member())}[{fact}]"
    if column.ops <= SCALARS | AFFIXES:
        return f"{writer.constant(column.by_affix())}({fact})"
    line = column.by_bounds()
    if line.is_short:
        return f"{writer.constant(Remembering(line.find))}[{fact}]"
    search, drawn, ends = map(writer.constant, (bisect_left, line.drawn, line.ends))
    on, between = writer.constant(line.on), writer.constant(line.between)
    return f"({on} if {ends}[at := {search}({drawn}, {fact})] == {fact} else {between})[at]"


def _question(writer: Writer, leaf: Leaf, refusing: int, wanting: int, whole: int) -> list[str]:
    """Ask what no table answers, where a term that asks it is still open."""
    concerned = writer.constant(refusing | wanting)
    return [
        f"if terms & {concerned}:",
        f"    if not {writer.possibly(leaf)}: terms &= {writer.constant(whole & ~wanting)}",
        f"    elif {writer.surely(leaf)}: terms &= {writer.constant(whole & ~refusing)}",
        f"    else: sure &= {writer.constant(whole & ~(refusing | wanting))}",
    ]


def _lister(rule_of: Sequence[int]) -> Callable[[int, int], list[int]]:
    """Return what lists the rules of terms that hold, and the complements of those of terms that only may.

    Terms are taken from the highest bit down, since what is left of the number gets shorter so; rules come in order.
    """

    def holding(terms: int) -> list[int]:
        found, last = [], -1
        while terms:
            term = terms.bit_length() - 1
            terms ^= 1 << term
            rule = rule_of[term]
            if rule != last:
                found.append(rule)
                last = rule
        return found

    def listed(sure: int, possible: int) -> list[int]:
        if sure == possible:
            return holding(sure)
        found, last = [], -1
        while possible:
            term = possible.bit_length() - 1
            bit = 1 << term
            possible ^= bit
            rule = rule_of[term]
            if rule != last:
                found.append(rule if sure & bit else ~rule)
                last = rule
            elif sure & bit:
                found[-1] = rule
        return found

    return listed
