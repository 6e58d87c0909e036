"""A CSV file as rows of named cells, with the habits of spreadsheets undone. Pure."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

GUARD = re.compile(r'="(.*)"\Z', re.DOTALL)


class TableError(Exception):
    """The file as a whole cannot be read: nothing of it is taken."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its line number; `fault` says what is wrong with its shape."""

    line: int
    cells: Mapping[str, str]
    fault: str = ""


def read_table(content: bytes, *, required: Collection[str], optional: Collection[str] = ()) -> Iterator[Row]:
    """Check the header at once, then return the rows.

    :raises TableError: if it is not UTF-8, lacks a column or has one nobody knows
    """
    reader = csv.reader(io.StringIO(_text(content), newline=""), strict=True)
    try:
        header = [_cell(name).lower().replace(" ", "_") for name in next(reader, [])]
    except csv.Error as error:
        raise TableError(f"Line 1 is not CSV: {error}.") from error
    _check_header(header, required, optional)
    return _rows(reader, header)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TableError(f"Line {line} is not UTF-8: save the file as CSV UTF-8.") from error


def _check_header(header: list[str], required: Collection[str], optional: Collection[str]) -> None:
    if len(header) == 1 and re.search(r"[;\t]", header[0]):
        raise TableError("The columns must be separated by commas.")
    known = [*required, *optional]
    faults = [
        *(f"column {name} is missing" for name in required if name not in header),
        *(f"column {name[:40]!r} is not known" for name in header if name not in known),
        *(f"column {name} comes twice" for name in sorted({name for name in header if header.count(name) > 1})),
    ]
    if faults:
        raise TableError(f"Wrong columns: {'; '.join(faults)}. Expected: {', '.join(known)}.")


def _rows(reader: Iterator[list[str]], header: list[str]) -> Iterator[Row]:
    while True:
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # What follows an open quote cannot be told from what is inside it.
            yield Row(_line(reader), {}, f"not CSV: {error}; the rest of the file was not read")
            return
        cells = [_cell(value) for value in values]
        if not any(cells):
            continue
        yield Row(_line(reader), dict(zip(header, cells, strict=False)), _fault(cells, header))


def _fault(cells: list[str], header: list[str]) -> str:
    if len(cells) != len(header):
        return f"{len(cells)} cells instead of {len(header)}"
    return next((f"{name} holds a NUL character" for name, cell in zip(header, cells, strict=True) if "\0" in cell), "")


def _line(reader: Iterator[list[str]]) -> int:
    line: int = reader.line_num  # type: ignore[attr-defined]  # the reader's own counter
    return line


def _cell(value: str) -> str:
    """Undo Excel's guard ="00123", which keeps leading zeros."""
    value = value.strip()
    guarded = GUARD.match(value)
    return guarded[1].strip() if guarded else value
