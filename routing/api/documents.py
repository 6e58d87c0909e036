"""The shapes of what the API answers, for the OpenAPI document, and how rows become them."""

from typing import Any

from rest_framework import serializers

from routing.models import Lead, Offer, QueueItem, Touch
from routing.services.desk import DISPOSITIONS


class ProducerRef(serializers.Serializer[Any]):
    """Whose it is."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    npn = serializers.CharField()


class ReasonOut(serializers.Serializer[Any]):
    """Why, from the published list."""

    code = serializers.CharField()
    text = serializers.CharField()


class Outcome(serializers.Serializer[Any]):
    """Where a lead went."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(
        ["assigned", "offered", "fallback", "review", "quarantined", "rejected", "duplicate"]
    )
    tier = serializers.CharField(allow_null=True)
    score = serializers.IntegerField(allow_null=True)
    producer = ProducerRef(allow_null=True)
    pool = serializers.CharField(allow_null=True)
    reason = ReasonOut()
    decision = serializers.UUIDField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    duplicate_of = serializers.UUIDField(allow_null=True)


class Preview(serializers.Serializer[Any]):
    """Where a lead would go."""

    status = serializers.CharField()
    tier = serializers.CharField(allow_null=True)
    score = serializers.IntegerField(allow_null=True)
    producer = ProducerRef(allow_null=True)
    pool = serializers.CharField(allow_null=True)
    reason = ReasonOut()
    receipt = serializers.DictField()


class LeadOut(serializers.Serializer[Any]):
    """A lead as it stands."""

    id = serializers.UUIDField()
    status = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    external_id = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    state = serializers.CharField()
    line = serializers.CharField()
    products = serializers.ListField(child=serializers.CharField())
    tier = serializers.CharField()
    score = serializers.IntegerField(allow_null=True)
    pool = serializers.CharField()
    producer = ProducerRef(allow_null=True)
    reason = serializers.CharField()
    decision = serializers.UUIDField(allow_null=True)
    received_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    first_touch_at = serializers.DateTimeField(allow_null=True)
    disposition = serializers.CharField()
    duplicate_of = serializers.UUIDField(allow_null=True)


class Event(serializers.Serializer[Any]):
    """One thing that happened."""

    at = serializers.DateTimeField()
    action = serializers.CharField()
    actor = serializers.CharField()
    text = serializers.CharField()
    detail = serializers.DictField()


class OfferOut(serializers.Serializer[Any]):
    """A lead a producer is asked about; who it is stays unsaid until it is accepted."""

    id = serializers.UUIDField()
    lead = serializers.UUIDField()
    state = serializers.CharField()
    line = serializers.CharField()
    products = serializers.ListField(child=serializers.CharField())
    tier = serializers.CharField()
    pool = serializers.CharField()
    offered_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class Reasoned(serializers.Serializer[Any]):
    """Why, if anybody wants to say."""

    reason = serializers.CharField(required=False)


class WhyProducer(serializers.Serializer[Any]):
    """How one producer stood towards one lead."""

    producer = serializers.IntegerField()
    name = serializers.CharField()
    eligible = serializers.BooleanField()
    chosen = serializers.BooleanField()
    rank = serializers.IntegerField(allow_null=True)
    blocks = serializers.ListField(child=serializers.DictField())
    text = serializers.CharField()


class Reason(serializers.Serializer[Any]):
    """Why, in a few words."""

    reason = serializers.CharField()


class TouchIn(serializers.Serializer[Any]):
    """A contact."""

    kind = serializers.ChoiceField(Touch.Kind.choices)
    evidence = serializers.CharField(required=False)


class DisposeIn(serializers.Serializer[Any]):
    """How a lead ended."""

    disposition = serializers.ChoiceField(list(DISPOSITIONS.items()))


class FallbackIn(serializers.Serializer[Any]):
    """What goes with a manager's move: `producer` and `reason` to assign, `resolution` to resolve."""

    producer = serializers.IntegerField(required=False)
    reason = serializers.CharField(required=False)
    resolution = serializers.CharField(required=False)
    reject = serializers.BooleanField(required=False)
    disposition = serializers.CharField(required=False)


class Item(serializers.Serializer[Any]):
    """A lead that waits for a person."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    lead = serializers.UUIDField()
    reason = ReasonOut()
    misses = serializers.ListField(child=serializers.DictField())
    state = serializers.CharField()
    owner = serializers.CharField(allow_null=True)
    claimed_by = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField()


def lead(row: Lead) -> dict[str, Any]:
    """Return a lead as the API shows it."""
    person, owner = row.person, row.owner
    return {
        "id": str(row.pk),
        "status": row.state.lower(),
        "source": row.source.slug,
        "external_id": row.external_id,
        "first_name": person.first_name if person else "",
        "last_name": person.last_name if person else "",
        "email": person.email if person else "",
        "phone": person.phone if person else "",
        "state": row.governing_state,
        "line": row.line,
        "products": row.products,
        "tier": row.tier,
        "score": row.score,
        "pool": row.pool,
        "producer": {"id": owner.pk, "name": str(owner), "npn": owner.npn} if owner else None,
        "reason": row.reason,
        "decision": str(row.decision_id) if row.decision_id else None,
        "received_at": row.received_at,
        "due_at": row.due_at,
        "first_touch_at": row.first_touch_at,
        "disposition": row.disposition,
        "duplicate_of": str(row.duplicate_of_id) if row.duplicate_of_id else None,
    }


def offer(row: Offer) -> dict[str, Any]:
    """Return an offer as the API shows it."""
    return {
        "id": str(row.pk),
        "lead": str(row.lead_id),
        "state": row.lead.governing_state,
        "line": row.lead.line,
        "products": row.lead.products,
        "tier": row.lead.tier,
        "pool": row.lead.pool,
        "offered_at": row.offered_at,
        "expires_at": row.round.expires_at,
    }


def item(row: QueueItem) -> dict[str, Any]:
    """Return a queue item as the API shows it."""
    return {
        "id": str(row.pk),
        "kind": row.kind.lower(),
        "lead": str(row.lead_id),
        "reason": {"code": row.reason, "text": row.text},
        "misses": row.misses,
        "state": row.state.lower(),
        "owner": str(row.owner) if row.owner else None,
        "claimed_by": str(row.claimed_by) if row.claimed_by else None,
        "created_at": row.created_at,
    }
