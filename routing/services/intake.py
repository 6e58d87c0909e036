"""Answer every body a source sends: once a key, in one transaction, and never lose a lead."""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction

from accounts import policy, rows
from accounts.actor import Actor, ActorKind
from accounts.errors import FieldProblem, Invalid, Refused
from audit import services as audit
from routing.decision import Context
from routing.models import IntakeRecord, LeadSource
from routing.models.keys import new_id
from routing.payload import parse, read_json
from routing.services import arrivals, deciding
from routing.services.arrivals import Arrival, Newcomer
from routing.services.outcomes import Case, Placement
from routing.services.placing import attempt, keep

log = logging.getLogger(__name__)

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
    arrival = Arrival(source, actor, record_of(source, data, body, key, now), data, now)
    # Whatever the rules, the roster, a row or the code did, the lead must stay and a person must see it. What failed is
    # undone, and the lead comes in again with less: dearer than a savepoint where one fails, cheaper where none does.
    for way in (_routed, _unrouted):
        try:
            return way(arrival)
        except (Invalid, KeyMismatch):
            raise
        except Exception:
            log.exception("lead.routing_failed", extra={"lead_id": str(arrival.record.lead_id)})
    return _once(arrival, lambda _: arrivals.quarantine(arrival, "NOT_READ"))


def _routed(arrival: Arrival) -> Answer:
    """Let the rules say where the lead goes."""
    return _accept(arrival, deciding.context(), attempt)


def _unrouted(arrival: Arrival) -> Answer:
    """Send the lead to the fallback pool without asking the rules."""
    return _accept(arrival, deciding.context_unasked(), lambda case: keep(case, "ROUTING_ERROR"))


def _accept(arrival: Arrival, context: Context, put: Callable[[Case], Placement]) -> Answer:
    source, now = arrival.source, arrival.now
    products = context.roster.agency.products
    try:
        draft = parse(arrival.data, required=source.required_fields, products=products, aliases=source.aliases, now=now)
    except Invalid as error:
        faults = error.problems
        if source.invalid == LeadSource.Invalid.QUARANTINE:
            return _once(arrival, lambda _: arrivals.quarantine(arrival, "FIELDS_INVALID", faults))
        _keep_refused(source, bytes(arrival.record.raw_body or b""), error, arrival.actor, now)
        raise
    newcomer = Newcomer.read(arrival, draft, context)
    return _once(arrival, lambda same: newcomer.take_in(same, put), newcomer.ask_for_same)


def _check_key(key: str | None) -> None:
    if key is not None and not (0 < len(key) <= MAX_KEY and key.isprintable()):
        raise Invalid(
            [FieldProblem("", "key.malformed", f"Send an Idempotency-Key of 1 to {MAX_KEY} printable characters.")]
        )


def record_of(source: LeadSource, data: Mapping[str, Any], body: bytes, key: str | None, now: datetime) -> IntakeRecord:
    """Return the (unsaved) record under which a body is known again: by its key, or one derived from what it says."""
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


def _once(
    arrival: Arrival,
    act: Callable[[Sequence[tuple[Any, ...]]], None],
    ask: Callable[[], rows.Asked] | None = None,
) -> Answer:
    """Act under the key exactly once; a concurrent twin waits on the unique index and hears the first answer.

    What `ask` asks travels in the message that binds the key, with the transaction's BEGIN, and is given to `act`.
    """
    record = arrival.record
    for _ in range(2):
        with transaction.atomic():
            with rows.in_one_message():
                bound = rows.insert_unless_there(record)
                asked = ask() if ask else None
            if bound.rows():
                act(asked.rows() if asked else ())
                return _answered(record)
            first = _find_first(record)
            if first is not None:  # else its first use was rolled back meanwhile
                if first.key != record.key or first.expires_at > arrival.now:
                    return _repeat(first, record)
                IntakeRecord.objects.filter(pk=first.pk).update(key=None)  # outlived its promise: bind it anew
    raise KeyMismatch


def _find_first(record: IntakeRecord) -> IntakeRecord | None:
    """Return what came before under this key, else under this external id, which never expires."""
    known = IntakeRecord.objects.filter(source=record.source)
    external = known.filter(external_id=record.external_id) if record.external_id else known.none()
    return known.filter(key=record.key).first() or external.first()


def _answered(record: IntakeRecord) -> Answer:
    if record.status is None or record.response is None:
        raise ValueError("The lead was not answered.")
    return Answer(record.status, record.response)


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
