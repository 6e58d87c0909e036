"""Notices before a licence ends."""

from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.db.models import Q

from accounts.actor import Actor
from audit import services as audit
from licenses import queries
from licenses.models import License
from outbox import services as outbox

THRESHOLDS: Final = (60, 30, 7)  # days before the last valid day


def notify_expiring(*, actor: Actor, now: datetime) -> int:
    """Announce licences that end within 60, 30 and 7 days, each once a threshold, and return how many.

    A licence first seen late gets the nearest notice only. A renewed one, whose last day moved, starts afresh.
    """
    ending = queries.expiring(now=now, days=max(THRESHOLDS))
    return sum(_notify(each, each.expiry_date, actor, now) for each in ending if each.expiry_date)


@transaction.atomic
def _notify(license_: License, ends: date, actor: Actor, now: datetime) -> bool:
    """Announce one licence, unless another worker or an earlier run has.

    1. Note the threshold on the licence, if it is nearer than the last one noted.
    2. Only whoever noted it writes the message.
    """
    left = (ends - now.date()).days
    threshold = min(days for days in THRESHOLDS if left <= days)
    mine = License.objects.filter(pk=license_.pk, expiry_date=ends).filter(
        Q(notified_days=None) | Q(notified_days__gt=threshold)
    )
    if not mine.update(notified_days=threshold):
        return False
    facts = {
        "license_id": license_.pk,
        "producer_id": license_.producer_id,
        "state": license_.state,
        "expiry_date": ends.isoformat(),
        "days_left": left,
        "threshold": threshold,
    }
    outbox.publish(topic="license.expiring", payload=facts, at=now)
    audit.record(at=now, actor=actor, action="license.expiry_announced", target=license_.producer, detail=facts)
    return True
