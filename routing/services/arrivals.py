"""What becomes of one body: a lead that is placed, a repeat beside its original, or a lead for a person to mend."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from accounts import rows
from accounts.actor import Actor
from accounts.errors import FieldProblem
from audit import services as audit
from outbox import services as outbox
from routing import reasons
from routing.aliases import field_of, sent_at
from routing.decision import Context
from routing.geography.governing import resolve
from routing.lead_states import OPEN
from routing.models import IntakeRecord, Lead, LeadSource, Person, QueueItem
from routing.models.keys import new_id
from routing.payload import LeadDraft
from routing.roster import QUEUE_TIME, AgencyFacts
from routing.services import geography
from routing.services.outcomes import Case, Placement, agency_owners


@dataclass(frozen=True)
class Arrival:
    """One body on its way in: where from, under whose hand, what it says; its record keeps the answer."""

    source: LeadSource
    actor: Actor
    record: IntakeRecord
    data: Mapping[str, Any]
    now: datetime


@dataclass(frozen=True)
class Newcomer:
    """A lead and its person as a body describes them, not yet written, and what they are decided under."""

    arrival: Arrival
    lead: Lead
    person: Person
    context: Context

    @classmethod
    def read(cls, arrival: Arrival, draft: LeadDraft, context: Context) -> "Newcomer":
        """Return the lead and the person of a draft."""
        person, lead = (
            build_person(draft),
            build_lead(draft, arrival.source, context.roster.agency, arrival.now),
        )
        lead.id, lead.person = arrival.record.lead_id or lead.id, person
        return cls(arrival, lead, person, context)

    def ask_for_same(self) -> rows.Asked:
        """Ask for leads of the same phone or e-mail and line inside the source's window, the newest first."""
        since = self.arrival.now - timedelta(days=self.arrival.source.duplicate_window_days)
        window = [connection.ops.adapt_datetimefield_value(at) for at in (since, self.arrival.now)]
        return rows.Asked(SAME, [self.person.phone, self.person.email, self.lead.line, *window])

    def case(self) -> Case:
        """Return the lead as a case to decide."""
        arrival = self.arrival
        about = {
            "source": arrival.source.slug,
            "intake": str(arrival.record.pk),
            "body_sha256": arrival.record.body_hash,
            **({"readings": self.lead.readings} if self.lead.readings else {}),
        }
        received = audit.entry(
            at=arrival.now, actor=arrival.actor, action="lead.received", target=self.lead, detail=about
        )
        return Case(self.lead, self.person, "INTAKE", arrival.actor, arrival.now, self.context, entries=[received])

    def take_in(self, same: Sequence[tuple[Any, ...]], put: Callable[[Case], Placement]) -> None:
        """Write the lead and where it goes, which `put` says, and answer."""
        arrival, lead = self.arrival, self.lead
        case = replace(
            self.case(), on_placed=lambda placement: _answer_and_commit(arrival.record, outcome(lead, placement))
        )
        original = _original(same)
        lead.duplicate_of = original
        if original is not None and original.state in OPEN:
            _attach(arrival.record, case, original)
        else:
            put(case)


def _answer_and_commit(record: IntakeRecord, body: Mapping[str, Any]) -> None:
    _answer(record, 201, body)
    rows.commit_along()  # the last of intake's writes


def _answer(record: IntakeRecord, status: int, body: Mapping[str, Any]) -> None:
    """Write down the answer, to repeat it as it was."""
    record.status, record.response = status, dict(body)
    rows.update(record, "status", "response")


def build_person(draft: LeadDraft) -> Person:
    """Return the (unsaved) person of a draft."""
    return Person(
        first_name=draft.first_name,
        last_name=draft.last_name,
        email=draft.email,
        phone=draft.phone.e164 if draft.phone else "",
        zip_code=draft.zip_code or "",
        birth_date=draft.birth_date,
        consent=dict(draft.consent),
        attributes=dict(draft.attributes),
    )


def build_lead(draft: LeadDraft, source: LeadSource, agency: AgencyFacts, now: datetime) -> Lead:
    """Return the (unsaved) lead of a draft, its governing state worked out once and for all."""
    places = geography.find_places(draft.zip_code, draft.phone.area_code if draft.phone else None)
    governs = {agency.governs.get(product, "RESIDENCE") for product in draft.products}
    governing = resolve(
        declared=draft.state,
        risk_state=draft.risk_state,
        zip_area=places.zip_area,
        phone_area=places.phone_area,
        governs="RISK" if governs == {"RISK"} else "RESIDENCE",
    )
    line = draft.line
    if line is None and draft.products:
        line = agency.products[draft.products[0]].lines_any_of[0][0]
    return Lead(
        source=source,
        external_id=draft.external_id or "",
        received_at=now,
        governing_state=governing.state or "",
        unclear=(governing.reason or "STATE_UNCLEAR") if governing.action == "REVIEW" else "",
        declared_state=draft.state or "",
        also_states=list(governing.also_states),
        zones=list(governing.zones),
        line=line or "",
        products=list(draft.products),
        carrier=draft.carrier or "",
        language=draft.language or "",
        premium=draft.premium,
        campaign=draft.campaign,
        readings=[reading.as_dict() for reading in draft.readings],
    )


# The people first, then their leads, each as they are: the planner may otherwise walk through every lead of the window.
SAME: Final = """
WITH same AS MATERIALIZED (
    SELECT id FROM routing_person WHERE phone = %s AND phone <> ''
    UNION SELECT id FROM routing_person WHERE email = %s AND email <> ''
), theirs AS MATERIALIZED (
    SELECT id, state, owner_id, line, received_at FROM routing_lead WHERE person_id IN (SELECT id FROM same)
)
SELECT id, state, owner_id FROM theirs
WHERE line = %s AND received_at BETWEEN %s AND %s AND state NOT IN ('DUPLICATE', 'REJECTED')
ORDER BY received_at DESC
LIMIT 10
"""


