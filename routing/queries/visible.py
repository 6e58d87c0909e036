"""Which leads and decisions an actor may see."""

from django.db.models import QuerySet

from accounts import policy
from accounts.actor import Actor, ActorKind
from routing.models import Decision, Lead


def leads(actor: Actor) -> QuerySet[Lead]:
    """Return the leads an actor may see: all, their own, or those their source sent.

    :raises Forbidden: if the actor may see no leads at all
    """
    if actor.kind is ActorKind.SOURCE:
        own = policy.allows(actor, "leads:read_own") or policy.allows(actor, "leads:write")
        everything = policy.allows(actor, "leads:read")
        sent = Lead.objects.filter(source_id=int(actor.id)) if own else Lead.objects.none()
        return Lead.objects.all() if everything else sent
    if policy.allows(actor, "leads.view"):
        return Lead.objects.all()
    policy.require(actor, "leads.view_own")
    return Lead.objects.filter(owner__user_id=actor.id)


def decisions(actor: Actor) -> QuerySet[Decision]:
    """Return the decisions a person may see: all, or those about the leads in their hands.

    :raises Forbidden: if the actor may see no decisions at all
    """
    if policy.allows(actor, "decisions.view"):
        return Decision.objects.all()
    policy.require(actor, "decisions.view_own")
    return Decision.objects.filter(lead__owner__user_id=actor.id)
