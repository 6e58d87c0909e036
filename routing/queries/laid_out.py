"""What lies in the pools for producers to take: the pools that lay out, and the leads, best first."""

from datetime import datetime

from django.db.models import QuerySet

from routing.models import OfferRound, Pool


def pools_of(producer_id: int) -> QuerySet[Pool]:
    """Return the producer's pools from which leads are taken."""
    own = Pool.objects.filter(members__producer=producer_id, members__is_active=True, is_active=True)
    return own.filter(method__pick__step="pull").order_by("name")


def waiting_for(producer_id: int, *, now: datetime) -> QuerySet[OfferRound]:
    """Return what lies in the producer's pools: by when it should have been answered, then by score, then by age."""
    open_ = OfferRound.objects.filter(state=OfferRound.State.OPEN, pick="pull", expires_at__gt=now)
    own = open_.filter(pool__members__producer=producer_id, pool__members__is_active=True)
    return own.order_by("due_at", "-score", "lead__received_at", "pk")
