"""Read a report: its tables and figures, and the rows behind any number of them.

A number and its rows come of one definition, the section's: what a cell counted is what it leads to.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts import policy
from accounts.actor import Actor
from accounts.errors import Missing
from routing.figures import MEDIAN, P90, Column, Figure, Key, Row, Table, Unit, Value, quantile, share
from routing.models import Lead
from routing.queries import elapsed
from routing.queries.reports.report import Drawn, Headline, Report
from routing.queries.reports.scope import Scope
from routing.queries.reports.section import Beside, By, Section

Counts = Mapping[str, int]


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


def summary(report: Report, scope: Scope, *, actor: Actor) -> Figure:
    """Return the one figure that stands for a report.

    :raises Forbidden: without reports.view
    """
    policy.require(actor, "reports.view")
    section = report.section(report.headlines[0].section)
    return _figure(report.headlines[0], section, *_whole(section, scope))


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
    return _table(section, by, scope, by.beside(scope) if by.beside else None)


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
    shown = [by for by in section.by if by.shown(scope)]
    beside = {by.name: by.beside(scope) for by in shown if by.beside}
    tables = tuple(_table(section, by, scope, beside.get(by.name)) for by in shown)
    return tables, _whole(section, scope, next(iter(beside.values()), None))


def _whole(
    section: Section, scope: Scope, beside: Beside | None = None
) -> tuple[tuple[Column, ...], tuple[Value, ...]]:
    """Return every column of a section for all of its rows together."""
    counts = section.rows(scope).aggregate(**_counts(section, scope))
    waits = _waits(section, scope).get(None)
    beside = beside or next((by.beside(scope) for by in section.by if by.beside and by.shown(scope)), None)
    values = _values(section, _named(counts), waits)
    return (*section.columns, *(beside.columns if beside else ())), (*values, *(beside.totals if beside else ()))


def _counts(section: Section, scope: Scope) -> dict[str, Count]:
    return {f"number_{part.name}": Count("pk", filter=part.holds(scope)) for part in section.parts}


def _named(counts: Mapping[str, Any]) -> dict[str, int]:
    return {name.removeprefix("number_"): number for name, number in counts.items() if name != "bucket"}


def _waits(section: Section, scope: Scope, by: By | None = None) -> Mapping[Key, Counter[int]]:
    """Return how often each length of time occurs; nothing of a section that tells none."""
    if section.span is None:
        return {}
    key = by.key(scope) if by else None
    return elapsed.counted(section.rows(scope), since=section.span.since, until=section.span.until, by=key)


def _table(section: Section, by: By, scope: Scope, beside: Beside | None) -> Table:
    grouped = section.rows(scope).order_by().annotate(bucket=by.key(scope)).values("bucket")
    counted = {row["bucket"]: _named(row) for row in grouped.annotate(**_counts(section, scope))}
    tells_time = not by.columns or not {
        column.name for column in section.columns if column.unit is Unit.SECONDS
    }.isdisjoint(by.columns)
    waits = _waits(section, scope, by) if tells_time else {}
    keys = _in_order(by, counted, beside, section.parts[0].name)
    labels, nothing = by.labels(keys), dict.fromkeys((part.name for part in section.parts), 0)
    columns = [*section.columns, *(beside.columns if beside else ())]
    places = [place for place, column in enumerate(columns) if not by.columns or column.name in by.columns]
    rows = []
    for key in keys:
        values = _values(section, counted.get(key, nothing), waits.get(key))
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


def _in_order(by: By, counted: Mapping[Key, Counts], beside: Beside | None, first: str) -> list[Key]:
    if by.fixed:
        return list(by.fixed)
    keys = dict.fromkeys([*counted, *(beside.values if beside else ())])
    if by.is_in_order:
        return sorted(keys, key=lambda key: (key is None, key))
    return sorted(keys, key=lambda key: (-counted.get(key, {}).get(first, 0), str(key)))


def _values(section: Section, counts: Counts, waits: Counter[int] | None) -> tuple[Value, ...]:
    """Return a line's numbers in the order of the section's columns."""
    numbers: list[Value] = [counts[part.name] for part in section.parts]
    numbers += [share(counts[rate.part], sum(counts[each] for each in rate.among)) for rate in section.rates]
    if section.span:
        numbers += [quantile(waits or {}, MEDIAN), quantile(waits or {}, P90)]
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
