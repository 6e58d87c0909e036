"""What a report asks the database: the parts of a section and its lengths of time, by a grouping, counted there."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from routing.figures import Key
from routing.queries import elapsed
from routing.queries.reports.scope import Scope
from routing.queries.reports.section import By, Section


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows each part has, and how often each length of time occurs; none where none is told."""

    parts: Mapping[str, int]
    waits: Counter[int] = field(default_factory=Counter)


Groups = Mapping[Key, Counted]


def nothing(section: Section) -> Counted:
    """Return what no row comes to."""
    return Counted(dict.fromkeys((part.name for part in section.parts), 0))


def by_group(section: Section, by: By, scope: Scope) -> Groups:
    """Count every row by a grouping, also those no line is shown for: one statement, one more for lengths of time."""
    rows = section.rows(scope).order_by().annotate(bucket=by.key(scope)).values("bucket")
    tells_time = not by.columns or not section.timed.isdisjoint(by.columns)
    waits = _waits(section, scope, by.key(scope)) if tells_time else {}
    return {
        row["bucket"]: Counted(_named(row), waits.get(row["bucket"], Counter()))
        for row in rows.annotate(**_counts(section, scope))
    }


def together(groupings: Iterable[Groups]) -> Counted:
    """Return what all rows come to, given them by each grouping: any of them has every row, not each tells time."""
    parts, waits = Counter[str](), Counter[int]()
    found = [list(groups.values()) for groups in groupings]
    for counted in found[0]:
        parts.update(counted.parts)
    for counted in next((each for each in found if any(counted.waits for counted in each)), []):
        waits.update(counted.waits)
    return Counted(parts, waits)


def of_all(section: Section, scope: Scope, *, tells_time: bool) -> Counted:
    """Count every row, grouped by nothing."""
    parts = _named(section.rows(scope).aggregate(**_counts(section, scope)))
    return Counted(parts, _waits(section, scope).get(None, Counter()) if tells_time else Counter())


def _counts(section: Section, scope: Scope) -> dict[str, Count]:
    return {f"number_{part.name}": Count("pk", filter=part.holds(scope)) for part in section.parts}


def _named(counts: Mapping[str, Any]) -> dict[str, int]:
    return {name.removeprefix("number_"): number for name, number in counts.items() if name != "bucket"}


def _waits(section: Section, scope: Scope, key: Any = None) -> Mapping[Key, Counter[int]]:
    if section.span is None:
        return {}
    return elapsed.counted(section.rows(scope), since=section.span.since, until=section.span.until, by=key)
