"""The manager's queue: what waits by kind and reason, and one item to work on."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.errors import Invalid
from accounts.http import actor_of
from accounts.policy import allows
from accounts.policy_admin import ReadOnlyAdmin
from routing.admin.candidates import Candidates, sorted_standings
from routing.admin.forms import AssignForm, MendForm, ResolveForm, ServiceForm, lead_values, raw_values
from routing.admin.pages import Told, about, act, require, sentence, show, told
from routing.models import IntakeRecord, QueueItem
from routing.payload import read_json
from routing.queries import waiting
from routing.services import fallback, handing

ONE_REASON: Final = 100  # items shown where one reason is asked for
Work = Callable[[HttpRequest, QueueItem], HttpResponse]


@admin.register(QueueItem)
class QueueItemAdmin(ReadOnlyAdmin):
    """The queue, on pages of its own."""

    resource = "queue"

    def get_urls(self) -> list[URLPattern]:
        """Add what is done with items."""
        view = self.admin_site.admin_view
        own = [
            path("next/", view(take_next), name="routing_queueitem_next"),
            path("retry-all/", view(retry_all), name="routing_queueitem_retry_all"),
            *(
                path(
                    f"<uuid:pk>/{name}/", view(work), {"name": name}, name=f"routing_queueitem_{name.replace('-', '_')}"
                )
                for name in WORKS
            ),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show what waits, by kind and reason."""
        return overview(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one item to work on."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET"])
        require(request, "queue.view")
        try:
            return _item_page(request, _item(UUID(object_id)))
        except ValueError as error:
            raise Http404 from error


def overview(request: HttpRequest) -> HttpResponse:
    """Show what waits, by kind and reason; `?kind=`, `?reason=` and `?mine=1` narrow it."""
    require(request, "queue.view")
    actor, mine, reason = actor_of(request), bool(request.GET.get("mine")), request.GET.get("reason", "")
    everything = waiting.unresolved(user_id=int(actor.id) if mine else None)
    counts = waiting.counts(everything)
    kind = _kind(request.GET.get("kind", ""), reason, counts)
    items = everything.filter(kind=kind)
    context = {
        "title": "Queue",
        "now": timezone.now(),
        "kind": kind,
        "mine": mine,
        "reason": reason,
        "tabs": [
            {"label": label, "count": counts[code], "url": _address(code, mine), "current": code == kind}
            for code, label in QueueItem.Kind.choices
        ],
        "everyones": _address(kind, mine=False),
        "own": _address(kind, mine=True),
        "groups": waiting.groups(items.filter(reason=reason), shown=ONE_REASON) if reason else waiting.groups(items),
        "open_count": items.filter(state=QueueItem.State.OPEN).count(),
        "may_take": allows(actor, "queue.claim"),
        "may_retry": allows(actor, "queue.resolve"),
    }
    return show(request, "routing/queue.html", context)


def _kind(asked: str, reason: str, counts: Mapping[str, int]) -> str:
    """Return the tab asked for; else the one the reason is in, or the first that holds anything."""
    if asked in QueueItem.Kind.values:
        return asked
    found = waiting.unresolved().filter(reason=reason).values_list("kind", flat=True).first() if reason else None
    return found or next((kind for kind, count in counts.items() if count), QueueItem.Kind.FALLBACK.value)


def _address(kind: str, mine: bool, reason: str = "") -> str:
    query = {"kind": kind} | ({"mine": "1"} if mine else {}) | ({"reason": reason} if reason else {})
    return f"{reverse('admin:routing_queueitem_changelist')}?{urlencode(query)}"


def take_next(request: HttpRequest) -> HttpResponse:
    """Take the item of the tab that has waited longest, and open it."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "queue.claim")
    actor, kind = actor_of(request), request.POST.get("kind", "")
    item = fallback.take_next(kind=kind, user_id=int(actor.id), actor=actor, now=timezone.now())
    if item is None:
        messages.info(request, "Nothing waits here, or somebody just took it.")
        return HttpResponseRedirect(_address(kind, mine=False))
    return HttpResponseRedirect(reverse("admin:routing_queueitem_change", args=[item.pk]))


def retry_all(request: HttpRequest) -> HttpResponse:
    """Run every lead that waits for one reason through the rules again."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "queue.resolve")
    kind, reason = request.POST.get("kind", ""), request.POST.get("reason", "")

    def retry() -> Told:
        tried, moved = fallback.retry_all(kind=kind, reason=reason, actor=actor_of(request), now=timezone.now())
        return Told(f"{tried} tried again: {moved} moved on, {tried - moved} still wait.")

    return act(request, retry, back=_address(kind, mine=False))


def _item(pk: UUID) -> QueueItem:
    people = ("owner", "deputy", "claimed_by", "lead__person", "lead__source", "lead__owner")
    return get_object_or_404(QueueItem.objects.select_related(*people), pk=pk)


def _item_page(request: HttpRequest, item: QueueItem, bound: Mapping[str, ServiceForm] | None = None) -> HttpResponse:
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
        "mend_form": bound.get("mend") or (_mend_form(item) if working else None),
        "can_mend": item.lead.person is not None,
        "can_retry": item.reason != "FIELDS_INVALID",
        "candidates": _candidates(item) if working else None,
        "bound": bound,
        "trail": [],
    }
    return show(request, "routing/queue_item.html", context)


def _candidates(item: QueueItem) -> Candidates:
    return sorted_standings(item.lead, timezone.now())


def _mend_form(item: QueueItem) -> MendForm:
    """Return the form with what is known of the lead: the body as it was sent where it could not be read."""
    sent = _sent(item) if item.reason == "FIELDS_INVALID" else {}
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
    return do(request, _item(pk))


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

    return act(request, put_back, back=_item_address(item), onward=_address(item.kind, mine=False))


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
        request, assign, back=_item_address(item), onward=_address(item.kind, mine=False), form=form, again=again
    )


def _mend(request: HttpRequest, item: QueueItem) -> HttpResponse:
    form = MendForm(request.POST, auto_id="mend_%s")

    def mend() -> Told:
        placement = fallback.mend(item=item, fields=form.payload(), actor=actor_of(request), now=timezone.now())
        return told(placement, "Mended. ")

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
        resolution = form.cleaned_data["resolution"]
        fallback.resolve(item=item, resolution=resolution, reject=reject, actor=actor_of(request), now=timezone.now())
        return Told(f"{item.lead} is {'rejected' if reject else 'closed'}.")

    again = _again(request, item, "resolve", form)
    return act(
        request, resolve, back=_item_address(item), onward=_address(item.kind, mine=False), form=form, again=again
    )


def _again(request: HttpRequest, item: QueueItem, name: str, form: ServiceForm) -> Callable[[], HttpResponse]:
    return lambda: _item_page(request, item, {name: form})


def _item_address(item: QueueItem) -> str:
    return reverse("admin:routing_queueitem_change", args=[item.pk])


def _lead_address(item: QueueItem) -> str:
    return reverse("admin:routing_lead_change", args=[item.lead_id])


WORKS: Final[Mapping[str, tuple[str, Work]]] = {
    "take": ("queue.claim", _take),
    "put-back": ("queue.claim", _put_back),
    "retry": ("queue.resolve", _retry),
    "assign": ("queue.assign", _assign),
    "mend": ("queue.resolve", _mend),
    "resolve": ("queue.resolve", _resolve),
}
