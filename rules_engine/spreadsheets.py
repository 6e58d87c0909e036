"""Reads and writes spreadsheets as lines of cells: CSV and XLSX. What cannot be taken as it is shown is refused."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from accounts.errors import FieldProblem, Invalid
from rules_engine.table_cells import Held, Written, is_formula

MAX_BYTES: Final = 5_000_000
MAX_UNPACKED: Final = 30_000_000
MAX_LINES: Final = 20_000
MAX_WIDTH: Final = 200
MAX_CELL: Final = 32_767  # of Excel; what is longer it cuts off

csv.field_size_limit(MAX_BYTES)

TOO_BIG: Final = "file.too_big"
UNREADABLE: Final = "file.unreadable"
FORMULA: Final = "file.formula"
MERGED: Final = "file.merged"
NUL: Final = "file.nul"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a spreadsheet and its number there."""

    number: int
    cells: tuple[Held, ...]


def read_lines(data: bytes) -> list[Line]:
    """Return the lines of a CSV or XLSX file that hold something.

    :raises Invalid: if it is neither, is too big, or holds formulas or merged cells
    """
    if len(data) > MAX_BYTES:
        raise refusal(TOO_BIG, f"The file is over {MAX_BYTES // 1_000_000} MB; split the table.")
    lines = _xlsx_lines(data) if data.startswith(b"PK\x03\x04") else _csv_lines(data)
    return [line for line in lines if any(cell not in (None, "") for cell in line.cells)]


def to_csv(lines: Sequence[Sequence[Written]]) -> bytes:
    """Return a CSV file; the mark at its head tells spreadsheets that it is UTF-8."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([[_csv_text(cell) for cell in line] for line in lines])
    return out.getvalue().encode("utf-8-sig")


def to_xlsx(lines: Sequence[Sequence[Written]], title: str) -> bytes:
    """Return an XLSX file with one sheet, its first line frozen.

    :raises Invalid: if a cell is longer than Excel can hold
    """
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = title
    sheet.freeze_panes = "A2"
    for number, line in enumerate(lines, 1):
        sheet.append([_cell(sheet, held, at(number, get_column_letter(place))) for place, held in enumerate(line, 1)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def refusal(code: str, text: str) -> Invalid:
    """Return the refusal of a whole file."""
    return Invalid((FieldProblem("", code, text),), text)


def at(number: int, column: str) -> str:
    """Return where a cell is, as people find it."""
    return f"Row {number}, column {column}"


def _csv_text(held: Written) -> str:
    return str(held).lower() if isinstance(held, bool) else str(held)


def _cell(sheet: Worksheet, held: Written, where: str) -> Cell:
    if isinstance(held, str) and len(held) > MAX_CELL:
        raise refusal(TOO_BIG, f"{where} is longer than Excel can hold; export as CSV, or name a list.")
    is_beyond = isinstance(held, int) and float(held) != held  # Excel counts no further than a float
    cell = WriteOnlyCell(sheet, str(held) if is_beyond else held)
    if isinstance(cell.value, str):
        cell.data_type, cell.number_format = "s", "@"
    return cell


def _csv_lines(data: bytes) -> list[Line]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refusal(UNREADABLE, "The file is neither XLSX nor UTF-8 text; save it as “CSV UTF-8”.") from error
    found = io.StringIO(text, newline="")
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        lines = [Line(number, tuple(cells)) for number, cells in enumerate(csv.reader(found, delimiter=delimiter), 1)]
    except csv.Error as error:
        raise refusal(UNREADABLE, f"The file cannot be read as CSV ({error}).") from error
    _require_size(len(lines), max((len(line.cells) for line in lines), default=0))
    _refuse(problem for line in lines for problem in _text_problems(line))
    return lines


def _text_problems(line: Line) -> Iterator[FieldProblem]:
    for place, cell in enumerate(line.cells, 1):
        where = at(line.number, get_column_letter(place))
        if isinstance(cell, str) and "\x00" in cell:
            yield FieldProblem("", NUL, f"{where} holds a NUL character; take it out.")
        elif isinstance(cell, str) and is_formula(cell.strip()):
            yield FieldProblem("", FORMULA, f"{where} holds a formula; put in its value.")


def _xlsx_lines(data: bytes) -> list[Line]:
    _require_sound_package(data)
    try:
        book = load_workbook(io.BytesIO(data), keep_links=False)
        sheet = book.worksheets[0]
    except Exception as error:  # openpyxl lets through whatever it meets in a damaged file
        raise refusal(UNREADABLE, "The file cannot be read as XLSX; save it anew.") from error
    _require_size(sheet.max_row, sheet.max_column)
    merged = [str(area) for area in sheet.merged_cells.ranges]
    _refuse(FieldProblem("", MERGED, f"The cells {area} are merged; part them.") for area in sorted(merged))
    return list(_sheet_lines(sheet))


def _sheet_lines(sheet: Worksheet) -> Iterator[Line]:
    rows: list[Sequence[Any]] = list(sheet.iter_rows())
    formulas = [cell for row in rows for cell in row if cell.data_type == "f" and _works_out(cell.value)]
    _refuse(
        FieldProblem("", FORMULA, f"{at(cell.row, cell.column_letter)} holds a formula; put in its value.")
        for cell in formulas
    )
    for number, row in enumerate(rows, 1):
        yield Line(number, tuple(cell.value for cell in row))


def _works_out(value: object) -> bool:
    """Say whether a formula is one; `="00123"` only keeps a text from being taken for a number."""
    return not isinstance(value, str) or is_formula(value)


def _require_sound_package(data: bytes) -> None:
    """Refuse what would unpack to more than it may, or brings definitions along, before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if sum(part.file_size for part in package.infolist()) > MAX_UNPACKED:
                raise refusal(TOO_BIG, "The file unpacks to too much; save the table alone.")
            if any(b"<!DOCTYPE" in package.read(part) for part in package.infolist() if part.filename.endswith("xml")):
                raise refusal(UNREADABLE, "The file holds definitions a spreadsheet has no use for; save it anew.")
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise refusal(UNREADABLE, "The file cannot be read as XLSX; save it anew, without a password.") from error


def _require_size(lines: int, width: int) -> None:
    if lines > MAX_LINES or width > MAX_WIDTH:
        raise refusal(TOO_BIG, f"The file has over {MAX_LINES:,} rows or {MAX_WIDTH} columns; split the table.")


def _refuse(problems: Iterator[FieldProblem]) -> None:
    found = tuple(problems)
    if found:
        raise Invalid(found[:50], found[0].detail)
