"""What comes of offers: accepted, declined, or not answered in time; each once."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts import policy
from accounts.actor import Actor, system
from accounts.errors import Missing, Refused
from audit import services as audit
from routing.decision import Context, goes_on
from routing.errors import NotYours, WrongState
from routing.models import Assignment, Decision, Lead, Offer, OfferRound
from routing.services import claim, deciding, desk, offering
from routing.services.handing import refusal
from routing.services.outcomes import Case, Placement
from routing.services.placing import keep, place

log = logging.getLogger(__name__)

FAILED_LATER: Final = timedelta(minutes=5)


class OfferTaken(Refused):
    """Taken by another."""

    code = "offer.taken"


class OfferOver(Refused):
    """This offer is over."""

    code = "offer.over"


class NotLawful(Refused):
    """This lead cannot be yours any more."""

    code = "offer.not_eligible"


def accept(*, offer_id: UUID, actor: Actor, now: datetime) -> Lead:
    """Take on a lead that was offered, if licence, rules and desk still allow it; the owner's clock starts.

    Of several who were asked exactly one gets it. Accepting again what one has accepted changes nothing.

    :raises OfferTaken: if another was quicker
    :raises OfferOver: if it was answered, withdrawn or has run out
    :raises NotLawful: with what stands in the way now; the lead goes on to others
    """
    try:
        return _accept(offer_id=offer_id, actor=actor, now=now)
    except NotLawful as refused:
        with suppress(OfferOver):  # it may have run out between the two
            _refuse(offer_id=offer_id, why=refused.message, actor=actor, now=now)
        raise


@transaction.atomic
def _accept(*, offer_id: UUID, actor: Actor, now: datetime) -> Lead:
    """Accept, in one transaction.

    1. Lock the lead: of several, one comes first, and the others find the offer closed.
    2. Give back the seat that was kept, its desk still locked by that.
    3. Decide anew about this producer alone and claim, with the licence read under lock.
    """
    context = deciding.context()
    offer = _open_offer(offer_id, actor, now)
    lead, producer_id = offer.lead, offer.producer_id
    if offer.state == Offer.State.ACCEPTED:
        return lead
    offering.end(offer, Offer.State.ACCEPTED, now)
    offering.close(offer.round, OfferRound.State.ACCEPTED, now, offers=Offer.State.TAKEN)
    agreed = offering.terms_of(offer)
    case = Case(lead, lead.person, Decision.Trigger.ACCEPT, actor, now, context, only=producer_id, agreed=agreed)
    placement = place(case)
    if placement.assignment is None:
        raise NotLawful(refusal(placement, context.roster.producers[producer_id]))
    desk.accept(lead=lead, actor=actor, now=now)
    return lead


def _open_offer(offer_id: UUID, actor: Actor, now: datetime) -> Offer:
    """Return an offer the actor may answer, or has accepted, its lead locked.

    :raises NotYours: if somebody else is asked
    """
    policy.require(actor, "leads.work_own")
    found = Offer.objects.select_related("lead", "producer").filter(pk=offer_id).first()
    if found is None:
        raise Missing("There is no such offer.")
    if str(found.producer.user_id) != actor.id:
        raise NotYours
    desk.lock(found.lead)
    offer = Offer.objects.select_related("lead__person", "lead__source", "round").get(pk=offer_id)
    if offer.state == Offer.State.TAKEN:
        raise OfferTaken
    mine = Assignment.objects.filter(lead=offer.lead, producer=offer.producer_id, ended_at__isnull=True)
    if offer.state == Offer.State.ACCEPTED and mine.exists():
        return offer
    if offer.state != Offer.State.OPEN or offer.round.expires_at <= now:
        raise OfferOver
    if offer.lead.person is None:
        raise WrongState("The person behind this lead was erased; nothing more can be done with it.")
    return offer


@transaction.atomic
def _refuse(*, offer_id: UUID, why: str, actor: Actor, now: datetime) -> None:
    """End the offer of somebody who may no longer have the lead, and ask the next where nobody else is asked."""
    claim.take_turn()
    context = deciding.context()
    offer = _open_offer(offer_id, actor, now)
    offering.end(offer, Offer.State.REFUSED, now, why)
    _note("offer.refused", offer, actor, now, why=why.removesuffix("."))
    _go_on(offer.round, context, actor, now)


@transaction.atomic
def decline(*, offer_id: UUID, reason: str = "", actor: Actor, now: datetime) -> None:
    """Say no to an offer; once nobody is left who was asked, the next are.

    :raises OfferTaken: if another was quicker
    :raises OfferOver: if it was answered, withdrawn or has run out
    """
    claim.take_turn()
    context = deciding.context()
    offer = _open_offer(offer_id, actor, now)
    if not offering.end(offer, Offer.State.DECLINED, now, reason):
        raise OfferOver
    offering.charge(offer, now)
    _note("offer.declined", offer, actor, now)
    _go_on(offer.round, context, actor, now)


def sweep_due(*, now: datetime, limit: int = 200) -> int:
    """End every asking whose time is up, and ask the next; returns how many ended.

    Safe to run many times at once; one that fails is looked at again later and holds nobody up.
    """
    ended = 0
    due = OfferRound.objects.filter(state=OfferRound.State.OPEN, try_at__lte=now).order_by("try_at", "pk")
    for asked in due.select_related("lead")[:limit]:
        try:
            ended += expire(asked=asked, actor=system("offers"), now=now)
        except Exception:
            # One bad row must not hold up the others; it is reported and looked at again later.
            log.exception("offer.round_failed", extra={"round_id": str(asked.pk)})
            OfferRound.objects.filter(pk=asked.pk).update(try_at=F("try_at") + FAILED_LATER)
    return ended


@transaction.atomic
def expire(*, asked: OfferRound, actor: Actor, now: datetime) -> bool:
    """End one asking nobody answered with a yes, and ask the next; says whether it was still open."""
    claim.take_turn()
    context = deciding.context()
    desk.lock(asked.lead)
    if not offering.close(asked, OfferRound.State.PASSED, now, offers=Offer.State.EXPIRED):
        return False
    audit.record(at=now, actor=actor, action="offer.expired", target=asked.lead, detail={"round": str(asked.pk)})
    pool = next((each for each in context.roster.pools.values() if each.id == asked.pool_id), None)
    if asked.pick == "pull" and not (pool and goes_on(context.roster, pool)):  # laid out again it would wait for ever
        lead = Lead.objects.select_related("source", "person").get(pk=asked.lead_id)
        keep(Case(lead, lead.person, Decision.Trigger.OFFER, actor, now, context), "NOBODY_TOOK_IT")
    else:
        _ask_next(asked, context, actor, now)
    return True


def _go_on(asked: OfferRound, context: Context, actor: Actor, now: datetime) -> None:
    """Ask the next once nobody of a round may still accept."""
    if asked.offers.filter(state=Offer.State.OPEN).exists():
        return
    offering.close(asked, OfferRound.State.PASSED, now, offers=Offer.State.EXPIRED)
    _ask_next(asked, context, actor, now)


def _ask_next(asked: OfferRound, context: Context, actor: Actor, now: datetime) -> Placement:
    """Decide anew about a lead that nobody of a round accepted."""
    return desk.place_again(lead=asked.lead, trigger=Decision.Trigger.OFFER, context=context, actor=actor, now=now)


def _note(action: str, offer: Offer, actor: Actor, now: datetime, **detail: Any) -> None:
    about = {"offer": str(offer.pk), "producer": offer.producer_id, **detail}
    audit.record(at=now, actor=actor, action=action, target=offer.lead, detail=about)
