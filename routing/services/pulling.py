"""Take the next lead from the pools that lay them out: the best one the producer may have, without seeing the list."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from accounts.errors import Refused
from licenses.models import Producer
from routing.decision import Context, Decided
from routing.models import Decision, Lead, Offer, OfferRound
from routing.queries import laid_out
from routing.queries.had import had
from routing.services import crediting, deciding, desk, offering
from routing.services.outcomes import Case
from routing.services.placing import place

LOOKED_AT: Final = 200  # leads one press looks at


class NothingToTake(Refused):
    """Nothing waits that you may take now."""

    code = "pull.nothing"


class Gone(Refused):
    """Somebody else took it, or licence and rules no longer allow it."""

    code = "pull.gone"


def take_next(*, actor: Actor, now: datetime) -> Lead:
    """Give the producer behind the actor the best lead of their pools for which they are lawful and have room now.

    Two who press at once get two leads: one that somebody is taking is passed over at first, and waited for only where
    nothing else is left, since it may yet stay.

    :raises NothingToTake: if there is none
    """
    policy.require(actor, "leads.work_own")
    producer = Producer.objects.filter(user_id=actor.id).first()
    if producer is None:
        raise NothingToTake("Ask an administrator to link your account to your licenses.")
    busy: list[UUID] = []
    for pk in list(laid_out.waiting_for(producer.pk, now=now).values_list("pk", flat=True)[:LOOKED_AT]):
        if not _may_have(pk, producer.pk, now):
            continue
        lead = _try(pk, producer.pk, actor, now, busy)
        if lead is not None:
            return lead
    for pk in busy:
        lead = _try(pk, producer.pk, actor, now, None)
        if lead is not None:
            return lead
    raise NothingToTake


def _may_have(pk: UUID, producer_id: int, now: datetime) -> bool:
    """Look without locks, so that a lead the producer may not have is kept from nobody."""
    asked = OfferRound.objects.select_related("lead__person", "lead__source", "lead__duplicate_of").get(pk=pk)
    return asked.lead.person is not None and _decided(asked, producer_id, deciding.context(), now) is not None


def _decided(asked: OfferRound, producer_id: int, context: Context, now: datetime) -> Decided | None:
    """Return the decision of the pool it lies in as it would be made now, if the producer is among those in order.

    A pool further up, where somebody has room again, does not take it back.
    """
    lead, pools = asked.lead, context.roster.pools
    inquiry = deciding.inquiry(lead, lead.person, context, now=now, had=had(lead))
    for decided in deciding.choices(inquiry, seed=str(asked.lead_id)):
        pool = pools.get(decided.considered.pool or "")
        if pool is not None and pool.id == asked.pool_id:
            return decided if producer_id in {each.producer_id for each in decided.chosen.ranked} else None
    return None


def _try(pk: UUID, producer_id: int, actor: Actor, now: datetime, busy: list[UUID] | None) -> Lead | None:
    """Take one lead, if it is still there; where somebody has it locked note it as busy, or wait if nobody notes."""
    try:
        return _take(pk, producer_id, actor, now, may_wait=busy is None)
    except Gone:
        return None
    except Busy:
        if busy is not None:
            busy.append(pk)
        return None


class Busy(Refused):
    """Somebody else is taking it."""

    code = "pull.busy"


@transaction.atomic
def _take(pk: UUID, producer_id: int, actor: Actor, now: datetime, *, may_wait: bool) -> Lead:
    """Take one lead.

    1. Lock the lead; of two who want it one comes first.
    2. Decide anew, then claim for this producer alone, with the license read under lock.

    :raises Busy: if somebody else has it locked
    :raises Gone: if it is no longer there, or not for this producer
    """
    context = deciding.context()
    lead_id = OfferRound.objects.values_list("lead_id", flat=True).get(pk=pk)
    locked = Lead.objects.select_for_update(of=("self",), no_key=True, skip_locked=not may_wait)
    if not locked.filter(pk=lead_id).exists():
        raise Busy
    asked = OfferRound.objects.select_related("lead__person", "lead__source").get(pk=pk)
    lead = asked.lead
    decided = _decided(asked, producer_id, context, now) if lead.person and asked.state == "OPEN" else None
    if decided is None:
        raise Gone
    agreed = crediting.terms(
        producer_id=producer_id,
        pool_id=asked.pool_id,
        lead=lead,
        decided=decided,
        credit=decided.volatile[producer_id].credit,
    )
    offering.close(asked, OfferRound.State.ACCEPTED, now, offers=Offer.State.TAKEN)
    case = Case(lead, lead.person, Decision.Trigger.TAKE, actor, now, context, only=producer_id, agreed=agreed)
    if place(case).assignment is None:
        raise Gone  # undone with everything: it lies there as before
    desk.accept(lead=lead, actor=actor, now=now)
    return lead
