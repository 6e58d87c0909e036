"""What cases or past leads try of each condition of a set, beside the rule's sentence."""

from typing import Any, Final

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.errors import Invalid, Missing
from routing.admin.pages import require, show
from routing.coverage_words import RuleLine, line_of
from routing.services import choices, covering
from routing.services.choices import Choice
from rules_engine.models import RuleSet

CASES, LEADS = "cases", "leads"
OVER: Final = {CASES: "Saved cases", LEADS: f"The last {covering.LEADS_MOST} leads"}


def urls() -> list[URLPattern]:
    """Return the page's address, below that of cases."""
    return [path("coverage/", admin.site.admin_view(page), name="bench_coverage")]


def page(request: HttpRequest) -> HttpResponse:
    """Show what is tried of one set's draft, or of what is live of it."""
    require(request, "rules.view")
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET"])
    sets = list(RuleSet.objects.all())
    slug = request.GET.get("set") or next((each.slug for each in sets), "")
    over = request.GET.get("over") if request.GET.get("over") in OVER else CASES
    is_live = request.GET.get("rules") == choices.LIVE
    lines, refusal = _lines(slug, Choice() if is_live else Choice(((slug, None),)), str(over))
    context: dict[str, Any] = {
        "title": "Coverage",
        "sets": sets,
        "slug": slug,
        "over": over,
        "overs": OVER.items(),
        "is_live": is_live,
        "lines": lines,
        "gaps": sum(line.gaps for line in lines),
        "refusal": refusal,
    }
    return show(request, "routing/coverage.html", context)


def _lines(slug: str, choice: Choice, over: str) -> tuple[list[RuleLine], Invalid | Missing | None]:
    now = timezone.now()
    try:
        if over == CASES:
            found = covering.by_cases(slug=slug, choice=choice, now=now)
        else:
            found = covering.by_leads(slug=slug, choice=choice, count=covering.LEADS_MOST, now=now)
    except (Invalid, Missing) as refusal:
        return [], refusal
    return [line_of(each) for each in found], None
