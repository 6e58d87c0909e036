"""Tables, figures and charts of a report as its page shows them: numbers as people read them, each with its address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from routing import charts, words
from routing.admin.share_bars import percent
from routing.charts import Lying, Series, Upright
from routing.figures import Column, Figure, Row, Table, Unit, Value
from routing.queries.reports.reading import Reading
from routing.queries.reports.report import Drawn


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the leads behind a report's numbers are, where its files are, and what the page was asked for."""

    leads: str
    file: str
    query: str

    def of_number(self, table: Table, column: Column, row: Row) -> str:
        """Return the address of the leads one number counted."""
        key = "" if row.key is None else row.key
        return self._with(self.leads, table=table.name, part=column.name, key=key)

    def of_file(self, table: Table) -> str:
        """Return the address of a table as a file."""
        return self._with(self.file, table=table.name)

    def _with(self, address: str, **more: Any) -> str:
        return f"{address}?{'&'.join(filter(None, [self.query, urlencode(more)]))}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One number as it is read, the address of what it counted, and what the link says by itself."""

    text: str
    url: str = ""
    says: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table as it is shown."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A table as it is shown, with where its file is."""

    table: Table
    lines: tuple[Line, ...]
    file: str


def told(table: Table) -> list[Row]:
    """Return the lines worth reading: those in which anything was counted."""
    return [row for row in table.rows if any(row.values)]


def shown(table: Table, addresses: Addresses) -> Shown:
    """Return a table as it is shown."""
    lines = tuple(
        Line(
            row.label,
            tuple(
                _cell(column, row, value, addresses.of_number(table, column, row))
                for column, value in zip(table.columns, row.values, strict=True)
            ),
        )
        for row in told(table)
    )
    return Shown(table, lines, addresses.of_file(table))


def _cell(column: Column, row: Row, value: Value, address: str) -> Cell:
    text = said(value, column.unit)
    if not column.is_counted or not value:
        return Cell(text)
    return Cell(text, address, f"{text} {column.label.lower()}: {row.label}")


def figure_of(figure: Figure) -> dict[str, str]:
    """Return a figure as it is shown."""
    return {"label": figure.label, "value": said(figure.value, figure.unit), "note": figure.note}


def said(value: Value, unit: Unit) -> str:
    """Return a number as people read it; a dash where there is none."""
    if value is None:
        return "–"
    if unit is Unit.SHARE:
        return percent(value)
    if unit is Unit.SECONDS:
        return words.duration(timedelta(seconds=value))
    return f"{value:,.0f}" if unit is Unit.COUNT else f"{value:,.1f}"


def plain(value: Value) -> Value:
    """Return a number as a file has it."""
    return round(value, 4) if isinstance(value, float) else value


def chart_of(found: Reading) -> dict[str, Any] | None:
    """Return what the chart's template draws; None where there is nothing to draw."""
    if found.drawn is None:
        return None
    drawn, table = found.drawn
    about = {
        "title": drawn.title,
        "desc": f"The table “{table.title}” has the numbers.",
        "series": _series(drawn, table),
    }
    if drawn.kind == "lying":
        return {**about, "lying": _lying(drawn, table)}
    return {**about, "upright": _curve(drawn, table) if drawn.kind == "curve" else _stacked(drawn, table)}


def _series(drawn: Drawn, table: Table) -> list[Series]:
    return [Series(each.label, each.tone or "main") for each in table.called(drawn.columns)]


def _numbers(drawn: Drawn, table: Table) -> list[Sequence[float]]:
    columns = [table.column(name) for name in drawn.columns]
    return [[value or 0 for value in row] for row in zip(*columns, strict=True)]


def _stacked(drawn: Drawn, table: Table) -> Upright:
    return charts.stacked([row.short for row in table.rows], _series(drawn, table), _numbers(drawn, table))


def _curve(drawn: Drawn, table: Table) -> Upright:
    (name,) = drawn.columns
    shares = table.column(name)
    texts = [f"{(value or 0) * 100:.0f}%" for value in shares]  # whole, so that they stand apart on a phone
    return charts.curve([row.short for row in table.rows], shares, texts)


def _lying(drawn: Drawn, table: Table) -> Lying:
    """Lay out the lines that have anything, the longest first; shares as parts of the whole."""
    unit = table.called(drawn.columns)[0].unit
    pairs = zip(table.rows, _numbers(drawn, table), strict=True)
    kept = sorted(((row.label, pieces) for row, pieces in pairs if sum(pieces) > 0), key=lambda pair: -sum(pair[1]))
    labels, numbers = [label for label, _ in kept], [pieces for _, pieces in kept]
    texts = [said(sum(each), unit) for each in numbers]
    return charts.lying(labels, _series(drawn, table), numbers, texts, least=1 if unit is Unit.SHARE else 0)
