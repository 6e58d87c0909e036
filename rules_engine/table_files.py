"""Decision tables as CSV and XLSX files, out and in again without loss. A file is taken whole or refused."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from accounts.errors import FieldProblem, Invalid
from rules_engine.engine.catalog import Catalog
from rules_engine.engine.nodes import OPEN
from rules_engine.engine.values import Kind
from rules_engine.spreadsheets import Line, at, read_lines, refusal, to_csv, to_xlsx
from rules_engine.table_cells import Cells, Held, Written, cells_of

Table = Mapping[str, Any]

HEADING: Final = "file.heading"
ROW: Final = "file.row"
EMPTY: Final = "file.empty"

ID: Final = Cells("id")
COMMENT: Final = Cells("comment")
CITATION: Final = {
    "source": Cells("citation"),
    "verified_on": Cells("verified on", Kind.DATE),
    "confidence": Cells("confidence"),
}
NOTES: Final = (COMMENT, *CITATION.values())


@dataclass(frozen=True, slots=True)
class _Layout:
    """The columns of a table's file, in the order it is written."""

    inputs: tuple[Cells, ...]
    outputs: tuple[Cells, ...]

    @classmethod
    def of(cls, table: Table, catalog: Catalog) -> "_Layout":
        inputs = tuple(cells_of(column, catalog, is_output=False) for column in table["inputs"])
        return cls(inputs, tuple(cells_of(column, catalog, is_output=True) for column in table["outputs"]))

    @property
    def needed(self) -> tuple[Cells, ...]:
        return (ID, *self.inputs, *self.outputs)

    @property
    def columns(self) -> tuple[Cells, ...]:
        return (*self.needed, *NOTES)

    def line(self, row: Table) -> list[Written]:
        citation = row.get("citation") or {}
        notes = [row.get("comment"), *(citation.get(key) for key in CITATION)]
        cells = [row["id"], *row["if"], *row["then"], *(OPEN if note is None else note for note in notes)]
        return [column.write(cell) for column, cell in zip(self.columns, cells, strict=True)]


def as_csv(table: Table, catalog: Catalog) -> bytes:
    """Return a table as a CSV file."""
    return to_csv(_lines(table, catalog))


def as_xlsx(table: Table, catalog: Catalog, title: str = "Table") -> bytes:
    """Return a table as an XLSX file.

    :raises Invalid: if a cell is longer than Excel can hold
    """
    return to_xlsx(_lines(table, catalog), title)


def read_table(data: bytes, table: Table, catalog: Catalog) -> dict[str, Any]:
    """Return a table with the rows of a CSV or XLSX file in place of its own; its columns and hit policy stay.

    What the cells say is for `parse` to judge; this refuses what cannot be told at all.

    :raises Invalid: if the file cannot be read or its headings are not the table's, with every row and column at fault
    """
    lines = read_lines(data)
    if not lines:
        raise refusal(EMPTY, "The file is empty; it needs a row of headings and at least one more.")
    layout = _Layout.of(table, catalog)
    places = _places(lines[0], layout)
    problems = [*_width_problems(lines, len(lines[0].cells)), *_id_problems(lines[1:], places[ID])]
    if problems:
        raise Invalid(tuple(problems[:50]), problems[0].detail)
    return {**table, "rows": [_row(line, layout, places) for line in lines[1:]]}


def _lines(table: Table, catalog: Catalog) -> list[Sequence[Written]]:
    layout = _Layout.of(table, catalog)
    return [[column.heading for column in layout.columns], *(layout.line(row) for row in table["rows"])]


def _places(head: Line, layout: _Layout) -> dict[Cells, int]:
    """Return where each column stands in the file."""
    known = {_folded(column.heading): column for column in layout.columns}
    found: dict[Cells, int] = {}
    problems = []
    for place, held in enumerate(head.cells):
        column = known.get(_folded(held))
        if column is None and held not in (None, ""):
            problems.append(f"Row {head.number} has the heading “{held}”, which the table does not have.")
        elif column in found:
            problems.append(f"Row {head.number} has the heading “{held}” twice.")
        elif column is not None:
            found[column] = place
    problems += [f"The heading “{column.heading}” is missing." for column in layout.needed if column not in found]
    if problems:
        raise Invalid(tuple(FieldProblem("", HEADING, text) for text in problems[:50]), problems[0])
    return found


def _folded(held: Held) -> str:
    return " ".join(str(held).split()).casefold()


def _width_problems(lines: Sequence[Line], width: int) -> Iterator[FieldProblem]:
    headed = {place for place, held in enumerate(lines[0].cells) if held not in (None, "")}
    for line in lines[1:]:
        stray = [place for place, held in enumerate(line.cells) if held not in (None, "") and place not in headed]
        if stray:
            text = f"Row {line.number} holds “{line.cells[stray[0]]}” under no heading; take it out."
            yield FieldProblem("", ROW, text)


def _id_problems(lines: Sequence[Line], place: int) -> Iterator[FieldProblem]:
    first: dict[str, int] = {}
    for line in lines:
        row_id = ID.read(_held(line, place))
        if row_id == OPEN:
            yield FieldProblem("", ROW, f"{at(line.number, 'id')} is empty; give the row an id of its own.")
        elif str(row_id) in first:
            text = f"{at(line.number, 'id')}: row {first[str(row_id)]} has the id {row_id} already; give one another."
            yield FieldProblem("", ROW, text)
        first.setdefault(str(row_id), line.number)


def _row(line: Line, layout: _Layout, places: Mapping[Cells, int]) -> dict[str, Any]:
    def said(column: Cells) -> Any:
        return column.read(_held(line, places[column])) if column in places else OPEN

    row = {
        "id": said(ID),
        "if": [said(column) for column in layout.inputs],
        "then": [said(column) for column in layout.outputs],
    }
    citation = {key: cell for key, column in CITATION.items() if (cell := said(column)) != OPEN}
    comment = said(COMMENT)
    return row | ({} if comment == OPEN else {"comment": comment}) | ({"citation": citation} if citation else {})


def _held(line: Line, place: int) -> Held:
    return line.cells[place] if place < len(line.cells) else None
