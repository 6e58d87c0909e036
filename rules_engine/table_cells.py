"""The cells of a decision table as a spreadsheet holds them: text, numbers, yes or no. Nothing is lost either way."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from rules_engine.engine.catalog import Catalog
from rules_engine.engine.nodes import OPEN
from rules_engine.engine.operators import OPERATORS, Shape
from rules_engine.engine.values import MISSING, Kind, plain, read_number

# What a cell of a spreadsheet may hold: as it is written, and as it is read.
Written = str | int | float | bool
Held = str | int | float | bool | date | time | None

# A spreadsheet takes what begins so for a formula or its guard; the rest is how cells write what is no plain text.
_UNSAFE_START: Final = ("=", "+", "-", "@", "'", "{", "[")
# Breaks XML, or is changed by a spreadsheet on the way.
_UNSAFE: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_GUARDED: Final = re.compile(r'="((?:[^"]|"")*)"')
BETWEEN: Final = ".."


@dataclass(frozen=True, slots=True)
class Cells:
    """How the cells of one column are written: their kind and shape, and whether the column asks a question."""

    heading: str
    kind: Kind = Kind.TEXT
    shape: Shape = Shape.ONE
    asks: bool = False

    def write(self, cell: Any) -> Written:
        """Return what a spreadsheet holds for a cell; texts it would take for something else are put in braces."""
        match cell:
            case bool() | int() | float():
                return cell
            case str():
                return cell if cell == OPEN or _is_safe(cell) else json.dumps({"value": cell})
            case list() if self.shape is Shape.PAIR and len(cell) == 2 and all(map(_is_bare, cell)):
                return BETWEEN.join(map(_text, cell))
            case list() if self.shape is Shape.LIST and cell and all(map(_is_bare, cell)):
                return ", ".join(map(_text, cell))
        return json.dumps(cell)

    def read(self, held: Held) -> Any:
        """Return the cell; what cannot be read stays as it is, for `parse` to say what is wrong with it."""
        if isinstance(held, str):
            held = unguarded(held.strip())
        if held is None or held in ("", OPEN):
            return OPEN
        if not isinstance(held, str):
            return self._typed(held)
        if held.startswith(("{", "[")):
            return self._in_braces(held)
        match self.shape:
            case Shape.LIST:
                return [self._one(part.strip()) for part in held.split(",")]
            case Shape.PAIR if BETWEEN in held:
                return [self._one(part.strip()) for part in held.split(BETWEEN)]
        return self._one(held)

    def _one(self, text: str) -> Any:
        reader = _READERS.get(_KINDS.get(self.shape, self.kind))
        return text if reader is None else reader(text)

    def _typed(self, held: bool | float | date | time) -> Any:
        """Return what a spreadsheet held as a number, a day or a time of day."""
        match held:
            case bool() | int():
                value: Any = held
            case float():
                value = int(held) if held.is_integer() else held
            case datetime() if self.kind is Kind.DATE and held.time() == time():
                value = held.date().isoformat()
            case _:
                value = plain(held)
        if not self.asks and self.kind is Kind.TEXT:
            value = str(value)
        return [value] if self.shape is Shape.LIST else value

    def _in_braces(self, text: str) -> Any:
        try:
            cell = json.loads(text)
        except (ValueError, RecursionError):
            return text
        match cell:
            case {"value": value} if len(cell) == 1 and not (self.asks and value == OPEN):
                return value
        return cell


def cells_of(column: Any, catalog: Catalog, *, is_output: bool) -> Cells:
    """Return how the cells of a table's column are written."""
    if isinstance(column, str):
        kind, shape = _OUTPUTS.get(column, (Kind.TEXT, Shape.ONE))
        return Cells(column, kind, shape)
    field, operator = catalog.get(column["field"]), OPERATORS.get(column["op"])
    heading = f"{'then ' if is_output else ''}{column['field']} {column['op']}"
    if field is None or operator is None:
        return Cells(heading, asks=True)
    return Cells(heading, field.kind, operator.shape, asks=True)


def unguarded(text: str) -> str:
    """Return a text without what keeps a spreadsheet from taking it for a number or a formula."""
    guarded = _GUARDED.fullmatch(text)
    if guarded:
        return guarded[1].replace('""', '"')
    return text[1:] if text[:1] == "'" and text[1:2] in _UNSAFE_START else text


def is_formula(text: str) -> bool:
    """Say whether a spreadsheet would work a text out instead of showing it."""
    return text.startswith("=") and not _GUARDED.fullmatch(text)


def _is_safe(text: str) -> bool:
    return text == text.strip() and text != "" and not text.startswith(_UNSAFE_START) and not _UNSAFE.search(text)


def _is_bare(value: Any) -> bool:
    """Say whether a value can stand beside others in one cell."""
    if isinstance(value, str):
        return _is_safe(value) and "," not in value and BETWEEN not in value
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _number(text: str) -> Any:
    number = read_number(text)
    return text if number is MISSING else plain(number)


def _boolean(text: str) -> Any:
    return {"true": True, "false": False}.get(text.lower(), text)


_READERS: Final[dict[Kind, Callable[[str], Any]]] = {
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.BOOLEAN: _boolean,
}
# What an operator is compared with whatever the field's kind.
_KINDS: Final = {Shape.NOTHING: Kind.BOOLEAN, Shape.DAYS: Kind.NUMBER, Shape.PATTERN: Kind.TEXT}
_OUTPUTS: Final = {
    "add": (Kind.NUMBER, Shape.ONE),
    "weight": (Kind.NUMBER, Shape.ONE),
    "needs": (Kind.TEXT, Shape.LIST),
}
