"""What is used of producers' caps, read from the counts and, where those do not tell, from assignments and offers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db.models import Q, QuerySet

from accounts import rows
from routing import caps
from routing.caps import Used, Window
from routing.models import Assignment, Offer
from rules_engine.engine.catalog import Facts

KEPT: Final = "SELECT cap_id, starts_at, ends_at, used, last_at FROM routing_capcount WHERE cap_id {is_one_of}"
OWN: Final = """
SELECT producer.time_zone, cap.id, cap.period, cap.most, cap.line, coalesce(source.slug, ''), cap.is_paced,
       counted.starts_at, counted.ends_at, counted.used, counted.last_at
FROM routing_cap cap
JOIN routing_producerprofile profile ON profile.id = cap.profile_id
JOIN licenses_producer producer ON producer.id = profile.producer_id
LEFT JOIN routing_leadsource source ON source.id = cap.source_id
LEFT JOIN routing_capcount counted ON counted.cap_id = cap.id
WHERE profile.producer_id = %s
ORDER BY cap.id
"""


@dataclass(frozen=True, slots=True)
class Counter:
    """One cap to read: whose it is, and the window it counts in."""

    cap: caps.Cap
    producer_id: int
    window: Window

    def counts(self, row: Assignment) -> bool:
        """Say whether an assignment counts."""
        starts, ends = self.window
        if row.producer_id != self.producer_id or not self.cap.takes(row.line, row.source.slug if row.source else ""):
            return False
        if self.cap.period == "OPEN":
            return row.ended_at is None
        return not row.is_returned and starts <= row.assigned_at < ends


@dataclass(frozen=True, slots=True)
class Counts:
    """What is used of caps, asked for already; an answer that does not tell is counted when it is read."""

    counters: Sequence[Counter]
    asked: rows.Asked | None

    def used(self) -> dict[int, Used]:
        """Return it by cap; one statement more where a window has just begun."""
        return _used(self.counters, self.asked.rows() if self.asked else ())


def ask(asked: Mapping[int, Sequence[caps.Cap]], zones: Mapping[int, str], now: datetime) -> Counts:
    """Ask how much is used of these producers' caps, alone or in one message with other statements."""
    windows = _Windows(now)
    counters = [
        Counter(cap, producer_id, windows.of(cap, zones[producer_id]))
        for producer_id in asked
        for cap in asked[producer_id]
    ]
    if not counters:
        return Counts((), None)
    is_one_of, ids = rows.one_of([each.cap.id for each in counters])
    return Counts(counters, rows.Asked(KEPT.format(is_one_of=is_one_of), ids))


def used(asked: Mapping[int, Sequence[caps.Cap]], zones: Mapping[int, str], now: datetime) -> dict[int, Used]:
    """Return how much is used of these producers' caps, by cap: one statement, two where a window has just begun."""
    return ask(asked, zones, now).used()


@dataclass(frozen=True, slots=True)
class Under:
    """The caps of one producer that a lead falls under, the zone of their windows, and what is used of each."""

    caps: Sequence[caps.Cap]
    zone: str
    used: Mapping[int, Used]


@dataclass(frozen=True, slots=True)
class Own:
    """All caps of one producer as they stand, not as the roster has them, and their counts; asked for already."""

    producer_id: int
    asked: rows.Asked

    @classmethod
    def ask(cls, producer_id: int) -> "Own":
        """Ask, alone or in one message with other statements."""
        return cls(producer_id, rows.Asked(OWN, [producer_id]))

    def under(self, facts: Facts, now: datetime) -> Under:
        """Return those that a lead of these facts falls under."""
        found = self.asked.rows()
        zone = str(found[0][0]) if found else ""
        there = [
            caps.Cap(cap_id, period, most, line, source, bool(is_paced))
            for _, cap_id, period, most, line, source, is_paced, *_ in found
        ]
        applying, windows = caps.applying(there, facts), _Windows(now)
        counters = [Counter(cap, self.producer_id, windows.of(cap, zone)) for cap in applying]
        return Under(applying, zone, _used(counters, [(row[1], *row[7:]) for row in found]))


class _Windows:
    """The windows of one instant: those of a kind in one zone are worked out once."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._known: dict[tuple[str, str], Window] = {}

    def of(self, cap: caps.Cap, zone: str) -> Window:
        found = self._known.get((cap.period, zone))
        if found is None:
            found = self._known[cap.period, zone] = cap.window(self._now, zone)
        return found


def _used(counters: Sequence[Counter], kept: Iterable[Sequence[Any]]) -> dict[int, Used]:
    """Return what is used, given what is kept: cap, start and end of its window, leads, the last."""
    told = {cap_id: rest for cap_id, *rest in kept}
    found: dict[int, Used] = {}
    unknown: list[Counter] = []
    for each in counters:
        starts, ends, leads, last = told.get(each.cap.id, (None, None, 0, None))
        if (rows.instant(starts), rows.instant(ends)) == each.window:
            found[each.cap.id] = Used(leads, rows.instant(last))
        else:
            unknown.append(each)
    return found | _counted(unknown)


def _counted(counters: Sequence[Counter]) -> dict[int, Used]:
    """Count the assignments themselves, and the offers that keep a seat."""
    if not counters:
        return {}
    producers = {each.producer_id for each in counters}
    since = [each.window[0] for each in counters if each.cap.period != "OPEN"]
    wanted = Q(ended_at__isnull=True) if len(since) < len(counters) else Q()
    if since:
        wanted |= Q(assigned_at__gte=min(since))
    held = list(
        Assignment.objects.filter(wanted, producer__in=producers)
        .select_related("source")
        .only("producer_id", "line", "source__slug", "assigned_at", "ended_at", "is_returned")
        .order_by()
    )
    held += [_as_assignment(each) for each in _reserving(producers)]
    found = {}
    for each in counters:
        counted = [row.assigned_at for row in held if each.counts(row)]
        found[each.cap.id] = Used(len(counted), max(counted, default=None))
    return found


def _reserving(producers: Collection[int]) -> QuerySet[Offer]:
    open_offers = Offer.objects.filter(producer__in=producers, state=Offer.State.OPEN, reserves=True)
    return open_offers.select_related("lead__source").order_by()


def _as_assignment(offer: Offer) -> Assignment:
    """Return the (unsaved) assignment that the offer would become."""
    lead = offer.lead
    return Assignment(producer_id=offer.producer_id, line=lead.line, source=lead.source, assigned_at=offer.offered_at)
