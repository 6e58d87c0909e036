"""Finds the rows of a table that a lead meets, all at once: a lookup a column and an `and`, however many rows.

What it finds is what the rules of the rows (`tables.expand`) would, one by one; a property test holds the two together.
"""

from collections.abc import Callable, Hashable, Mapping
from itertools import accumulate
from operator import xor
from typing import Any as Raw

from rules_engine.engine.bounds import FINITE, ORDERED, Bounds, values_of
from rules_engine.engine.codegen import Writer
from rules_engine.engine.masks import bits
from rules_engine.engine.nodes import Condition, Hit, Leaf, Literal, Table
from rules_engine.engine.operators import Moment
from rules_engine.engine.tables import passes_over_unknown
from rules_engine.engine.values import MISSING, Value

Known = Mapping[str, Value]
# Of the rows of a table, as masks: those whose cell holds, and those whose cell holds or is unknown.
ColumnFinder = Callable[[Known, Moment], tuple[int, int]]
RowFinder = Callable[[Known, Moment, bool], list[int]]


def row_finder(table: Table, first: int) -> RowFinder:
    """Return the function that finds the rows a lead meets, as indexes from `first` on.

    As with the rules of a set: an index for a row that is TRUE, its complement (~index) for one that is UNKNOWN. The
    third argument says whether the table's own `when` is TRUE; where it is not, no row is.
    """
    whole = (1 << len(table.rows)) - 1
    columns = [_column_finder([row.cells[at] for row in table.rows]) for at in range(len(table.inputs))]
    is_first, passes_over = table.hit is Hit.FIRST, passes_over_unknown(table)

    def find(lead: Known, moment: Moment, is_sure: bool) -> list[int]:
        sure = possible = whole
        for column in columns:
            holds, may_hold = column(lead, moment)
            sure &= holds
            possible &= may_hold
            if not possible:
                return []
        if is_first and sure:
            hit = sure & -sure
            before = possible & (hit - 1)
            possible = before | hit
            sure = hit if passes_over or not before else 0
        if not is_sure:
            sure = 0
        return [first + row if sure >> row & 1 else ~(first + row) for row in bits(possible)]

    return find


def _column_finder(cells: list[Condition | None]) -> ColumnFinder:
    """Return the cheapest way to ask a whole column: a lookup, a search among bounds, or each question once."""
    whole, anywhere = (1 << len(cells)) - 1, 0
    asked: dict[Condition, int] = {}
    for place, cell in enumerate(cells):
        if cell is None:
            anywhere |= 1 << place
        else:
            asked[cell] = asked.get(cell, 0) | 1 << place
    literals = {leaf: rows for leaf, rows in asked.items() if isinstance(leaf, Leaf) and _is_literal(leaf)}
    ops = {leaf.op for leaf in literals}
    if literals and len(literals) == len(asked) and ops <= FINITE | ORDERED:
        field = next(iter(literals)).field
        look_up = _by_value(literals, anywhere) if ops <= FINITE else _by_bounds(literals, anywhere)
        return _looked_up(field, look_up, anywhere, whole)
    return _written(asked, anywhere)


def _is_literal(leaf: Leaf) -> bool:
    return isinstance(leaf.operand, Literal)


def _looked_up(field: str, look_up: Callable[[Raw], int], anywhere: int, whole: int) -> ColumnFinder:
    def find(lead: Known, _moment: Moment) -> tuple[int, int]:
        value = lead.get(field, MISSING)
        if value is MISSING:
            return anywhere, whole
        rows = look_up(value)
        return rows, rows

    return find


def _by_value(asked: Mapping[Leaf, int], anywhere: int) -> Callable[[Raw], int]:
    found: dict[Hashable, int] = {}
    for leaf, rows in asked.items():
        for value in dict.fromkeys(values_of(leaf)):
            found[value] = found.get(value, anywhere) | rows
    return lambda value: found.get(value, anywhere)


def _by_bounds(asked: Mapping[Leaf, int], anywhere: int) -> Callable[[Raw], int]:
    bounds = Bounds(asked)
    turns = [0] * (bounds.last + 2)
    for leaf, rows in asked.items():
        for start, end in bounds.stretches(leaf):
            turns[start] ^= rows
            turns[end + 1] ^= rows
    found = list(accumulate(turns, xor, initial=anywhere))[1:]
    return lambda value: found[bounds.place(value)]


def _written(asked: Mapping[Condition, int], anywhere: int) -> ColumnFinder:
    writer = Writer()
    lines = [f"holds = may_hold = {writer.constant(anywhere)}"]
    for condition, rows in asked.items():
        here = writer.constant(rows)
        lines.append(f"if {writer.possibly(condition)}:")
        lines.append(f"    may_hold |= {here}")
        lines.append(f"    if {writer.surely(condition)}: holds |= {here}")
    return writer.function("lead, moment", [*lines, "return holds, may_hold"])
