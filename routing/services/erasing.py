"""Erase a person: who they are goes, what was decided and the proof of it stay."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid, Refused
from audit import services as audit
from routing.lead_states import OPEN
from routing.models import Decision, IntakeRecord, Lead, LegalHold, Note, Person, QueueItem

# Why: by a code, since what people write may name somebody, and the ledger is never cleaned.
REASONS: Final[Mapping[str, str]] = {
    "REQUESTED": "The person asked for it",
    "NO_GROUND": "There was no ground to keep the data",
    "TEST_DATA": "It was a test",
}
BY_AGE: Final = "BY_AGE"
AT_REST: Final = tuple(sorted(set(Lead.State.values) - OPEN))


class Held(Refused):
    """A legal hold keeps what is known of this person; it must be lifted first."""

    code = "person.held"


class StillOpen(Refused):
    """Somebody still works on a lead of this person; close it first."""

    code = "person.open_lead"


class Erased(Refused):
    """This person was erased already."""

    code = "person.erased"


@transaction.atomic
def erase(*, lead: Lead, reason: str, actor: Actor, now: datetime) -> int:
    """Erase the person behind a lead, with every other lead of the same phone or e-mail; returns how many leads.

    1. Lock all their leads, in one order.
    2. Refuse where one is open or held: nothing is erased in part.
    3. Delete the persons its decisions saw, what the source sent word for word, and the notes.
    4. Tell the ledger of each lead, by its id.

    :raises Forbidden: without `privacy.edit`
    :raises Held: while a hold stands
    :raises StillOpen: while one of the leads is not closed
    :raises Erased: if nobody is there any more
    """
    policy.require(actor, "privacy.edit")
    if reason not in REASONS:
        raise Invalid([FieldProblem("/reason", "field.unknown", "Choose why.")], "Choose why.")
    leads = _lock([lead.pk, *_others(lead)])
    if all(each.person_id is None for each in leads):
        raise Erased
    if any(each.state in OPEN for each in leads):
        raise StillOpen
    if LegalHold.objects.filter(lead__in=leads, lifted_at=None).exists():
        raise Held
    for each in leads:
        forget(each, reason=reason, actor=actor, now=now)
    return len(leads)


def forget(lead: Lead, *, reason: str, actor: Actor, now: datetime) -> None:
    """Delete what says who is behind a lead that is locked, at rest and not held."""
    seen = [lead.person_id, *Decision.objects.filter(lead=lead).values_list("person_id", flat=True)]
    _, people = Person.objects.filter(pk__in=[each for each in seen if each]).delete()
    bodies = IntakeRecord.objects.filter(lead_id=lead.pk, raw_body__isnull=False).update(raw_body=None)
    for item in QueueItem.objects.filter(lead=lead).exclude(problems=[]):
        item.problems = [{name: text for name, text in each.items() if name != "sent"} for each in item.problems]
        item.save(update_fields=["problems"])
    Lead.objects.filter(pk=lead.pk).update(readings=[])
    notes, _ = Note.objects.filter(lead=lead).delete()
    gone = {"people": people.get("routing.Person", 0), "raw_bodies": bodies, "notes": notes}
    audit.record(at=now, actor=actor, action="lead.erased", target=lead, detail={"why": reason, **gone})


def same_person(lead: Lead) -> Sequence[Lead]:
    """Return the other leads of the same phone or e-mail, the latest first."""
    return list(Lead.objects.filter(pk__in=_others(lead)).order_by("-received_at", "-pk"))


def _others(lead: Lead) -> Collection[UUID]:
    person = lead.person
    known = Q(pk=None)
    if person and person.phone:
        known |= Q(person__phone=person.phone)
    if person and person.email:
        known |= Q(person__email=person.email)
    return list(Lead.objects.filter(known).exclude(pk=lead.pk).values_list("pk", flat=True))


def _lock(ids: Collection[UUID]) -> list[Lead]:
    return list(Lead.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids).order_by("pk"))
