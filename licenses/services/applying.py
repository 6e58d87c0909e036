"""Bring one producer's licences into line with what a source reports, and say what changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from accounts.actor import Actor
from accounts.errors import Invalid
from licenses.models import License, LineOfAuthority, Producer
from licenses.services import facts
from licenses.services.crosswalk import Crosswalk
from licenses.services.saved_rows import FieldChange, describe
from licenses.sources.records import SourceLine, SourceRecord

ABSENT: Final = "absent from full snapshot"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not taken, and why."""

    place: int
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Return it as a refresh keeps it."""
        return {"place": self.place, "reason": self.reason}


@dataclass(slots=True)
class Applied:
    """What came of one producer's records."""

    changes: list[FieldChange] = field(default_factory=list)
    changed: int = 0
    absent: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    def add(self, other: "Applied") -> None:
        """Take in what came of more records."""
        self.changes += other.changes
        self.changed += other.changed
        self.absent += other.absent
        self.rejected += other.rejected


@dataclass(frozen=True, slots=True)
class Application:
    """How one run applies records: by which names, in whose name, and whether what is not reported is gone."""

    source: str
    crosswalk: Crosswalk
    actor: Actor
    now: datetime
    is_full: bool = False

    @transaction.atomic
    def apply(self, producer: Producer, records: Sequence[SourceRecord]) -> Applied:
        """Save what differs, all in one change of the producer's facts.

        1. Lock the producer, then read what is stored.
        2. Save the licences reported; where one of several is refused, each is tried by itself.
        3. Of a full snapshot, mark what it no longer holds; nothing is ever deleted.
        """
        applied = self._take(facts.lock(producer.pk), records)
        if self.is_full:
            applied.add(self._retire(producer, records))
        return applied

    def _take(self, producer: Producer, records: Sequence[SourceRecord]) -> Applied:
        applied = Applied()
        plans = [self._plan(producer, record, applied) for record in records]
        try:
            with transaction.atomic():
                applied.changes = list(self._write([row for plan in plans for row in plan]))
        except Invalid as refusal:
            if len(records) == 1:
                return Applied(rejected=[Rejected(place, refusal.message) for place in records[0].places])
            alone = Applied()
            for record in records:
                alone.add(self._take(producer, [record]))
            return alone
        applied.changed = _count_licenses(applied.changes, plans)
        held = [row for plan in plans for row in plan if isinstance(row, License)]
        facts.confirm(producer=producer, licenses=held, now=self.now)
        return applied

    def _write(self, rows: Sequence[facts.Fact]) -> Iterable[FieldChange]:
        return facts.write(facts=rows, actor=self.actor, now=self.now) if rows else ()

    def _plan(self, producer: Producer, record: SourceRecord, applied: Applied) -> list[License | LineOfAuthority]:
        """Return the rows as the source would have them; none where we already know something newer."""
        key = {"state": record.state, "license_class": record.license_class, "number": record.number}
        stored = License.objects.filter(producer=producer, **key).prefetch_related("lines").first()
        license_ = stored or License(producer=producer, **key)
        if stored and record.as_of and stored.as_of and record.as_of < stored.as_of:
            return []
        named, unknown = self._named(record)
        applied.rejected += unknown
        if unknown and not named and not stored:
            return []
        license_.residency, license_.status, license_.status_reason = record.residency, record.status, ""
        license_.effective_date, license_.expiry_date = record.effective_date, record.expiry_date
        license_.is_perpetual, license_.source = record.is_perpetual, self.source
        license_.as_of = record.as_of or self.now
        lines = {row.line: row for row in stored.lines.all()} if stored else {}
        rows = [
            _line(lines.get(code) or LineOfAuthority(license=license_, line=code), told) for code, told in named.items()
        ]
        if self.is_full and not unknown:
            rows += [_gone(row) for code, row in lines.items() if code not in named]
        return [license_, *rows]

    def _named(self, record: SourceRecord) -> tuple[dict[str, SourceLine], list[Rejected]]:
        """Sort the source's lines by canonical line; of two names for one line, the better counts."""
        named: dict[str, SourceLine] = {}
        unknown = []
        for told in record.lines:
            codes = self.crosswalk.lines_of(record.state, told.raw_name)
            if codes is None:
                reason = f"{told.raw_name!r} is not a known line of authority in {record.state}"
                unknown.append(Rejected(told.place, f"{reason}: add it to the line names"))
            for code in codes or ():
                named[code] = max(named.get(code, told), told, key=_goodness)
        return named, unknown

    def _retire(self, producer: Producer, records: Sequence[SourceRecord]) -> Applied:
        reported = {(record.state, record.license_class, record.number) for record in records}
        gone = [
            row
            for row in License.objects.filter(producer=producer, status=License.Status.ACTIVE)
            if (row.state, row.license_class, row.number) not in reported
        ]
        for row in gone:
            row.status, row.status_reason, row.as_of, row.source = (
                License.Status.INACTIVE,
                ABSENT,
                self.now,
                self.source,
            )
        return Applied(list(self._write(gone)), changed=len(gone), absent=len(gone))


def _line(row: LineOfAuthority, told: SourceLine) -> LineOfAuthority:
    row.raw_name, row.status, row.status_reason = told.raw_name, told.status, ""
    row.effective_date, row.expiry_date = told.effective_date, told.expiry_date
    return row


def _gone(row: LineOfAuthority) -> LineOfAuthority:
    if row.status == License.Status.ACTIVE:
        row.status, row.status_reason = License.Status.INACTIVE, ABSENT
    return row


def _goodness(told: SourceLine) -> tuple[bool, date]:
    return told.status == License.Status.ACTIVE, told.expiry_date or date.max


def _count_licenses(changes: Sequence[FieldChange], plans: Sequence[Sequence[License | LineOfAuthority]]) -> int:
    touched = {change.what for change in changes}
    return sum(any(describe(row) in touched for row in plan) for plan in plans)
