"""Say why: what happened to a lead, how a producer stood, where a lead would go. Reads only."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from accounts.errors import Missing
from audit import queries as ledger
from audit.models import Entry
from licenses.authority import Ask
from routing import reasons, words
from routing.actor_words import actor_name
from routing.decision import (
    Context,
    Decided,
    Inquiry,
    Standing,
    asking_of,
    full_reason,
    judge_producer,
    judge_producers,
)
from routing.models import Assignment, ClockPause, Decision, Lead, LeadSource, Person, Touch
from routing.models.keys import new_id
from routing.payload import parse
from routing.queries import asked_for
from routing.receipt import build
from routing.roster import AgencyFacts
from routing.services import arrivals, deciding, desk
from routing.services.replaying import inquiry_of
from routing.sla.targets import KINDS
from routing.stored_decision import steps_of

SENTENCES: Final[Mapping[str, str]] = {
    "lead.received": "Received: {source}.",
    "lead.assigned": "Assigned to {producer[name]}, to be answered by {due_at}.",
    "lead.offered": "Offered until {until}.",
    "lead.accepted": "Accepted.",
    "lead.touched": "Contact logged: {kind}.",
    "lead.noted": "A note was written.",
    "lead.closed": "Closed: {disposition}.",
    "lead.returned": "Returned to {source}: {why}.",
    "lead.duplicated": "A repeat of an open lead; kept beside it.",
    "lead.decided": "Decided, because {trigger}.",
    "lead.went_on": "{pool}: {because}; went on to {to}.",
    "lead.mended": "Mended: {fields}.",
    "lead.held": "Put on legal hold.",
    "lead.hold_lift_asked": "Somebody asked to lift the legal hold.",
    "lead.hold_lifted": "The legal hold was lifted by a second person.",
    "lead.erased": "The person was erased.",
    "assignment.ended": "Taken from the producer: {how}.",
    "sla.reminded": "Half the time has passed; the producer was reminded.",
    "sla.breached": "Not answered in time.",
    "sla.foreseen": "It would have been missed: {ahead} of the producer's leads came before it.",
    "sla.excused": "Not held against the producer: {excuse}.",
    "sla.escalated": "Time ran on; {told} was told.",
    "sla.missed": "{promise} was not there in time.",
    "sla.hops_used_up": "Handed over as often as the policy allows; it stays until the next step.",
    "clock.paused": "The producer's clock is paused until {until}: {cause}.",
    "clock.resumed": "The producer's clock goes on.",
    "sla.alarmed": "Nobody has answered; the manager was told.",
    "offer.declined": "The offer was declined.",
    "offer.expired": "Nobody accepted it in time.",
    "offer.refused": "Accepted too late: {why}.",
    "queue.claimed": "Taken from the queue to be worked on.",
    "queue.snoozed": "Put off until {until}.",
    "queue.escalated": "Owner and deputy were pressed by hand.",
    "queue.overdue": "It waited too long; owner and deputy were pressed.",
    "override.asked": "Asked to set rules aside: {waived}.",
    "override.granted": "A second person agreed to set rules aside.",
    "override.refused": "Setting rules aside was refused.",
    "override.expired": "Nobody agreed in time to set rules aside.",
    "override.used": "Given with rules set aside: {waived}.",
    "queue.put_back": "Put back into the queue.",
    "queue.resolved": "Closed from the queue.",
}
# How the codes in an entry's detail read inside a sentence.
READINGS: Final[Mapping[str, Callable[[Any], str]]] = {
    "due_at": lambda at: read_instant(datetime.fromisoformat(at)),
    "until": lambda at: read_instant(datetime.fromisoformat(at)),
    "kind": lambda kind: _lower(Touch.Kind(kind).label),
    "cause": lambda code: _lower(ClockPause.Reason(code).label),
    "told": lambda kind: {"TEAM_LEAD": "the pool's manager", "MANAGER": "the agency's manager"}[kind],
    "promise": lambda kind: KINDS[kind],
    "how": lambda how: _lower(Assignment.End(how).label),
    "excuse": lambda code: _lower(Assignment.Excuse(code).label),
    "disposition": lambda code: _lower(desk.DISPOSITIONS[code]),
    "why": lambda code: _lower(desk.RETURN_REASONS[code]),
    "trigger": lambda trigger: words.TRIGGERS[trigger],
    "because": lambda code: _lower(reasons.text(code)).removesuffix("."),
    "fields": ", ".join,
    "waived": ", ".join,
}


def read_instant(at: datetime) -> str:
    """Return when by the reader's clock, with its zone: "Nov 1, 09:30 EST"."""
    local = timezone.localtime(at)
    return f"{words.instant(local)} {local:%Z}"


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def timeline(lead: Lead) -> list[dict[str, Any]]:
    """Return everything that happened to a lead, oldest first."""
    entries = list(reversed(ledger.for_lead(lead.pk)))
    return [
        {
            "at": entry.occurred_at,
            "action": entry.action,
            "actor": actor_name(entry.actor_kind, entry.actor_label),
            "text": text,
            "detail": entry.detail,
        }
        for entry, text in zip(entries, sentences(entries), strict=True)
    ]


