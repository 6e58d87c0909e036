"""The manager's queue: take an item, put it back, mend it, close it, try it again."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from accounts import policy
from accounts.actor import Actor, system
from accounts.errors import FieldProblem, Invalid, Refused
from audit import services as audit
from routing.decision import Decided, full_reason
from routing.errors import TakenByAnother, WrongState
from routing.lead_states import sources_of
from routing.models import Lead, QueueItem, ReleaseLead
from routing.payload import parse
from routing.queries.had import had
from routing.queries.waiting import awake, in_turn
from routing.reasons import UNREAD
from routing.services import arrivals, deciding, desk
from routing.services.handing import close_items, taken_by
from routing.services.outcomes import QUEUES, Case, Placement, why_it_waits
from routing.services.placing import place
from routing.waits import NEXT_LOOK, look_at, waits_of

log = logging.getLogger(__name__)

# How a lead may end that no producer had.
WITHOUT_A_PRODUCER: Final = {code: label for code, label in desk.DISPOSITIONS.items() if code not in {"SOLD", "QUOTED"}}
NEXT_TRIES: Final = 20  # items others may take from under us before we say that nothing waits


class Moved(Refused):
    """This lead does not wait here any more."""

    code = "queue.moved"


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
        raise taken_by(present)
    audit.record(at=now, actor=actor, action="queue.claimed", target=item.lead, detail={"item": str(item.pk)})


def take_next(*, kind: str, user_id: int, actor: Actor, now: datetime) -> QueueItem | None:
    """Take the item of this kind whose turn it is; returns None where nothing waits that nobody has put off."""
    policy.require(actor, "queue.claim")
    waiting = QueueItem.objects.filter(awake(now), kind=kind, state=QueueItem.State.OPEN).select_related("lead")
    for item in waiting.order_by(*in_turn(now))[:NEXT_TRIES]:
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
def resolve(
    *, item: QueueItem, resolution: str, reject: bool = False, disposition: str = "", actor: Actor, now: datetime
) -> None:
    """Close an item and its lead without assigning it, with the reason and, where known, how the lead ended."""
    policy.require(actor, "queue.resolve")
    if not resolution.strip():
        raise Invalid([FieldProblem("/resolution", "field.required", "Say how it was resolved.")])
    if disposition and disposition not in WITHOUT_A_PRODUCER:
        known = ", ".join(WITHOUT_A_PRODUCER)
        raise Invalid([FieldProblem("/disposition", "disposition.unknown", f"Use one of: {known}.")])
    state = Lead.State.REJECTED if reject else Lead.State.CLOSED
    moved = Lead.objects.filter(pk=item.lead_id, state__in=sources_of(state) - {"ASSIGNED", "ACCEPTED", "WORKING"})
    if not moved.update(state=state, reason=item.reason, disposition=disposition):
        raise WrongState
    close_items(lead=item.lead, resolution=resolution, actor=actor, now=now)
    desk.close_clocks(item.lead, now)
    detail = {"item": str(item.pk), "rejected": reject} | ({"disposition": disposition} if disposition else {})
    audit.record(at=now, actor=actor, action="queue.resolved", target=item.lead, detail=detail)


@transaction.atomic
def retry(*, item: QueueItem, actor: Actor, now: datetime) -> Placement:
    """Run the lead through the rules again as they are now."""
    policy.require(actor, "queue.resolve")
    context = deciding.context()  # may lock the roster: before the lead, as everywhere
    lead = Lead.objects.select_for_update(of=("self",), no_key=True).get(pk=item.lead_id)
    if lead.state not in {"FALLBACK", "REVIEW", "QUARANTINED"}:
        raise WrongState
    close_items(lead=lead, resolution="Tried again.", actor=actor, now=now)
    return desk.place_again(lead=lead, trigger="RERUN", context=context, actor=actor, now=now)


def retry_all(*, kind: str, reason: str, actor: Actor, now: datetime, limit: int = 200) -> tuple[int, int]:
    """Try every lead again that waits for one reason; returns how many were tried and how many moved on.

    Each is a transaction of its own. A lead whose answer would be the same stays as it is, without a new decision.
    """
    policy.require(actor, "queue.resolve")
    waiting = QueueItem.objects.filter(kind=kind, reason=reason, state=QueueItem.State.OPEN).exclude(reason__in=UNREAD)
    items = list(waiting.select_related("lead").order_by("created_at", "pk")[:limit])
    moved = 0
    for item in items:
        try:
            moved += retry_if_it_moves(item=item, actor=actor, now=now) is not None
        except Refused:
            continue
    return len(items), moved


@transaction.atomic
def retry_if_it_moves(*, item: QueueItem, actor: Actor, now: datetime) -> Placement | None:
    """Run the lead through the rules again; None, and no new decision, where it would wait as it does."""
    policy.require(actor, "queue.resolve")
    lead = Lead.objects.select_related("source", "person").get(pk=item.lead_id)
    asked = deciding.inquiry(lead, lead.person, deciding.context(), now=now, had=had(lead))
    decided = deciding.decide(asked, seed=str(lead.pk))
    status = "fallback" if decided.considered.status == "routed" else decided.considered.status
    if not decided.chosen.ranked and QUEUES.get(status) == item.kind:
        return None
    return retry(item=item, actor=actor, now=now)


@transaction.atomic
def mend(*, item: QueueItem, fields: Mapping[str, Any], actor: Actor, now: datetime) -> Placement:
    """Correct the lead's fields and run it again; the corrected person is a new row, so old receipts still replay.

    :raises Invalid: with every field at fault
    """
    policy.require(actor, "queue.resolve")
    context = deciding.context()
    lead = Lead.objects.select_for_update(of=("self",), no_key=True).select_related("source").get(pk=item.lead_id)
    if lead.state not in {"FALLBACK", "REVIEW", "QUARANTINED"}:
        raise WrongState
    agency = context.roster.agency
    draft = parse(fields, required=[], products=agency.products, aliases=lead.source.aliases, now=now)
    person = arrivals.build_person(draft)
    if lead.person:  # what the correction does not speak of stays as the source sent it
        person.consent = person.consent or lead.person.consent
        person.attributes = person.attributes or lead.person.attributes
    person.save(force_insert=True)
    mended = arrivals.build_lead(draft, lead.source, agency, now)
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
        "readings",
    )
    Lead.objects.filter(pk=lead.pk).update(person=person, **{name: getattr(mended, name) for name in names})
    audit.record(at=now, actor=actor, action="lead.mended", target=lead, detail={"fields": sorted(fields)})
    close_items(lead=lead, resolution=f"Mended by {actor.label}.", actor=actor, now=now)
    return desk.place_again(lead=lead, trigger="RERUN", context=context, actor=actor, now=now)


def rerun_waiting(*, now: datetime, limit: int = 200) -> int:
    """Try again the leads whose own time has come, in their turn; returns how many found somebody."""
    due = QueueItem.objects.filter(rerun_at__lte=now, state=QueueItem.State.OPEN).select_related("lead")
    return sum(look(item=item, now=now) for item in due.order_by(*in_turn(now))[:limit])


def look(*, item: QueueItem, now: datetime) -> bool:
    """Try one waiting lead again and say whether it found somebody; one that fails holds up no other."""
    try:
        return rerun(item=item, now=now)
    except TakenByAnother:
        return False  # a manager has taken it since we looked
    except Exception:
        # One bad lead must not hold up the others; it is reported and looked at again later.
        log.exception("queue.rerun_failed", extra={"item_id": str(item.pk), "reason": item.reason})
        QueueItem.objects.filter(pk=item.pk).update(rerun_at=now + NEXT_LOOK, tried_at=now)
        return False


@transaction.atomic
def rerun(*, item: QueueItem, now: datetime) -> bool:
    """Place one waiting lead if somebody may take it now; else note what it waits for now, without a new decision."""
    if item.releases.filter(state=ReleaseLead.State.WAITING).exists():  # it has a turn of its own
        QueueItem.objects.filter(pk=item.pk).update(rerun_at=now + NEXT_LOOK)
        return False
    try:
        placement = try_again(item=item, actor=system("rerun"), now=now)
    except Moved:
        return False
    return placement is not None and placement.status in {"assigned", "offered"}


def try_again(
    *, item: QueueItem, actor: Actor, now: datetime, held_back: frozenset[int] = frozenset()
) -> Placement | None:
    """Place a lead of the fallback queue if somebody may take it now; None, and no new decision, where nobody may.

    Inside the caller's transaction. Whoever is `held_back` is not asked.

    :raises Moved: if the lead is elsewhere by now, or somebody is moving it
    :raises TakenByAnother: if a manager works on it
    """
    context = deciding.context()
    lead = Lead.objects.select_for_update(of=("self",), no_key=True, skip_locked=True).filter(
        pk=item.lead_id, state=Lead.State.FALLBACK
    )
    found = lead.select_related("source").first()
    if found is None or found.person is None:
        raise Moved
    before = had(found)
    asked = deciding.inquiry(found, found.person, context, now=now, had=before, held_back=held_back)
    decided = deciding.decide(asked, seed=str(found.pk))
    if not decided.chosen.ranked:
        if "HELD_BACK" not in decided.chosen.full.values():  # else it is the release it waits for, not a desk
            QueueItem.objects.filter(pk=item.pk).update(tried_at=now, **_as_it_waits(item, decided, now))
        return None
    close_items(lead=found, resolution="Somebody became able to take it.", actor=actor, now=now)
    return place(Case(found, found.person, "RERUN", actor, now, context, before, held_back=held_back))


def _as_it_waits(item: QueueItem, decided: Decided, now: datetime) -> dict[str, Any]:
    """Return what the item says now; a lead the rules would send to another queue waits on as it did."""
    status, reason = decided.considered.status, decided.considered.reason
    if status not in {"routed", "fallback"}:
        return {"rerun_at": look_at(item.reason, None, now, is_first=False)}
    reason = full_reason(decided.chosen) if status == "routed" else reason
    waits = waits_of(decided)
    at = look_at(reason, waits.back_at, now, is_first=False)
    return {"rerun_at": at, **why_it_waits(decided, reason, waits)}
