"""What a producer does with a lead: accept, decline, touch, note, dispose."""

from datetime import datetime

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid
from audit import services as audit
from outbox import services as outbox
from routing.errors import NotYours, WrongState
from routing.lead_states import sources_of
from routing.models import Assignment, Lead, Note, SlaTimer, Touch
from routing.services import claim, deciding
from routing.services.outcomes import Case, Placement
from routing.services.placing import place

DISPOSITIONS = {
    "SOLD": "Sold",
    "QUOTED": "Quoted",
    "NOT_INTERESTED": "Not interested",
    "NOT_REACHED": "Could not be reached",
    "NOT_QUALIFIED": "Not qualified",
    "DO_NOT_CONTACT": "Asked not to be contacted",
    "BAD_LEAD": "Bad lead",
}


def held(*, lead: Lead, actor: Actor) -> Assignment:
    """Return the active assignment the actor may work, its lead locked until the transaction ends.

    :raises WrongState: if nobody holds the lead
    :raises NotYours: if somebody else does and the actor may only work their own
    """
    lock(lead)
    assignment = Assignment.objects.filter(lead=lead, ended_at__isnull=True).select_related("producer").first()
    own = assignment is not None and str(assignment.producer.user_id) == actor.id
    if not policy.allows(actor, "leads.work"):
        policy.require(actor, "leads.work_own")
        if not own:
            raise NotYours
    if assignment is None:
        raise WrongState("Nobody holds this lead now.")
    return assignment


def lock(lead: Lead) -> Lead:
    """Lock a lead until the transaction ends, before any of its rows, and return it as it stands."""
    return Lead.objects.select_for_update(of=("self",), no_key=True).select_related("source").get(pk=lead.pk)


@transaction.atomic
def accept(*, lead: Lead, actor: Actor, now: datetime) -> None:
    """Accept a lead: the producer will work it. The owner clock runs on until a touch."""
    assignment = held(lead=lead, actor=actor)
    _move(lead, Lead.State.ACCEPTED)
    Assignment.objects.filter(pk=assignment.pk).update(accepted_at=now)
    audit.record(at=now, actor=actor, action="lead.accepted", target=lead, detail={"assignment": str(assignment.pk)})


@transaction.atomic
def decline(*, lead: Lead, reason: str, actor: Actor, now: datetime) -> Placement:
    """Hand a lead back with a reason; it goes to the next best who has not had it, or to the manager."""
    if not reason.strip():
        raise Invalid([FieldProblem("/reason", "field.required", "Say why, in a few words.")])
    claim.take_turn()
    assignment = held(lead=lead, actor=actor)
    end(assignment=assignment, how=Assignment.End.DECLINED, reason=reason, actor=actor, now=now)
    return place_again(lead=lead, trigger="DECLINE", actor=actor, now=now)


@transaction.atomic
def touch(*, lead: Lead, kind: str, evidence: str = "", actor: Actor, now: datetime) -> Touch:
    """Log a contact; the kinds the tier's policy lists stop the owner clock."""
    if kind not in Touch.Kind.values:
        raise Invalid([FieldProblem("/kind", "touch.unknown", f"Use one of: {', '.join(Touch.Kind.values)}.")])
    assignment = held(lead=lead, actor=actor)
    sla = deciding.context().roster.agency.sla.get(lead.tier)
    stops = sla is None or kind in sla.evidence
    logged = Touch.objects.create(
        lead=lead, assignment=assignment, kind=kind, at=now, evidence=evidence[:200], stops_clock=stops
    )
    if stops:
        _stop_clock(lead, assignment, now)
    if lead.state != Lead.State.WORKING:
        _move(lead, Lead.State.WORKING)
    audit.record(
        at=now,
        actor=actor,
        action="lead.touched",
        target=lead,
        detail={"kind": kind, "stops_clock": stops, "touch": str(logged.pk)},
    )
    return logged


