"""Refresh licences from a source; every run is kept with exactly what it changed."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from audit import services as audit
from licenses.models import LicenseRefresh, LicenseRefreshChange, Producer
from licenses.services.applying import Application, Applied, Rejected
from licenses.services.crosswalk import Crosswalk
from licenses.sources.records import LicenseSource, SourceError, SourceRecord, Unreadable


@dataclass(slots=True)
class Haul:
    """What a source handed over before it ended or broke off."""

    records: dict[str, list[SourceRecord]] = field(default_factory=lambda: defaultdict(list))
    unreadable: list[Unreadable] = field(default_factory=list)
    failure: str = ""

    @classmethod
    def of(cls, items: Iterable[SourceRecord | Unreadable]) -> Self:
        """Sort what was read by producer."""
        haul = cls()
        haul.add(items)
        return haul

    @classmethod
    def from_source(cls, source: LicenseSource, npns: Collection[str], since: datetime | None) -> Self:
        """Ask a source, and keep what it yields up to the point where it breaks off."""
        haul = cls()
        try:
            haul.add(source.fetch(npns, since))
        except SourceError as error:
            haul.failure = str(error)
        return haul

    def add(self, items: Iterable[SourceRecord | Unreadable]) -> None:
        """Take items in one by one."""
        for item in items:
            if isinstance(item, Unreadable):
                self.unreadable.append(item)
            else:
                self.records[item.npn].append(item)

    def doubt(self) -> str:
        """Say why this cannot be taken for a complete snapshot, if so."""
        if self.failure:
            return self.failure
        if not self.records:
            return "The snapshot is empty: nothing was marked absent."
        return "A row that names no producer could not be read: nothing was marked absent." if "" in self.lost() else ""

    def lost(self) -> set[str]:
        """Return whose rows could not be read; the empty NPN among them stands for anybody."""
        return {item.npn for item in self.unreadable if not item.is_repeat}


def refresh(*, source: LicenseSource, actor: Actor, now: datetime, full: bool = False) -> LicenseRefresh:
    """Bring every producer's licences into line with a source; one transaction a producer.

    What a partial failure leaves out keeps the truth it had. Only a full snapshot that was read to its end says that
    what it does not hold is gone.

    :raises Forbidden: if the actor may not import licences
    """
    policy.require(actor, "licenses.import")
    npns = Producer.objects.exclude(status=Producer.Status.OFFBOARDED).values_list("npn", flat=True)
    since = None if full else _last_run(source.name)
    run = open_run(source=source.name, actor=actor, now=now, full=full)
    haul = Haul.from_source(source, set(npns), since)
    return take(run=run, haul=haul, npns=set(npns), actor=actor, now=now)


def refresh_producer(*, npn: str, source: LicenseSource, actor: Actor, now: datetime) -> LicenseRefresh:
    """Bring one producer's licences into line, as a notice of change asks for.

    :raises Forbidden: if the actor may not import licences
    """
    policy.require(actor, "licenses.import")
    # Its own name keeps it from counting as the last run over everybody.
    run = open_run(source=f"{source.name} {npn}"[:40], actor=actor, now=now, full=False)
    haul = Haul.from_source(source, {npn}, None)
    return take(run=run, haul=haul, npns=set(), actor=actor, now=now)


def _last_run(source: str) -> datetime | None:
    done = LicenseRefresh.objects.filter(source=source, state=LicenseRefresh.State.DONE)
    return done.order_by("-started_at").values_list("started_at", flat=True).first()


def open_run(*, source: str, actor: Actor, now: datetime, full: bool) -> LicenseRefresh:
    """Note that a run has begun."""
    return LicenseRefresh.objects.create(source=source, actor=str(actor)[:200], is_full=full, started_at=now)


def take(*, run: LicenseRefresh, haul: Haul, npns: set[str], actor: Actor, now: datetime) -> LicenseRefresh:
    """Apply a haul as part of a run already opened, and close the run."""
    try:
        total = _apply(run, haul, npns, actor, now)
    except Exception as error:
        _close(run, LicenseRefresh.State.FAILED, f"The run broke off: {type(error).__name__}.", actor, now)
        raise
    doubt = haul.doubt() if run.is_full else haul.failure
    run.read, run.changed, run.absent = sum(map(len, haul.records.values())), total.changed, total.absent
    run.rejected = [each.as_dict() for each in sorted(total.rejected, key=lambda each: each.place)]
    state = LicenseRefresh.State.DONE
    if doubt:
        state = LicenseRefresh.State.PARTIAL if haul.records else LicenseRefresh.State.FAILED
    return _close(run, state, doubt, actor, now)


def _apply(run: LicenseRefresh, haul: Haul, npns: set[str], actor: Actor, now: datetime) -> Applied:
    certain = npns - haul.lost() if run.is_full and not haul.doubt() else set()
    producers = Producer.objects.in_bulk(list({*haul.records, *certain}), field_name="npn")
    crosswalk = Crosswalk.current()
    total = Applied(rejected=[Rejected(item.place, item.reason) for item in haul.unreadable])
    for npn in sorted({*haul.records, *certain}):
        records = haul.records.get(npn, [])
        if npn not in producers:
            reason = f"no producer has the NPN {npn}: import producers first"
            total.rejected += [Rejected(place, reason) for record in records for place in record.places]
            continue
        application = Application(run.source, crosswalk, actor, now, is_full=npn in certain)
        total.add(_apply_one(run, application, producers[npn], records))
    return total


@transaction.atomic
def _apply_one(
    run: LicenseRefresh, application: Application, producer: Producer, records: list[SourceRecord]
) -> Applied:
    """Apply one producer's records and keep the differences, both or neither."""
    applied = application.apply(producer, records)
    LicenseRefreshChange.objects.bulk_create(
        [
            LicenseRefreshChange(
                refresh=run,
                producer=producer,
                what=change.what[:120],
                field=change.field,
                before=change.before[:400],
                after=change.after[:400],
            )
            for change in applied.changes
        ]
    )
    return applied


@transaction.atomic
def _close(run: LicenseRefresh, state: LicenseRefresh.State, error: str, actor: Actor, now: datetime) -> LicenseRefresh:
    run.state, run.error, run.ended_at = state, error[:400], now
    run.save()
    counts = {"read": run.read, "changed": run.changed, "absent": run.absent, "rejected": len(run.rejected)}
    detail = {"source": run.source, "full": run.is_full, "state": state.value, **counts}
    audit.record(at=now, actor=actor, action="licenses.refreshed", target=run, detail=detail)
    return run
