"""One item of the queue: take it, assign it, mend it, try it again, close it."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Invalid
from accounts.http import actor_of
from accounts.policy import allows
from routing import words
from routing.admin.candidates import sorted_standings
from routing.admin.forms import AssignForm, ResolveForm, ServiceForm, SnoozeForm
from routing.admin.lead_form import MendForm, lead_values, raw_values
from routing.admin.pages import Told, about, act, require, sentence, show, told
from routing.admin.source_words import freed
from routing.models import IntakeRecord, QueueItem
from routing.payload import read_json
from routing.reasons import UNREAD
from routing.services import fallback, handing, postponing, remembering

Work = Callable[[HttpRequest, QueueItem], HttpResponse]


def queue_address(kind: str, mine: bool, reason: str = "") -> str:
    query = {"kind": kind} | ({"mine": "1"} if mine else {}) | ({"reason": reason} if reason else {})
    return f"{reverse('admin:routing_queueitem_changelist')}?{urlencode(query)}"


def get(pk: UUID) -> QueueItem:
    people = ("owner", "deputy", "claimed_by", "lead__person", "lead__source", "lead__owner")
    return get_object_or_404(QueueItem.objects.select_related(*people), pk=pk)


def page(request: HttpRequest, item: QueueItem, bound: Mapping[str, ServiceForm] | None = None) -> HttpResponse:
    actor, bound = actor_of(request), bound or {}
    is_open = item.state != QueueItem.State.RESOLVED
    holds = is_open and item.claimed_by_id is not None and str(item.claimed_by_id) == actor.id
    working = holds and allows(actor, "queue.resolve")
    context = {
        "title": item.get_kind_display(),
        "subtitle": item.lead,
        "item": item,
        "sentence": sentence(item),
        **about(request, item.lead),
        "is_open": is_open,
        "holds": holds,
        "working": working,
        "may_claim": is_open and allows(actor, "queue.claim"),
        "misses": [(miss["name"], "; ".join(block["text"] for block in miss["blocks"])) for miss in item.misses],
        "assign_form": bound.get("assign") or AssignForm(auto_id="assign_%s"),
        "resolve_form": bound.get("resolve") or ResolveForm(auto_id="resolve_%s"),
        "snooze_form": bound.get("snooze") or SnoozeForm(auto_id="snooze_%s"),
        "mend_form": bound.get("mend") or (_mend_form(item) if working else None),
        "can_mend": item.lead.person is not None,
        "can_remember": item.reason == "FIELDS_INVALID" and any(problem.get("sent") for problem in item.problems),
        "can_retry": item.reason not in UNREAD,
        "candidates": sorted_standings(item.lead, timezone.now()) if working else None,
        "bound": bound,
        "trail": [],
    }
    return show(request, "routing/queue_item.html", context)


def _mend_form(item: QueueItem) -> MendForm:
    """Return the form with what is known of the lead: the body as it was sent where it could not be read."""
    sent = _sent(item) if item.reason in UNREAD else {}
    form = MendForm(initial=raw_values(sent) if sent else lead_values(item.lead, item.lead.person), auto_id="mend_%s")
    form.note(item.problems, sent)
    return form


def _sent(item: QueueItem) -> Mapping[str, Any]:
    body = IntakeRecord.objects.filter(lead_id=item.lead_id).values_list("raw_body", flat=True).first()
    try:
        data: Mapping[str, Any] = read_json(bytes(body)) if body else {}
    except Invalid:
        return {}
    return data


def work(request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
    """Do one thing with an item."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    permission, do = WORKS[name]
    require(request, permission)
    return do(request, get(pk))


def _take(request: HttpRequest, item: QueueItem) -> HttpResponse:
    def take() -> Told:
        actor = actor_of(request)
        fallback.take(item=item, user_id=int(actor.id), actor=actor, now=timezone.now())
        return Told("Yours. Put it back if you cannot finish it.")

    return act(request, take, back=_item_address(item))


def _put_back(request: HttpRequest, item: QueueItem) -> HttpResponse:
    def put_back() -> Told:
        fallback.put_back(item=item, actor=actor_of(request), now=timezone.now())
        return Told(f"{item.lead} waits for somebody else now.")

    return act(request, put_back, back=_item_address(item), onward=queue_address(item.kind, mine=False))


