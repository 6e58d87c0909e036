"""Watch the shares of every pool: whose leaves the pool's band begins an episode, of which the manager hears once."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db import transaction
from django.db.models import Q

from accounts.actor import system
from audit import services as audit
from outbox import services as outbox
from routing.fairness import Share
from routing.models import FairnessAlarm, Pool
from routing.queries import fairness

EVERY: Final = timedelta(minutes=15)
LOOKS_BACK: Final = timedelta(days=7)
WATCH: Final = system("fairness watch")


def watch_due(*, now: datetime) -> int:
    """Look at the pools not looked at for a while; returns how many episodes began or ended."""
    due = Q(fairness_checked_at=None) | Q(fairness_checked_at__lte=now - EVERY)
    pools = Pool.objects.filter(due, is_active=True, fair_leads__isnull=False)
    return sum(_watch(pool, due, now) for pool in pools)


@transaction.atomic
def _watch(pool: Pool, due: Q, now: datetime) -> int:
    """Look at one pool, unless another sweep has just done so."""
    if not Pool.objects.filter(due, pk=pool.pk).update(fairness_checked_at=now):
        return 0
    found = fairness.shares_of(pool.pk, since=now - LOOKS_BACK)
    members = set(pool.members.filter(is_active=True).values_list("producer_id", flat=True))
    outside = {
        each: share
        for each, share in found.items()
        if each in members and share.is_outside(pool.fair_leads or 0, pool.fair_percent or 0)
    }
    running = {alarm.producer_id: alarm for alarm in FairnessAlarm.objects.filter(pool=pool, ended_at=None)}
    over = [alarm.pk for each, alarm in running.items() if each not in outside]
    FairnessAlarm.objects.filter(pk__in=over).update(ended_at=now)
    begun = {each: share for each, share in outside.items() if each not in running}
    for producer_id, share in sorted(begun.items()):
        _begin(pool, producer_id, share, now)
    return len(over) + len(begun)


def _begin(pool: Pool, producer_id: int, share: Share, now: datetime) -> None:
    owed = Decimal(round(share.owed, 2)).quantize(Decimal("0.01"))
    FairnessAlarm.objects.create(pool=pool, producer_id=producer_id, began_at=now, owed=owed)
    detail = {"producer": producer_id, "owed": str(owed)}
    audit.record(at=now, actor=WATCH, action="fairness.band_left", target=pool, detail=detail)
    payload = {"pool": pool.slug, "producer_id": producer_id, "owed": str(owed)}
    outbox.publish(topic="fairness.band_left", payload=payload, at=now, aggregate=pool.slug)
