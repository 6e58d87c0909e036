"""A producer's own desk for the home page: the leads in hand and the licences that end soon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Final

from django.db.models import Count, F, Max, Q, QuerySet

from accounts import policy
from accounts.actor import Actor
from licenses.models import License
from routing.lead_states import HELD
from routing.models import Assignment, Lead, Offer
from routing.queries.today import start_of_day

SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Desk:
    """What one producer has before them; `leads` are the most urgent, `open_leads` counts all."""

    now: datetime
    leads: Sequence[Lead]
    open_leads: int
    unanswered: int
    overdue: int
    next_due: datetime | None
    new_today: int
    licenses: Sequence[tuple[str, date]]


def contents(*, now: datetime, actor: Actor) -> Desk:
    """Return the desk of the producer behind the actor.

    :raises Forbidden: without leads.view_own
    """
    policy.require(actor, "leads.view_own")
    leads = Lead.objects.filter(owner__user_id=actor.id, state__in=HELD)
    unanswered = leads.filter(first_touch_at__isnull=True)
    counted = leads.aggregate(
        open_leads=Count("pk"),
        unanswered=Count("pk", filter=Q(first_touch_at__isnull=True)),
        overdue=Count("pk", filter=Q(first_touch_at__isnull=True, due_at__lte=now)),
    )
    mine = Assignment.objects.filter(producer__user_id=actor.id, assigned_at__gte=start_of_day(now))
    upcoming = unanswered.filter(due_at__gt=now).order_by("due_at").values_list("due_at", flat=True)
    return Desk(
        now=now,
        leads=list(_urgent_first(leads)[:SHOWN]),
        next_due=upcoming.first(),
        new_today=mine.count(),
        licenses=_ending(actor, start_of_day(now).date()),
        **counted,
    )


def fingerprint(*, now: datetime, actor: Actor) -> str:
    """Return a text that differs once the actor's desk would read otherwise, or a minute is over; two statements."""
    open_ = Assignment.objects.filter(producer__user_id=actor.id, ended_at__isnull=True).order_by()
    seen = open_.aggregate(
        number=Count("pk"),
        last=Max("assigned_at"),
        accepted=Max("accepted_at"),
        answered=Count("first_touch_at"),
    )
    asked = Offer.objects.filter(producer__user_id=actor.id, state=Offer.State.OPEN, round__expires_at__gt=now)
    seen |= asked.order_by().aggregate(offers=Count("pk"), newest=Max("offered_at"))
    return sha256("|".join([f"{now:%H%M}", *(str(seen[name]) for name in sorted(seen))]).encode()).hexdigest()[:16]


def _urgent_first(leads: QuerySet[Lead]) -> QuerySet[Lead]:
    """Put what is not answered first, by its due time."""
    return leads.select_related("person").order_by(
        F("first_touch_at").asc(nulls_first=True), F("due_at").asc(nulls_last=True), "-received_at"
    )


def _ending(actor: Actor, day: date) -> list[tuple[str, date]]:
    near = License.objects.filter(
        producer__user_id=actor.id,
        status=License.Status.ACTIVE,
        is_perpetual=False,
        expiry_date__range=(day, day + timedelta(days=30)),
    )
    return [(state, ends) for state, ends in near.order_by("expiry_date").values_list("state", "expiry_date") if ends]