def _original(same: Sequence[tuple[Any, ...]]) -> Lead | None:
    """Return the newest of these leads, open ones first, with nothing but its id, state and owner."""
    if not same:
        return None
    pk, state, owner_id = next((each for each in same if each[1] in OPEN), same[0])
    return Lead(id=Lead._meta.pk.to_python(pk), state=state, owner_id=owner_id)


def lines_known(people: Sequence[Person], source: LeadSource, now: datetime) -> set[tuple[str, str, str]]:
    """Return ("phone" or "email", its value, line) of the leads that new ones of these people may repeat."""
    since = now - timedelta(days=source.duplicate_window_days)
    leads = Lead.objects.filter(received_at__range=(since, now)).exclude(state__in=["DUPLICATE", "REJECTED"]).order_by()
    known: set[tuple[str, str, str]] = set()
    for name in ("phone", "email"):
        asked = {value for each in people if (value := getattr(each, name))}
        found = leads.filter(**{f"person__{name}__in": asked}).values_list(f"person__{name}", "line")
        known |= {(name, value, line) for value, line in found}
    return known


def _attach(record: IntakeRecord, case: Case, original: Lead) -> None:
    """Keep a repeat beside the open lead it repeats, and tell that lead's owner."""
    lead = case.lead
    lead.state, lead.reason = Lead.State.DUPLICATE, "DUPLICATE_OPEN"
    if case.person is not None:
        case.person.save(force_insert=True)
    lead.save(force_insert=True)
    detail = {"original": str(original.pk)}
    attached = audit.entry(at=case.now, actor=case.actor, action="lead.duplicated", target=lead, detail=detail)
    audit.record_many([*case.entries, attached])
    payload = {"lead_id": str(original.pk), "duplicate_id": str(lead.pk), "producer_id": original.owner_id}
    outbox.publish(topic="lead.duplicated", payload=payload, at=case.now, aggregate=str(original.pk))
    _answer(record, 201, outcome(lead, None))


def quarantine(arrival: Arrival, reason: str, faults: Sequence[FieldProblem] = ()) -> None:
    """Accept a lead that could not be read, for a person to mend, and answer."""
    record, source, actor, now = arrival.record, arrival.source, arrival.actor, arrival.now
    lead = Lead(
        id=record.lead_id or new_id(),
        source=source,
        person=Person.objects.create(**_legible(arrival.data)),
        received_at=now,
        state=Lead.State.QUARANTINED,
        external_id=record.external_id or "",
        reason=reason,
    )
    lead.save(force_insert=True)
    _queue(lead, faults, arrival.data, now)
    about = {"source": source.slug, "intake": str(record.pk)}
    received = audit.entry(at=now, actor=actor, action="lead.received", target=lead, detail=about)
    aside = audit.entry(at=now, actor=actor, action="lead.quarantined", target=lead, detail={"reason": reason})
    audit.record_many([received, aside])
    outbox.publish(topic="lead.quarantined", payload={"lead_id": str(lead.pk)}, at=now, aggregate=str(lead.pk))
    _answer(record, 202, outcome(lead, None) | ({"errors": _told(faults)} if faults else {}))


def _queue(lead: Lead, faults: Sequence[FieldProblem], data: Mapping[str, Any], now: datetime) -> None:
    owner, deputy = agency_owners()
    text = "; ".join(f"{each.pointer or 'body'}: {each.detail}" for each in faults)[:400]
    QueueItem.objects.create(
        kind=QueueItem.Kind.QUARANTINE,
        lead=lead,
        reason=lead.reason,
        text=text or reasons.text(lead.reason),
        problems=[_with_sent(told, data) for told in _told(faults)],
        created_at=now,
        due_at=now + QUEUE_TIME,
        owner_id=owner,
        deputy_id=deputy,
    )


def _told(faults: Sequence[FieldProblem]) -> list[dict[str, str]]:
    return [{"pointer": each.pointer, "code": each.code, "detail": each.detail} for each in faults]


def _with_sent(told: dict[str, str], data: Mapping[str, Any]) -> dict[str, str]:
    """Add what was sent, where it can be remembered how to read it."""
    sent = sent_at(told["pointer"], data) if field_of(told["pointer"]) else None
    return told | ({"sent": sent.replace("\x00", "")} if sent else {})


def _legible(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what can be read of the person, so that a manager sees whom it is about."""
    limits = {"first_name": 100, "last_name": 100, "email": 254}
    return {
        name: value.replace("\x00", "")[:limit]
        for name, limit in limits.items()
        if isinstance(value := data.get(name), str)
    }


def outcome(lead: Lead, placement: Placement | None) -> dict[str, Any]:
    """Return the published outcome of a lead."""
    code = placement.reason if placement else lead.reason
    status = placement.status if placement else {"DUPLICATE": "duplicate", "QUARANTINED": "quarantined"}[lead.state]
    return {
        "id": str(lead.pk),
        "status": status,
        "tier": placement.tier if placement else None,
        "score": placement.score if placement else None,
        "producer": placement.producer if placement else None,
        "pool": placement.pool if placement else None,
        "reason": {"code": code, "text": placement.text if placement else reasons.text(code)},
        "decision": str(placement.decision.pk) if placement else None,
        "due_at": lead.due_at.isoformat().replace("+00:00", "Z") if lead.due_at else None,
        "duplicate_of": str(lead.duplicate_of_id) if lead.duplicate_of_id else None,
    }
