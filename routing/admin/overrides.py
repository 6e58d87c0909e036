"""Rules set aside: the report, asking for it, and the second person's answer."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, ClassVar, Final
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from accounts.actor import Actor
from accounts.errors import Missing, Refused
from accounts.http import actor_of
from accounts.policy import allows
from accounts.policy_admin import ReadOnlyAdmin
from routing import words
from routing.admin.forms import REASON_LENGTH, ServiceForm
from routing.admin.pages import MomentFilter, Told, act, in_readers_zone, require, show, told
from routing.models import Lead, Override
from routing.queries import visible
from routing.services import overriding
from routing.services.overriding import Waiver
from routing.templatetags.leads import badge

TONES: Final[Mapping[str, str]] = {"ASKED": "warn", "USED": "ok", "REFUSED": "muted", "EXPIRED": "muted"}
SPANS: Final = [("1", "An hour"), ("8", "Eight hours"), ("24", "A day"), ("72", "Three days")]


class OverrideForm(ServiceForm):
    """Why, and how long it may wait for a second person."""

    code = forms.ChoiceField(label="Why", choices=[("", "Choose…"), *Override.Code.choices])
    text = forms.CharField(
        label="In your words",
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Auditors read this. Name nobody.",
    )
    hours = forms.ChoiceField(label="It runs out after", choices=SPANS, initial="8")


def urls() -> list[URLPattern]:
    """Return the address where rules are set aside, below those of leads."""
    view = admin.site.admin_view(ask)
    return [path("<uuid:pk>/override/<int:producer_id>/", view, name="routing_lead_override")]


def ask(request: HttpRequest, pk: UUID, producer_id: int) -> HttpResponse:
    """Show what would be set aside, and set it aside or ask a second person."""
    require(request, "queue.assign")
    lead = get_object_or_404(visible.leads(actor_of(request)).select_related("person", "source"), pk=pk)
    if request.method != "POST":
        return _ask_page(request, lead, producer_id, OverrideForm())
    form = OverrideForm(request.POST)

    def set_aside() -> Told:
        given, now = form.cleaned_data, timezone.now()
        asked, placement = overriding.ask(
            lead=lead,
            producer_id=producer_id,
            code=given["code"],
            text=given["text"],
            expires_at=now + timedelta(hours=int(given["hours"])),
            actor=actor_of(request),
            now=now,
        )
        if placement is None:
            until = timezone.localtime(asked.expires_at)
            return Told(f"Asked. A law is cited, so somebody else must agree by {words.instant(until)}.")
        return told(placement, "Set aside. ")

    again = lambda: _ask_page(request, lead, producer_id, form)  # noqa: E731 - as everywhere `act` is given one
    return act(request, set_aside, back=reverse("admin:routing_lead_change", args=[pk]), form=form, again=again)


def _ask_page(request: HttpRequest, lead: Lead, producer_id: int, form: OverrideForm) -> HttpResponse:
    name, refusal = "", ""
    found: list[Waiver] = []
    try:
        name, found = overriding.waivers(lead=lead, producer_id=producer_id, now=timezone.now())
    except Missing as error:
        raise Http404(error.message) from error
    except Refused as error:
        refusal = error.message
    context = {
        "title": "Set rules aside",
        "subtitle": lead,
        "lead": lead,
        "name": name,
        "waivers": found,
        "is_legal": any(each.is_legal for each in found),
        "refusal": refusal,
        "form": form,
        "trail": [(lead, reverse("admin:routing_lead_change", args=[lead.pk]))],
    }
    return show(request, "routing/override_ask.html", context)


@admin.register(Override)
class OverrideAdmin(ReadOnlyAdmin):
    """The report: who set what aside for whom, why, and who agreed."""

    resource = "queue"
    list_display = ("asked", "lead", "producer", "code", "what", "asked_by", "decided_by", "standing")
    list_filter = ("state", "code", "is_legal", ("asked_at", MomentFilter))
    list_select_related = ("lead__person", "producer", "asked_by", "decided_by")
    list_display_links = ("asked",)
    ordering: ClassVar = ("-asked_at", "-pk")

    @admin.display(description="Asked", ordering="asked_at")
    def asked(self, override: Override) -> str:
        """Return when, by the reader's clock."""
        return words.instant(timezone.localtime(override.asked_at))

    @admin.display(description="Set aside")
    def what(self, override: Override) -> str:
        """Return what was set aside."""
        return "; ".join(each["text"] for each in override.waived)

    @admin.display(description="State", ordering="state")
    def standing(self, override: Override) -> SafeString:
        """Return how far it is."""
        return badge(override.get_state_display(), TONES[override.state])

    def get_urls(self) -> list[URLPattern]:
        """Add the second person's answers."""
        view = self.admin_site.admin_view
        own = [
            path(f"<uuid:pk>/{name}/", view(answer), {"name": name}, name=f"routing_override_{name}")
            for name in ANSWERS
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the report by the reader's clock."""
        page = super().changelist_view(request, {"title": "Rules set aside", **(extra_context or {})})
        return in_readers_zone(request, page)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one, with its answers where it waits for one."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET"])
        require(request, "queue.view")
        try:
            override = _get(UUID(object_id))
        except ValueError as error:
            raise Http404 from error
        return _page(request, override)


def _get(pk: UUID) -> Override:
    people = ("lead__person", "producer", "asked_by", "decided_by")
    return get_object_or_404(Override.objects.select_related(*people), pk=pk)


def _page(request: HttpRequest, override: Override) -> HttpResponse:
    actor, is_open = actor_of(request), override.state == Override.State.ASKED
    context = {
        "title": "Rules set aside",
        "subtitle": override.lead,
        "override": override,
        "tone": TONES[override.state],
        "may_grant": is_open and allows(actor, "queue.assign") and str(override.asked_by_id) != actor.id,
        "may_refuse": is_open and allows(actor, "queue.assign"),
    }
    return show(request, "routing/override.html", context)


def _grant(override: Override, actor: Actor) -> Told:
    return told(overriding.grant(override=override, actor=actor, now=timezone.now()), "Agreed. ")


def _refuse(override: Override, actor: Actor) -> Told:
    overriding.refuse(override=override, actor=actor, now=timezone.now())
    return Told("Refused; the lead waits on.")


ANSWERS: Final[Mapping[str, Callable[[Override, Actor], Told]]] = {"grant": _grant, "refuse": _refuse}


def answer(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Agree as the second person, or refuse."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "queue.assign")
    override = _get(pk)
    back = reverse("admin:routing_override_change", args=[pk])
    return act(request, lambda: ANSWERS[name](override, actor_of(request)), back=back)
