"""Take a lead in: once, in one transaction, and never lose it."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, connection, transaction

from accounts import policy
from accounts.actor import Actor, ActorKind
from accounts.errors import FieldProblem, Invalid, Refused
from audit import services as audit
from outbox import services as outbox
from routing import reasons
from routing.decision import Context
from routing.geography.governing import resolve
from routing.lead_states import OPEN
from routing.models import IntakeRecord, Lead, LeadSource, Person, QueueItem
from routing.models.keys import new_id
from routing.payload import LeadDraft, parse, read_json
from routing.roster import AgencyFacts
from routing.services import deciding, geography
from routing.services.outcomes import Case, Placement, agency_owners
from routing.services.placing import place

KEEP_ANSWERS: Final = timedelta(days=30)
# Two people may well send the same words on different days; a key derived from content alone does not outlive one.
CONTENT_KEY_LIVES: Final = timedelta(hours=24)
MAX_KEY: Final = 255
MANUAL: Final = "manual"  # the source of leads people type in


class KeyMismatch(Refused):
    """This key came before with another body; send a new key for a new lead."""

    code = "idempotency.mismatch"


@dataclass(frozen=True)
class Answer:
    """What the source hears: the same status and body however often it asks."""

    status: int
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Arrival:
    """One body on its way in: where from, under whose hand, under which rules and roster."""

    source: LeadSource
    actor: Actor
    context: Context
    record: IntakeRecord
    now: datetime


def source_actor(source: LeadSource) -> Actor:
    """Return the actor a lead source is."""
    return Actor(ActorKind.SOURCE, str(source.pk), source.name, frozenset(source.scopes))


def receive(*, source: LeadSource, body: bytes, key: str | None, now: datetime) -> Answer:
    """Store, decide and assign one lead, or repeat the first answer.

    :raises Invalid: with every field at fault; the raw body is kept, the key is not bound
    :raises KeyMismatch: if the key, or the external id, came before with another body
    """
    return _receive(source, body, key, source_actor(source), now)


def enter(*, fields: Mapping[str, Any], key: str, actor: Actor, now: datetime) -> Answer:
    """Take in a lead somebody typed, under the built-in source `manual`; the same key again acts once.

    :raises Invalid: with every field at fault
    :raises KeyMismatch: if the form was sent before with other fields
    """
    policy.require(actor, "leads.create")
    source, _ = LeadSource.objects.get_or_create(slug=MANUAL, defaults={"name": "Entered by hand"})
    return _receive(source, json.dumps(fields).encode(), key, actor, now)


def _receive(source: LeadSource, body: bytes, key: str | None, actor: Actor, now: datetime) -> Answer:
    try:
        data = read_json(body)
        _check_key(key)
    except Invalid as error:
        _keep_refused(source, body, error, actor, now)
        raise
    context = deciding.context()
    arrival = Arrival(source, actor, context, _record(source, data, body, key, now), now)
    try:
        draft = parse(data, required=source.required_fields, products=context.roster.agency.products, now=now)
    except Invalid as error:
        if source.invalid == LeadSource.Invalid.QUARANTINE:
            invalid = error
            return _once(arrival, lambda: _quarantine(arrival, data, invalid))
        _keep_refused(source, body, error, actor, now)
        raise
    return _once(arrival, lambda: _take_in(arrival, draft))


def _check_key(key: str | None) -> None:
    if key is not None and not (0 < len(key) <= MAX_KEY and key.isprintable()):
        raise Invalid(
            [FieldProblem("", "key.malformed", f"Send an Idempotency-Key of 1 to {MAX_KEY} printable characters.")]
        )


def _record(source: LeadSource, data: Mapping[str, Any], body: bytes, key: str | None, now: datetime) -> IntakeRecord:
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"))
    body_hash = hashlib.sha256(canonical.encode()).hexdigest()
    external = data.get("external_id")
    external_id = external.strip()[:MAX_KEY] if isinstance(external, str) and external.strip() else None
    derived = key is None
    if key is None:
        key = f"external:{external_id}"[:MAX_KEY] if external_id else f"content:{body_hash}"
    lives = CONTENT_KEY_LIVES if derived and not external_id else KEEP_ANSWERS
    return IntakeRecord(
        source=source,
        key=key,
        external_id=external_id,
        body_hash=body_hash,
        raw_body=body,
        received_at=now,
        expires_at=now + lives,
        lead_id=new_id(),
    )


def _once(arrival: Arrival, act: Callable[[], Answer]) -> Answer:
    """Act under the key exactly once; a concurrent twin waits on the unique index and hears the first answer."""
    record = arrival.record
    for _ in range(2):
        with transaction.atomic():
            if _bind(record):
                answer = act()
                IntakeRecord.objects.filter(pk=record.pk).update(status=answer.status, response=answer.body)
                return answer
            first = _find_first(record)
            if first is not None:  # else its first use was rolled back meanwhile
                if first.key != record.key or first.expires_at > arrival.now:
                    return _repeat(first, record)
                IntakeRecord.objects.filter(pk=first.pk).update(key=None)  # outlived its promise: bind it anew
    raise KeyMismatch


def _bind(record: IntakeRecord) -> bool:
    try:
        with transaction.atomic():
            record.save(force_insert=True)
    except IntegrityError:
        return False
    return True


def _find_first(record: IntakeRecord) -> IntakeRecord | None:
    """Return what came before under this key, else under this external id, which never expires."""
    known = IntakeRecord.objects.filter(source=record.source)
    external = known.filter(external_id=record.external_id) if record.external_id else known.none()
    return known.filter(key=record.key).first() or external.first()


def _repeat(first: IntakeRecord, again: IntakeRecord) -> Answer:
    if first.body_hash != again.body_hash or first.response is None:
        raise KeyMismatch
    return Answer(202 if first.status == 202 else 200, first.response)


@transaction.atomic
def _keep_refused(source: LeadSource, body: bytes, error: Invalid, actor: Actor, now: datetime) -> None:
    """Keep the bytes of a refused body, in a commit of its own."""
    problems = [{"pointer": each.pointer, "code": each.code, "detail": each.detail} for each in error.problems]
    record = IntakeRecord.objects.create(
        source=source,
        body_hash=hashlib.sha256(body).hexdigest(),
        raw_body=body[:65_536],
        received_at=now,
        expires_at=now + KEEP_ANSWERS,
        status=400,
        response={"errors": problems},
    )
    codes = sorted({f"{each.pointer} {each.code}" for each in error.problems})
    audit.record(at=now, actor=actor, action="intake.refused", target=record, detail={"problems": codes})


def _take_in(arrival: Arrival, draft: LeadDraft) -> Answer:
    record, source, actor, now = arrival.record, arrival.source, arrival.actor, arrival.now
    person = build_person(draft)
    lead = build_lead(draft, source, arrival.context.roster.agency, now)
    lead.id = record.lead_id or lead.id
    lead.person = person
    original = find_original(lead, person, source, now)
    received = audit.entry(
        at=now,
        actor=actor,
        action="lead.received",
        target=lead,
        detail={"source": source.slug, "intake": str(record.pk), "body_sha256": record.body_hash},
    )
    case = Case(lead, person, "INTAKE", actor, now, arrival.context, entries=[received])
    if original is not None:
        lead.duplicate_of = original
        if original.state in OPEN:
            return _attach(case, original)
    placement = place(case)
    return Answer(201, outcome(lead, placement))


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
    )


# The people first and as they are, or the planner may walk through every lead of the window instead.
SAME: Final = """
WITH same AS MATERIALIZED (
    SELECT id FROM routing_person WHERE phone = %s AND phone <> ''
    UNION SELECT id FROM routing_person WHERE email = %s AND email <> ''
)
SELECT lead.id, lead.state, lead.owner_id
FROM same JOIN routing_lead lead ON lead.person_id = same.id
WHERE lead.line = %s AND lead.received_at BETWEEN %s AND %s AND lead.state NOT IN ('DUPLICATE', 'REJECTED')
ORDER BY lead.received_at DESC
LIMIT 10
"""


def find_original(lead: Lead, person: Person, source: LeadSource, now: datetime) -> Lead | None:
    """Return the newest lead of the same phone or e-mail and line inside the source's window, open ones first."""
    since = now - timedelta(days=source.duplicate_window_days)
    window = [connection.ops.adapt_datetimefield_value(at) for at in (since, now)]
    leads = list(Lead.objects.raw(SAME, [person.phone, person.email, lead.line, *window]))
    return next((each for each in leads if each.state in OPEN), leads[0] if leads else None)


