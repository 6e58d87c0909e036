"""Releases: a look at what letting leads go would come to, the confirmation, and how far each release is."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.http import actor_of
from accounts.policy import allows
from accounts.policy_admin import ReadOnlyAdmin
from routing import reasons, words
from routing.admin.forms import ServiceForm
from routing.admin.pages import Told, act, require, show
from routing.admin.queue_item import queue_address
from routing.admin.trials import read_id
from routing.models import Pool, QueueItem, Release, ReleaseLead
from routing.services import releasing
from routing.services.releasing import Wanted

LISTED: Final = 30
TONES: Final[Mapping[str, str]] = {"RUNNING": "info", "DONE": "ok"}
LEAD_TONES: Final[Mapping[str, str]] = {"GIVEN": "ok", "WAITING": "info", "STAYED": "warn", "MOVED": "warn"}


class ReleaseForm(ServiceForm):
    """Which leads, how many, and how fast."""

    reason = forms.ChoiceField(label="Waiting for", required=False)
    pool = forms.ChoiceField(required=False)
    state = forms.ChoiceField(label="State", required=False)
    line = forms.ChoiceField(label="Line", required=False)
    most = forms.IntegerField(
        label="Leads at most", min_value=1, max_value=releasing.MOST, initial=200, help_text="The oldest first."
    )
    per_minute = forms.IntegerField(label="Leads a minute", min_value=1, max_value=releasing.FASTEST, initial=20)
    per_producer = forms.IntegerField(
        label="At most for each producer",
        required=False,
        min_value=1,
        help_text="Of this release. Blank: as many as there is room for.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = releasing.waiting(Wanted()).order_by()
        labels = {
            "reason": ("reason", reasons.text, "Whatever reason"),
            "pool": ("lead__pool", self._pool_name, "Any pool"),
            "state": ("lead__governing_state", words.state_name, "Any state"),
            "line": ("lead__line", words.line_name, "Any line"),
        }
        for name, (column, label, anything) in labels.items():
            values = sorted({value for value in there.values_list(column, flat=True).distinct() if value})
            choices = [("", anything), *((value, label(value)) for value in values)]
            asked = self.data.get(name, "") if self.is_bound else self.initial.get(name, "")
            if asked and asked not in values:  # all of these have gone meanwhile
                choices.append((asked, label(asked)))
            self.fields[name].choices = choices  # type: ignore[attr-defined]  # a ChoiceField

    @staticmethod
    def _pool_name(slug: str) -> str:
        return Pool.objects.filter(slug=slug).values_list("name", flat=True).first() or slug

    @property
    def wanted(self) -> Wanted:
        """Which leads are meant."""
        return Wanted(**{name: self.cleaned_data[name] for name in ("reason", "pool", "state", "line", "most")})


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin):
    """Releases, on pages of their own."""

    resource = "queue"

    def get_urls(self) -> list[URLPattern]:
        """Add the look, and stopping one."""
        view = self.admin_site.admin_view
        own = [
            path("new/", view(new), name="routing_release_new"),
            path("<uuid:pk>/cancel/", view(cancel), name="routing_release_cancel"),
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """List them, the latest first."""
        require(request, "queue.view")
        page = Paginator(Release.objects.select_related("started_by"), LISTED).get_page(request.GET.get("page"))
        tallies = releasing.tallies(list(page))
        rows = [(each, TONES.get(each.state, "muted"), _said(each), tallies[each.pk]) for each in page]
        return show(
            request, "routing/releases.html", {"title": "Releases", "page": page, "rows": rows, **_may(request)}
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one; asked by htmx, only the part that changes while it runs."""
        if request.method not in {"GET", "HEAD"}:
            return HttpResponseNotAllowed(["GET"])
        require(request, "queue.view")
        release = _get(object_id)
        part = "_body" if getattr(request, "htmx", None) else ""
        return show(request, f"routing/release{part}.html", _about(release) | _may(request))


