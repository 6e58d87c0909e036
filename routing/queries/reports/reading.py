"""Read a report: its tables and figures, and the rows behind any number of them.

A number and its rows come of one definition, the section's: what a cell counted is what it leads to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts import policy
from accounts.actor import Actor
from accounts.errors import Missing
from routing.figures import MEDIAN, P90, Column, Figure, Key, Row, Table, Unit, Value, quantile, share
from routing.models import Lead
from routing.queries.reports import counting
from routing.queries.reports.counting import Counted, Groups
from routing.queries.reports.report import Drawn, Headline, Report
from routing.queries.reports.scope import Scope
from routing.queries.reports.section import Beside, By, Section
from routing.queries.reports.unhurried import unhurried


@dataclass(frozen=True, slots=True)
class Told:
    """One section as it was read: its tables, and whether there was anything to count."""

    section: Section
    tables: tuple[Table, ...]
    is_empty: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A report as it was read."""

    report: Report
    figures: tuple[Figure, ...]
    sections: tuple[Told, ...]

    @property
    def drawn(self) -> tuple[Drawn, Table] | None:
        """What the chart shows and the table it shows it of; None where there is nothing to draw."""
        tables = {table.name: table for told in self.sections if not told.is_empty for table in told.tables}
        for drawn in self.report.drawn:
            if table := tables.get(f"{drawn.section}-{drawn.by}"):
                return drawn, table
        return None


@unhurried()
def summary(report: Report, scope: Scope, *, actor: Actor) -> Figure:
    """Return the one figure that stands for a report.

    :raises Forbidden: without reports.view
    """
    policy.require(actor, "reports.view")
    stands_for = report.headlines[0]
    section = report.section(stands_for.section)
    return _figure(stands_for, section, *_whole(section, scope, stands_for.column))


@unhurried()
def read(report: Report, scope: Scope, *, actor: Actor) -> Reading:
    """Return a report's figures and tables.

    :raises Forbidden: without reports.view
    """
    policy.require(actor, "reports.view")
    told, figures = [], {}
    for section in report.sections:
        tables, whole = _tables(section, scope)
        columns, values = whole
        told.append(Told(section, tables, not any(table.rows for table in tables)))
        for headline in report.headlines:
            if headline.section == section.name and headline.column in {each.name for each in columns}:
                figures[headline] = _figure(headline, section, columns, values)
    return Reading(report, tuple(figures[each] for each in report.headlines if each in figures), tuple(told))


