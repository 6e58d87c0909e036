"""The buttons of a lead source: a new key, shown once, a lead to try it with, and how its words are read."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.errors import Invalid, Refused
from accounts.http import actor_of
from accounts.policy import allows
from routing.admin import source_words
from routing.admin.lead_form import LeadForm, raw_values
from routing.models import LeadSource
from routing.services import sources

TONES: Final[Mapping[str, str]] = {"assigned": "ok", "rejected": "bad", "quarantined": "bad"}
Page = Callable[[HttpRequest, LeadSource], HttpResponse]


def urls() -> list[URLPattern]:
    """Return the buttons' addresses, below those of sources."""
    return [
        path("<int:pk>/key/", _button(issue_key), name="routing_leadsource_key"),
        path("<int:pk>/test/", _button(test), name="routing_leadsource_test"),
        path("<int:pk>/remember/", _button(source_words.remember), name="routing_leadsource_remember"),
        path("<int:pk>/forget/", _button(source_words.forget), name="routing_leadsource_forget"),
    ]


def _button(page: Page) -> Any:
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        if not allows(actor_of(request), "sources.edit"):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        return page(request, get_object_or_404(LeadSource, pk=pk))

    return admin.site.admin_view(view)


def issue_key(request: HttpRequest, source: LeadSource) -> HttpResponse:
    """Show the key on the answer itself: it is kept nowhere, not even in a message."""
    try:
        key = sources.issue_source_key(source=source, actor=actor_of(request), now=timezone.now())
    except Refused as refusal:
        return _show(request, source, "routing/source_key.html", {"refusal": refusal.message})
    sample = json.dumps(sources.sample_lead(source), ensure_ascii=False)
    url = request.build_absolute_uri(reverse("leads"))
    return _show(request, source, "routing/source_key.html", {"key": key, "sample": sample, "url": url})


def test(request: HttpRequest, source: LeadSource) -> HttpResponse:
    """Show what the source would hear for a usual lead, or for the one the form tells."""
    told = "first_name" in request.POST
    sent = sources.sample_lead(source)
    form = LeadForm(request.POST) if told else LeadForm(initial={**raw_values(sent), "attributes": ""})
    trial = None
    if not told or form.is_valid():
        sent = form.payload() if told else sent
        trial = sources.try_out(source=source, sent=sent, actor=actor_of(request), now=timezone.now())
        _blame(form, trial)
    tone = TONES.get(trial.outcome["status"], "warn") if trial and trial.outcome else "bad"
    return _show(request, source, "routing/test_post.html", {"trial": trial, "form": form, "tone": tone})


def _blame(form: LeadForm, trial: sources.Trial) -> None:
    """Show what is wrong with the lead at its fields."""
    if not form.is_bound:
        form.note([asdict(problem) for problem in trial.problems], trial.sent)
    elif trial.problems:
        form.blame(Invalid(trial.problems))


def _show(request: HttpRequest, source: LeadSource, template: str, context: Mapping[str, Any]) -> TemplateResponse:
    trail = [(str(source), reverse("admin:routing_leadsource_change", args=[source.pk]))]
    whole = {**admin.site.each_context(request), "source": source, "trail": trail, **context}
    return TemplateResponse(request, template, whole)