@transaction.atomic
def note(*, lead: Lead, text: str, author_id: int, actor: Actor, now: datetime) -> Note:
    """Write something down about the lead; the words stay out of the ledger, since they may be personal."""
    if not policy.allows(actor, "leads.work"):
        held(lead=lead, actor=actor)
    if not text.strip():
        raise Invalid([FieldProblem("/text", "field.required", "Write a note first.")])
    written = Note.objects.create(lead=lead, author_id=author_id, at=now, text=text.strip()[:4000])
    audit.record(at=now, actor=actor, action="lead.noted", target=lead, detail={"note": written.pk})
    return written


@transaction.atomic
def dispose(*, lead: Lead, disposition: str, actor: Actor, now: datetime) -> None:
    """Close a lead with how it ended, and free the seat."""
    if disposition not in DISPOSITIONS:
        problem = FieldProblem("/disposition", "disposition.unknown", f"Use one of: {', '.join(DISPOSITIONS)}.")
        raise Invalid([problem])
    assignment = held(lead=lead, actor=actor)
    end(assignment=assignment, how=Assignment.End.DISPOSED, reason=disposition, actor=actor, now=now)
    _move(lead, Lead.State.CLOSED, disposition=disposition, due_at=None)
    detail = {"disposition": disposition, "assignment": str(assignment.pk)}
    audit.record(at=now, actor=actor, action="lead.closed", target=lead, detail=detail)
    outbox.publish(topic="lead.closed", payload={"lead_id": str(lead.pk), **detail}, at=now, aggregate=str(lead.pk))


def end(*, assignment: Assignment, how: str, reason: str, actor: Actor, now: datetime) -> None:
    """End an assignment once: cancel its clocks, free the seat; inside the caller's transaction.

    :raises WrongState: if it ended meanwhile
    """
    running = Assignment.objects.filter(pk=assignment.pk, ended_at__isnull=True)
    if not running.update(ended_at=now, end=how, end_reason=reason[:400]):
        raise WrongState
    SlaTimer.objects.filter(assignment=assignment, state="RUNNING").update(state="CANCELLED", settled_at=now)
    if how == Assignment.End.DISPOSED:
        stop_clocks(assignment.lead, now)
    claim.release(producer_id=assignment.producer_id, effort=assignment.effort)
    audit.record(
        at=now,
        actor=actor,
        action="assignment.ended",
        target=assignment.lead,
        detail={"assignment": str(assignment.pk), "how": how, "producer": assignment.producer_id},
    )
    outbox.publish(topic="capacity.freed", payload={"producer_id": assignment.producer_id}, at=now)


def place_again(*, lead: Lead, trigger: str, actor: Actor, now: datetime) -> Placement:
    """Decide anew about a lead that was just taken from somebody; inside the caller's transaction."""
    lead = Lead.objects.select_related("source", "person").get(pk=lead.pk)
    had_it = frozenset(lead.assignments.values_list("producer_id", flat=True))
    if lead.person is None:
        raise WrongState("The person behind this lead was erased; nothing more can be done with it.")
    context = deciding.context()
    return place(Case(lead, lead.person, trigger, actor, now, context, had_it))


def stop_clocks(lead: Lead, now: datetime) -> None:
    """Cancel every clock of a lead that is answered or closed, the manager's alarm included."""
    SlaTimer.objects.filter(lead=lead, state="RUNNING").update(state="CANCELLED", settled_at=now)


def _stop_clock(lead: Lead, assignment: Assignment, now: datetime) -> None:
    Assignment.objects.filter(pk=assignment.pk, first_touch_at__isnull=True).update(first_touch_at=now)
    Lead.objects.filter(pk=lead.pk, first_touch_at__isnull=True).update(first_touch_at=now)
    stop_clocks(lead, now)


def _move(lead: Lead, to: str, **changes: object) -> None:
    """Move a lead by a conditional update that must touch one row.

    :raises WrongState: if it is no longer where such a move may start
    """
    if not Lead.objects.filter(pk=lead.pk, state__in=sources_of(to)).update(state=to, **changes):
        raise WrongState
    lead.refresh_from_db(fields=["state", "due_at", "disposition", "owner"])
