"""What a producer is asked: the offers on My leads, and a yes or a no to one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.actor import Actor
from accounts.http import actor_of
from routing import words
from routing.admin.pages import Told, act, require
from routing.models import Lead, Offer
from routing.queries import offers as asked
from routing.services import offers, pulling

MY_LEADS: Final = "admin:my_leads"


@dataclass(frozen=True, slots=True)
class Asked:
    """One offer as the page shows it."""

    row: Offer
    lead: Lead
    until: datetime
    others: int
    clocks: str


def shown(actor: Actor, now: datetime) -> list[Asked]:
    """Return what the producer is asked now."""
    return [
        Asked(
            each,
            each.lead,
            each.round.expires_at,
            each.asked - 1,
            words.clocks(each.lead.zones, now),
        )
        for each in asked.own(actor, now=now)
    ]


def urls() -> list[URLPattern]:
    """Return the addresses of answers, below those of leads."""
    view = admin.site.admin_view
    return [
        path("desk/next/", view(take_next), name="routing_take_next"),
        path("desk/offers/<uuid:pk>/accept/", view(accept), name="routing_offer_accept"),
        path("desk/offers/<uuid:pk>/decline/", view(decline), name="routing_offer_decline"),
    ]


def take_next(request: HttpRequest) -> HttpResponse:
    """Give the producer the best lead that lies in their pools."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "leads.work_own")

    def take() -> Told:
        lead = pulling.take_next(actor=actor_of(request), now=timezone.now())
        return Told(f"{lead} is yours. The clock runs until you reach out.")

    return act(request, take, back=reverse(MY_LEADS))


def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take on a lead that was offered, and go on to it."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "leads.work_own")
    actor, home, lead = actor_of(request), reverse(MY_LEADS), asked.lead_of(pk)

    def take_on() -> Told:
        offers.accept(offer_id=pk, actor=actor, now=timezone.now())
        return Told("It is yours. The clock runs until you reach out.")

    return act(request, take_on, back=home, onward=reverse("admin:routing_lead_desk", args=[lead]) if lead else home)


def decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say no to an offer."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "leads.work_own")

    def say_no() -> Told:
        offers.decline(offer_id=pk, actor=actor_of(request), now=timezone.now())
        return Told("Declined; it goes on to somebody else.")

    return act(request, say_no, back=reverse(MY_LEADS))
