"""What a lead's page shows and does about its person's data: holds, and erasure."""

from typing import Any

from django import forms
from django.contrib import messages
from django.utils import timezone

from accounts.actor import Actor
from accounts.policy import allows
from routing.admin.forms import ReasonForm, ServiceForm
from routing.admin.pages import Told
from routing.models import Lead, LegalHold
from routing.services import erasing, holding


class EraseForm(ServiceForm):
    """Why the person is erased."""

    reason = forms.ChoiceField(label="Why", choices=list(erasing.REASONS.items()))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "erase_%s", **kwargs})


def of(actor: Actor, lead: Lead, bound: ServiceForm | None) -> dict[str, Any]:
    """Return what the lead's page shows to this reader."""
    may = allows(actor, "privacy.edit")
    hold = LegalHold.objects.filter(lead=lead, lifted_at=None).select_related("placed_by", "asked_by").first()
    return {
        "hold": hold,
        "may_keep_private": may,
        "may_lift": may and hold is not None and str(hold.asked_by_id) != actor.id,
        "erased_with": erasing.same_person(lead) if may and lead.person_id else [],
        "may_erase": may and lead.person_id is not None and hold is None and lead.state in erasing.AT_REST,
        "privacy_form": bound or ReasonForm(auto_id="privacy_%s"),
        "erase_form": EraseForm(),
    }


def hold(lead: Lead, reason: str, actor: Actor) -> Told:
    """Place a hold."""
    holding.place(lead=lead, reason=reason, actor=actor, now=timezone.now())
    return Told("On hold: nothing of it is erased until two people lift the hold.")


def lift(lead: Lead, actor: Actor) -> Told:
    """Ask to lift the hold, or lift it."""
    held = LegalHold.objects.filter(lead=lead, lifted_at=None).first()
    if held is None:
        return Told("It is not on hold any more.", messages.WARNING)
    if holding.lift(hold=held, actor=actor, now=timezone.now()):
        return Told("The hold is lifted.")
    return Told("You have asked to lift it; a second person must do so too.")


def erase(lead: Lead, reason: str, actor: Actor) -> Told:
    """Erase the person."""
    number = erasing.erase(lead=lead, reason=reason, actor=actor, now=timezone.now())
    return Told(f"The person is erased, in {number} lead{'s' if number > 1 else ''}. What was decided stays on record.")
