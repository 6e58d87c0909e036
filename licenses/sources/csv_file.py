"""Licences from a CSV file: one row a line of authority, the licence's own columns repeated."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from licenses.sources.cells import (
    CellError,
    read_choice,
    read_date,
    read_end,
    read_instant,
    read_npn,
    read_text,
    read_yes,
)
from licenses.sources.records import SourceError, SourceLine, SourceRecord, Unreadable
from licenses.sources.table import Row, TableError, read_table
from licenses.states import JURISDICTIONS

REQUIRED: Final = ("npn", "state", "license_number", "residency", "status", "expiry_date", "line")
OPTIONAL: Final = (
    "license_class",
    "effective_date",
    "is_perpetual",
    "line_status",
    "line_effective_date",
    "line_expiry_date",
    "as_of",
)
STATES: Final = {code.casefold(): code for code in JURISDICTIONS}
CLASSES: Final = {
    "producer": "PRODUCER",
    "agent": "PRODUCER",
    "broker": "PRODUCER",
    "limited": "LIMITED",
    "adjuster": "ADJUSTER",
    "consultant": "CONSULTANT",
    "surplus": "SURPLUS",
    "entity": "ENTITY",
}
STATUSES: Final = {
    code.casefold(): code
    for code in ("ACTIVE", "INACTIVE", "EXPIRED", "SUSPENDED", "REVOKED", "SURRENDERED", "PENDING", "UNKNOWN")
}
RESIDENCIES: Final = {"r": "R", "resident": "R", "nr": "NR", "non-resident": "NR", "nonresident": "NR"}

Item = SourceRecord | Unreadable
Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class CsvSource:
    """A CSV file as a licence source. Dates are the file's own business, so every fetch reads all of it."""

    path: Path
    name: str = "csv"

    def fetch(self, npns: Collection[str], since: datetime | None) -> Iterable[Item]:
        """Yield the licences of these producers, and what could not be read."""
        return [item for item in self.read() if not item.npn or item.npn in npns]

    def read(self) -> Iterable[Item]:
        """Return every licence of the file, and what could not be read.

        :raises SourceError: if the file is not there or not such a file
        """
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise SourceError(f"{self.path} cannot be read: {error.strerror}.", permanent=True) from error
        return read_licenses(content)


def read_licenses(content: bytes) -> list[Item]:
    """Return the licences of a file, each with all its lines, and what could not be read.

    :raises SourceError: if the file has the wrong columns; nothing of it is taken
    """
    try:
        rows = read_table(content, required=REQUIRED, optional=OPTIONAL)
    except TableError as error:
        raise SourceError(str(error), permanent=True) from error
    items = [_item(row) for row in rows]
    groups: dict[Key, list[SourceRecord]] = defaultdict(list)
    for item in items:
        if isinstance(item, SourceRecord):
            groups[item.npn, item.state, item.license_class, item.number].append(item)
    return [
        *(item for group in groups.values() for item in _merged(group)),
        *(item for item in items if isinstance(item, Unreadable)),
    ]


def _item(row: Row) -> Item:
    if row.fault:
        return Unreadable(row.line, row.fault)
    npn = ""
    try:
        npn = read_npn(row.cells)
        return _record(row.cells, npn, row.line)
    except CellError as fault:
        return Unreadable(row.line, str(fault), npn)


def _record(cells: Mapping[str, str], npn: str, line: int) -> SourceRecord:
    expiry, endless = read_end(cells, "expiry_date")
    is_perpetual = endless or read_yes(cells, "is_perpetual")
    if is_perpetual == (expiry is not None):
        both = "expiry_date and is_perpetual exclude each other"
        raise CellError(both if expiry else "expiry_date is empty and is_perpetual is not yes")
    effective = read_date(cells, "effective_date")
    if effective and expiry and expiry < effective:
        raise CellError(f"expiry_date {expiry} is before effective_date {effective}")
    return SourceRecord(
        npn=npn,
        state=read_choice(cells, "state", STATES),
        license_class=read_choice(cells, "license_class", CLASSES, default="PRODUCER"),
        number=read_text(cells, "license_number", most=40),
        residency=read_choice(cells, "residency", RESIDENCIES),
        status=read_choice(cells, "status", STATUSES),
        effective_date=effective,
        expiry_date=expiry,
        is_perpetual=is_perpetual,
        lines=_lines(cells, line),
        as_of=read_instant(cells, "as_of"),
        places=(line,),
    )


def _lines(cells: Mapping[str, str], line: int) -> tuple[SourceLine, ...]:
    """Return the row's line of authority; an adjuster's row may name none."""
    if not cells["line"]:
        return ()
    effective, (expiry, _) = read_date(cells, "line_effective_date"), read_end(cells, "line_expiry_date")
    if effective and expiry and expiry < effective:
        raise CellError(f"line_expiry_date {expiry} is before line_effective_date {effective}")
    status = read_choice(cells, "line_status", STATUSES, default="ACTIVE")
    return (SourceLine(read_text(cells, "line", most=120), status, effective, expiry, line),)


def _merged(group: list[SourceRecord]) -> Iterator[Item]:
    """Put the rows of one licence together: rows that contradict each other are refused, a repeat is passed over."""
    first = group[0]
    if _contradict(group):
        places = ", ".join(str(record.places[0]) for record in group)
        for record in group:
            reason = f"lines {places} contradict each other on license {first.number}"
            yield Unreadable(record.places[0], reason, first.npn)
        return
    seen: dict[str, int] = {}
    lines: list[SourceLine] = []
    for record in group:
        name = _line_name(record)
        if name in seen:
            yield Unreadable(record.places[0], f"repeats line {seen[name]}", first.npn, is_repeat=True)
            continue
        seen[name] = record.places[0]
        lines += record.lines
    yield replace(first, lines=tuple(lines), places=tuple(seen.values()))


def _contradict(group: list[SourceRecord]) -> bool:
    """Say whether the rows differ in what is the licence's own, or in what they say of one line."""
    own = {replace(record, lines=(), places=()) for record in group}
    lines = {
        (_line_name(record), tuple(replace(line, raw_name="", place=0) for line in record.lines)) for record in group
    }
    return len(own) > 1 or len(lines) > len({name for name, _ in lines})


def _line_name(record: SourceRecord) -> str:
    return record.lines[0].raw_name.casefold() if record.lines else ""
