"""What a manager does: assign by hand, take from one and give to another, empty a desk."""

from datetime import datetime
from typing import Final

from django.db import transaction

from accounts import policy
from accounts.actor import Actor, ActorKind
from accounts.errors import FieldProblem, Invalid, Missing, Refused
from licenses.models import Producer
from routing.errors import TakenByAnother, WrongState
from routing.models import Assignment, Lead, QueueItem
from routing.roster import RosterProducer
from routing.services import claim, deciding, desk, offering
from routing.services.outcomes import Case, Placement
from routing.services.placing import place


class NotEligible(Refused):
    """This producer may not have the lead."""

    code = "producer.not_eligible"


@transaction.atomic
def assign(*, lead: Lead, producer_id: int, reason: str, actor: Actor, now: datetime) -> Placement:
    """Give a waiting or held lead to one producer, if the guard, the rules and the desk allow it.

    :raises Missing: if there is no such producer
    :raises NotEligible: with everything that stands in the way; nothing changes
    :raises TakenByAnother: if somebody else is working on the item it waits under
    """
    policy.require(actor, "queue.assign" if lead.owner_id is None else "leads.reassign")
    claim.take_turn()
    context = deciding.context()  # may lock the roster: before the lead, as everywhere
    lead = desk.lock(lead)
    person = lead.person
    if person is None:
        raise WrongState("The person behind this lead was erased; nothing more can be done with it.")
    if lead.state == Lead.State.OFFERED:
        offering.withdraw(lead, now)
    active = lead.assignments.filter(ended_at__isnull=True).first()
    if active is not None:
        if active.producer_id == producer_id:
            raise WrongState("This producer already holds the lead.")
        if not reason.strip():
            raise Invalid([FieldProblem("/reason", "field.required", "Say why you move it.")])
        desk.end(assignment=active, how=Assignment.End.REASSIGNED, reason=reason, actor=actor, now=now)
    close_items(lead=lead, resolution=f"Assigned by {actor.label}. {reason}".strip(), actor=actor, now=now)
    if producer_id not in context.roster.producers:
        raise Missing("There is no such producer on the roster.")
    placement = place(Case(lead, person, "MANUAL", actor, now, context, only=producer_id))
    if placement.assignment is None:
        raise NotEligible(refusal(placement, context.roster.producers[producer_id]))
    return placement


FULL: Final = {
    "NO_CAPACITY": "is at capacity",
    "DAILY_CAP_REACHED": "has reached the day's cap",
    "CAP_REACHED": "has reached a cap",
}


def refusal(placement: Placement, producer: RosterProducer) -> str:
    """Return why the producer a person named did not get the lead."""
    receipt = placement.decision.receipt
    nearest = next((each for each in receipt["eligible"]["nearest"] if each["producer"] == producer.id), None)
    if nearest:
        blocks = "; ".join(block["text"] for block in nearest["blocks"])
        return f"{producer.name} may not have this lead: {blocks}."
    return f"{producer.name} {FULL[placement.reason]}." if placement.reason in FULL else placement.text


@transaction.atomic
def reassign(
    *, lead: Lead, reason: str, actor: Actor, now: datetime, how: str = "MANUAL", holder: int | None = None
) -> Placement:
    """Take a lead from its producer (from `holder` alone, where given) and let the rules find the next.

    :raises WrongState: if nobody holds it, or no longer the holder
    """
    policy.require(actor, "leads.reassign")
    if not reason.strip():
        raise Invalid([FieldProblem("/reason", "field.required", "Say why you move it.")])
    claim.take_turn()
    context = deciding.context()
    desk.lock(lead)
    active = Assignment.objects.filter(lead=lead, ended_at__isnull=True).first()
    if active is None:
        raise WrongState("Nobody holds this lead now.")
    if holder is not None and active.producer_id != holder:
        raise WrongState("It has gone to somebody else meanwhile.")
    desk.end(assignment=active, how=Assignment.End.REASSIGNED, reason=reason, actor=actor, now=now)
    return desk.place_again(lead=lead, trigger=how, context=context, actor=actor, now=now)


def empty_desk(
    *, producer: Producer, reason: str, actor: Actor, now: datetime
) -> list[tuple[Lead, Placement | Refused]]:
    """Move everything one producer holds, each lead in a transaction of its own; for absence or leaving.

    Returns where each lead went, or why it was left. The producer should be on leave or offboarded first; each lead
    goes to somebody who has not had it in any case.
    """
    policy.require(actor, "leads.reassign")
    held = Lead.objects.filter(assignments__producer=producer, assignments__ended_at__isnull=True)
    results: list[tuple[Lead, Placement | Refused]] = []
    for lead in held.select_related("person").order_by("received_at", "pk"):
        try:
            placement = reassign(lead=lead, reason=reason, actor=actor, now=now, how="ABSENCE", holder=producer.pk)
        except Refused as refusal:
            results.append((lead, refusal))
        else:
            results.append((lead, placement))
    return results


def close_items(*, lead: Lead, resolution: str, actor: Actor, now: datetime, asked_by: int | None = None) -> None:
    """Resolve whatever item the lead waits under; inside the caller's transaction.

    `asked_by` is the person at whose request the actor does it: an item in their hands is no obstacle.

    :raises TakenByAnother: if somebody else is working on it
    """
    waiting = QueueItem.objects.filter(lead=lead).exclude(state=QueueItem.State.RESOLVED)
    held = waiting.filter(state=QueueItem.State.CLAIMED).select_related("claimed_by").first()
    hands = {actor.id if actor.kind is ActorKind.USER else "", str(asked_by)}
    if held is not None and str(held.claimed_by_id) not in hands:
        raise taken_by(held)
    waiting.update(state=QueueItem.State.RESOLVED, resolved_at=now, resolution=resolution[:400])


def taken_by(item: QueueItem) -> TakenByAnother:
    """Return the refusal that names who works on an item."""
    return TakenByAnother(f"{item.claimed_by} took this item; ask them, or wait until it is put back.")
