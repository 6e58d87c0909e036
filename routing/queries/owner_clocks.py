"""How the owner's clock of an assignment ended: kept, missed, excused, given up before its time, or still running.

Each assignment is in exactly one. What counts is what the promise of the first touch is frozen as; a miss that
something excuses is not held against the producer.
"""

from datetime import datetime
from typing import Final

from django.db.models import F, Q

from routing.models import Assignment

KEPT: Final = Q(first_touch_at__lte=F("due_at"))
_UNANSWERED: Final = Q(first_touch_at__isnull=True)
_TAKEN: Final = _UNANSWERED & Q(ended_at__isnull=False)
# Handed back, moved or closed before its time, so that nobody can say whether it would have been kept.
GIVEN_UP: Final = _TAKEN & Q(ended_at__lt=F("due_at")) & ~Q(end=Assignment.End.BREACHED)


_HELD_AGAINST: Final = Q(excuse="")


def missed(now: datetime) -> Q:
    """Return what was answered too late, or not at all by its time, and nothing excuses it."""
    return _too_late(now) & _HELD_AGAINST


def excused(now: datetime) -> Q:
    """Return what would be missed, had nothing stood in the producer's way."""
    return _too_late(now) & ~_HELD_AGAINST


def _too_late(now: datetime) -> Q:
    too_late = Q(end=Assignment.End.BREACHED) | Q(ended_at__gte=F("due_at"))
    return Q(first_touch_at__gt=F("due_at")) | _TAKEN & too_late | _waiting(Q(due_at__lte=now))


def running(now: datetime) -> Q:
    """Return what may still be answered in time."""
    return _waiting(Q(due_at__gt=now))


def _waiting(due: Q) -> Q:
    return _UNANSWERED & Q(ended_at__isnull=True) & due
