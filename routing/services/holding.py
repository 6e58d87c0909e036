"""Hold what is known about a lead for the law, and let go of it: two people."""

from datetime import datetime

from django.db import IntegrityError, transaction

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid, Refused
from audit import services as audit
from routing.models import Lead, LegalHold


class AlreadyHeld(Refused):
    """This lead is on hold already."""

    code = "hold.already"


class NotHeld(Refused):
    """This hold was lifted already."""

    code = "hold.lifted"


class SamePerson(Refused):
    """A second person must lift it: you asked for it yourself."""

    code = "hold.same_person"


@transaction.atomic
def place(*, lead: Lead, reason: str, actor: Actor, now: datetime) -> LegalHold:
    """Keep everything about a lead, whatever its age, until two people let go of it.

    The reason stays in the row, which can be cleaned; the ledger, which cannot, is told that there is one.

    :raises Forbidden: without `privacy.edit`
    :raises AlreadyHeld: if it is on hold
    """
    policy.require(actor, "privacy.edit")
    if not reason.strip():
        raise Invalid([FieldProblem("/reason", "field.required", "Say why.")], "Say why.")
    try:
        with transaction.atomic():
            hold = LegalHold.objects.create(lead=lead, reason=reason.strip(), placed_by_id=int(actor.id), placed_at=now)
    except IntegrityError as error:
        raise AlreadyHeld from error
    audit.record(at=now, actor=actor, action="lead.held", target=lead, detail={"hold": hold.pk})
    return hold


@transaction.atomic
def lift(*, hold: LegalHold, actor: Actor, now: datetime) -> bool:
    """Ask to lift a hold, or as a second person lift it; returns whether it is lifted.

    :raises Forbidden: without `privacy.edit`
    :raises NotHeld: if it was lifted already
    :raises SamePerson: for whoever asked already
    """
    policy.require(actor, "privacy.edit")
    hold = LegalHold.objects.select_for_update(of=("self",), no_key=True).select_related("lead").get(pk=hold.pk)
    if hold.lifted_at is not None:
        raise NotHeld
    if hold.asked_by_id == int(actor.id):
        raise SamePerson
    if hold.asked_by_id is None:
        hold.asked_by_id, hold.asked_at, action = int(actor.id), now, "lead.hold_lift_asked"
    else:
        hold.lifted_by_id, hold.lifted_at, action = int(actor.id), now, "lead.hold_lifted"
    hold.save(update_fields=["asked_by", "asked_at", "lifted_by", "lifted_at"])
    audit.record(at=now, actor=actor, action=action, target=hold.lead, detail={"hold": hold.pk})
    return hold.lifted_at is not None
