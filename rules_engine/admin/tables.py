"""Decision tables: the page with the grid, what it knows of each stage, and a table to begin with."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path

from accounts.errors import Invalid
from rules_engine.admin import parts
from rules_engine.admin.pages import get_set, page
from rules_engine.admin.parts import Part
from rules_engine.catalog_setting import catalog
from rules_engine.documents import decode
from rules_engine.engine.nodes import OPEN
from rules_engine.engine.operators import operators_for
from rules_engine.engine.stages import STAGES
from rules_engine.models import Rule
from rules_engine.table_findings import table_findings
from rules_engine.table_words import in_words

# The stubs know strings alone.
MEDIA = forms.Media(
    css={"all": ["rules_engine/builder.css"]},
    js=[forms.Script("rules_engine/table/table.js", type="module")],  # type: ignore[list-item]
)

HITS = {
    "first": "The first row that holds decides",
    "unique": "At most one row may hold",
    "collect": "Every row that holds counts",
    "sum": "Numbers of all rows that hold are added",
}
STARTS = {"gate": ("effect", "reason"), "score": ("add",), "route": ("pool",), "eligibility": ("reason",)}
KINDS = {"list": "text", "long": "text", "select": "choice"}


def urls() -> list[URLPattern]:
    """Return the addresses of what the grid asks."""
    site = admin.site.admin_view
    return [path("findings/<int:ruleset_id>/", site(findings), name="rules_engine_rule_findings")]


@page("rules.edit", "POST")
def findings(request: HttpRequest, ruleset_id: int) -> JsonResponse:
    """Say what the prover finds in a table in the making; nothing is written."""
    return JsonResponse({"findings": table_findings(str(request.POST.get("body", "")), get_set(ruleset_id))})


def is_table(text: str) -> bool:
    """Say whether the text of a rule lays it out as a table."""
    try:
        body = decode(text)
    except Invalid:
        return False
    return isinstance(body, dict) and "table" in body


def table_context(stage: str, rule: Rule | None) -> dict[str, Any]:
    """Return what the grid's page knows besides the text of the rule; `sheet` is for those who may only read."""
    return {
        "sheet": in_words(rule.body["table"], catalog()) if rule and "table" in rule.body else None,
        "builder": parts.builder_data(stage) | {"outputs": outputs(stage)},
        "outcome_parts": [part for part in parts.outcome_parts(stage) if part.path == "/on_unknown"],
        "hits": [(hit, HITS[hit]) for hit in STAGES[stage].hits],
    }


def outputs(stage: str) -> dict[str, dict[str, Any]]:
    """Return the columns by which a table of the stage says what its rows do, described as the catalog does fields."""
    by_name = {part.path.rpartition("/")[2]: part for part in parts.outcome_parts(stage)}
    return {name: _output(by_name[name]) for name in STAGES[stage].outputs}


def _output(part: Part) -> dict[str, Any]:
    return {
        "label": part.label,
        "help": part.help,
        "kind": KINDS.get(part.kind, part.kind),
        "many": part.kind == "list",
        "parts": [],
        "options": [choice for choice in part.choices if choice[0]],
    }


def skeleton(stage: str) -> dict[str, Any]:
    """Return a new table: one column to ask about, what its rows must say, and a row for every lead."""
    fields = [field for field in catalog().fields if field.scope in STAGES[stage].scopes]
    asked = next(field for field in fields if field.options and not field.many)
    required = next((field for field in fields if field.scope == "producer"), None)
    says: list[Any] = [*STARTS[stage]]
    if required is not None:
        operator = next(iter(operators_for(required.kind, required.many)))
        says.insert(0, {"field": required.name, "op": operator.name})
    row = {"id": "row-1", "if": [OPEN], "then": [OPEN] * len(says)}
    return {"table": {"inputs": [{"field": asked.name, "op": "in"}], "outputs": says, "hit": "first", "rows": [row]}}
