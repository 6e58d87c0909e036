"""One lead: what is known of it, all that happened to it, and what a manager does with it."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.actor import Actor
from accounts.http import actor_of
from accounts.policy import allows
from routing import reasons, words
from routing.admin import privacy_part
from routing.admin.candidates import sorted_standings
from routing.admin.forms import AssignForm, NoteForm, ReasonForm, ServiceForm
from routing.admin.pages import Told, about, act, require, sentence, show, told
from routing.lead_states import RETURNED
from routing.models import Assignment, Decision, Lead, OfferRound, QueueItem
from routing.queries import offers, visible
from routing.services import desk, fallback, handing


def urls() -> list[URLPattern]:
    """Return the addresses of what a manager does with a lead, below those of leads."""
    view = admin.site.admin_view
    return [
        path("<uuid:pk>/assign/", view(assign), name="routing_lead_assign"),
        path("<uuid:pk>/reassign/", view(reassign), name="routing_lead_reassign"),
        path("<uuid:pk>/retry/", view(retry), name="routing_lead_retry"),
        path("<uuid:pk>/note/", view(note), name="routing_lead_note"),
        path("<uuid:pk>/hold/", view(hold), name="routing_lead_hold"),
        path("<uuid:pk>/lift/", view(lift), name="routing_lead_lift"),
        path("<uuid:pk>/erase/", view(erase), name="routing_lead_erase"),
    ]


def lead_page(request: HttpRequest, pk: str) -> HttpResponse:
    """Show one lead."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET"])
    require(request, "leads.view", "leads.view_own")
    try:
        key = UUID(pk)
    except ValueError as error:
        raise Http404 from error
    return _page(request, _lead(request, key))


def _lead(request: HttpRequest, pk: UUID) -> Lead:
    leads = visible.leads(actor_of(request)).select_related("person", "source", "owner", "duplicate_of__person")
    lead = leads.filter(pk=pk).first()
    if lead is None:
        raise Http404
    return lead


def _address(pk: UUID) -> str:
    return reverse("admin:routing_lead_change", args=[pk])


def _item(lead: Lead) -> QueueItem | None:
    waiting = lead.queue_items.exclude(state=QueueItem.State.RESOLVED)
    return waiting.select_related("owner", "deputy", "claimed_by").first()


def _page(request: HttpRequest, lead: Lead, bound: Mapping[str, ServiceForm] | None = None) -> HttpResponse:
    item, bound = _item(lead), bound or {}
    assignment = lead.assignments.filter(ended_at__isnull=True).select_related("producer").first()
    context = {
        "title": lead,
        **about(request, lead),
        "may_try": lead.person is not None and allows(actor_of(request), "rules.view"),
        "item": item,
        "assignment": assignment,
        "outcome": outcome(lead, item),
        "decisions": _decisions(lead),
        "notes": lead.notes.select_related("author"),
        "touches": lead.touches.select_related("assignment__producer"),
        "duplicates": lead.duplicates.select_related("person", "source"),
        "reassign_form": bound.get("reassign") or ReasonForm(auto_id="reassign_%s"),
        **privacy_part.of(actor_of(request), lead, bound.get("privacy")),
        "note_form": bound.get("note") or NoteForm(auto_id="note_%s"),
        "bound": bound,
        **_may(lead, actor_of(request), item, assignment),
    }
    return show(request, "routing/lead.html", context)


def _may(lead: Lead, actor: Actor, item: QueueItem | None, assignment: Assignment | None) -> dict[str, bool]:
    """Return what the reader may do with the lead where it stands."""
    return {
        "may_assign": (assignment is not None and allows(actor, "leads.reassign"))
        or ((item is not None or lead.state == Lead.State.OFFERED) and allows(actor, "queue.assign")),
        "may_reassign": assignment is not None and allows(actor, "leads.reassign"),
        "may_work": assignment is not None and allows(actor, "leads.work"),
        "may_retry": item is not None and item.reason not in reasons.UNREAD and allows(actor, "queue.resolve"),
        "may_note": allows(actor, "leads.work"),
    }


def _decisions(lead: Lead) -> list[dict[str, Any]]:
    made = Decision.objects.filter(lead=lead).order_by("made_at", "pk")
    return [{"row": row, "trigger": words.TRIGGERS[row.trigger], "text": _came_to(row.receipt)} for row in made]


def _came_to(receipt: Mapping[str, Any]) -> str:
    return reasons.said(receipt["reason"], receipt.get("gates", []))


