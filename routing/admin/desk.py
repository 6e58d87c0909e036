"""A producer's desk: the leads in hand by due time, and one lead to work."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.actor import Actor
from accounts.http import actor_of
from accounts.policy import allows
from routing import reach, why_me, words
from routing.admin import availability, fairness, offers
from routing.admin.forms import DisposeForm, NoteForm, ReasonForm, ReturnForm, ServiceForm, TouchForm
from routing.admin.pages import Told, about, act, reader_zone, require, show
from routing.models import Assignment, Lead
from routing.queries import capped, laid_out, own_desk, visible
from routing.services import desk, presence

CARDS: Final = 200


@dataclass(frozen=True, slots=True)
class Card:
    """One lead in a producer's hands."""

    assignment: Assignment
    lead: Lead
    due: words.Due | None
    clocks: str
    ways: Sequence["Way"] = ()

    @property
    def ticks(self) -> bool:
        """Say whether the clock runs."""
        return self.due is not None and self.due.tone != "muted"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to reach the person: where the button leads, or why it is off."""

    label: str
    url: str
    refusal: str


@dataclass(frozen=True, slots=True)
class Move:
    """One thing a producer does with a lead: its form, the service, where to go afterwards, and from which states."""

    label: str
    form: type[ServiceForm]
    act: Callable[[Lead, Mapping[str, Any], Actor, datetime], str]
    leaves: bool = False
    kind: str = "quiet"
    states: frozenset[str] = frozenset({"ASSIGNED", "ACCEPTED", "WORKING"})


def _accept(lead: Lead, _: Mapping[str, Any], actor: Actor, now: datetime) -> str:
    desk.accept(lead=lead, actor=actor, now=now)
    return "Accepted. The clock runs until you reach out."


def _touch(lead: Lead, given: Mapping[str, Any], actor: Actor, now: datetime) -> str:
    logged = desk.touch(lead=lead, kind=given["kind"], evidence=given["evidence"], actor=actor, now=now)
    return "Logged; the clock has stopped." if logged.stops_clock else "Logged; this kind does not stop the clock."


def _note(lead: Lead, given: Mapping[str, Any], actor: Actor, now: datetime) -> str:
    desk.note(lead=lead, text=given["text"], author_id=int(actor.id), actor=actor, now=now)
    return "Noted."


def _decline(lead: Lead, given: Mapping[str, Any], actor: Actor, now: datetime) -> str:
    desk.decline(lead=lead, reason=given["reason"], actor=actor, now=now)
    return f"You handed {lead} back; somebody else has it now, or a manager."


def _dispose(lead: Lead, given: Mapping[str, Any], actor: Actor, now: datetime) -> str:
    desk.dispose(lead=lead, disposition=given["disposition"], actor=actor, now=now)
    return f"Closed {lead}: {desk.DISPOSITIONS[given['disposition']].lower()}."


def _give_back(lead: Lead, given: Mapping[str, Any], actor: Actor, now: datetime) -> str:
    desk.give_back(lead=lead, why=given["why"], actor=actor, now=now)
    return f"{lead} goes back to {lead.source}; it does not count as yours."


MOVES: Final[Mapping[str, Move]] = {
    "accept": Move("Accept", ServiceForm, _accept, kind="", states=frozenset({"ASSIGNED"})),
    "touch": Move("Log a contact", TouchForm, _touch),
    "note": Move("Add a note", NoteForm, _note),
    "dispose": Move("Close the lead", DisposeForm, _dispose, leaves=True),
    "return": Move("Return to the vendor", ReturnForm, _give_back, leaves=True),
    "decline": Move("Decline", ReasonForm, _decline, leaves=True),
}


def urls() -> list[URLPattern]:
    """Return the desk's addresses, below those of leads."""
    view = admin.site.admin_view
    return [
        path("desk/", view(my_leads), name="my_leads"),
        *availability.urls(),
        *offers.urls(),
        path("desk/share/", view(fairness.my_share), name="my_share"),
        path("<uuid:pk>/desk/", view(lead_page), name="routing_lead_desk"),
        *(
            path(f"<uuid:pk>/desk/{name}/", view(make_move), {"name": name}, name=f"routing_lead_desk_{name}")
            for name in MOVES
        ),
    ]


def my_leads(request: HttpRequest) -> HttpResponse:
    """Show a producer what is in hand, most urgent first; a page that asks again hears 204 while nothing changed."""
    require(request, "leads.work_own")
    now, zone = timezone.now(), reader_zone(request)
    producer = getattr(request.user, "producer", None)
    if producer is not None:
        presence.note(producer_id=producer.pk, now=now)
    seen = own_desk.fingerprint(now=now, actor=actor_of(request))
    if getattr(request, "htmx", None) and request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    held = Assignment.objects.filter(producer__user_id=actor_of(request).id, ended_at__isnull=True)
    cards = [_card(each, now, zone) for each in held.select_related("lead__person").order_by("due_at", "pk")[:CARDS]]
    context = {
        "title": "My leads",
        "now": now,
        "seen": seen,
        "offers": offers.shown(actor_of(request), now),
        "takes_from": laid_out.pools_of(producer.pk) if producer is not None else (),
        "waiting": [card for card in cards if card.due],
        "answered": [card for card in cards if not card.due],
        "linked": producer is not None,
        **availability.shown(producer, now),
        "lines": fairness.own_lines(producer, now),
        "caps": capped.of_person(actor_of(request).id, now=now),
    }
    return show(request, "routing/my_leads.html", context)


