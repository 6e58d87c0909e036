"""Tiers, and when their promises fall due."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.sla.hours import Hours


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The scores from which a lead is hot or warm; below both it is low."""

    hot: int = 70
    warm: int = 40


@dataclass(frozen=True, slots=True)
class OwnerClock:
    """The instants of one producer's promise."""

    starts_at: datetime
    due_at: datetime


def tier_for(score: int, thresholds: Thresholds = Thresholds()) -> str:
    """Return how urgent a score makes a lead."""
    if score >= thresholds.hot:
        return "hot"
    return "warm" if score >= thresholds.warm else "low"


def due(*, at: datetime, time: timedelta, hours: Hours) -> datetime:
    """Return when so much open time has gone by since an instant.

    Hours that never come again would let a promise lapse in silence, so there the clock runs on real time.
    """
    return hours.add_open_time(at, time) or at + time


def owner_clock(*, assigned_at: datetime, target: timedelta, hours: Hours) -> OwnerClock:
    """Return the clock of a lead assigned now: it runs while the hours are open."""
    return OwnerClock(hours.next_open(assigned_at) or assigned_at, due(at=assigned_at, time=target, hours=hours))


def shifted(*, due_at: datetime, stops_at: datetime, goes_on_at: datetime, hours: Hours) -> datetime:
    """Return when a clock that stops for a while falls due: what was left of its open time counts from the end.

    Shortening a pause is the same: the clock then "stops" when it would have gone on, and goes on sooner.
    """
    left = hours.open_time_between(stops_at, due_at)
    counted = hours.add_open_time(goes_on_at, left) if left else None
    return counted or goes_on_at + max(due_at - stops_at, timedelta(0))
