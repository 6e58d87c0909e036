"""Saved cases: the list with what they say of the rules, keeping one, deleting one; and what they cover."""

from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.errors import Invalid, Missing
from accounts.http import actor_of
from accounts.policy import allows
from accounts.policy_admin import ReadOnlyAdmin
from licenses.models import Producer
from routing.admin import bench, coverage
from routing.admin.bench_form import rule_choices
from routing.admin.case_form import CaseForm
from routing.admin.pages import Told, act, reader_zone, require, show
from routing.models import Pool, SavedCase
from routing.services import case_runs, cases, choices

LIST: Final = "admin:routing_savedcase_changelist"


@admin.register(SavedCase)
class SavedCaseAdmin(ReadOnlyAdmin):
    """Cases, and the bench they come from, on pages of their own."""

    resource = "rules"

    def get_urls(self) -> list[URLPattern]:
        """Put our pages in place of the admin's own."""
        view = self.admin_site.admin_view
        return [
            path("", view(overview), name="routing_savedcase_changelist"),
            *bench.urls(),
            *coverage.urls(),
            path("try/", view(try_all), name="routing_savedcase_try"),
            path("save/", view(save), name="bench_save"),
            path("<int:pk>/delete/", view(delete), name="routing_savedcase_delete"),
        ]


def overview(request: HttpRequest) -> HttpResponse:
    """Show every case with what it came to when last tried under the rules chosen; with `try`, tried now."""
    require(request, "rules.view")
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET"])
    return _overview(request, request.GET.get("rules") or choices.LIVE)


def _overview(request: HttpRequest, rules: str, refusal: Invalid | Missing | None = None) -> HttpResponse:
    found = None
    try:
        choice = choices.read(rules)
        is_asked = "try" in request.GET
        found = (
            case_runs.look(choice=choice, actor=actor_of(request), now=timezone.now())
            if is_asked
            else case_runs.overview(choice)
        )
    except (Invalid, Missing) as error:
        refusal = refusal or error
    actor = actor_of(request)
    context = {
        "title": "Saved cases",
        "found": found,
        "refusal": refusal,
        "rules": rules,
        "offered": list(rule_choices()),
        "pool_names": dict(Pool.objects.values_list("slug", "name")),
        "may_edit": allows(actor, "rules.edit"),
        "may_keep": allows(actor, "rules.approve"),
    }
    return show(request, "routing/cases.html", context)


def try_all(request: HttpRequest) -> HttpResponse:
    """Try every case under the rules chosen, keep what they came to for the others, and show it."""
    require(request, "rules.approve")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    rules = request.POST.get("rules") or choices.LIVE
    try:
        case_runs.try_all(choice=choices.read(rules), actor=actor_of(request), now=timezone.now())
    except (Invalid, Missing) as refusal:
        return _overview(request, rules, refusal)
    return HttpResponseRedirect(f"{reverse(LIST)}?{urlencode({'rules': rules})}")


def save(request: HttpRequest) -> HttpResponse:
    """Keep a run of the bench as a case."""
    require(request, "rules.edit")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = CaseForm(request.POST, people=dict(_people()))
    with timezone.override(reader_zone(request)):
        form.is_valid()

    def again() -> HttpResponse:
        return show(request, "routing/save_case.html", {"title": "Save as a case", "saving": form})

    def call() -> Told:
        case = cases.save(
            name=form.cleaned_data["name"],
            fields=form.cleaned_data["fields_json"],
            source=form.cleaned_data["source"],
            at=form.cleaned_data["at"],
            expected=form.expected(),
            actor=actor_of(request),
            now=timezone.now(),
        )
        return Told(f"Saved: {case}.")

    return act(request, call, back=reverse(LIST), form=form, again=again)


def _people() -> Any:
    return ((each.pk, str(each)) for each in Producer.objects.all())


def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a case."""
    require(request, "rules.edit")
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    case = get_object_or_404(SavedCase, pk=pk)

    def call() -> Told:
        cases.delete(case=case, actor=actor_of(request), now=timezone.now())
        return Told(f"Deleted: {case}.", messages.SUCCESS)

    return act(request, call, back=reverse(LIST))
