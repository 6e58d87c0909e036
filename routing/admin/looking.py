"""Two ways for an auditor to look: at a sample of leads, and at everything as it was at an instant."""

from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from routing.admin.forms import ServiceForm
from routing.admin.ledger_form import MOMENT
from routing.admin.pages import require, show
from routing.models import Lead
from routing.queries import sampling
from routing.queries.sampling import Method
from routing.services import bench
from rules_engine.models import RuleSet

MOST: Final = 500


class SampleForm(ServiceForm):
    """Which leads, how many, how drawn."""

    since = forms.DateTimeField(label="Received from", widget=MOMENT)
    until = forms.DateTimeField(label="Received before", widget=MOMENT)
    method = forms.ChoiceField(
        label="Drawn",
        choices=[
            (Method.RANDOM, "At random"),
            (Method.STRATIFIED, "By state and outcome, each in proportion"),
            (Method.RISK, "Of those with a risk: by hand, provisional rules, fallback, moved"),
        ],
    )
    size = forms.IntegerField(label="How many", min_value=1, max_value=MOST, initial=25)
    seed = forms.CharField(max_length=60, initial="1", help_text="The same seed draws the same leads again.")


class InstantForm(ServiceForm):
    """When, and which lead to decide again."""

    at = forms.DateTimeField(label="Instant", widget=MOMENT)
    lead = forms.UUIDField(label="Lead", required=False, help_text="Its id: to decide it by the rules of that instant.")


def urls() -> list[URLPattern]:
    """Return the addresses of both, below those of decisions."""
    view = admin.site.admin_view
    return [
        path("sample/", view(sample), name="audit_sample"),
        path("as-of/", view(as_of), name="audit_as_of"),
    ]


def sample(request: HttpRequest) -> HttpResponse:
    """Draw a sample; its address draws it again."""
    require(request, "audit.view")
    form = SampleForm(request.GET or None)
    context: dict[str, Any] = {"title": "Sample of leads", "form": form}
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        drawn, number = sampling.draw(**{**given, "method": Method(given["method"])})
        leads = Lead.objects.in_bulk([each.lead_id for each in drawn])
        context |= {"drawn": [(leads[each.lead_id], each.because) for each in drawn], "number": number}
    return show(request, "routing/sample.html", context)


def as_of(request: HttpRequest) -> HttpResponse:
    """Show which rules were live at an instant and which roster was known, and lead on to a lead decided by them."""
    require(request, "audit.view")
    form = InstantForm(request.GET or None)
    context: dict[str, Any] = {"title": "As of an instant", "form": form}
    if form.is_bound and form.is_valid():
        at, lead = form.cleaned_data["at"], form.cleaned_data["lead"]
        context |= {"at": at, "live": _live(at), "moment": bench.moment_of(at, now=timezone.now()), **_onward(at, lead)}
    return show(request, "routing/as_of.html", context)


def _live(at: datetime) -> list[tuple[RuleSet, Any]]:
    """Return each set with the version that was live, or None."""
    return [
        (each, each.versions.filter(published_at__lte=at).defer("document").order_by("-number").first())
        for each in RuleSet.objects.order_by("position", "slug")
    ]


def _onward(at: datetime, lead: UUID | None) -> dict[str, str]:
    instant = f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"
    query = urlencode({"lead": lead, "at": instant, "first": "then", "second": "live"})
    return {
        "bench_url": f"{reverse('admin:bench')}?{query}" if lead else "",
        "ledger_url": f"{reverse('admin:audit_entry_changelist')}?{urlencode({'until': instant})}",
    }
