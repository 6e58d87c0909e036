"""Read the ledger."""

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Model, Q, QuerySet, prefetch_related_objects

from audit.filters import Clause, Filter
from audit.models import Entry
from audit.models.ledger import PRODUCER, REASON, RULE_SET, VERSION

TOLD: Final = {"reason": REASON, "producer": PRODUCER, "rule_set": RULE_SET, "version": VERSION}


BEGINNING: Final = datetime.min.replace(tzinfo=UTC)
LEAPS: Final = """
WITH RECURSIVE leap(name) AS (
    SELECT MIN({column}) FROM audit_entry
    UNION ALL
    SELECT (SELECT MIN({column}) FROM audit_entry WHERE {column} > leap.name) FROM leap WHERE leap.name IS NOT NULL
)
SELECT name FROM leap WHERE name IS NOT NULL
"""


class Place(NamedTuple):
    """Where an entry stands in time; the number tells apart what happened at one instant."""

    at: datetime
    seq: int

    @classmethod
    def of(cls, entry: Entry) -> "Place":
        """Return the place of a stored entry."""
        return cls(entry.occurred_at, entry.seq or 0)

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """Return the place a page's address names, or None if it names none."""
        at, _, seq = text.rpartition("~")
        try:
            place = cls(datetime.fromisoformat(at), int(seq))
        except ValueError:
            return None
        return place if place.at.tzinfo and 0 <= place.seq < 2**63 else None

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.seq}"


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, the latest first, and the places from which to go on either way."""

    entries: Sequence[Entry]
    newer: Place | None = None
    older: Place | None = None


def for_target(target: Model) -> QuerySet[Entry]:
    """Return what happened to one row, newest first."""
    return Entry.objects.filter(target_type=target._meta.label_lower, target_id=str(target.pk))


def for_lead(lead_id: UUID | str) -> QuerySet[Entry]:
    """Return what happened to one lead, newest first."""
    return Entry.objects.filter(target_type="routing.lead", target_id=str(lead_id))


def page(asked: Filter, *, before: Place | None = None, after: Place | None = None, length: int) -> Page:
    """Return the latest entries, or those next to a place; each page costs the same however far back it lies."""
    found = list(_some(asked, length + 1, before=before, after=after))
    more, found = len(found) > length, found[:length]
    prefetch_related_objects(found, "seal")
    if after is not None:
        found.reverse()
    is_newest = more if after is not None else before is not None
    is_oldest = more if after is None else True
    return Page(
        found,
        Place.of(found[0]) if found and is_newest else None,
        Place.of(found[-1]) if found and is_oldest else None,
    )


def following(asked: Filter, *, after: Place | None, length: int) -> list[Entry]:
    """Return the entries behind a place, or the first there are, the earliest first."""
    return list(_some(asked, length, before=None, after=after or Place(BEGINNING, 0)))


def names_of(column: Literal["action", "target_type"]) -> list[str]:
    """Return every value of a column, in order, by leaps along its index: the ledger is too long to be read for it."""
    leaps = LEAPS.format(column=column)
    with connection.cursor() as cursor:
        cursor.execute(leaps)
        return [name for (name,) in cursor.fetchall() if name]


def _some(asked: Filter, length: int, *, before: Place | None, after: Place | None) -> Iterator[Entry]:
    """Yield the next entries on one side of a place: of every clause as many, merged by their time.

    One statement a clause lets each walk along its own index; joined by OR they would be read whole and sorted.
    """
    backwards = after is None
    branches = [_branch(clause, before=before, after=after)[:length] for clause in asked.clauses]
    merged = heapq.merge(*branches, key=Place.of, reverse=backwards)
    return _once(merged, length)


def _once(entries: Iterable[Entry], length: int) -> Iterator[Entry]:
    """Yield so many entries, each once, though several clauses may have found it."""
    last, left = None, length
    for entry in entries:
        if left and entry.pk != last:
            last, left = entry.pk, left - 1
            yield entry


def _branch(clause: Clause, *, before: Place | None, after: Place | None) -> QuerySet[Entry]:
    told = {f"told_{name}": expression for name, expression in TOLD.items() if getattr(clause, name)}
    asked = {name: getattr(clause, name) for name in ("action", "actor_kind", "actor_id", "target_type", "target_id")}
    found = Entry.objects.alias(**told).filter(
        **{name: value for name, value in asked.items() if value},
        **{f"told_{name}": getattr(clause, name) for name in TOLD if getattr(clause, name)},
    )
    if clause.since:
        found = found.filter(occurred_at__gte=clause.since)
    if clause.until:
        found = found.filter(occurred_at__lt=clause.until)
    if before:
        beside = Q(occurred_at__lt=before.at) | Q(seq__lt=before.seq)
        found = found.filter(beside, occurred_at__lte=before.at)
    if after:
        beside = Q(occurred_at__gt=after.at) | Q(seq__gt=after.seq)
        found = found.filter(beside, occurred_at__gte=after.at)
    return found.order_by("occurred_at", "seq") if after else found.order_by("-occurred_at", "-seq")
