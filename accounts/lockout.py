"""How often a door may be tried: counted in rows, before the attempt, so that no burst slips through.

Counts are kept per name and address, per address, and per name. The first is tight; the last is wide, for it lets
strangers lock a named person out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac

from accounts.models import Tally

WINDOW: Final = timedelta(minutes=15)
FORGOTTEN: Final = timedelta(days=1)
PAIR, ADDRESS, NAME = 5, 50, 100


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether an attempt may go ahead, and whether it is the last for a while."""

    refused_until: datetime | None
    is_last: bool = False


@transaction.atomic
def admit(*, door: str, name: str, address: str, now: datetime) -> Admission:
    """Count an attempt at a door, unless one of its counts is full.

    1. Make sure each count has a row.
    2. Lock the rows in one order.
    3. Refuse if one is full; otherwise raise them all.
    """
    limits = _limits(door, name, address)
    Tally.objects.filter(since__lt=now - FORGOTTEN).delete()
    Tally.objects.bulk_create([Tally(key=key, since=now) for key in limits], ignore_conflicts=True)
    rows = list(Tally.objects.select_for_update(no_key=True).filter(key__in=limits).order_by("key"))
    for row in rows:
        if row.since <= now - WINDOW:
            row.since, row.count = now, 0
    full = [row.since + WINDOW for row in rows if row.count >= limits[row.key]]
    if full:
        return Admission(max(full))
    for row in rows:
        row.count += 1
    Tally.objects.bulk_update(rows, ["since", "count"])
    return Admission(None, is_last=any(row.count >= limits[row.key] for row in rows))


@transaction.atomic
def forgive(*, door: str, name: str, address: str) -> None:
    """Take back the attempt that succeeded, and what the same person mistyped before it from the same address."""
    pair, *others = _limits(door, name, address)
    Tally.objects.filter(key=pair).update(count=0)
    Tally.objects.filter(key__in=others, count__gt=0).update(count=F("count") - 1)


def _limits(door: str, name: str, address: str) -> Mapping[str, int]:
    folded = name.strip().casefold()
    subjects = {("pair", folded, address): PAIR, ("address", address): ADDRESS, ("name", folded): NAME}
    return {_key(door, *subject): limit for subject, limit in subjects.items()}


def _key(*parts: str) -> str:
    return salted_hmac("accounts.lockout", repr(parts), algorithm="sha256").hexdigest()
