"""What a producer does with a lead: accept, decline, touch, note, dispose."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid
from audit import services as audit
from outbox import services as outbox
from routing.decision import Context
from routing.errors import NotYours, WrongState
from routing.lead_states import RETURNED, sources_of
from routing.models import Assignment, Lead, Note, SlaTimer, Touch
from routing.queries.had import had
from routing.services import capping, claim, crediting, deciding, loops, promises
from routing.services.clocks import UNTIERED
from routing.services.outcomes import Case, Placement
from routing.services.placing import keep, place

DISPOSITIONS = {
    "SOLD": "Sold",
    "QUOTED": "Quoted",
    "NOT_INTERESTED": "Not interested",
    "NOT_REACHED": "Could not be reached",
    "NOT_QUALIFIED": "Not qualified",
    "DO_NOT_CONTACT": "Asked not to be contacted",
    "DUPLICATE": "Duplicate of another lead",
    "BAD_LEAD": "Bad lead",
}
# What no cap of an hour, a day, a week or a month counts: a lead handed back, and what turned out to be none. A lead
# that was not answered in time counts: the producer had it.
HANDED_BACK: Final = frozenset({Assignment.End.DECLINED, Assignment.End.REASSIGNED})
NO_LEAD: Final = frozenset({"BAD_LEAD", "DUPLICATE", RETURNED})
RETURN_REASONS: Final = {
    "WRONG_CONTACT": "The phone or address is wrong",
    "NEVER_ASKED": "They say they never asked",
    "NOT_A_PERSON": "Invented, or a test",
    "OUT_OF_AREA": "They live where nobody of us may sell",
    "SENT_BEFORE": "The vendor sent this person before",
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


def lock_free(lead: Lead) -> bool:
    """Lock a lead that nobody else has in hand this moment; says whether it could."""
    free = Lead.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return free.filter(pk=lead.pk).first() is not None


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
    context = deciding.context()  # may lock the roster, which nobody with a desk in hand may wait for
    assignment = held(lead=lead, actor=actor)
    end(assignment=assignment, how=Assignment.End.DECLINED, reason=reason, actor=actor, now=now)
    return place_again(lead=lead, trigger="DECLINE", context=context, actor=actor, now=now)


@transaction.atomic
def touch(*, lead: Lead, kind: str, evidence: str = "", actor: Actor, now: datetime) -> Touch:
    """Log a contact; the kinds the tier's policy lists stop the owner clock."""
    if kind not in Touch.Kind.values:
        raise Invalid([FieldProblem("/kind", "touch.unknown", f"Use one of: {', '.join(Touch.Kind.values)}.")])
    assignment = held(lead=lead, actor=actor)
    agency = deciding.context().roster.agency
    sla = agency.sla.get(lead.tier, UNTIERED)
    stops = sla is UNTIERED or kind in sla.evidence
    logged = Touch.objects.create(
        lead=lead, assignment=assignment, kind=kind, at=now, evidence=evidence[:200], stops_clock=stops
    )
    results = promises.touched(lead=lead, assignment=assignment, kind=kind, now=now)
    if stops:
        if assignment.first_touch_at is None:
            results.append(promises.answered(assignment=assignment, now=now))
        if lead.first_touch_at is None:
            promises.follow_up(lead=lead, assignment=assignment, sla=sla, agency=agency, now=now)
        _stop_clock(lead, assignment, now)
    if lead.state != Lead.State.WORKING:
        _move(lead, Lead.State.WORKING)
    audit.record(
        at=now,
        actor=actor,
        action="lead.touched",
        target=lead,
        detail={"kind": kind, "stops_clock": stops, "touch": str(logged.pk), "promises": results},
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


@transaction.atomic
def give_back(*, lead: Lead, why: str, actor: Actor, now: datetime) -> None:
    """Close a lead that was none and tell its vendor so; no cap and no turn counts it."""
    if why not in RETURN_REASONS:
        raise Invalid([FieldProblem("/why", "return.unknown", f"Use one of: {', '.join(RETURN_REASONS)}.")])
    assignment = held(lead=lead, actor=actor)
    end(assignment=assignment, how=Assignment.End.DISPOSED, reason=RETURNED, actor=actor, now=now)
    _move(lead, Lead.State.CLOSED, disposition=RETURNED, due_at=None)
    told = {"why": why, "source": lead.source.slug}
    audit.record(at=now, actor=actor, action="lead.returned", target=lead, detail=told)
    payload = {"lead_id": str(lead.pk), "external_id": lead.external_id, **told}
    outbox.publish(topic="lead.returned", payload=payload, at=now, aggregate=str(lead.pk))


def end(*, assignment: Assignment, how: str, reason: str, actor: Actor, now: datetime) -> None:
    """End an assignment once: cancel its clocks, free the seat; inside the caller's transaction.

    :raises WrongState: if it ended meanwhile
    """
    end_together([assignment], how=how, reason=reason, actor=actor, now=now)


def end_together(assignments: Sequence[Assignment], *, how: str, reason: str, actor: Actor, now: datetime) -> None:
    """End assignments in the same way, each once, with statements that serve them all.

    :raises WrongState: if one ended meanwhile
    """
    running = Assignment.objects.filter(pk__in=[each.pk for each in assignments], ended_at__isnull=True)
    is_returned = how in HANDED_BACK or (how == Assignment.End.DISPOSED and reason in NO_LEAD)
    if running.update(ended_at=now, end=how, end_reason=reason[:400], is_returned=is_returned) != len(assignments):
        raise WrongState
    SlaTimer.objects.filter(assignment__in=assignments, state="RUNNING").update(state="CANCELLED", settled_at=now)
    if how == Assignment.End.DISPOSED:
        for each in assignments:
            close_clocks(each.lead, now)
    promises.handed_on(assignments=assignments, is_breach=how == Assignment.End.BREACHED, now=now)
    _free_seats(assignments, is_returned=is_returned)
    crediting.end(assignments, how=how, reason=reason, now=now)
    audit.record_many(
        [
            audit.entry(
                at=now,
                actor=actor,
                action="assignment.ended",
                target=each.lead,
                detail={"assignment": str(each.pk), "how": how, "producer": each.producer_id},
            )
            for each in assignments
        ]
    )
    freed = dict.fromkeys(each.producer_id for each in assignments)
    outbox.publish_many(
        [outbox.message(topic="capacity.freed", payload={"producer_id": each}, at=now) for each in freed]
    )


def _free_seats(assignments: Sequence[Assignment], *, is_returned: bool) -> None:
    efforts: dict[int, Decimal] = {}
    for each in assignments:
        efforts[each.producer_id] = efforts.get(each.producer_id, Decimal(0)) + each.effort
    claim.release(efforts)
    capped = capping.capped(efforts)
    for each in assignments:
        if each.producer_id in capped:
            capping.release(
                producer_id=each.producer_id,
                line=each.line,
                source_id=each.source_id,
                counted_at=each.assigned_at,
                is_returned=is_returned,
            )


def place_again(*, lead: Lead, trigger: str, context: Context, actor: Actor, now: datetime) -> Placement:
    """Decide anew about a lead that was just taken from somebody; inside the caller's transaction.

    The context is read before any desk is touched: whoever folds the roster holds it and then asks for desks.
    """
    lead = Lead.objects.select_related("source", "person").get(pk=lead.pk)
    if lead.person is None:
        raise WrongState("The person behind this lead was erased; nothing more can be done with it.")
    case = Case(lead, lead.person, trigger, actor, now, context, had(lead))
    if trigger in loops.AUTOMATIC and loops.going_round([lead], now=now):
        return keep(case, "GOING_ROUND")
    return place(case)


def close_clocks(lead: Lead, now: datetime) -> None:
    """Cancel every clock of a lead that is closed, and end its promises."""
    promises.closed(lead=lead, now=now)
    SlaTimer.objects.filter(lead=lead, state="RUNNING").update(state="CANCELLED", settled_at=now)


def _stop_clock(lead: Lead, assignment: Assignment, now: datetime) -> None:
    Assignment.objects.filter(pk=assignment.pk, first_touch_at__isnull=True).update(first_touch_at=now)
    Lead.objects.filter(pk=lead.pk, first_touch_at__isnull=True).update(first_touch_at=now)
    running = SlaTimer.objects.filter(lead=lead, state="RUNNING", promise__isnull=True)  # other promises stand
    running.update(state="CANCELLED", settled_at=now)


def _move(lead: Lead, to: str, **changes: object) -> None:
    """Move a lead by a conditional update that must touch one row.

    :raises WrongState: if it is no longer where such a move may start
    """
    if not Lead.objects.filter(pk=lead.pk, state__in=sources_of(to)).update(state=to, **changes):
        raise WrongState
    lead.refresh_from_db(fields=["state", "due_at", "disposition", "owner"])