def sentences(entries: Sequence[Entry]) -> list[str]:
    """Return what each entry of the ledger tells, in words."""
    slugs = {entry.detail["source"] for entry in entries if isinstance(entry.detail.get("source"), str)}
    sources = asked_for.source_names(slugs)
    return [_sentence(entry.action, entry.detail, sources) for entry in entries]


def sentence(entry: Entry) -> str:
    """Return what one entry tells, in words."""
    return sentences([entry])[0]


def _sentence(action: str, detail: Mapping[str, Any], sources: Mapping[str, str]) -> str:
    if detail.get("reason") and action not in SENTENCES:
        return reasons.text(detail["reason"])
    try:
        read = {name: READINGS[name](value) if name in READINGS else value for name, value in detail.items()}
        if "source" in read:
            read["source"] = sources.get(read["source"], read["source"])
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
    roster = asked.context.roster
    considered = {each: None for step in steps_of(decision.receipt) for each in roster.pool_members(step["pool"] or "")}
    ids = considered if asked.only is None else (asked.only,)
    return list(judge_producers((roster.producers[each] for each in ids if each in roster.producers), asked, ask))


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
    found = (each for step in steps_of(receipt) for each in step["candidates"] if each["producer"] == producer_id)
    candidate = next(found, None)
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
    skipped = {each["producer"]: each["why"] for step in steps_of(receipt) for each in step["claim"]["skipped"]}
    if candidate["rank"] is None or standing.producer_id in skipped:
        code = skipped.get(standing.producer_id) or candidate["why"]
        return f"{standing.name} could take it, but was {reasons.PRODUCER_REASONS.get(code, code.lower())}."
    return f"{standing.name} could take it and stood at place {candidate['rank']} in the order."


def preview(
    *, data: Mapping[str, Any], source: LeadSource | None, now: datetime, context: Context | None = None
) -> dict[str, Any]:
    """Return where a lead would go at an instant, with the receipt it would get; writes nothing.

    It goes by what is live and by the present roster, unless by another context.

    :raises Invalid: with every field at fault
    """
    context = context or deciding.context()
    lead, person = imagined(data=data, source=source, agency=context.roster.agency, now=now)
    decided = deciding.decide(deciding.inquiry(lead, person, context, now=now), seed=str(lead.pk))
    answer = outcome_of(decided)
    chosen = answer["producer"]
    return {
        **answer,
        "receipt": build(
            decision_id=new_id(),
            lead_id=lead.pk,
            trigger="PREVIEW",
            hop=0,
            actor="preview",
            now=now,
            decided=decided,
            skipped=[],
            chosen=chosen["id"] if chosen else None,
            reason=answer["reason"]["code"],
            timings_ms={},
            asking=asking_of(decided),
        ),
    }


def imagined(
    *, data: Mapping[str, Any], source: LeadSource | None, agency: AgencyFacts, now: datetime
) -> tuple[Lead, Person]:
    """Return the lead and the person that intake would make of these fields, unsaved.

    :raises Invalid: with every field at fault
    """
    source = source or LeadSource(slug="preview", name="Preview")
    draft = parse(data, required=source.required_fields, products=agency.products, aliases=source.aliases, now=now)
    return arrivals.build_lead(draft, source, agency, now), arrivals.build_person(draft)


def outcome_of(decided: Decided) -> dict[str, Any]:
    """Return where a lead would go, as far as it can be said before the claim."""
    considered, ranked = decided.considered, decided.chosen.ranked
    status, reason = considered.status, considered.reason
    if status == "routed":
        status, reason = ("assigned", "ASSIGNED") if ranked else ("fallback", full_reason(decided.chosen))
    if asking := asking_of(decided):
        status, reason, ranked = "offered", asking.reason, ()
    chosen = decided.inquiry.context.roster.producers[ranked[0].producer_id] if ranked else None
    return {
        "status": status,
        "tier": considered.tier,
        "score": considered.score.total if considered.score else None,
        "producer": {"id": chosen.id, "name": chosen.name, "npn": chosen.licensing.npn} if chosen else None,
        "pool": considered.pool,
        "reason": {"code": reason, "text": reasons.text(reason)},
    }
