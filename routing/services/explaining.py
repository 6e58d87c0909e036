"""Say why: what happened to a lead, how a producer stood, where a lead would go. Reads only."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from accounts.errors import Missing
from audit import queries as ledger
from licenses.authority import Ask
from routing import reasons, words
from routing.decision import Inquiry, Standing, full_reason, judge_producer
from routing.models import Assignment, Decision, Lead, LeadSource, Person, Touch
from routing.models.keys import new_id
from routing.payload import parse
from routing.receipt import build
from routing.services import deciding, desk, intake
from routing.services.replaying import inquiry_of

SENTENCES: Final[Mapping[str, str]] = {
    "lead.received": "Received from {source}.",
    "lead.assigned": "Assigned to {producer[name]}, to be answered by {due_at}.",
    "lead.accepted": "Accepted.",
    "lead.touched": "Contact logged: {kind}.",
    "lead.noted": "A note was written.",
    "lead.closed": "Closed: {disposition}.",
    "lead.duplicated": "A repeat of an open lead; kept beside it.",
    "lead.decided": "Decided, because {trigger}.",
    "lead.mended": "Mended: {fields}.",
    "assignment.ended": "Taken from the producer: {how}.",
    "sla.reminded": "Half the time has passed; the producer was reminded.",
    "sla.breached": "Not answered in time.",
    "sla.alarmed": "Nobody has answered; the manager was told.",
    "queue.claimed": "Taken from the queue to be worked on.",
    "queue.put_back": "Put back into the queue.",
    "queue.resolved": "Closed from the queue.",
}
# How the codes in an entry's detail read inside a sentence.
READINGS: Final[Mapping[str, Callable[[Any], str]]] = {
    "due_at": lambda at: f"{timezone.localtime(datetime.fromisoformat(at)):%b %d, %H:%M %Z}",
    "kind": lambda kind: _lower(Touch.Kind(kind).label),
    "how": lambda how: _lower(Assignment.End(how).label),
    "disposition": lambda code: _lower(desk.DISPOSITIONS[code]),
    "trigger": lambda trigger: words.TRIGGERS[trigger],
    "fields": ", ".join,
}


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def timeline(lead: Lead) -> list[dict[str, Any]]:
    """Return everything that happened to a lead, oldest first."""
    return [
        {
            "at": entry.occurred_at,
            "action": entry.action,
            "actor": entry.actor_label,
            "text": sentence(entry.action, entry.detail),
            "detail": entry.detail,
        }
        for entry in reversed(ledger.for_lead(lead.pk))
    ]


def sentence(action: str, detail: Mapping[str, Any]) -> str:
    """Return what happened in words."""
    if "reason" in detail and action not in SENTENCES:
        return reasons.text(detail["reason"])
    try:
        read = {name: READINGS[name](value) if name in READINGS else value for name, value in detail.items()}
        return SENTENCES[action].format(**read)
    except (KeyError, IndexError, TypeError, ValueError):
        return action.replace(".", " ").replace("_", " ").capitalize() + "."


def standing_in(*, decision: Decision, producer_id: int) -> Standing:
    """Return how a producer stood in a decision, recomputed from the roster and rules it was made under.

    :raises Missing: if the producer was not on the roster, or the person behind the lead was erased
    """
    asked, ask = _asked(decision)
    producer = asked.context.roster.producers.get(producer_id)
    if producer is None:
        raise Missing("This producer was not on the roster then.")
    return judge_producer(producer, asked, ask)


def standings_in(*, decision: Decision) -> list[Standing]:
    """Return how everybody a decision considered stood, recomputed as `standing_in` does for one.

    :raises Missing: if it asked no producer, or the person behind the lead was erased
    """
    asked, ask = _asked(decision)
    roster, route = asked.context.roster, decision.receipt["route"]
    considered = roster.pool_members(route["pool"] or "") if route else ()
    ids = considered if asked.only is None else (asked.only,)
    return [judge_producer(roster.producers[each], asked, ask) for each in ids if each in roster.producers]


def _asked(decision: Decision) -> tuple[Inquiry, Ask]:
    person = Person.objects.filter(pk=decision.person_id).first() if decision.person_id else None
    if decision.receipt["engine"] is None or person is None:
        raise Missing("This decision asked no producer, or the person behind it was erased.")
    asked = inquiry_of(decision, person)
    if asked.ask is None:
        raise Missing("This decision asked no producer: the governing state was not clear.")
    return asked, asked.ask


def why(*, decision: Decision, producer_id: int) -> dict[str, Any]:
    """Say why, or why not, one producer got the lead in a decision."""
    standing = standing_in(decision=decision, producer_id=producer_id)
    receipt = decision.receipt
    candidate = next((each for each in receipt["candidates"] if each["producer"] == producer_id), None)
    blocks = [block.as_dict() for block in standing.blocks]
    return {
        "producer": producer_id,
        "name": standing.name,
        "eligible": standing.is_eligible,
        "chosen": receipt["chosen"] == producer_id,
        "rank": candidate["rank"] if candidate else None,
        "blocks": blocks,
        "text": _why_text(standing, candidate, receipt),
    }


def _why_text(standing: Standing, candidate: Mapping[str, Any] | None, receipt: Mapping[str, Any]) -> str:
    if standing.blocks:
        return f"{standing.name}: {'; '.join(block.text for block in standing.blocks)}."
    if receipt["chosen"] == standing.producer_id:
        return f"{standing.name} got the lead."
    if candidate is None:
        return f"{standing.name} could take it, but is not in the pool {receipt['route']['pool']}."
    skipped = {each["producer"]: each["why"] for each in receipt["claim"]["skipped"]}
    if candidate["rank"] is None or standing.producer_id in skipped:
        code = skipped.get(standing.producer_id) or candidate["why"]
        return f"{standing.name} could take it, but was {reasons.PRODUCER_REASONS.get(code, code.lower())}."
    return f"{standing.name} could take it and stood at place {candidate['rank']} in the order."


def preview(
    *, data: Mapping[str, Any], source: LeadSource | None, now: datetime, versions: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Return where a lead would go at an instant, with the receipt it would get; writes nothing.

    :raises Invalid: with every field at fault
    """
    context = deciding.context()
    if versions:
        context = deciding.pinned(context, versions)
    source = source or LeadSource(slug="preview", name="Preview")
    draft = parse(data, required=source.required_fields, products=context.roster.agency.products, now=now)
    person = intake.build_person(draft)
    lead = intake.build_lead(draft, source, context.roster.agency, now)
    decided = deciding.decide(deciding.inquiry(lead, person, context, now=now), seed=str(lead.pk))
    ranked = decided.chosen.ranked
    status, reason = decided.considered.status, decided.considered.reason
    if status == "routed":
        status, reason = ("assigned", "ASSIGNED") if ranked else ("fallback", full_reason(decided.chosen))
    chosen = context.roster.producers[ranked[0].producer_id] if ranked else None
    return {
        "status": status,
        "tier": decided.considered.tier,
        "score": decided.considered.score.total if decided.considered.score else None,
        "producer": {"id": chosen.id, "name": chosen.name, "npn": chosen.licensing.npn} if chosen else None,
        "pool": decided.considered.pool,
        "reason": {"code": reason, "text": reasons.text(reason)},
        "receipt": build(
            decision_id=new_id(),
            lead_id=lead.pk,
            trigger="PREVIEW",
            hop=0,
            actor="preview",
            now=now,
            decided=decided,
            skipped=[],
            chosen=chosen.id if chosen else None,
            reason=reason,
            timings_ms={},
        ),
    }