def _attach(case: Case, original: Lead) -> Answer:
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
    return Answer(201, outcome(lead, None))


def _quarantine(arrival: Arrival, data: Mapping[str, Any], error: Invalid) -> Answer:
    """Accept a lead whose fields are at fault, for a person to mend."""
    record, source, actor, now = arrival.record, arrival.source, arrival.actor, arrival.now
    person = Person.objects.create(**_legible(data))
    lead = Lead(
        id=record.lead_id or new_id(),
        source=source,
        person=person,
        received_at=now,
        state=Lead.State.QUARANTINED,
        external_id=record.external_id or "",
        reason="FIELDS_INVALID",
    )
    lead.save(force_insert=True)
    problems = [{"pointer": each.pointer, "code": each.code, "detail": each.detail} for each in error.problems]
    text = "; ".join(f"{each['pointer'] or 'body'}: {each['detail']}" for each in problems)[:400]
    owner = agency_owners()
    QueueItem.objects.create(
        kind=QueueItem.Kind.QUARANTINE,
        lead=lead,
        reason="FIELDS_INVALID",
        text=text,
        problems=problems,
        created_at=now,
        owner_id=owner[0],
        deputy_id=owner[1],
    )
    audit.record_many(
        [
            audit.entry(
                at=now,
                actor=actor,
                action="lead.received",
                target=lead,
                detail={"source": source.slug, "intake": str(record.pk)},
            ),
            audit.entry(
                at=now, actor=actor, action="lead.quarantined", target=lead, detail={"reason": "FIELDS_INVALID"}
            ),
        ]
    )
    outbox.publish(topic="lead.quarantined", payload={"lead_id": str(lead.pk)}, at=now, aggregate=str(lead.pk))
    return Answer(202, {**outcome(lead, None), "errors": problems})


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
