"""Open offers: what a producer is asked, and what the rotation counts for them."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from accounts.actor import Actor
from routing.models import Lead, Offer, OfferRound


def pending(pool_id: int, producer_ids: Iterable[int]) -> dict[int, Decimal]:
    """Return what the rotation counts for open offers of the pool, by producer."""
    open_ = Offer.objects.filter(state=Offer.State.OPEN, producer__in=list(producer_ids), round__pool=pool_id)
    return dict(open_.order_by().values_list("producer_id").annotate(Sum("pending")))


def own(actor: Actor, *, now: datetime) -> QuerySet[Any]:
    """Return what the producer behind the actor is asked now, the first to run out first."""
    mine = Offer.objects.filter(producer__user_id=actor.id, state=Offer.State.OPEN, round__expires_at__gt=now)
    counted = mine.annotate(asked=Count("round__offers", filter=Q(round__offers__state=Offer.State.OPEN)))
    return counted.select_related("lead", "round").order_by("round__expires_at", "pk")


def lead_of(offer_id: UUID) -> UUID | None:
    """Return the lead an offer is about, if there is such an offer."""
    return Offer.objects.filter(pk=offer_id).values_list("lead_id", flat=True).first()


def standing(lead: Lead) -> OfferRound | None:
    """Return the asking about a lead that is open, if one is, with its offers."""
    open_ = OfferRound.objects.filter(lead=lead, state=OfferRound.State.OPEN)
    return open_.prefetch_related("offers__producer").first()
