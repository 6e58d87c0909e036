"""Put a lead where it belongs: with a producer, in a queue, or at rest. One decision, one set of rows."""

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import Model

from accounts import rows
from audit import services as audit
from audit.models import Entry
from outbox import services as outbox
from outbox.models import Message
from routing.decision import Decided, Inquiry, Tried, asking_of, conclude
from routing.errors import WrongState
from routing.lead_states import sources_of
from routing.models import Lead, SlaTimer
from routing.services import claim, crediting, deciding
from routing.services.outcomes import Case, Placement, kept, placed

log = logging.getLogger(__name__)

STATES: Final = {
    "assigned": "ASSIGNED",
    "offered": "OFFERED",
    "fallback": "FALLBACK",
    "review": "REVIEW",
    "quarantined": "QUARANTINED",
    "rejected": "REJECTED",
}
EVENTS: Final = {
    "assigned": "lead.assigned",
    "offered": "lead.offered",
    "fallback": "lead.fell_back",
    "review": "lead.sent_to_review",
    "quarantined": "lead.quarantined",
    "rejected": "lead.rejected",
}
CHANGED: Final = ("state", "tier", "pool", "score", "reason", "decision_id", "owner_id", "due_at", "hop")


def place(case: Case) -> Placement:
    """Decide about a lead that exists and write the outcome; inside the caller's transaction.

    A failure while deciding or claiming is undone to here and becomes fallback `ROUTING_ERROR`: the lead stays.
    """
    lead = case.lead
    before = {name: getattr(lead, name) for name in CHANGED}
    try:
        with transaction.atomic():
            return attempt(case)
    except WrongState:
        raise
    except Exception:
        # Whatever a rule, a row or the code did, the lead must stay and a person must see it.
        log.exception("lead.routing_failed", extra={"lead_id": str(lead.pk)})
    for name, value in before.items():
        setattr(lead, name, value)
    return keep(case, "ROUTING_ERROR")


def keep(case: Case, reason: str) -> Placement:
    """Send a lead to the fallback pool without asking the rules: they failed, or the policy says a manager is next."""
    placement = kept(case, reason)
    _write(case, placement)
    return placement


def attempt(case: Case) -> Placement:
    """Decide about the lead and write the outcome; to undo a failure is the caller's part."""
    started = time.perf_counter()
    inquiry = deciding.inquiry(
        case.lead,
        case.person,
        case.context,
        now=case.now,
        had=case.had,
        only=case.only,
        held_back=case.held_back,
        waived=case.waived,
    )
    decided, taken, claiming = _claimed(inquiry, str(case.lead.pk))
    deciding_ = time.perf_counter() - started - claiming
    timings = {"decide": round(deciding_ * 1000, 3), "claim": round(claiming * 1000, 3)}
    placement = placed(case, decided, taken, timings)
    _write(case, placement)
    return placement


def _claimed(inquiry: Inquiry, seed: str) -> tuple[Decided, claim.Taken, float]:
    """Go down the lead's way until somebody can have it, and return the seat taken and how long claims took."""
    tried: list[Tried] = []
    taken, seconds = claim.Taken(), 0.0
    for decided in deciding.choices(inquiry, seed=seed):
        started = time.perf_counter()
        taken, asking = claim.Taken(is_bare=taken.is_bare), asking_of(decided)
        if decided.chosen.ranked and (asking is None or asking.reserves):
            taken = claim.take(decided=decided, effort=claim.EFFORT, is_bare=taken.is_bare)
        seconds += time.perf_counter() - started
        tried.append(Tried(decided, tuple(taken.skipped)))
        if tried[-1].found:
            return conclude(tried), taken, seconds
    return conclude(tried), claim.Taken(skipped=[dict(each) for each in tried[0].skipped]), seconds


@dataclass(frozen=True)
class Writing:
    """What one placement writes: rows, ledger entries and the messages that tell of it."""

    rows: list[Model]
    entries: list[Entry]
    messages: list[Message]


def writing(case: Case, placement: Placement) -> Writing:
    """Bring the lead up to the placement, and return what is to be written beside the lead and the decision."""
    _apply(case.lead, placement)
    entries = [*case.entries, *_entries(case, placement), *_went_on(case, placement)]
    return Writing(list(_rows(placement)), entries, _messages(case.lead, placement, case.now))


def lead_rows(case: Case) -> list[Model]:
    """Return the rows of a lead that comes in, in its final state; one that is there is moved at once instead.

    :raises WrongState: if it is no longer where such a move may start
    """
    if not case.lead._state.adding:
        _move(case.lead)
        return []
    return [case.lead] if case.person is None else [case.person, case.lead]


def _write(case: Case, placement: Placement) -> None:
    new = writing(case, placement)
    lead = lead_rows(case)
    with rows.in_one_message():
        # In two: psycopg remembers how a statement is written up to 50 values, and reads a longer one anew each time.
        rows.insert(*lead, placement.decision)
        rows.insert(*new.rows)
        rows.insert(*placement.fairness)
        audit.record_many(new.entries)
        outbox.publish_many(new.messages)
        if placement.credit and placement.credit[2]:
            pool_id, producer_id, step = placement.credit
            crediting.move({(pool_id, producer_id): step})
        if case.on_placed:
            case.on_placed(placement)


def _rows(placement: Placement) -> Iterator[Model]:
    if placement.assignment:
        yield placement.assignment
    if placement.offered:
        yield placement.offered.round
        yield from placement.offered.offers
    yield from sorted(placement.clocks, key=lambda row: isinstance(row, SlaTimer))  # those of a model together
    if placement.queue_item:
        yield placement.queue_item


def _apply(lead: Lead, placement: Placement) -> None:
    assignment = placement.assignment
    lead.state = STATES[placement.status]
    lead.tier, lead.pool = placement.tier or "", placement.pool or ""
    lead.score = placement.score if placement.score is not None else lead.score
    lead.reason, lead.decision_id = placement.reason, placement.decision.pk
    lead.owner_id = assignment.producer_id if assignment else None
    lead.due_at = assignment.due_at if assignment else None
    lead.hop = assignment.hop if assignment else lead.hop


def _move(lead: Lead) -> None:
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
    if placement.offered:
        detail |= {
            "to": [each.producer_id for each in placement.offered.offers],
            "until": placement.offered.round.expires_at.isoformat(),
        }
    action = EVENTS[placement.status]
    return [
        audit.entry(at=case.now, actor=case.actor, action="lead.decided", target=case.lead, detail=decided),
        audit.entry(at=case.now, actor=case.actor, action=action, target=case.lead, detail=detail),
    ]


def _went_on(case: Case, placement: Placement) -> Iterator[Entry]:
    """Yield an entry for each pool the lead went on from."""
    for leg in placement.came_by:
        detail = {"pool": leg.name, "because": leg.reason, "to": leg.to}
        yield audit.entry(at=case.now, actor=case.actor, action="lead.went_on", target=case.lead, detail=detail)


def _messages(lead: Lead, placement: Placement, now: datetime) -> list[Message]:
    """Return what tells of the placement, and of each offer a message of its own."""
    offers = placement.offered.offers if placement.offered else []
    told = [{"lead_id": str(lead.pk), "offer_id": str(each.pk), "producer_id": each.producer_id} for each in offers]
    made = [outbox.message(topic="offer.made", payload=each, at=now, aggregate=str(lead.pk)) for each in told]
    return [_message(lead, placement, now), *made]


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
