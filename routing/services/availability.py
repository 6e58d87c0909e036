"""A producer's own switch: take no leads for a while, and be back."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid
from audit import services as audit
from licenses.models import Producer
from outbox import services as outbox
from routing.errors import NotYours, WrongState
from routing.models import Leave
from routing.services import roster

OWN: Final = "Set by the producer."  # what a manager entered, a producer does not end
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
    own = Leave.objects.select_for_update().filter(profile__producer=producer, ends_at__gt=now, reason=OWN)
    ended = [leave for leave in own.order_by("pk") if leave.starts_at < now]
    if not ended:
        raise WrongState("A manager entered this leave; ask them to end it.")
    for leave in ended:
        leave.ends_at = now
        leave.save(update_fields=["ends_at"])
    roster.changed(roster.producer_subject(producer.pk), at=now)
    audit.record(at=now, actor=actor, action="producer.came_back", target=producer)
    outbox.publish(topic="capacity.freed", payload={"producer_id": producer.pk}, at=now)


def _require_own(producer: Producer, actor: Actor) -> None:
    policy.require(actor, "leads.work_own")
    if str(producer.user_id) != actor.id:
        raise NotYours("This is somebody else's desk.")
