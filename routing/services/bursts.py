"""Take many leads in at once: a stretch of bodies in one transaction, as lawful and as lasting as each alone."""

import gc
import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts import rows
from accounts.actor import Actor
from accounts.errors import Invalid
from routing.decision import Context
from routing.models import IntakeRecord, LeadSource, Person
from routing.payload import parse, read_json
from routing.services import arrivals, deciding, intake
from routing.services.arrivals import Arrival, Newcomer
from routing.services.intake import Answer
from routing.services.outcomes import Case, owners_of
from routing.services.seating import Unsettled, place_together

log = logging.getLogger(__name__)

STRETCH: Final = 250  # leads a transaction: longer ones gain little and keep desks locked for longer


def receive_together(*, source: LeadSource, bodies: Sequence[bytes], now: datetime) -> list[Answer | None]:
    """Store, decide and assign these leads in one transaction; the answers in the same order.

    None stands for a body that must come alone (`intake.receive`), because it needs a look that would hold up the
    others: its fields are at fault, it came before, or its person has a lead already. Where anything fails, nothing is
    kept and all of them must come alone: each then fares as it would have anyway.
    """
    try:
        context = deciding.context()  # on its own: where it folds, the roster is not held for the whole stretch
        with _no_cycles_sought(), transaction.atomic():
            return _take_in(source, bodies, context, now)
    except Unsettled:
        log.info("leads.stretch_unsettled", extra={"source": source.slug, "leads": len(bodies)})
    except Exception:
        # One lead, rule or row may be at fault; alone, it alone pays for it.
        log.exception("leads.stretch_failed", extra={"source": source.slug, "leads": len(bodies)})
    return [None] * len(bodies)


@contextmanager
def _no_cycles_sought() -> Iterator[None]:
    """Keep the garbage collector from walking through a stretch's rows over and over while they are being made.

    They take a seventh of its time otherwise, and free nothing: all of them are held until the stretch is written.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _take_in(source: LeadSource, bodies: Sequence[bytes], context: Context, now: datetime) -> list[Answer | None]:
    actor, owners = intake.source_actor(source), cache(owners_of)
    read = [_read(body, source, actor, context, now) for body in bodies]
    taken = _without_repeats([each for each in read if each], source, now)
    cases = [replace(case, owners=owners) for _, case in taken]
    placements = place_together(cases) if cases else []
    answers: dict[UUID | None, Answer] = {}  # by lead: a row that comes twice in the file has one key
    kept = []
    for (record, case), placement in zip(taken, placements, strict=True):
        if placement is None:
            continue
        record.status, record.response = 201, arrivals.outcome(case.lead, placement)
        answers[record.lead_id] = Answer(record.status, record.response)
        kept.append(record)
    rows.insert(*kept)
    return [answers.get(each[0].lead_id) if each else None for each in read]


def _read(
    body: bytes, source: LeadSource, actor: Actor, context: Context, now: datetime
) -> tuple[IntakeRecord, Case] | None:
    try:
        data = read_json(body)
        products = context.roster.agency.products
        draft = parse(data, required=source.required_fields, products=products, aliases=source.aliases, now=now)
    except Invalid:
        return None
    record = intake.record_of(source, data, body, None, now)
    return record, Newcomer.read(Arrival(source, actor, record, data, now), draft, context).case()


def _without_repeats(
    read: Sequence[tuple[IntakeRecord, Case]], source: LeadSource, now: datetime
) -> list[tuple[IntakeRecord, Case]]:
    """Leave out whatever came before, here or among those before it in the stretch."""
    seen = _known(source, [record for record, _ in read])
    seen |= arrivals.lines_known([case.person for _, case in read if case.person], source, now)
    kept = []
    for record, case in read:
        marks = set(_marks(record, case))
        if marks.isdisjoint(seen):
            kept.append((record, case))
            seen |= marks
    return kept


def _known(source: LeadSource, records: Iterable[IntakeRecord]) -> set[tuple[str, ...]]:
    """Return which keys and external ids of these came before."""
    known = IntakeRecord.objects.filter(source=source).order_by()
    keys = known.filter(key__in=[each.key for each in records]).values_list("key", flat=True)
    ids = [each.external_id for each in records if each.external_id]
    externals = known.filter(external_id__in=ids).values_list("external_id", flat=True)
    return {("key", str(key)) for key in keys} | {("external", str(each)) for each in externals}


def _marks(record: IntakeRecord, case: Case) -> Iterable[tuple[str, ...]]:
    """Return everything by which a lead can be known again."""
    yield "key", str(record.key)
    if record.external_id:
        yield "external", record.external_id
    yield from contacts(case.person, case.lead.line)


def contacts(person: Person | None, line: str) -> Iterable[tuple[str, ...]]:
    if person is not None and person.phone:
        yield "phone", person.phone, line
    if person is not None and person.email:
        yield "email", person.email, line
