"""Today's numbers for the home page, in a fixed number of statements however many leads there are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Min, Q
from django.db.models.functions import TruncHour

from accounts import policy
from accounts.actor import Actor
from licenses.models import License
from outbox.models import Message
from routing import figures
from routing.lead_states import HELD, QUEUED
from routing.models import Assignment, Lead, QueueItem
from routing.queries import elapsed, owner_clocks

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
    waited = elapsed.counted(
        Lead.objects.filter(received_at__range=(since, now)), since="received_at", until="first_touch_at"
    )[None]
    half, most = figures.quantile(waited, figures.MEDIAN), figures.quantile(waited, figures.P90)
    if half is None or most is None:
        return Speed(0, None, None)
    return Speed(waited.total(), timedelta(seconds=half), timedelta(seconds=most))


def _promises(since: datetime, now: datetime) -> Promises:
    """Count kept and missed; what was excused, handed back or moved before its time counts as neither."""
    found = Assignment.objects.filter(assigned_at__range=(since, now)).aggregate(
        leads=Count("lead", distinct=True),
        kept=Count("pk", filter=owner_clocks.KEPT),
        missed=Count("pk", filter=owner_clocks.missed(now)),
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
