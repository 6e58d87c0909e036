"""Count leads against producers' caps: reserve in the claim, give back what is handed back.

A count is a shortcut for counting the assignments of its window; whatever it does not tell is counted there.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import F, Q

from accounts import rows
from routing import caps
from routing.caps import Used
from routing.models import Cap, CapCount, ProducerLoad
from routing.queries.cap_counts import Own
from rules_engine.engine.catalog import Facts


def reserve(own: Own, *, facts: Facts, now: datetime) -> str | None:
    """Count a lead against every cap it falls under, all or none; return the reason of one that refuses.

    Under the lock of the producer's load, which the claim holds and under which the caps were asked for, so nothing
    counts beside it.
    """
    under = own.under(facts, now)
    refused = caps.refusal(under.caps, under.used, now, under.zone)
    if refused is None:
        count([(cap, under.zone, Used(under.used[cap.id].count + 1, now)) for cap in under.caps], now)
    return refused


def count(counted: Iterable[tuple[caps.Cap, str, Used]], now: datetime) -> None:
    """Write what is used of caps, each with the zone its windows are in, under the lock of their producers' loads."""
    counts = []
    for cap, zone, used in counted:
        starts, ends = cap.window(now, zone)
        counts.append(CapCount(cap_id=cap.id, starts_at=starts, ends_at=ends, used=used.count, last_at=used.last_at))
    rows.upsert(counts)


def capped(producer_ids: Collection[int]) -> set[int]:
    """Return which of these producers have caps."""
    return set(Cap.objects.filter(profile__producer__in=producer_ids).values_list("profile__producer", flat=True))


def release(*, producer_id: int, line: str, source_id: int | None, counted_at: datetime, is_returned: bool) -> None:
    """Give back what a lead has used: of an open cap always, of a window only what is handed back in it.

    Under the lock of the producer's load, as `reserve`; an assignment or an offer ends once, and so does this.
    """
    matching = Q(cap__line__in=["", line]) & (Q(cap__source=None) | Q(cap__source=source_id))
    counts = CapCount.objects.filter(matching, cap__profile__producer=producer_id, used__gt=0)
    counts = counts.filter(starts_at__lte=counted_at, ends_at__gt=counted_at)
    if not is_returned:
        counts = counts.filter(cap__period="OPEN")
    counts.update(used=F("used") - 1)


def forget(edited: Iterable[Cap]) -> None:
    """Drop the counts of caps that were edited, under the lock of the load: they are counted anew."""
    changed = list(edited)
    list(ProducerLoad.objects.select_for_update().filter(producer__profile__in=[row.profile_id for row in changed]))
    CapCount.objects.filter(cap__in=changed).delete()