def outcome(lead: Lead, item: QueueItem | None) -> tuple[str, str]:
    """Return where the lead stands in a sentence, and its tone."""
    tone = words.STATE_TONES.get(lead.state, "muted")
    if item is not None:
        return sentence(item), tone
    if lead.disposition == RETURNED:
        return f"Returned to {lead.source}.", tone
    if lead.state == Lead.State.CLOSED and lead.disposition:
        return f"Closed: {desk.DISPOSITIONS.get(lead.disposition, lead.disposition).lower()}.", tone
    if lead.owner is not None:
        return f"{lead.owner} has it.", tone
    if lead.state == Lead.State.OFFERED and (asked := offers.standing(lead)):
        return _asked(asked), tone
    return (reasons.text(lead.reason) if lead.reason else "Just received."), tone


def _asked(asked: OfferRound) -> str:
    names = ", ".join(sorted(str(each.producer) for each in asked.offers.all() if each.state == "OPEN"))
    until = f"{timezone.localtime(asked.expires_at):%H:%M:%S %Z}"
    return f"Offered to {names} until {until}." if names else f"Waits until {until} for whoever takes the next."


def assign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show who may have the lead, and give it to the one chosen."""
    require(request, "leads.reassign", "queue.assign")
    lead = _lead(request, pk)
    if request.method != "POST":
        return _assign_page(request, lead, AssignForm(held=lead.owner_id is not None))
    form = AssignForm(request.POST, held=lead.owner_id is not None)

    def hand_over() -> Told:
        producer_id, reason = form.cleaned_data["producer"], form.cleaned_data["reason"]
        placement = handing.assign(
            lead=lead, producer_id=producer_id, reason=reason, actor=actor_of(request), now=timezone.now()
        )
        return told(placement)

    return act(request, hand_over, back=_address(pk), form=form, again=lambda: _assign_page(request, lead, form))


def _assign_page(request: HttpRequest, lead: Lead, form: AssignForm) -> HttpResponse:
    context = {
        "title": "Assign",
        "subtitle": lead,
        "lead": lead,
        "form": form,
        "candidates": sorted_standings(lead, timezone.now()),
        "trail": [(lead, _address(lead.pk))],
    }
    return show(request, "routing/assign.html", context)


def reassign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Take the lead from its producer and let the rules find the next."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "leads.reassign")
    lead, form = _lead(request, pk), ReasonForm(request.POST, auto_id="reassign_%s")

    def move_on() -> Told:
        reason = form.cleaned_data["reason"]
        return told(handing.reassign(lead=lead, reason=reason, actor=actor_of(request), now=timezone.now()))

    return act(request, move_on, back=_address(pk), form=form, again=lambda: _page(request, lead, {"reassign": form}))


def retry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Run a waiting lead through the rules again."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "queue.resolve")
    item = _item(_lead(request, pk))
    if item is None:
        messages.warning(request, "This lead no longer waits for anything.")
        return HttpResponseRedirect(_address(pk))
    return act(
        request,
        lambda: told(fallback.retry(item=item, actor=actor_of(request), now=timezone.now())),
        back=_address(pk),
    )


def note(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Write something down about the lead."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "leads.work")
    lead, form = _lead(request, pk), NoteForm(request.POST, auto_id="note_%s")

    def write() -> Told:
        actor = actor_of(request)
        desk.note(lead=lead, text=form.cleaned_data["text"], author_id=int(actor.id), actor=actor, now=timezone.now())
        return Told("Noted.")

    return act(request, write, back=_address(pk), form=form, again=lambda: _page(request, lead, {"note": form}))


def hold(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep everything about the lead for the law."""
    return _privately(request, pk, ReasonForm(request.POST, auto_id="privacy_%s"), privacy_part.hold)


def erase(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Erase the person behind the lead."""
    return _privately(request, pk, privacy_part.EraseForm(request.POST), privacy_part.erase)


def lift(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask to lift the hold, or lift it as the second person."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "privacy.edit")
    lead, actor = _lead(request, pk), actor_of(request)
    return act(request, lambda: privacy_part.lift(lead, actor), back=_address(pk))


def _privately(
    request: HttpRequest, pk: UUID, form: ServiceForm, deed: Callable[[Lead, str, Actor], Told]
) -> HttpResponse:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "privacy.edit")
    lead, actor = _lead(request, pk), actor_of(request)
    return act(
        request,
        lambda: deed(lead, form.cleaned_data["reason"], actor),
        back=_address(pk),
        form=form,
        again=lambda: _page(request, lead, {"privacy": form}),
    )
