"""How the rows of a table differ from those of another, by row id and cell by cell, as people read them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from rules_engine.engine.catalog import Catalog
from rules_engine.table_words import Cell, Row, Sheet, in_words

ABSENT: Final = Cell(None, "")


class RowKind(StrEnum):
    """What became of a row."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class CellChange:
    """One cell before and after; empty where it says nothing."""

    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that differs, with its cells that do; `number` counts from one, in the new table unless it is gone."""

    kind: RowKind
    id: str
    number: int
    cells: tuple[CellChange, ...]

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return {RowKind.ADDED: "ok", RowKind.REMOVED: "bad", RowKind.CHANGED: "info"}[self.kind]


@dataclass(frozen=True, slots=True)
class RowChanges:
    """All rows that differ, and whether those in both tables stand in another order."""

    rows: tuple[RowChange, ...]
    is_reordered: bool

    def __bool__(self) -> bool:
        return bool(self.rows) or self.is_reordered

    @property
    def counts(self) -> dict[str, int]:
        """How many rows became what."""
        return {kind.value: sum(row.kind is kind for row in self.rows) for kind in RowKind}


def compare_rows(old: Mapping[str, Any], new: Mapping[str, Any], catalog: Catalog) -> RowChanges:
    """Return the rows added and changed in the order of the new table, then those removed."""
    was, now = in_words(old, catalog), in_words(new, catalog)
    headings = {**was.columns, **now.columns}
    in_both = [row_id for row_id in was.rows if row_id in now.rows]
    is_reordered = in_both != [row_id for row_id in now.rows if row_id in was.rows]
    return RowChanges((*_kept(was, now, headings), *_gone(was, now, headings)), is_reordered)


def _kept(before: Sheet, after: Sheet, headings: Mapping[str, str]) -> Iterator[RowChange]:
    for number, (row_id, new) in enumerate(after.rows.items(), start=1):
        old = before.rows.get(row_id)
        cells = tuple(_cells(old or {}, new, headings))
        if old is None:
            yield RowChange(RowKind.ADDED, row_id, number, cells)
        elif cells:
            yield RowChange(RowKind.CHANGED, row_id, number, cells)


def _gone(before: Sheet, after: Sheet, headings: Mapping[str, str]) -> Iterator[RowChange]:
    for number, (row_id, old) in enumerate(before.rows.items(), start=1):
        if row_id not in after.rows:
            yield RowChange(RowKind.REMOVED, row_id, number, tuple(_cells(old, {}, headings)))


def _cells(old: Row, new: Row, headings: Mapping[str, str]) -> Iterator[CellChange]:
    """Yield the cells that hold something else, as they are written where they would read the same."""
    for key in dict.fromkeys([*new, *old]):
        was, now = old.get(key, ABSENT), new.get(key, ABSENT)
        if was.text != now.text:
            yield CellChange(headings[key], was.text, now.text)
        elif _canonical(was) != _canonical(now):
            yield CellChange(headings[key], was.quoted, now.quoted)


def _canonical(cell: Cell) -> str:
    """Return what tells cells apart; Python takes true for 1."""
    return json.dumps(cell.value, sort_keys=True)