def _snooze(request: HttpRequest, item: QueueItem) -> HttpResponse:
    form = SnoozeForm(request.POST, auto_id="snooze_%s")

    def snooze() -> Told:
        now = timezone.now()
        until = SnoozeForm.until(form.cleaned_data["span"], now)
        postponing.snooze(item=item, until=until, actor=actor_of(request), now=now)
        return Told(f"{item.lead} is put off until {words.instant(timezone.localtime(until))}.")

    again = _again(request, item, "snooze", form)
    return act(
        request, snooze, back=_item_address(item), onward=queue_address(item.kind, mine=False), form=form, again=again
    )


def _escalate(request: HttpRequest, item: QueueItem) -> HttpResponse:
    def escalate() -> Told:
        postponing.escalate(item=item, actor=actor_of(request), now=timezone.now())
        return Told("Owner and deputy are told at once.")

    return act(request, escalate, back=_item_address(item))


def _retry(request: HttpRequest, item: QueueItem) -> HttpResponse:
    return act(
        request,
        lambda: told(fallback.retry(item=item, actor=actor_of(request), now=timezone.now())),
        back=_item_address(item),
        onward=_lead_address(item),
    )


def _assign(request: HttpRequest, item: QueueItem) -> HttpResponse:
    form = AssignForm(request.POST, auto_id="assign_%s")

    def assign() -> Told:
        placement = handing.assign(
            lead=item.lead,
            producer_id=form.cleaned_data["producer"],
            reason=form.cleaned_data["reason"],
            actor=actor_of(request),
            now=timezone.now(),
        )
        return told(placement)

    again = _again(request, item, "assign", form)
    return act(
        request, assign, back=_item_address(item), onward=queue_address(item.kind, mine=False), form=form, again=again
    )


def _mend(request: HttpRequest, item: QueueItem) -> HttpResponse:
    form = MendForm(request.POST, auto_id="mend_%s")

    def mend() -> Told:
        actor, now = actor_of(request), timezone.now()
        if request.POST.get("remember"):
            placement, others = remembering.mend_and_remember(item=item, fields=form.payload(), actor=actor, now=now)
            return told(placement, f"Mended. {freed(others).text} ")
        return told(fallback.mend(item=item, fields=form.payload(), actor=actor, now=now), "Mended. ")

    return act(
        request,
        mend,
        back=_item_address(item),
        onward=_lead_address(item),
        form=form,
        again=_again(request, item, "mend", form),
    )


def _resolve(request: HttpRequest, item: QueueItem) -> HttpResponse:
    form = ResolveForm(request.POST, auto_id="resolve_%s")

    def resolve() -> Told:
        reject = form.cleaned_data["outcome"] == "reject"
        fallback.resolve(
            item=item,
            resolution=form.cleaned_data["resolution"],
            disposition=form.cleaned_data["disposition"],
            reject=reject,
            actor=actor_of(request),
            now=timezone.now(),
        )
        return Told(f"{item.lead} is {'rejected' if reject else 'closed'}.")

    again = _again(request, item, "resolve", form)
    return act(
        request, resolve, back=_item_address(item), onward=queue_address(item.kind, mine=False), form=form, again=again
    )


def _again(request: HttpRequest, item: QueueItem, name: str, form: ServiceForm) -> Callable[[], HttpResponse]:
    return lambda: page(request, item, {name: form})


def _item_address(item: QueueItem) -> str:
    return reverse("admin:routing_queueitem_change", args=[item.pk])


def _lead_address(item: QueueItem) -> str:
    return reverse("admin:routing_lead_change", args=[item.lead_id])


WORKS: Final[Mapping[str, tuple[str, Work]]] = {
    "take": ("queue.claim", _take),
    "release": ("queue.claim", _put_back),
    "snooze": ("queue.claim", _snooze),
    "escalate": ("queue.claim", _escalate),
    "retry": ("queue.resolve", _retry),
    "assign": ("queue.assign", _assign),
    "mend": ("queue.resolve", _mend),
    "resolve": ("queue.resolve", _resolve),
}
