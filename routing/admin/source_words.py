"""How a source's own words are read: the list on its page, adding to it, taking from it, and what that freed."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.http import actor_of
from licenses.lines import LINES
from licenses.models import Carrier, Product
from routing.admin.pages import Told, act
from routing.aliases import LONGEST, READABLE, listed
from routing.geography.states import JURISDICTIONS
from routing.models import LeadSource
from routing.services import remembering
from routing.services.remembering import Freed


class WordForm(forms.Form):
    """One more mapping."""

    field = forms.ChoiceField(choices=[(name, readable.label) for name, readable in READABLE.items()])
    sent = forms.CharField(label="It sends", max_length=LONGEST, help_text="Capitals do not matter.")
    read_as = forms.CharField(
        label="Read as", max_length=LONGEST, help_text="A code known here, such as term_life, LIFE, FL or en."
    )


def shown(source: LeadSource | None) -> dict[str, Any]:
    """Return what a source's page shows of its words."""
    if source is None:
        return {}
    words = [{"label": READABLE[each.field].label, **each.as_dict()} for each in listed(source.aliases)]
    return {"words": words, "word_form": WordForm(auto_id="word_%s")}


def readable_as(field: str) -> Sequence[tuple[str, str]]:
    """Return what a field may be read as, with labels; nothing where it is a code to be typed."""
    if field == "product":
        return [(each.code, each.label) for each in Product.objects.order_by("label")]
    if field == "line":
        return list(LINES.items())
    if field == "state":
        return [(code, f"{name} ({code})") for code, name in JURISDICTIONS.items()]
    if field == "carrier":
        return [(each.cocode, each.name) for each in Carrier.objects.order_by("name")]
    return []


def freed(came_to: Freed) -> Told:
    """Say what remembering came to."""
    if not came_to.mappings:
        return Told("There was nothing to remember.")
    rest = f" {came_to.left} still wait." if came_to.left else ""
    leads = "1 lead that waited was" if came_to.moved == 1 else f"{came_to.moved} leads that waited were"
    return Told(f"Remembered. {leads} tried again.{rest}")


def remember(request: HttpRequest, source: LeadSource) -> HttpResponse:
    """Remember one more, and free what waited for it."""
    return teach(request, source, back=_address(source))


def teach(request: HttpRequest, source: LeadSource, *, back: str) -> HttpResponse:
    """Remember the mapping that was sent, free what waited for it, and go back."""
    given = {name: request.POST.get(name, "") for name in ("field", "sent", "read_as")}

    def remembered() -> Told:
        actor, now = actor_of(request), timezone.now()
        return freed(remembering.remember_and_free(source=source, **given, actor=actor, now=now))

    return act(request, remembered, back=back)


def forget(request: HttpRequest, source: LeadSource) -> HttpResponse:
    """Forget one."""

    def drop() -> Told:
        given = {name: request.POST.get(name, "") for name in ("field", "sent")}
        remembering.forget(source=source, **given, actor=actor_of(request), now=timezone.now())
        return Told(f"“{given['sent']}” is read as it is again.")

    return act(request, drop, back=_address(source))


def _address(source: LeadSource) -> str:
    return reverse("admin:routing_leadsource_change", args=[source.pk])
