"""Today's numbers for the home page, in a fixed number of statements however many leads there are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, F, Min, Q
from django.db.models.functions import TruncHour

from accounts import policy
from accounts.actor import Actor
from licenses.models import License
from outbox.models import Message
from routing.lead_states import HELD, QUEUED
from routing.models import Assignment, Lead, QueueItem

SOON: Final = timedelta(minutes=10)
TOP_REASONS: Final = 5
OUTCOMES: Final[Mapping[str, str]] = {
    **dict.fromkeys([*HELD, "OFFERED", "CLOSED"], "assigned"),
    **dict.fromkeys(QUEUED - {"QUARANTINED"}, "fallback"),
    "QUARANTINED": "quarantined",
}


@dataclass(frozen=True, slots=True)
class Speed:
    """How long people waited for the first contact."""

    answered: int
    median: timedelta | None
    p90: timedelta | None


@dataclass(frozen=True, slots=True)
class Promises:
    """Assignments of today: how many leads, and whether they were answered in time where that is known."""

    leads: int
    kept: int
    missed: int

    @property
    def kept_share(self) -> float | None:
        """The share kept of those decided, if any is."""
        decided = self.kept + self.missed
        return self.kept / decided if decided else None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one queue holds now, since when, and how much of it came today."""

    count: int
    oldest: datetime | None
    new: int


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of the agency's day, with its leads by outcome."""

    hour: int
    outcomes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Licenses:
    """Active licences whose last valid day is near."""

    within_7_days: int
    within_30_days: int


@dataclass(frozen=True, slots=True)
class Clocks:
    """Open leads whose owner has not answered."""

    overdue: int
    due_soon: int


@dataclass(frozen=True, slots=True)
class Today:
    """The agency's day so far."""

    now: datetime
    since: datetime
    speed: Speed
    promises: Promises
    waiting: Mapping[str, Waiting]
    reasons: Sequence[tuple[str, int]]
    hours: Sequence[Hour]
    licenses: Licenses
    clocks: Clocks
    undelivered: int


def numbers(*, now: datetime, actor: Actor) -> Today:
    """Return the numbers of the agency's day.

    :raises Forbidden: without reports.view
    """
    policy.require(actor, "reports.view")
    since = start_of_day(now)
    return Today(
        now=now,
        since=since,
        speed=_speed(since, now),
        promises=_promises(since, now),
        waiting=_waiting(since),
        reasons=_reasons(),
        hours=_hours(since, now),
        licenses=_licenses(now),
        clocks=_clocks(now),
        undelivered=Message.objects.exclude(dead_at=None).count(),
    )


def start_of_day(now: datetime) -> datetime:
    """Return when the agency's day began."""
    return now.astimezone(_zone()).replace(hour=0, minute=0, second=0, microsecond=0)


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.AGENCY_TIME_ZONE)


def _speed(since: datetime, now: datetime) -> Speed:
    answered = Lead.objects.filter(received_at__range=(since, now), first_touch_at__isnull=False)
    times = answered.values_list("received_at", "first_touch_at")
    seconds = [(touched - received).total_seconds() for received, touched in times if touched]
    if not seconds:
        return Speed(0, None, None)
    p90 = quantiles(seconds, n=10, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]
    return Speed(len(seconds), timedelta(seconds=median(seconds)), timedelta(seconds=p90))


def _promises(since: datetime, now: datetime) -> Promises:
    """Count kept and missed; what was handed back or moved before its time counts as neither."""
    unanswered = Q(first_touch_at__isnull=True)
    missed = Q(first_touch_at__gt=F("due_at")) | unanswered & (
        Q(end=Assignment.End.BREACHED) | Q(ended_at__isnull=True, due_at__lte=now)
    )
    found = Assignment.objects.filter(assigned_at__range=(since, now)).aggregate(
        leads=Count("lead", distinct=True),
        kept=Count("pk", filter=Q(first_touch_at__lte=F("due_at"))),
        missed=Count("pk", filter=missed),
    )
    return Promises(**found)


def _waiting(since: datetime) -> dict[str, Waiting]:
    undone = ~Q(state=QueueItem.State.RESOLVED)
    found = (
        QueueItem.objects.filter(undone | Q(created_at__gte=since))
        .order_by()
        .values("kind")
        .annotate(
            count=Count("pk", filter=undone),
            oldest=Min("created_at", filter=undone),
            new=Count("pk", filter=Q(created_at__gte=since)),
        )
    )
    rows = {row["kind"]: Waiting(row["count"], row["oldest"], row["new"]) for row in found}
    return {kind: rows.get(kind, Waiting(0, None, 0)) for kind in QueueItem.Kind.values}


def _reasons() -> list[tuple[str, int]]:
    undone = QueueItem.objects.exclude(state=QueueItem.State.RESOLVED).order_by()
    counted = undone.values_list("reason").annotate(number=Count("pk"))
    return list(counted.order_by("-number", "reason")[:TOP_REASONS])


def _hours(since: datetime, now: datetime) -> list[Hour]:
    zone = _zone()
    counted = (
        Lead.objects.filter(received_at__range=(since, now))
        .annotate(hour=TruncHour("received_at", tzinfo=zone))
        .order_by()
        .values_list("hour", "state")
        .annotate(number=Count("pk"))
    )
    hours: dict[int, Counter[str]] = {hour: Counter() for hour in range(24)}
    for hour, state, number in counted:
        hours[hour.hour][OUTCOMES.get(state, "other")] += number
    return [Hour(hour, counter) for hour, counter in hours.items()]


def _licenses(now: datetime) -> Licenses:
    day = now.astimezone(_zone()).date()
    near = License.objects.filter(
        status=License.Status.ACTIVE,
        is_perpetual=False,
        expiry_date__range=(day, day + timedelta(days=30)),
        producer__status="ACTIVE",
    )
    week = Q(expiry_date__lte=day + timedelta(days=7))
    return Licenses(**near.aggregate(within_7_days=Count("pk", filter=week), within_30_days=Count("pk")))


def _clocks(now: datetime) -> Clocks:
    running = Assignment.objects.filter(ended_at__isnull=True, first_touch_at__isnull=True)
    return Clocks(
        **running.aggregate(
            overdue=Count("pk", filter=Q(due_at__lte=now)),
            due_soon=Count("pk", filter=Q(due_at__gt=now, due_at__lte=now + SOON)),
        )
    )
