"""The map of states and lines: where some producer could have a lead, and what stands in the way elsewhere."""

from collections import Counter
from itertools import groupby
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Missing
from licenses.lines import LINES
from routing.admin.pages import require, show
from routing.geography.states import JURISDICTIONS
from routing.selling import Cell, Verdict
from routing.services import selling

LABELS: Final = {
    Verdict.OPEN: ("Open", "ok"),
    Verdict.UNLICENSED: ("Nobody", "muted"),
    Verdict.RULED_OUT: ("Ruled out", "bad"),
    Verdict.UNDECIDED: ("Not decided", "warn"),
}


def selling_map(request: HttpRequest) -> HttpResponse:
    """Show every state and line."""
    require(request, "rules.view", "pools.view")
    cells = selling.cells(now=timezone.now())
    counted = Counter(cell.verdict for cell in cells)
    rows = [
        {"state": state, "name": JURISDICTIONS[state], "cells": [_shown(cell) for cell in group]}
        for state, group in groupby(cells, key=lambda cell: cell.state)
    ]
    context = {
        "title": "Where we can sell",
        "rows": rows,
        "lines": list(LINES.values()),
        "counts": [(*LABELS[verdict], counted[verdict]) for verdict in Verdict if counted[verdict]],
    }
    return show(request, "routing/selling.html", context)


def selling_cell(request: HttpRequest, state: str, line: str) -> HttpResponse:
    """Show one state and line with what stands in the way."""
    require(request, "rules.view", "pools.view")
    try:
        why = selling.why(state=state, line=line, now=timezone.now())
    except Missing as missing:
        raise Http404(missing.message) from missing
    context = {
        "title": f"{LINES[line]} in {JURISDICTIONS[state]}",
        "why": why,
        "cell": _shown(why.cell),
    }
    return show(request, "routing/selling_cell.html", context)


def _shown(cell: Cell) -> dict[str, Any]:
    label, tone = LABELS[cell.verdict]
    return {
        "cell": cell,
        "label": label,
        "tone": tone,
        "line": LINES[cell.line],
        "url": reverse("admin:routing_pool_map_cell", args=[cell.state, cell.line]),
    }
