"""What is used of producers' caps, read from the counts and, where those do not tell, from assignments and offers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from routing import caps
from routing.caps import Used, Window
from routing.models import Assignment, CapCount, Offer


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


def used(asked: Mapping[int, Sequence[caps.Cap]], zones: Mapping[int, str], now: datetime) -> dict[int, Used]:
    """Return how much is used of these producers' caps, by cap: one statement, two where a window has just begun."""
    counters = [
        Counter(cap, producer_id, cap.window(now, zones[producer_id]))
        for producer_id in asked
        for cap in asked[producer_id]
    ]
    if not counters:
        return {}
    kept = {row.cap_id: row for row in CapCount.objects.filter(cap__in=[each.cap.id for each in counters])}
    found: dict[int, Used] = {}
    unknown: list[Counter] = []
    for each in counters:
        row = kept.get(each.cap.id)
        if row is not None and (row.starts_at, row.ends_at) == each.window:
            found[each.cap.id] = Used(row.used, row.last_at)
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
    rows = list(
        Assignment.objects.filter(wanted, producer__in=producers)
        .select_related("source")
        .only("producer_id", "line", "source__slug", "assigned_at", "ended_at", "is_returned")
        .order_by()
    )
    rows += [_as_assignment(each) for each in _reserving(producers)]
    found = {}
    for each in counters:
        counted = [row.assigned_at for row in rows if each.counts(row)]
        found[each.cap.id] = Used(len(counted), max(counted, default=None))
    return found


def _reserving(producers: Collection[int]) -> QuerySet[Offer]:
    open_offers = Offer.objects.filter(producer__in=producers, state=Offer.State.OPEN, reserves=True)
    return open_offers.select_related("lead__source").order_by()


def _as_assignment(offer: Offer) -> Assignment:
    """Return the (unsaved) assignment that the offer would become."""
    lead = offer.lead
    return Assignment(producer_id=offer.producer_id, line=lead.line, source=lead.source, assigned_at=offer.offered_at)
