"""Shares as pages: a pool's for managers, a producer's own for the producer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from accounts.errors import Missing
from accounts.http import actor_of
from licenses.models import Producer
from routing import charts, words
from routing.admin.loads import plain
from routing.admin.pages import require, show
from routing.charts import Series
from routing.fairness import Share
from routing.models import Assignment, FairnessAlarm, FairnessEntry, Pool
from routing.queries import fairness
from routing.services import explaining

SPANS: Final = (7, 30)  # days
ENTRIES: Final = 50
SIDES: Final = (Series("Had", "main"), Series("Exact", "muted"))


@dataclass(frozen=True, slots=True)
class Row:
    """One member's share, as the table shows it."""

    name: str
    share: Share
    turns: str
    exact: str
    owed: str
    value: str


@dataclass(frozen=True, slots=True)
class Missed:
    """One lead somebody else got, and why, as far as it is about the reader."""

    at: datetime
    pool: str
    what: str
    why: str


def pool_fairness(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who had what of a pool's leads against exact shares, and what moved the balances."""
    require(request, "pools.view")
    pool = get_object_or_404(Pool, pk=pk)
    days = _days(request)
    found = fairness.shares_of(pool.pk, since=timezone.now() - timedelta(days=days))
    names = {each.pk: str(each) for each in Producer.objects.filter(pk__in=found)}
    rows = _rows(found, names, fairness.balances(pool.pk))
    context = {
        "title": f"Fairness in {pool}",
        "trail": [(pool, reverse("admin:routing_pool_change", args=[pool.pk]))],
        "pool": pool,
        "rows": rows,
        "days": days,
        "spans": SPANS,
        "chart": _chart(rows),
        "alarms": FairnessAlarm.objects.filter(pool=pool, ended_at=None).select_related("producer"),
        "entries": FairnessEntry.objects.filter(pool=pool).select_related("producer")[:ENTRIES],
    }
    return show(request, "routing/pool_fairness.html", context)


def my_share(request: HttpRequest) -> HttpResponse:
    """Show a producer the own share of each pool, and why leads of those pools went elsewhere."""
    require(request, "leads.work_own")
    now = timezone.now()
    producer = Producer.objects.filter(user_id=actor_of(request).id).first()
    context = {
        "title": "Your share",
        "lines": own_lines(producer, now),
        "missed": [_missed(each, producer) for each in fairness.missed(producer.pk, since=now - timedelta(days=7))]
        if producer
        else [],
    }
    return show(request, "routing/my_share.html", context)


def own_lines(producer: Producer | None, now: datetime) -> list[dict[str, Any]]:
    """Return where a producer stands in each pool, over the last 30 days."""
    if producer is None:
        return []
    lines = []
    for pool in Pool.objects.filter(members__producer=producer, members__is_active=True, is_active=True):
        share = fairness.shares_of(pool.pk, since=now - timedelta(days=SPANS[-1])).get(producer.pk, Share())
        lines.append({"pool": pool, "had": share.had, "exact": f"{float(share.exact):.1f}", "owed": _owed(share)})
    return lines


def _owed(share: Share) -> str:
    if abs(share.owed) < 0.05:  # shown with one decimal
        return "exactly your share"
    return f"{share.owed:.1f} due to you" if share.owed > 0 else f"{-share.owed:.1f} more than your share"


def _days(request: HttpRequest) -> int:
    asked = request.GET.get("days", "")
    return int(asked) if asked in map(str, SPANS) else SPANS[0]


def _rows(found: dict[int, Share], names: dict[int, str], balances: dict[int, Any]) -> list[Row]:
    return [
        Row(
            name=names[each],
            share=share,
            turns=plain(balances[each]) if each in balances else "–",
            exact=f"{float(share.exact):.1f}",
            owed=f"{share.owed:+.1f}",
            value=f"{share.owed_value:+,.0f}",
        )
        for each, share in sorted(found.items(), key=lambda pair: names[pair[0]])
    ]


def _chart(rows: Sequence[Row]) -> dict[str, Any]:
    numbers = [(float(row.share.had), float(row.share.exact)) for row in rows]
    told = [f"{row.share.had} of {row.exact}" for row in rows]
    return {
        "title": "Leads had against exact shares",
        "desc": "Two bars a member; the table below has the numbers.",
        "series": SIDES,
        "lying": charts.lying([row.name for row in rows], SIDES, numbers, told, is_paired=True),
    }


def _missed(assignment: Assignment, producer: Producer) -> Missed:
    lead = assignment.lead
    why = fairness.why_not(assignment.decision.receipt, producer.pk) or _standing(assignment, producer)
    return Missed(assignment.assigned_at, str(assignment.pool), words.place(lead.governing_state, lead.line), why)


def _standing(assignment: Assignment, producer: Producer) -> str:
    """Say what stood in the producer's own way."""
    try:
        stood = explaining.standing_in(decision=assignment.decision, producer_id=producer.pk)
    except Missing:
        return "It can no longer be said: the person behind the lead was erased, or no rule was asked."
    if stood.is_eligible:
        return "A manager gave it by hand, or it went to whoever knew the person."
    return f"You could not have it: {'; '.join(block.text for block in stood.blocks)}."