def _card(assignment: Assignment, now: datetime, zone: ZoneInfo) -> Card:
    lead = assignment.lead
    due = (
        words.due(due_at=assignment.due_at, starts_at=assignment.clock_starts_at, now=now, zone=zone)
        if assignment.first_touch_at is None
        else None
    )
    return Card(assignment, lead, due, words.clocks(lead.zones, now), tuple(_ways(lead, now)))


def _ways(lead: Lead, now: datetime) -> Iterator[Way]:
    """Yield the ways to reach the person, each with its refusal where it is off."""
    person = lead.person
    if person is None:
        return
    asked = {"zones": lead.zones, "consent": person.consent, "now": now}
    if person.phone:
        yield Way(f"Call {words.phone(person.phone)}", f"tel:{person.phone}", reach.refusal(channel="call", **asked))
        yield Way("Text", f"sms:{person.phone}", reach.refusal(channel="text", **asked))
    if person.email:
        yield Way(f"Write to {person.email}", f"mailto:{person.email}", reach.refusal(channel="email", **asked))


def lead_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show one lead to whoever works it."""
    require(request, "leads.work_own", "leads.view")
    lead = _leads(request).filter(pk=pk).first()
    if lead is None:
        return _gone(request, pk)
    return _lead_page(request, lead)


def _leads(request: HttpRequest) -> QuerySet[Lead]:
    return visible.leads(actor_of(request)).select_related("person", "source", "owner")


def _gone(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Tell a producer who had the lead that it moved on; to everybody else it does not exist."""
    had = Assignment.objects.filter(lead_id=pk, producer__user_id=actor_of(request).id, ended_at__isnull=False)
    last = had.order_by("-ended_at").first()
    if last is None:
        raise Http404
    how = {"BREACHED": "was not answered in time and went to somebody else", "DISPOSED": "is closed"}
    messages.warning(request, f"This lead {how.get(last.end, 'is no longer in your hands')}.")
    return HttpResponseRedirect(reverse("admin:my_leads"))


def _lead_page(request: HttpRequest, lead: Lead, bound: Mapping[str, ServiceForm] | None = None) -> HttpResponse:
    now, actor = timezone.now(), actor_of(request)
    assignment = lead.assignments.filter(ended_at__isnull=True).select_related("producer", "decision").first()
    own = assignment is not None and str(assignment.producer.user_id) == actor.id
    may_work = allows(actor, "leads.work") or (own and allows(actor, "leads.work_own"))
    context = {
        "title": lead,
        **about(request, lead),
        "own": own,
        "card": _card(assignment, now, reader_zone(request)) if assignment else None,
        "moves": _moves(lead, bound or {}) if assignment and may_work else [],
        "notes": lead.notes.select_related("author"),
        "touches": lead.touches.all(),
        "why_me": _why_me(assignment) if own and assignment else [],
        "trail": [] if own else [(lead, reverse("admin:routing_lead_change", args=[lead.pk]))],
    }
    return show(request, "routing/desk_lead.html", context)


def _why_me(assignment: Assignment) -> list[str]:
    return list(why_me.sentences(assignment.decision.receipt, assignment.producer_id))


def _moves(lead: Lead, bound: Mapping[str, ServiceForm]) -> list[dict[str, Any]]:
    """Return what can be done with the lead where it stands, each with its form and address."""
    return [
        {
            "name": name,
            "label": move.label,
            "kind": move.kind,
            "form": bound.get(name) or move.form(auto_id=f"{name}_%s"),
            "is_open": name in bound,
            "url": reverse(f"admin:routing_lead_desk_{name}", args=[lead.pk]),
        }
        for name, move in MOVES.items()
        if lead.state in move.states
    ]


def make_move(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Do one thing with a lead."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "leads.work_own", "leads.work")
    move = MOVES[name]
    lead = _leads(request).filter(pk=pk).first()
    if lead is None:
        return _gone(request, pk)
    form = move.form(request.POST, auto_id=f"{name}_%s")
    home = "admin:my_leads" if hasattr(request.user, "producer") else "admin:routing_lead_changelist"
    return act(
        request,
        lambda: Told(move.act(lead, form.cleaned_data, actor_of(request), timezone.now())),
        back=reverse("admin:routing_lead_desk", args=[pk]),
        onward=reverse(home) if move.leaves else "",
        form=form,
        again=lambda: _lead_page(request, lead, {name: form}),
    )