def new(request: HttpRequest) -> HttpResponse:
    """Choose leads and look; sent by POST, let them go."""
    require(request, "queue.resolve")
    if request.method == "POST":
        return _start(request)
    form = ReleaseForm(request.GET if "most" in request.GET else None, initial=request.GET.dict())
    seen = None
    if form.is_bound and form.is_valid():
        per_producer = form.cleaned_data["per_producer"]
        seen = releasing.look(
            wanted=form.wanted, per_producer=per_producer, actor=actor_of(request), now=timezone.now()
        )
    return _page(request, form, seen)


def _page(request: HttpRequest, form: ReleaseForm, seen: Any = None) -> HttpResponse:
    context = {
        "title": "Release leads that wait",
        "form": form,
        "forecast": seen,
        "sent": {name: form[name].value() or "" for name in form.fields} if seen else {},
        "minutes": -(-seen.leads // form.cleaned_data["per_minute"]) if seen else 0,
        "queue_url": queue_address(QueueItem.Kind.FALLBACK, mine=False),
    }
    return show(request, "routing/release_new.html", context)


def _start(request: HttpRequest) -> HttpResponse:
    form = ReleaseForm(request.POST)
    started: list[Release] = []

    def start() -> Told:
        given = form.cleaned_data
        release = releasing.start(
            wanted=form.wanted,
            per_minute=given["per_minute"],
            per_producer=given["per_producer"],
            actor=actor_of(request),
            now=timezone.now(),
        )
        started.append(release)
        return Told(f"{release.leads.count()} leads are let go, {release.per_minute} a minute.")

    back = reverse("admin:routing_release_new")
    answer = act(request, start, back=back, form=form, again=lambda: _page(request, form))
    if started:
        answer["Location"] = _address(started[0])
    return answer


def cancel(request: HttpRequest, pk: Any) -> HttpResponse:
    """Stop one."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    require(request, "queue.resolve")
    release = _get(str(pk))

    def stop() -> Told:
        left = releasing.cancel(release=release, actor=actor_of(request), now=timezone.now())
        return Told(f"Cancelled: {left} go on waiting.")

    return act(request, stop, back=_address(release))


def _get(object_id: str) -> Release:
    release = Release.objects.select_related("started_by").filter(pk=read_id(object_id)).first()
    if release is None:
        raise Http404
    return release


def _address(release: Release) -> str:
    return reverse("admin:routing_release_change", args=[release.pk])


def _may(request: HttpRequest) -> dict[str, bool]:
    return {"may_release": allows(actor_of(request), "queue.resolve")}


def _said(release: Release) -> str:
    """Return which leads a release was asked for, in words."""
    wanted = release.wanted
    parts = [
        reasons.text(wanted["reason"]).rstrip(".") if wanted["reason"] else "",
        f"pool {wanted['pool']}" if wanted["pool"] else "",
        words.state_name(wanted["state"]),
        words.line_name(wanted["line"]),
    ]
    return ", ".join(filter(None, parts)) or "Whatever waits"


def _about(release: Release) -> dict[str, Any]:
    counted, total = releasing.tally(release), release.leads.count()
    through = total - counted.get(ReleaseLead.State.WAITING, 0)
    leads = release.leads.exclude(state=ReleaseLead.State.WAITING).select_related("item__lead__person", "producer")
    return {
        "title": str(release),
        "release": release,
        "said": _said(release),
        "tone": TONES.get(release.state, "muted"),
        "is_running": release.state == Release.State.RUNNING,
        "through": through,
        "total": total,
        "percent": 100 * through // total if total else 100,
        "stats": [(label, counted.get(state, 0)) for state, label in ReleaseLead.State.choices],
        "latest": [
            (each, LEAD_TONES.get(each.state, "muted")) for each in leads.order_by("-settled_at", "-pk")[:LISTED]
        ],
    }
