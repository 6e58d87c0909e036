"""The page of what lint found in a draft: by sort, each with its rules and the lead that shows it."""

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from rules_engine import services as rules
from rules_engine.admin.pages import get_set, linked, page, rule_url, set_url, show
from rules_engine.catalog_setting import catalog
from rules_engine.engine.explain import shown_value
from rules_engine.engine.lint import ExampleLead, Finding, Severity
from rules_engine.models import Rule
from rules_engine.severities import GRADES


@page("rules.view", "GET")
def lint(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what lint found in the draft."""
    ruleset = get_set(pk)
    found = rules.lint_draft(ruleset=ruleset, now=timezone.now())
    rows = list(ruleset.rules.order_by("position", "pk"))
    context = {
        "title": f"Findings in {ruleset}",
        "trail": [(str(ruleset), set_url(ruleset))],
        "ruleset": ruleset,
        "groups": _groups(found.findings, {rule.rule_id: rule for rule in rows}),
        "problems": linked(found.problems, rows),
        "judged": found.judged,
        "counts": counts(found),
    }
    return show(request, "lint.html", context)


def counts(found: rules.Lint) -> list[dict[str, Any]]:
    """Return how many findings there are of each severity that occurs."""
    numbers = [(severity, sum(each.sort.severity is severity for each in found.findings)) for severity in Severity]
    return [
        {"label": GRADES[severity].counted, "tone": GRADES[severity].tone, "number": number}
        for severity, number in numbers
        if number
    ]


@page("rules.view", "GET")
def count(request: HttpRequest, pk: int) -> HttpResponse:
    """Return the link to the findings with how many there are: a set's page fetches it once it is shown."""
    ruleset = get_set(pk)
    found = counts(rules.lint_draft(ruleset=ruleset, now=timezone.now()))
    return render(request, "rules_engine/lint_count.html", {"ruleset": ruleset, "counts": found})


def _groups(findings: tuple[Finding, ...], rows: dict[str, Rule]) -> list[dict[str, Any]]:
    return [
        {
            "sort": sort,
            "grade": GRADES[sort.severity],
            "findings": [_shown(finding, rows) for finding in group],
        }
        for sort, group in groupby(findings, key=lambda finding: finding.sort)
    ]


def _shown(finding: Finding, rows: dict[str, Rule]) -> dict[str, Any]:
    return {
        "finding": finding,
        "rules": [{"id": name, "url": _url(name, rows)} for name in finding.rules],
        "example": _example(finding.example) if finding.example else None,
    }


def _url(name: str, rows: dict[str, Rule]) -> str:
    """Return where a rule, or the table a row belongs to, is mended."""
    rule = rows.get(name.partition("/")[0])
    return rule_url(rule) if rule else ""


def _example(example: ExampleLead) -> dict[str, Any]:
    fields = [field for field in catalog().fields if field.name in example.facts.known]
    said = [(field.label, shown_value(example.facts.known[field.name], field)) for field in fields]
    return {"facts": said, "at": example.at}
