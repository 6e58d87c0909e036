"""Make offers as rows, and end them: what they keep is given back once. Whoever calls has locked the lead."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from outbox import services as outbox
from routing.decision import Asking, Decided
from routing.models import Decision, Lead, Offer, OfferRound
from routing.models.keys import new_id
from routing.services import capping, claim, crediting
from routing.services.crediting import Terms


@dataclass(frozen=True)
class Offered:
    """A round and its offers, not yet written."""

    round: OfferRound
    offers: list[Offer]


def make(
    *, lead: Lead, decision: Decision, pool_id: int, decided: Decided, asking: Asking, due_at: datetime, now: datetime
) -> Offered:
    """Return the rows of an asking."""
    expires_at = _end(decided, asking, now)
    asked = OfferRound(
        id=new_id(),
        lead=lead,
        pool_id=pool_id,
        decision=decision,
        pick=asking.pick,
        opened_at=now,
        expires_at=expires_at,
        try_at=expires_at,
        due_at=due_at.replace(second=0, microsecond=0),
        score=decided.considered.score.total if decided.considered.score else 0,
    )
    return Offered(asked, [_offer(asked, each, decided, asking) for each in asking.producers])


def _end(decided: Decided, asking: Asking, now: datetime) -> datetime:
    """Return when an asking ends: at the latest when the last of those asked goes home."""
    roster, end = decided.inquiry.context.roster, now + timedelta(seconds=asking.seconds)
    asked = [roster.producers[each] for each in asking.producers]
    leaving = [(each.shifts or roster.agency.hours).open_until(now) for each in asked]
    return min(end, max(at or end for at in leaving)) if leaving else end


def _offer(asked: OfferRound, producer_id: int, decided: Decided, asking: Asking) -> Offer:
    agreed = crediting.terms(
        producer_id=producer_id,
        pool_id=asked.pool_id,
        lead=asked.lead,
        decided=decided,
        credit=decided.volatile[producer_id].credit,
    )
    return Offer(
        round=asked,
        lead=asked.lead,
        producer_id=producer_id,
        reserves=asking.reserves,
        is_free=asking.is_free,
        offered_at=asked.opened_at,
        turns=agreed.own,
        beyond=agreed.beyond,
        value=agreed.value,
        among=agreed.among,
        # One of several is likely to get it with a part of the whole only.
        pending=(agreed.own / len(asking.producers)).quantize(agreed.own) if agreed.own else Decimal(0),
    )


def terms_of(offer: Offer) -> Terms:
    """Return what accepting the offer comes to, as it was worked out when it was made."""
    return Terms(offer.round.pool_id, offer.turns, offer.beyond, offer.value, offer.among)


def end(offer: Offer, state: Offer.State, now: datetime, reason: str = "") -> bool:
    """End an open offer and give back the seat it kept; says whether it was open."""
    running = Offer.objects.filter(pk=offer.pk, state=Offer.State.OPEN)
    if not running.update(state=state, answered_at=now, reason=reason[:400]):
        return False
    offer.state = state
    if offer.reserves:
        claim.release({offer.producer_id: claim.EFFORT})
        capping.release(
            producer_id=offer.producer_id,
            line=offer.lead.line,
            source_id=offer.lead.source_id,
            counted_at=offer.offered_at,
            is_returned=True,
        )
        if state != Offer.State.ACCEPTED:
            outbox.publish(topic="capacity.freed", payload={"producer_id": offer.producer_id}, at=now)
    return True


def charge(offer: Offer, now: datetime) -> None:
    """Write down an offer that was declined or missed, as the pool's method has it."""
    used = "OFFER_NO" if offer.state == Offer.State.DECLINED else "OFFER_LATE"
    kind = "OFFER_FREE" if offer.is_free else used
    crediting.unaccepted(producer_id=offer.producer_id, agreed=terms_of(offer), kind=kind, now=now)


def close(asked: OfferRound, state: OfferRound.State, now: datetime, *, offers: Offer.State) -> bool:
    """Close an open round, its open offers with it; says whether it was open."""
    running = OfferRound.objects.filter(pk=asked.pk, state=OfferRound.State.OPEN)
    if not running.update(state=state, closed_at=now):
        return False
    for offer in asked.offers.filter(state=Offer.State.OPEN).select_related("lead", "round").order_by("pk"):
        if end(offer, offers, now) and offers == Offer.State.EXPIRED:
            charge(offer, now)
    return True


def withdraw(lead: Lead, now: datetime) -> None:
    """Take back whatever offer of the lead is open: somebody has decided about it."""
    asked = OfferRound.objects.filter(lead=lead, state=OfferRound.State.OPEN).first()
    if asked is not None:
        close(asked, OfferRound.State.WITHDRAWN, now, offers=Offer.State.WITHDRAWN)
