"""Rule packs: which there are, what taking one would change, and taking it into drafts."""

from collections.abc import Mapping
from typing import Final

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.errors import FieldProblem, Forbidden, Invalid, Missing, Refused
from accounts.http import actor_of
from accounts.policy import allows
from accounts.policy_admin import ReadOnlyAdmin
from licenses.models import AppointmentRegime
from routing.admin.pages import require, show
from routing.models import PackedSet
from routing.packs import files
from routing.packs.merging import Choice
from routing.queries import packs as plans
from routing.queries.packs import Plan
from routing.services import packs

CHOICE: Final = "choice:"


@admin.register(PackedSet)
class PackAdmin(ReadOnlyAdmin):
    """Packs, on pages of their own."""

    resource = "rules"

    def get_urls(self) -> list[URLPattern]:
        """Put our pages in place of the admin's own."""
        view = self.admin_site.admin_view
        return [
            path("", view(overview), name="routing_packedset_changelist"),
            path("<slug:slug>/", view(one), name="routing_pack"),
        ]


def overview(request: HttpRequest) -> HttpResponse:
    """List the packs there are."""
    require(request, "rules.view")
    unconfirmed = AppointmentRegime.objects.filter(status=AppointmentRegime.Status.PROVISIONAL).count()
    context = {"title": "Rule packs", "packs": list(plans.list_packs()), "provisional_regimes": unconfirmed}
    return show(request, "routing/packs.html", context)


def one(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what taking a pack would change; take it."""
    require(request, "rules.edit" if request.method == "POST" else "rules.view")
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "POST"])
    try:
        return _take(request, slug) if request.method == "POST" else _page(request, slug)
    except Missing as missing:
        raise Http404(missing.message) from missing


def _take(request: HttpRequest, slug: str) -> HttpResponse:
    try:
        done = packs.install(
            slug=slug,
            choices=_choices(request),
            reviewed_hash=request.POST.get("reviewed", ""),
            actor=actor_of(request),
            now=timezone.now(),
        )
    except Forbidden as forbidden:
        raise PermissionDenied(forbidden.message) from forbidden
    except Missing:
        raise
    except Refused as refusal:
        return _page(request, slug, refusal)
    manifest = done.pack.manifest
    messages.success(
        request, f"{manifest.name} {manifest.version} is in the drafts. What is live stays until somebody publishes."
    )
    return HttpResponseRedirect(reverse("admin:routing_pack", args=[slug]))


def _page(request: HttpRequest, slug: str, refusal: Refused | None = None) -> HttpResponse:
    planned: Plan | None = None
    try:
        planned = plans.plan(files.find(slug))
    except Invalid as unreadable:
        refusal = unreadable
    context = {
        "title": planned.pack.manifest.name if planned else slug,
        "slug": slug,
        "plan": planned,
        "chosen": _choices(request),
        "problems": _problems(refusal),
        "may_take": _may_take(request),
        "takeable": planned is not None and not (planned.is_current or planned.is_older),
    }
    return show(request, "routing/pack.html", context)


def _choices(request: HttpRequest) -> Mapping[str, Choice]:
    """Return what was chosen; what is no choice counts as none."""
    return {
        name.removeprefix(CHOICE): Choice(value)
        for name, value in request.POST.items()
        if name.startswith(CHOICE) and isinstance(value, str) and value in set(Choice)
    }


def _problems(refusal: Refused | None) -> tuple[FieldProblem, ...]:
    if refusal is None:
        return ()
    return refusal.problems if isinstance(refusal, Invalid) else (FieldProblem("", refusal.code, refusal.message),)


def _may_take(request: HttpRequest) -> bool:
    return allows(actor_of(request), "rules.edit")