@unhurried()
def table(report: Report, name: str, scope: Scope, *, actor: Actor) -> Table:
    """Return one table of a report.

    :raises Missing: if it has none of that name
    :raises Forbidden: without reports.view
    """
    policy.require(actor, "reports.view")
    try:
        section, by = report.grouping(name)
    except KeyError as error:
        raise Missing("This report has no such table.") from error
    return _table(section, by, counting.by_group(section, by, scope), by.beside(scope) if by.beside else None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list a row stands: by its instant, then by its id."""

    at: datetime
    pk: UUID

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """Return the place an address names, or None."""
        at, _, pk = text.partition("_")
        try:
            found = cls(datetime.fromisoformat(at), UUID(pk))
        except ValueError:
            return None
        return found if found.at.tzinfo else None

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.pk}"


@dataclass(frozen=True, slots=True)
class Line:
    """One row behind a number: the lead, the instant the list goes by, and whose it was."""

    lead: Lead
    at: datetime
    producer: Any


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of the rows behind a number."""

    section: Section
    part: str  # its label
    group: str  # what it was grouped by, in words; blank: the whole
    lines: Sequence[Line]
    older: Place | None


@unhurried()
def lines(
    report: Report,
    scope: Scope,
    *,
    table: str,
    part: str,
    key: str | None,
    before: Place | None,
    length: int,
    actor: Actor,
) -> Lines:
    """Return the rows one number of a table counted, the latest first; with no key, those of all its lines.

    :raises Missing: if there is no such table, part or line
    :raises Forbidden: without reports.view and leads.view
    """
    policy.require(actor, "reports.view")
    policy.require(actor, "leads.view")
    try:
        section, by = report.grouping(table)
        chosen, value = section.part(part), by.read(key) if key is not None else None
    except (KeyError, ValueError) as error:
        raise Missing("This report has no such number.") from error
    rows = section.rows(scope).filter(chosen.holds(scope))
    if key is not None:
        rows = rows.alias(bucket=by.key(scope)).filter(Q(bucket__isnull=True) if value is None else Q(bucket=value))
    found = _page(rows, section.at, before, length + 1)
    group = by.labels([value]).get(value, "") if key is not None else ""
    shown = [_line(row, section.at) for row in found[:length]]
    last = found[length - 1] if len(found) > length else None
    return Lines(section, chosen.label, group, shown, Place(getattr(last, section.at), last.pk) if last else None)


def _page(rows: QuerySet[Any], at: str, before: Place | None, length: int) -> list[Any]:
    """Return the rows behind a place, walking along the instant's index."""
    if before:
        beside = Q(**{f"{at}__lt": before.at}) | Q(pk__lt=before.pk)
        rows = rows.filter(beside, **{f"{at}__lte": before.at})
    related = {"person", "owner"} if rows.model is Lead else {"lead__person", "lead__owner"}
    related |= {"producer"} & {each.name for each in rows.model._meta.fields}
    return list(rows.select_related(*related).order_by(f"-{at}", "-pk")[:length])


def _line(row: Any, at: str) -> Line:
    lead = row if isinstance(row, Lead) else row.lead
    return Line(lead, getattr(row, at), getattr(row, "producer", lead.owner))


def _tables(section: Section, scope: Scope) -> tuple[tuple[Table, ...], tuple[tuple[Column, ...], tuple[Value, ...]]]:
    """Return the tables shown and the whole, which is what the lines of any of them come to."""
    shown = [by for by in section.by if by.shown(scope)]
    beside = {by.name: by.beside(scope) for by in shown if by.beside}
    grouped = {by: counting.by_group(section, by, scope) for by in shown}
    tables = tuple(_table(section, by, each, beside.get(by.name)) for by, each in grouped.items())
    whole = _values(section, counting.together(grouped.values()))
    return tables, _with_beside(section, whole, next(iter(beside.values()), None))


def _whole(section: Section, scope: Scope, wanted: str) -> tuple[tuple[Column, ...], tuple[Value, ...]]:
    """Return the columns of a section for all of its rows together; no waits where another column is wanted."""
    counted = counting.of_all(section, scope, tells_time=wanted in section.timed)
    beside = next((by.beside(scope) for by in section.by if by.beside and by.shown(scope)), None)
    return _with_beside(section, _values(section, counted), beside)


def _with_beside(
    section: Section, values: tuple[Value, ...], beside: Beside | None
) -> tuple[tuple[Column, ...], tuple[Value, ...]]:
    if beside is None:
        return section.columns, values
    return (*section.columns, *beside.columns), (*values, *beside.totals)


def _table(section: Section, by: By, grouped: Groups, beside: Beside | None) -> Table:
    keys = _in_order(by, grouped, beside, section.parts[0].name)
    labels, nothing = by.labels(keys), counting.nothing(section)
    columns = [*section.columns, *(beside.columns if beside else ())]
    places = [place for place, column in enumerate(columns) if not by.columns or column.name in by.columns]
    rows = []
    for key in keys:
        values = _values(section, grouped.get(key, nothing))
        if beside:
            values += beside.values.get(key, (None,) * len(beside.columns))
        short = by.short(key) if by.short else labels.get(key, "")
        rows.append(Row(key, labels.get(key, ""), short, tuple(values[place] for place in places)))
    return Table(
        f"{section.name}-{by.name}", by.title, by.heading, tuple(columns[place] for place in places), _kept(rows)
    )


def _kept(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the lines, none at all where nothing was counted in any."""
    return tuple(rows) if any(any(row.values) for row in rows) else ()


def _in_order(by: By, grouped: Groups, beside: Beside | None, first: str) -> list[Key]:
    if by.fixed:
        return list(by.fixed)
    keys = dict.fromkeys([*grouped, *(beside.values if beside else ())])
    if by.is_in_order:
        return sorted(keys, key=lambda key: (key is None, key))
    return sorted(keys, key=lambda key: (-(grouped[key].parts[first] if key in grouped else 0), str(key)))


def _values(section: Section, counted: Counted) -> tuple[Value, ...]:
    """Return a line's numbers in the order of the section's columns."""
    parts = counted.parts
    numbers: list[Value] = [parts[part.name] for part in section.parts]
    numbers += [share(parts[rate.part], sum(parts[each] for each in rate.among)) for rate in section.rates]
    if section.span:
        numbers += [quantile(counted.waits, MEDIAN), quantile(counted.waits, P90)]
    return tuple(numbers)


def _figure(headline: Headline, section: Section, columns: Sequence[Column], values: Sequence[Value]) -> Figure:
    found = dict(zip((column.name for column in columns), values, strict=True))
    column = next(each for each in columns if each.name == headline.column)
    note = headline.note
    rate = next((each for each in section.rates if each.name == headline.column), None)
    if rate and column.unit is Unit.SHARE:
        whole = sum(int(found[each] or 0) for each in rate.among)
        note = f"{found[rate.part]:,} of {whole:,}" if whole else "nothing to count"
    return Figure(headline.label, found[headline.column], column.unit, note)
