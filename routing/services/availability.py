"""Whether a producer takes leads: their own switch, and what the clock does with whoever misses too many."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Max

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid
from audit import services as audit
from licenses.models import Producer
from outbox import services as outbox
from routing.errors import NotYours, WrongState
from routing.models import Assignment, Leave
from routing.roster import Sla
from routing.services import roster

OWN: Final = "Set by the producer."
MISSED: Final = "Set by the clock: leads were not answered in time."
ENDED_BY_THEMSELVES: Final = frozenset({OWN, MISSED})  # what a manager entered, a producer does not end
A_DAY: Final = timedelta(days=1)
LONGEST: Final = timedelta(days=7)


def find(*, producer: Producer, now: datetime) -> Leave | None:
    """Return the leave that keeps this producer from leads now, the one that ends last."""
    running = Leave.objects.filter(profile__producer=producer, starts_at__lte=now, ends_at__gt=now)
    return running.order_by("-ends_at", "-pk").first()


@transaction.atomic
def step_away(*, producer: Producer, until: datetime, actor: Actor, now: datetime) -> None:
    """Take no leads until an instant; what is on the desk stays there.

    :raises Invalid: if that is past, or further off than a producer decides alone
    """
    _require_own(producer, actor)
    if not now < until <= now + LONGEST:
        raise Invalid([FieldProblem("/span", "date.unlikely", f"Choose an instant within {LONGEST.days} days.")])
    if find(producer=producer, now=now):
        raise WrongState("You are away already.")
    Leave(profile=producer.profile, starts_at=now, ends_at=until, reason=OWN).save()
    roster.changed(roster.producer_subject(producer.pk), at=now)
    detail = {"until": until.isoformat()}
    audit.record(at=now, actor=actor, action="producer.stepped_away", target=producer, detail=detail)


@transaction.atomic
def come_back(*, producer: Producer, actor: Actor, now: datetime) -> None:
    """Take leads again, and wake those that waited for it.

    :raises WrongState: if nobody is away, or a manager entered the leave
    """
    _require_own(producer, actor)
    own = Leave.objects.select_for_update().filter(
        profile__producer=producer, ends_at__gt=now, reason__in=ENDED_BY_THEMSELVES
    )
    ended = [leave for leave in own.order_by("pk") if leave.starts_at < now]
    if not ended:
        raise WrongState("A manager entered this leave; ask them to end it.")
    for leave in ended:
        leave.ends_at = now
        leave.save(update_fields=["ends_at"])
    roster.changed(roster.producer_subject(producer.pk), at=now)
    audit.record(at=now, actor=actor, action="producer.came_back", target=producer)
    outbox.publish(topic="capacity.freed", payload={"producer_id": producer.pk}, at=now)


def set_away(*, producer_id: int, sla: Sla, actor: Actor, now: datetime) -> None:
    """Give no leads for the policy's while to whoever missed too many in a row; inside the caller's transaction.

    An answer, being set away, and a day begin the row anew. What stood in the way of the producer does not count, and
    what is on the desk stays there. They may come back at once, with one click.
    """
    found = _row(producer_id, sla, 0, now)
    if found is None:
        return
    producer, missed = found
    until = now + sla.away
    Leave(profile=producer.profile, starts_at=now, ends_at=until, reason=MISSED).save()
    roster.changed(roster.producer_subject(producer.pk), at=now)
    detail = {"until": until.isoformat(), "missed": missed}
    audit.record(at=now, actor=actor, action="producer.set_away", target=producer, detail=detail)
    outbox.publish(topic="producer.set_away", payload={"producer_id": producer.pk, **detail}, at=now)


def is_near(*, producer_id: int, sla: Sla, misses: int, now: datetime) -> bool:
    """Say whether so many more misses would set the producer away."""
    return _row(producer_id, sla, misses, now) is not None


def _row(producer_id: int, sla: Sla, more: int, now: datetime) -> tuple[Producer, int] | None:
    """Return whom this many misses more set away, and how many they come to; None where they set nobody away."""
    if not sla.away_after:
        return None
    producer = Producer.objects.select_related("profile").filter(pk=producer_id, profile__isnull=False).first()
    if producer is None or find(producer=producer, now=now) is not None:
        return None
    missed = _missed_in_a_row(producer, now) + more
    return (producer, missed) if missed >= sla.away_after else None


def _missed_in_a_row(producer: Producer, now: datetime) -> int:
    theirs = Assignment.objects.filter(producer=producer)
    answered = theirs.filter(first_touch_at__isnull=False, assigned_at__gt=now - 30 * A_DAY)
    away = Leave.objects.filter(profile=producer.profile, reason=MISSED)
    since = [
        answered.aggregate(at=Max("first_touch_at"))["at"],
        away.aggregate(at=Max("starts_at"))["at"],
        now - A_DAY,
    ]
    missed = theirs.filter(end=Assignment.End.BREACHED, excuse="", assigned_at__gt=now - 30 * A_DAY)
    return missed.filter(ended_at__gt=max(at for at in since if at is not None)).count()


def _require_own(producer: Producer, actor: Actor) -> None:
    policy.require(actor, "leads.work_own")
    if str(producer.user_id) != actor.id:
        raise NotYours("This is somebody else's desk.")
