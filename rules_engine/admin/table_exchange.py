"""Decision tables as files: out as CSV or Excel, in again by way of a preview of the rows that change."""

import json
from typing import Any, Final

from django.contrib import admin, messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.errors import FieldProblem, Forbidden, Invalid, Missing, Refused
from accounts.http import actor_of
from rules_engine import services as rules
from rules_engine.admin.pages import get_rule, page, problems_of, rule_url, set_url, show
from rules_engine.catalog_setting import catalog
from rules_engine.documents import content_hash, decode
from rules_engine.models import Rule
from rules_engine.table_files import as_csv, as_xlsx
from rules_engine.table_import import read_import

CSV: Final = "text/csv"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def urls() -> list[URLPattern]:
    """Return the addresses of a table's files."""
    site = admin.site.admin_view
    return [
        path("<int:pk>/table.csv", site(export_csv), name="rules_engine_rule_csv"),
        path("<int:pk>/table.xlsx", site(export_xlsx), name="rules_engine_rule_xlsx"),
        path("<int:pk>/import/", site(import_table), name="rules_engine_rule_import"),
    ]


@page("rules.view", "GET")
def export_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out a table as CSV."""
    rule = _get_table(pk)
    return _file(as_csv(rule.body["table"], catalog()), CSV, f"{rule.rule_id}.csv")


@page("rules.view", "GET")
def export_xlsx(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out a table as an Excel file, or say which cell Excel cannot hold."""
    rule = _get_table(pk)
    try:
        return _file(as_xlsx(rule.body["table"], catalog()), XLSX, f"{rule.rule_id}.xlsx")
    except Invalid as refusal:
        messages.error(request, refusal.message)
        return HttpResponseRedirect(rule_url(rule))


@page("rules.edit", "GET", "POST")
def import_table(request: HttpRequest, pk: int) -> HttpResponse:
    """Show which rows a file changes; with `body`, which that preview sends back, put them into the draft."""
    rule = _get_table(pk)
    if request.method != "POST":
        return _page(request, rule)
    try:
        return _take(request, rule) if "body" in request.POST else _preview(request, rule)
    except (Forbidden, Missing):
        raise
    except Refused as refusal:
        return _page(request, rule, problems=problems_of(refusal))


def _take(request: HttpRequest, rule: Rule) -> HttpResponse:
    seen, body = request.POST.get("seen", ""), decode(request.POST["body"])
    rules.save_rule(rule=rule, document=body, seen_hash=seen or "none", actor=actor_of(request), now=timezone.now())
    messages.success(request, f"{rule} has the rows of the file, in the draft. What is live stays until you publish.")
    return HttpResponseRedirect(rule_url(rule))


def _preview(request: HttpRequest, rule: Rule) -> HttpResponse:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile):
        raise Invalid((FieldProblem("/file", "file.missing", "Choose a CSV or Excel file."),))
    found = read_import(rule, bytes(file.read()))
    return _page(request, rule, found=found, body=json.dumps(found.body), seen=content_hash(rule.body))


def _page(request: HttpRequest, rule: Rule, **shown: Any) -> HttpResponse:
    context = {
        "title": f"Import rows into {rule}",
        "trail": [(str(rule.ruleset), set_url(rule.ruleset)), (rule.name, rule_url(rule))],
        "rule": rule,
        "rule_url": rule_url(rule),
        **shown,
    }
    return show(request, "table_import.html", context)


def _get_table(pk: int) -> Rule:
    rule = get_rule(pk)
    if "table" not in rule.body:
        raise Missing("The rule is no table.")
    return rule


def _file(content: bytes, sort: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=sort, headers={"Content-Disposition": f'attachment; filename="{name}"'})
