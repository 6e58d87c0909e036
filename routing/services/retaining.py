"""Delete what is older than the policy lets it be, a piece at a time; what is on hold stays."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from accounts import policy
from accounts.actor import Actor, system
from accounts.errors import FieldProblem, Invalid
from audit import services as audit
from routing.models import IntakeRecord, Lead, LegalHold, Note, RetentionPolicy
from routing.services.erasing import AT_REST, BY_AGE, forget

PIECE: Final = 100  # rows that go in one sweep
AGAIN: Final = timedelta(hours=1)
LONGEST: Final = 36_500
RETENTION: Final = system("retention")
Kind = RetentionPolicy.Kind


@transaction.atomic
def set_days(*, kind: str, days: int | None, actor: Actor, now: datetime) -> bool:
    """Say after how many days one kind of data goes, None for never; returns whether that is new.

    :raises Forbidden: without `privacy.edit`
    :raises Invalid: for less than a day, or a hundred years and more
    """
    policy.require(actor, "privacy.edit")
    if days is not None and not 1 <= days < LONGEST:
        text = "Give one day or more, or leave it blank to keep it for ever."
        raise Invalid([FieldProblem(f"/{kind}", "field.range", text)], text)
    if days is None and not RetentionPolicy.objects.filter(kind=kind).exists():
        return False
    kept, _ = RetentionPolicy.objects.select_for_update(of=("self",), no_key=True).get_or_create(kind=Kind(kind))
    if kept.days == days:
        return False
    before, kept.days, kept.next_at = kept.days, days, None
    kept.save(update_fields=["days", "next_at"])
    audit.record(at=now, actor=actor, action="retention.changed", target=kept, detail={"before": before, "after": days})
    return True


@transaction.atomic
def apply_due(*, now: datetime) -> int:
    """Delete a piece of what one policy no longer keeps; returns how much went."""
    waiting = RetentionPolicy.objects.filter(days__isnull=False).exclude(next_at__gt=now)
    locked = waiting.select_for_update(skip_locked=True, of=("self",), no_key=True)
    kept = locked.order_by(F("next_at").asc(nulls_first=True), "pk").first()
    if kept is None or kept.days is None:
        return 0
    over = now - timedelta(days=kept.days)
    gone = DELETE[kept.kind](over, now)
    if gone < PIECE:
        RetentionPolicy.objects.filter(pk=kept.pk).update(next_at=now + AGAIN)
    if gone:
        detail = {"count": gone, "older_than": over.isoformat(), "days": kept.days}
        audit.record(at=now, actor=RETENTION, action="retention.applied", target=kept, detail=detail)
    return gone


def _held(lead: str) -> Exists:
    return Exists(LegalHold.objects.filter(lead_id=OuterRef(lead), lifted_at=None))


def _raw_bodies(over: datetime, now: datetime) -> int:
    resting = Exists(Lead.objects.filter(pk=OuterRef("lead_id"), state__in=AT_REST))
    refused = IntakeRecord.objects.filter(lead_id=None)
    sent = IntakeRecord.objects.filter(resting, ~_held("lead_id"))
    found: list[Any] = []
    for rows in (refused, sent):
        old = rows.filter(raw_body__isnull=False, received_at__lt=over).order_by("received_at", "pk")
        found += old.values_list("pk", flat=True)[: PIECE - len(found)]
    return IntakeRecord.objects.filter(pk__in=found).update(raw_body=None)


def _notes(over: datetime, now: datetime) -> int:
    old = Note.objects.filter(~_held("lead_id"), at__lt=over, lead__state__in=AT_REST).order_by("at", "pk")
    gone, _ = Note.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:PIECE])).delete()
    return gone


def _people(over: datetime, now: datetime) -> int:
    old = Lead.objects.filter(~_held("pk"), received_at__lt=over, state__in=AT_REST, person__isnull=False)
    leads = old.select_for_update(skip_locked=True, of=("self",), no_key=True).order_by("received_at", "pk")
    found = list(leads[:PIECE])
    for lead in found:
        forget(lead, reason=BY_AGE, actor=RETENTION, now=now)
    return len(found)


DELETE: Final[Mapping[str, Callable[[datetime, datetime], int]]] = {
    Kind.RAW_BODIES: _raw_bodies,
    Kind.NOTES: _notes,
    Kind.PEOPLE: _people,
}
