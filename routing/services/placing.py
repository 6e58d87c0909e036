"""Put a lead where it belongs: with a producer, in a queue, or at rest. One decision, one set of rows."""

import logging
import time
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from audit import services as audit
from audit.models import Entry
from outbox import services as outbox
from outbox.models import Message
from routing.errors import WrongState
from routing.lead_states import sources_of
from routing.models import Lead, PoolCredit, SlaTimer
from routing.services import claim, deciding
from routing.services.outcomes import Case, Placement, kept, placed

log = logging.getLogger(__name__)

STATES: Final = {
    "assigned": "ASSIGNED",
    "fallback": "FALLBACK",
    "review": "REVIEW",
    "quarantined": "QUARANTINED",
    "rejected": "REJECTED",
}
EVENTS: Final = {
    "assigned": "lead.assigned",
    "fallback": "lead.fell_back",
    "review": "lead.sent_to_review",
    "quarantined": "lead.quarantined",
    "rejected": "lead.rejected",
}
CHANGED: Final = ("state", "tier", "pool", "score", "reason", "decision_id", "owner_id", "due_at", "hop")


def place(case: Case) -> Placement:
    """Decide about the lead and write the outcome; inside the caller's transaction.

    A failure while deciding or claiming is undone to here and becomes fallback `ROUTING_ERROR`: the lead stays.
    """
    lead = case.lead
    before, was_new = {name: getattr(lead, name) for name in CHANGED}, lead._state.adding
    try:
        with transaction.atomic():
            return _place(case)
    except WrongState:
        raise
    except Exception:
        # Whatever a rule, a row or the code did, the lead must stay and a person must see it.
        log.exception("lead.routing_failed", extra={"lead_id": str(lead.pk)})
    for name, value in before.items():
        setattr(lead, name, value)
    lead._state.adding = was_new  # the row is gone with the savepoint, and Django does not notice
    return keep(case, "ROUTING_ERROR")


def keep(case: Case, reason: str) -> Placement:
    """Send a lead to the fallback pool without asking the rules: they failed, or the policy says a manager is next."""
    placement = kept(case, reason)
    _write(case, placement)
    return placement


def _place(case: Case) -> Placement:
    started = time.perf_counter()
    inquiry = deciding.inquiry(case.lead, case.person, case.context, now=case.now, had_it=case.had_it, only=case.only)
    decided = deciding.decide(inquiry, seed=str(case.lead.pk))
    thought = time.perf_counter()
    taken = claim.Taken()
    if decided.chosen.ranked:
        taken = claim.take(decided=decided, effort=claim.EFFORT)
    timings = {"decide": _ms(started, thought), "claim": _ms(thought, time.perf_counter())}
    placement = placed(case, decided, taken, timings)
    _write(case, placement)
    return placement


def _ms(start: float, end: float) -> float:
    return round((end - start) * 1000, 3)


def _write(case: Case, placement: Placement) -> None:
    _apply(case.lead, placement)
    _save_lead(case)
    placement.decision.save(force_insert=True)
    if placement.assignment:
        placement.assignment.save(force_insert=True)
        SlaTimer.objects.bulk_create(placement.timers)
    if placement.queue_item:
        placement.queue_item.save(force_insert=True)
    audit.record_many([*case.entries, *_entries(case, placement)])
    outbox.publish_many([_message(case.lead, placement, case.now)])
    if placement.credit:
        pool_id, producer_id, step = placement.credit
        PoolCredit.objects.filter(pool_id=pool_id, producer_id=producer_id).update(credit=F("credit") + step)


def _apply(lead: Lead, placement: Placement) -> None:
    assignment = placement.assignment
    lead.state = STATES[placement.status]
    lead.tier, lead.pool = placement.tier or "", placement.pool or ""
    lead.score = placement.score if placement.score is not None else lead.score
    lead.reason, lead.decision_id = placement.reason, placement.decision.pk
    lead.owner_id = assignment.producer_id if assignment else None
    lead.due_at = assignment.due_at if assignment else None
    lead.hop = assignment.hop if assignment else lead.hop


def _save_lead(case: Case) -> None:
    """Insert a new lead in its final state; move one that exists by a conditional update.

    :raises WrongState: if it is no longer where such a move may start
    """
    lead = case.lead
    if lead._state.adding:
        if case.person is not None:
            case.person.save(force_insert=True)
        lead.save(force_insert=True)
        return
    movable = Lead.objects.filter(pk=lead.pk, state__in=sources_of(lead.state))
    if not movable.update(**{name: getattr(lead, name) for name in CHANGED}):
        raise WrongState


def _entries(case: Case, placement: Placement) -> list[Entry]:
    decision = placement.decision
    decided = {
        "decision": str(decision.pk),
        "receipt_sha256": decision.receipt_sha256,
        "trigger": decision.trigger,
    }
    detail: dict[str, Any] = {"decision": str(decision.pk), "reason": placement.reason}
    if placement.assignment:
        detail |= {
            "assignment": str(placement.assignment.pk),
            "producer": placement.producer,
            "pool": placement.pool,
            "due_at": placement.assignment.due_at.isoformat(),
        }
    action = EVENTS[placement.status]
    return [
        audit.entry(at=case.now, actor=case.actor, action="lead.decided", target=case.lead, detail=decided),
        audit.entry(at=case.now, actor=case.actor, action=action, target=case.lead, detail=detail),
    ]


def _message(lead: Lead, placement: Placement, now: datetime) -> Message:
    payload: dict[str, Any] = {
        "lead_id": str(lead.pk),
        "decision_id": str(placement.decision.pk),
        "status": placement.status,
        "reason": placement.reason,
    }
    if placement.assignment:
        payload |= {
            "assignment_id": str(placement.assignment.pk),
            "producer_id": placement.assignment.producer_id,
        }
    if placement.queue_item:
        payload |= {"queue_item_id": str(placement.queue_item.pk)}
    return outbox.message(topic=EVENTS[placement.status], payload=payload, at=now, aggregate=str(lead.pk))
