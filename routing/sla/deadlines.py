"""Tiers, and when their promises fall due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.sla.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The scores from which a lead is hot or warm; below both it is low."""

    hot: int = 70
    warm: int = 40


@dataclass(frozen=True, slots=True)
class OwnerClock:
    """The instants of one producer's promise."""

    starts_at: datetime
    remind_at: datetime
    due_at: datetime


def tier_for(score: int, thresholds: Thresholds = Thresholds()) -> str:
    """Return how urgent a score makes a lead."""
    if score >= thresholds.hot:
        return "hot"
    return "warm" if score >= thresholds.warm else "low"


def owner_clock(*, assigned_at: datetime, target: timedelta, calendar: Calendar) -> OwnerClock:
    """Return the clock of a lead assigned now: it runs while the calendar is open, and reminds at half time.

    A calendar that never opens again would let the promise lapse in silence, so there the clock runs on real time.
    """
    starts_at = calendar.next_open(assigned_at)
    remind_at = calendar.add_open_time(assigned_at, target / 2)
    due_at = calendar.add_open_time(assigned_at, target)
    if starts_at is None or remind_at is None or due_at is None:
        return OwnerClock(assigned_at, assigned_at + target / 2, assigned_at + target)
    return OwnerClock(starts_at, remind_at, due_at)
