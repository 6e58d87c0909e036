"""The manager's queue: take an item, put it back, mend it, close it, try it again."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from accounts import policy
from accounts.actor import Actor, system
from accounts.errors import FieldProblem, Invalid, Refused
from audit import services as audit
from routing.errors import WrongState
from routing.lead_states import sources_of
from routing.models import Lead, QueueItem
from routing.payload import parse
from routing.services import deciding, desk, intake
from routing.services.handing import close_items
from routing.services.outcomes import QUEUES, Case, Placement
from routing.services.placing import place

log = logging.getLogger(__name__)

RERUN_LATER: Final = timedelta(minutes=5)
NEXT_TRIES: Final = 20  # items others may take from under us before we say that nothing waits


class TakenByAnother(Refused):
    """Somebody else has taken this item."""

    code = "queue.taken"


@transaction.atomic
def take(*, item: QueueItem, user_id: int, actor: Actor, now: datetime) -> None:
    """Take an item to work on; a second taker hears who has it.

    :raises TakenByAnother: with the holder's name
    """
    policy.require(actor, "queue.claim")
    waiting = QueueItem.objects.filter(pk=item.pk, state=QueueItem.State.OPEN)
    if not waiting.update(state=QueueItem.State.CLAIMED, claimed_by=user_id, claimed_at=now):
        present = QueueItem.objects.select_related("claimed_by").get(pk=item.pk)
        if present.state == QueueItem.State.RESOLVED:
            raise WrongState("This item is resolved already.")
        raise TakenByAnother(f"{present.claimed_by} took this item; ask them, or wait until it is put back.")
    audit.record(at=now, actor=actor, action="queue.claimed", target=item.lead, detail={"item": str(item.pk)})


def take_next(*, kind: str, user_id: int, actor: Actor, now: datetime) -> QueueItem | None:
    """Take the item of this kind that has waited longest; returns None where nothing waits."""
    policy.require(actor, "queue.claim")
    waiting = QueueItem.objects.filter(kind=kind, state=QueueItem.State.OPEN).select_related("lead")
    for item in waiting.order_by("created_at")[:NEXT_TRIES]:
        try:
            take(item=item, user_id=user_id, actor=actor, now=now)
        except Refused:
            continue
        return item
    return None


@transaction.atomic
def put_back(*, item: QueueItem, actor: Actor, now: datetime) -> None:
    """Put an item back for others."""
    policy.require(actor, "queue.claim")
    taken = QueueItem.objects.filter(pk=item.pk, state=QueueItem.State.CLAIMED)
    if not taken.update(state=QueueItem.State.OPEN, claimed_by=None, claimed_at=None):
        raise WrongState("This item is not taken.")
    audit.record(at=now, actor=actor, action="queue.put_back", target=item.lead, detail={"item": str(item.pk)})


@transaction.atomic
def resolve(*, item: QueueItem, resolution: str, reject: bool = False, actor: Actor, now: datetime) -> None:
    """Close an item and its lead without assigning it, with the reason."""
    policy.require(actor, "queue.resolve")
    if not resolution.strip():
        raise Invalid([FieldProblem("/resolution", "field.required", "Say how it was resolved.")])
    state = Lead.State.REJECTED if reject else Lead.State.CLOSED
    moved = Lead.objects.filter(pk=item.lead_id, state__in=sources_of(state) - {"ASSIGNED", "ACCEPTED", "WORKING"})
    if not moved.update(state=state, reason=item.reason):
        raise WrongState
    close_items(lead=item.lead, resolution=resolution, now=now)
    desk.stop_clocks(item.lead, now)
    detail = {"item": str(item.pk), "rejected": reject}
    audit.record(at=now, actor=actor, action="queue.resolved", target=item.lead, detail=detail)


@transaction.atomic
def retry(*, item: QueueItem, actor: Actor, now: datetime) -> Placement:
    """Run the lead through the rules again as they are now."""
    policy.require(actor, "queue.resolve")
    lead = Lead.objects.select_for_update(of=("self",), no_key=True).get(pk=item.lead_id)
    if lead.state not in {"FALLBACK", "REVIEW", "QUARANTINED"}:
        raise WrongState
    close_items(lead=lead, resolution="Tried again.", now=now)
    return desk.place_again(lead=lead, trigger="RERUN", actor=actor, now=now)


def retry_all(*, kind: str, reason: str, actor: Actor, now: datetime, limit: int = 200) -> tuple[int, int]:
    """Try every lead again that waits for one reason; returns how many were tried and how many moved on.

    Each is a transaction of its own. A lead whose answer would be the same stays as it is, without a new decision.
    """
    policy.require(actor, "queue.resolve")
    waiting = QueueItem.objects.filter(kind=kind, reason=reason, state=QueueItem.State.OPEN).exclude(
        reason="FIELDS_INVALID"
    )
    items = list(waiting.select_related("lead").order_by("created_at")[:limit])
    moved = 0
    for item in items:
        try:
            moved += _retry_if_it_moves(item, actor, now)
        except Refused:
            continue
    return len(items), moved


@transaction.atomic
def _retry_if_it_moves(item: QueueItem, actor: Actor, now: datetime) -> bool:
    lead = Lead.objects.select_related("source", "person").get(pk=item.lead_id)
    had_it = lead.assignments.values_list("producer_id", flat=True)
    asked = deciding.inquiry(lead, lead.person, deciding.context(), now=now, had_it=had_it)
    decided = deciding.decide(asked, seed=str(lead.pk))
    status = "fallback" if decided.considered.status == "routed" else decided.considered.status
    if not decided.chosen.ranked and QUEUES.get(status) == item.kind:
        return False
    retry(item=item, actor=actor, now=now)
    return True


@transaction.atomic
def mend(*, item: QueueItem, fields: Mapping[str, Any], actor: Actor, now: datetime) -> Placement:
    """Correct the lead's fields and run it again; the corrected person is a new row, so old receipts still replay.

    :raises Invalid: with every field at fault
    """
    policy.require(actor, "queue.resolve")
    lead = Lead.objects.select_for_update(of=("self",), no_key=True).select_related("source").get(pk=item.lead_id)
    if lead.state not in {"FALLBACK", "REVIEW", "QUARANTINED"}:
        raise WrongState
    agency = deciding.context().roster.agency
    draft = parse(fields, required=[], products=agency.products, now=now)
    person = intake.build_person(draft)
    if lead.person:  # what the correction does not speak of stays as the source sent it
        person.consent = person.consent or lead.person.consent
        person.attributes = person.attributes or lead.person.attributes
    person.save(force_insert=True)
    mended = intake.build_lead(draft, lead.source, agency, now)
    names = (
        "governing_state",
        "unclear",
        "declared_state",
        "also_states",
        "zones",
        "line",
        "products",
        "carrier",
        "language",
        "premium",
    )
    Lead.objects.filter(pk=lead.pk).update(person=person, **{name: getattr(mended, name) for name in names})
    audit.record(at=now, actor=actor, action="lead.mended", target=lead, detail={"fields": sorted(fields)})
    close_items(lead=lead, resolution=f"Mended by {actor.label}.", now=now)
    return desk.place_again(lead=lead, trigger="RERUN", actor=actor, now=now)


def rerun_waiting(*, now: datetime, limit: int = 50, due_only: bool = True) -> int:
    """Try again the leads that wait for a seat, a shift or a licence, oldest first; returns how many found one."""
    waiting = QueueItem.objects.filter(rerun_at__isnull=False, state=QueueItem.State.OPEN).select_related("lead")
    if due_only:
        waiting = waiting.filter(rerun_at__lte=now)
    placed = 0
    for item in waiting.order_by("created_at")[:limit]:
        try:
            placed += _rerun(item, now)
        except Exception:
            # One bad lead must not hold up the others; it is reported and looked at again later.
            log.exception("queue.rerun_failed", extra={"item_id": str(item.pk), "reason": item.reason})
            QueueItem.objects.filter(pk=item.pk).update(rerun_at=now + RERUN_LATER)
    return placed


@transaction.atomic
def _rerun(item: QueueItem, now: datetime) -> bool:
    """Place one waiting lead if somebody may take it now; else look again later, without a new decision."""
    lead = Lead.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(
        pk=item.lead_id, state=Lead.State.FALLBACK
    )
    found = lead.select_related("source").first()
    if found is None or found.person is None:
        return False
    had_it = frozenset(found.assignments.values_list("producer_id", flat=True))
    context = deciding.context()
    asked = deciding.inquiry(found, found.person, context, now=now, had_it=had_it)
    decided = deciding.decide(asked, seed=str(found.pk))
    if not decided.chosen.ranked:
        QueueItem.objects.filter(pk=item.pk).update(rerun_at=now + RERUN_LATER)
        return False
    close_items(lead=found, resolution="Somebody became able to take it.", now=now)
    actor = system("rerun")
    placement = place(Case(found, found.person, "RERUN", actor, now, context, had_it))
    return placement.assignment is not None
