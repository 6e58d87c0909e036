"""Remember what a source calls things: once mended, the next lead passes, and those that waited for it are freed."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid, Refused
from audit import services as audit
from routing import aliases
from routing.aliases import Reading, field_of, key_of
from routing.models import IntakeRecord, LeadSource, QueueItem
from routing.payload import parse, read_json
from routing.services import deciding, fallback
from routing.services.outcomes import Placement

log = logging.getLogger(__name__)

FREED_AT_ONCE: Final = 200


class NotRemembered(Refused):
    """The source has no such mapping."""

    code = "alias.missing"


@dataclass(frozen=True)
class Freed:
    """What remembering came to: how many leads that waited for it have moved on, and how many wait on."""

    mappings: int
    moved: int
    left: int


@transaction.atomic
def remember(*, source: LeadSource, field: str, sent: str, read_as: str, actor: Actor, now: datetime) -> None:
    """Read what this source sends in a field as something known here, from the next lead on.

    :raises Forbidden: without `queue.resolve` or `sources.edit`
    :raises Invalid: for what is understood already, and for a reading nobody here knows
    """
    if not policy.allows(actor, "sources.edit"):
        policy.require(actor, "queue.resolve")
    products = deciding.context().roster.agency.products
    read_as = read_as.strip()
    if field == "line":
        read_as = read_as.upper()
    if problem := aliases.problem_with(field, sent, read_as, products):
        name, text = problem
        raise Invalid([FieldProblem(f"/{name}", "alias.unfit", text)], text)
    row = LeadSource.objects.select_for_update(of=("self",), no_key=True).get(pk=source.pk)
    known = {**row.aliases.get(field, {}), key_of(sent): read_as}
    before = row.aliases.get(field, {}).get(key_of(sent), "")
    if before == read_as:
        return
    _write(row, {**row.aliases, field: known}, now)
    detail = {"field": field, "sent": key_of(sent), "read_as": read_as, "before": before}
    audit.record(at=now, actor=actor, action="source.alias_remembered", target=row, detail=detail)


@transaction.atomic
def forget(*, source: LeadSource, field: str, sent: str, actor: Actor, now: datetime) -> None:
    """Read what the source sends in a field as it is again; leads that came in by it stay as they were read.

    :raises NotRemembered: if there is no such mapping
    """
    policy.require(actor, "sources.edit")
    row = LeadSource.objects.select_for_update(of=("self",), no_key=True).get(pk=source.pk)
    known = dict(row.aliases.get(field, {}))
    read_as = known.pop(key_of(sent), None)
    if read_as is None:
        raise NotRemembered
    left = {name: each for name, each in {**row.aliases, field: known}.items() if each}
    _write(row, left, now)
    detail = {"field": field, "sent": key_of(sent), "read_as": read_as}
    audit.record(at=now, actor=actor, action="source.alias_forgotten", target=row, detail=detail)


def _write(row: LeadSource, known: Mapping[str, Any], now: datetime) -> None:
    row.aliases = known
    row._history_date = now  # type: ignore[attr-defined]  # simple-history reads it
    row.save(update_fields=["aliases"])


def remember_and_free(*, source: LeadSource, field: str, sent: str, read_as: str, actor: Actor, now: datetime) -> Freed:
    """Remember a mapping, and run every lead that waited for nothing else through the rules; each on its own."""
    policy.require(actor, "queue.resolve")
    remember(source=source, field=field, sent=sent, read_as=read_as, actor=actor, now=now)
    return _free(source, [(field, key_of(sent))], actor, now)


def mend_and_remember(
    *, item: QueueItem, fields: Mapping[str, Any], actor: Actor, now: datetime
) -> tuple[Placement, Freed]:
    """Mend a lead, remember for its source how what was at fault is to be read, and free the leads alike.

    What cannot be remembered (a phone number, a name) is mended alone.

    :raises Invalid: with every field at fault; nothing is remembered then
    """
    with transaction.atomic():
        placement = fallback.mend(item=item, fields=fields, actor=actor, now=now)
        taught = _taught(item, fields)
        for each in taught:
            remember(
                source=item.lead.source, field=each.field, sent=each.sent, read_as=each.read_as, actor=actor, now=now
            )
    return placement, _free(item.lead.source, [(each.field, key_of(each.sent)) for each in taught], actor, now)


def _taught(item: QueueItem, fields: Mapping[str, Any]) -> list[Reading]:
    """Return what a mended lead teaches: for each value at fault that can be remembered, what stands there now."""
    found = []
    for problem in item.problems:
        field, sent = field_of(problem["pointer"]), problem.get("sent")
        if field is None or not sent:
            continue
        given = [fields.get(name) for name in aliases.READABLE[field].names]
        values = {value for each in given for value in (each if isinstance(each, list) else [each]) if value}
        if len(values) == 1:  # of several nobody can say which one it is
            found.append(Reading(field, sent, values.pop()))
    return found


def _free(source: LeadSource, mappings: Collection[tuple[str, str]], actor: Actor, now: datetime) -> Freed:
    """Mend what waited for these mappings; a lead with other faults besides waits on."""
    source = LeadSource.objects.get(pk=source.pk)
    moved = left = 0
    for item in _alike(source):
        about = {(field_of(each["pointer"]), key_of(each.get("sent", ""))) for each in item.problems}
        if not about & set(mappings):
            continue
        try:
            fields = _as_sent(item, source, now)
            fallback.mend(item=item, fields=fields, actor=actor, now=now)
            moved += 1
        except Refused:
            left += 1
        except Exception:
            # One bad lead must not hold up the others; it waits on, and is reported.
            log.exception("quarantine.free_failed", extra={"item_id": str(item.pk)})
            left += 1
    return Freed(len(mappings), moved, left)


def _alike(source: LeadSource) -> QuerySet[QueueItem]:
    waiting = QueueItem.objects.filter(kind=QueueItem.Kind.QUARANTINE, state=QueueItem.State.OPEN)
    waiting = waiting.filter(reason="FIELDS_INVALID", lead__source=source).select_related("lead__source")
    return waiting.order_by("created_at", "pk")[:FREED_AT_ONCE]


def _as_sent(item: QueueItem, source: LeadSource, now: datetime) -> dict[str, Any]:
    """Return the fields of a quarantined lead as its source sent them.

    :raises Invalid: if something else is at fault as well, or nothing of it is kept
    """
    body = IntakeRecord.objects.filter(lead_id=item.lead_id).values_list("raw_body", flat=True).first()
    data = read_json(bytes(body or b""))
    products = deciding.context().roster.agency.products
    parse(data, required=source.required_fields, products=products, aliases=source.aliases, now=now)
    return data
