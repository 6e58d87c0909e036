"""Reports for managers: all of them at a glance, each on a page, the leads behind a number, a table as CSV."""

import csv
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.errors import Forbidden, Missing
from accounts.http import actor_of
from audit.lines import safe
from routing.admin.pages import require, show
from routing.admin.report_form import SPANS, ReportForm
from routing.admin.report_tables import Addresses, chart_of, figure_of, plain, shown, told
from routing.figures import Unit
from routing.queries.reports import reading
from routing.queries.reports.listed import REPORTS
from routing.queries.reports.reading import Place
from routing.queries.reports.report import Report

LISTED: Final = 50
CSV_UNITS: Final = {Unit.SHARE: ", share", Unit.SECONDS: ", seconds"}


def urls() -> list[URLPattern]:
    """Return the addresses of reports, below those of leads."""
    view = admin.site.admin_view
    return [
        path("reports/", view(index), name="reports"),
        path("reports/<str:report>/", view(one), name="report"),
        path("reports/<str:report>/leads/", view(leads), name="report_leads"),
        path("reports/<str:report>/table.csv", view(table), name="report_table"),
    ]


def index(request: HttpRequest) -> HttpResponse:
    """Show every report with the figure that stands for it."""
    require(request, "reports.view")
    form = ReportForm(request.GET, now=timezone.now())
    context: dict[str, Any] = {"title": "Reports", **_head(form)}
    if form.is_valid():
        actor, scope = actor_of(request), form.scope
        context["stats"] = [
            (each, figure_of(reading.summary(each, scope, actor=actor)), _address("report", each, form.query()))
            for each in REPORTS.values()
        ]
    return show(request, "routing/reports.html", context)


def one(request: HttpRequest, report: str) -> HttpResponse:
    """Show a report: what it counts, its figures, its chart, its tables."""
    require(request, "reports.view")
    asked = _get(report)
    form = ReportForm(request.GET, now=timezone.now())
    context: dict[str, Any] = {
        "title": asked.title,
        "report": asked,
        "tabs": [(each, _address("report", each, form.query())) for each in REPORTS.values()],
        **_head(form),
    }
    if form.is_valid():
        found = reading.read(asked, form.scope, actor=actor_of(request))
        addresses = Addresses(_address("report_leads", asked), _address("report_table", asked), form.query())
        context |= {
            "figures": [figure_of(each) for each in found.figures],
            "chart": chart_of(found),
            "sections": [
                (section, [shown(each, addresses) for each in section.tables if each.rows])
                for section in found.sections
            ],
        }
    return show(request, "routing/report.html", context)


def leads(request: HttpRequest, report: str) -> HttpResponse:
    """List the leads one number counted."""
    require(request, "reports.view")
    asked, form = _get(report), _form(request)
    table, key = _table_asked(request, asked), request.GET.get("key")
    part = request.GET.get("part") or asked.sections[0].parts[0].name
    before = Place.read(request.GET.get("before", ""))
    try:
        found = reading.lines(
            asked,
            form.scope,
            table=table,
            part=part,
            key=key,
            before=before,
            length=LISTED,
            actor=actor_of(request),
        )
    except Forbidden as error:
        raise PermissionDenied(error.message) from error
    except Missing as error:
        raise Http404(error.message) from error
    number = urlencode({"table": table, "part": part} | ({} if key is None else {"key": key}))
    context = {
        "title": ": ".join(filter(None, [found.part, found.group])),
        "trail": [(asked.title, _address("report", asked, form.query()))],
        "report": asked,
        "found": found,
        "query": "&".join(filter(None, [form.query(), number])),
        "is_first": before is None,
        "scope": form.scope,
    }
    return show(request, "routing/report_leads.html", context)


def table(request: HttpRequest, report: str) -> HttpResponse:
    """Give a table as a file for spreadsheets: shares between 0 and 1, lengths of time in seconds."""
    require(request, "reports.view")
    asked, form = _get(report), _form(request)
    try:
        found = reading.table(asked, _table_asked(request, asked), form.scope, actor=actor_of(request))
    except Missing as error:
        raise Http404(error.message) from error
    file = f"{asked.slug}-{found.name}-{form.scope.first}-{form.scope.last}.csv"
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file}"'
    writer = csv.writer(answer, lineterminator="\r\n")
    writer.writerow([found.heading, *(f"{each.label}{CSV_UNITS.get(each.unit, '')}" for each in found.columns)])
    for row in told(found):
        writer.writerow([safe(row.label), *map(plain, row.values)])
    return answer


def _get(slug: str) -> Report:
    if slug not in REPORTS:
        raise Http404("There is no such report.")
    return REPORTS[slug]


def _form(request: HttpRequest) -> ReportForm:
    form = ReportForm(request.GET, now=timezone.now())
    if not form.is_valid():
        raise Http404("There is no such period, or no such pool.")
    return form


def _head(form: ReportForm) -> dict[str, Any]:
    """Return what every report's page has above: the period and the pool."""
    is_valid = form.is_valid()
    spans = [
        (days, form.query(days=days, since="", until=""), is_valid and not form.has_dates and form.chosen_days == days)
        for days in SPANS
    ]
    return {"form": form, "spans": spans, "scope": form.scope if is_valid else None}


def _table_asked(request: HttpRequest, report: Report) -> str:
    """Return the name of the table an address means: the report's first, where it names none."""
    section = report.sections[0]
    return request.GET.get("table") or f"{section.name}-{section.by[0].name}"


def _address(name: str, report: Report, query: str = "") -> str:
    address = reverse(f"admin:{name}", args=[report.slug])
    return f"{address}?{query}" if query else address
