"""Beside a pool's form: to whom the next leads would go, and whether room should decide instead of turns."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.http import actor_of
from routing.admin.method_form import MethodWidget
from routing.admin.pages import require, show
from routing.models import Pool
from routing.queries import pools
from routing.recommendation import recommend
from routing.services import previewing, setup
from routing.strategies import parse

MOST_DIGITS: Final = 10  # of a pool's number in what is sent


def page_context(pool: Pool) -> dict[str, Any]:
    """Return what a pool's page shows beside its form; the preview itself is asked for from there."""
    return {
        "preview_url": reverse("admin:routing_pool_preview", args=[pool.pk]),
        "faults": parse(pool.method, pool.strategy).faults,
        "recommendation": recommend(pool.strategy, pools.desks(pool)),
    }


def pool_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show to whom the next leads would go: by the method on the page where that is sent, else by the one in force."""
    require(request, "pools.view")
    pool = get_object_or_404(Pool, pk=pk)
    strategy, method, overflow = pool.strategy, pool.method, pool.overflow
    if request.method == "POST":
        strategy, method = (
            request.POST.get("strategy", ""),
            MethodWidget().value_from_datadict(request.POST, {}, "method"),
        )
        chosen = request.POST.get("overflow", "")
        overflow = (
            Pool.objects.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < MOST_DIGITS else None
        )
    problems = setup.method_problems(method, strategy)
    shown = None
    if not problems:
        shown = previewing.preview(
            pool=pool,
            strategy=strategy,
            method=method,
            goes_on_to=overflow.slug if overflow else None,
            actor=actor_of(request),
            now=timezone.now(),
        )
    context = {"title": f"Preview of {pool}", "pool": pool, "problems": problems, "preview": shown}
    return show(request, "routing/pool_preview_page.html", context)
