"""The test bench's page: a lead on the left, what becomes of it on the right. It writes nothing.

The run of a lead that came in has an address, and so has that of a saved case, whose person is invented. Any other
made-up lead is posted, so that no address or log names anybody.
"""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, QueryDict
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.errors import Invalid, Missing
from accounts.http import actor_of
from accounts.policy import allows
from routing.admin import bench_page, case_form
from routing.admin.bench_form import INVENTED, BenchForm, RunForm, like, tried
from routing.admin.bench_page import Filter
from routing.admin.pages import reader_zone, require, show
from routing.models import Lead, Pool, SavedCase
from routing.queries import asked_for, visible
from routing.services import bench, cases
from routing.services.bench import Run


def urls() -> list[URLPattern]:
    """Return the bench's address, below that of cases."""
    return [path("bench/", admin.site.admin_view(page), name="bench")]


def page(request: HttpRequest) -> HttpResponse:
    """Show the bench, with a run where one was asked for."""
    require(request, "rules.view")
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "POST"])
    with timezone.override(reader_zone(request)):
        if request.method == "POST":
            return _made_up(request)
        if case := request.GET.get("case", ""):
            return _of_a_case(request, case)
        named = request.GET.get("lead", "").strip()
        return _of_a_lead(request, named) if named else _blank(request)


def _made_up(request: HttpRequest) -> HttpResponse:
    form, run_form = BenchForm(request.POST), RunForm(request.POST)
    try:
        run = tried(form, run_form, timezone.now())
    except (Invalid, Missing) as refusal:
        return _page(request, form, run_form, None, refusal=refusal)
    saving = case_form.offered(run, form) if run and allows(actor_of(request), "rules.edit") else None
    return _page(request, form, run_form, run, saving=saving)


def _blank(request: HttpRequest) -> HttpResponse:
    initial: dict[str, Any] = dict(INVENTED)
    if request.GET.get("like"):
        initial = like(_lead(request, request.GET["like"]))
    rules = {name: value for name in RunForm.NAMES if (value := request.GET.get(name))}
    return _page(request, BenchForm(initial=initial), RunForm(initial=rules), None)


def _of_a_lead(request: HttpRequest, named: str) -> HttpResponse:
    """Try a lead that came in. Its id alone stands in the address; a reference leads on to it."""
    lead = _lead(request, named)
    if str(lead.pk) != named:
        return HttpResponseRedirect(f"{reverse('admin:bench')}?{urlencode({**request.GET.dict(), 'lead': lead.pk})}")
    run_form, now = RunForm(request.GET), timezone.now()
    run_form.is_valid()
    at = run_form.cleaned_data.get("at")
    moment = bench.moment_of(at, now=now) if at else bench.arrival_of(lead, now=now)
    try:
        run = bench.run(subject=bench.stored(lead), moment=moment, chosen=run_form.chosen())
    except (Invalid, Missing) as refusal:
        return _page(request, None, run_form, None, lead=lead, refusal=refusal)
    return _page(request, None, run_form, run, lead=lead)


def _of_a_case(request: HttpRequest, named: str) -> HttpResponse:
    """Try a saved case, and say of each choice of rules whether it comes out as expected."""
    case = SavedCase.objects.filter(pk=named).first() if named.isdecimal() and len(named) < 10 else None
    if case is None:
        raise Http404("There is no such case.")
    run_form, now = RunForm(request.GET), timezone.now()
    run_form.is_valid()
    moment = bench.moment_of(run_form.cleaned_data.get("at") or case.at, now=now)
    try:
        subject = bench.made_up(fields=case.lead, source=case.source, moment=moment)
        run = bench.run(subject=subject, moment=moment, chosen=run_form.chosen())
    except (Invalid, Missing) as refusal:
        return _page(request, None, run_form, None, case=case, refusal=refusal)
    return _page(request, None, run_form, run, case=case)


def _lead(request: HttpRequest, named: str) -> Lead:
    """Return the lead of this id or reference, if the reader may see it."""
    leads = visible.leads(actor_of(request)).select_related("person", "source", "duplicate_of")
    try:
        found = leads.filter(pk=UUID(named)).first()
    except ValueError:
        found = leads.filter(external_id=named[:255]).first() if named else None
    if found is None:
        raise Http404("There is no such lead.")
    return found


def _page(
    request: HttpRequest,
    form: BenchForm | None,
    run_form: RunForm,
    run: Run | None,
    *,
    lead: Lead | None = None,
    case: SavedCase | None = None,
    refusal: Invalid | Missing | None = None,
    saving: Any = None,
) -> HttpResponse:
    asked = _filter(request.POST if request.method == "POST" else request.GET)
    context = {
        "title": "Test bench",
        "form": form,
        "run_form": run_form,
        "lead": lead,
        "case": case,
        "run": run,
        "refusal": refusal,
        "saving": saving,
        "filter": asked,
        "shown": bench_page.SHOWN.items(),
    }
    if run is not None:
        context |= {
            "labels": bench_page.labels(run),
            "verdicts": bench_page.verdicts(run),
            "ways": bench_page.ways(run),
            "gates": bench_page.gates(run),
            "parts": bench_page.parts(run),
            "producers": bench_page.producers(run, asked),
        }
    if tried := lead or (run.subject.lead if run else None):
        context["asks_for"] = asked_for.text(tried)
    if case is not None:
        context["pool_names"] = dict(Pool.objects.filter(slug=case.pool).values_list("slug", "name"))
    if run is not None and case is not None:
        context["misses"] = [
            (label, cases.misses(case, column.decided.considered, run.moment.roster))
            for label, column in zip(context["labels"], run.columns, strict=True)
        ]
    return show(request, "routing/bench.html", context)


def _filter(given: QueryDict) -> Filter:
    page = given.get("page", "")
    show_ = given.get("show", "")
    return Filter(
        show_ if show_ in bench_page.SHOWN else "",
        given.get("q", "").strip()[:100],
        given.get("everyone") == "1",
        int(page) if page.isdecimal() and int(page[:6]) > 0 else 1,
    )
