"""The home page: what today's numbers look like to whoever asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.dateformat import format as date_format
from django.utils.timesince import timesince

from accounts.actor import Actor
from accounts.policy import allows
from config.ledger_state import ledger_concerns, verified
from config.rule_concerns import Concern, rule_concerns
from routing import charts, words
from routing.models import QueueItem
from routing.queries import own_desk, reason_board, today
from routing.queries.own_desk import Desk
from routing.queries.today import Hour, Today

OUTCOMES: Final = {
    "assigned": charts.Series("Assigned", "main"),
    "fallback": charts.Series("Fallback or review", "warn"),
    "quarantined": charts.Series("Quarantined", "bad"),
    "other": charts.Series("Duplicate or rejected", "muted"),
}
GOOD, FAIR = 0.95, 0.85  # shares of clocks kept


@dataclass(frozen=True, slots=True)
class Stat:
    """One number with its name, what it is of, and the list behind it."""

    label: str
    value: str
    note: str
    url: str = ""
    tone: str = ""


def context(*, actor: Actor, now: datetime) -> dict[str, Any]:
    """Return what the home page shows to this person."""
    if allows(actor, "reports.view"):
        numbers = today.numbers(now=now, actor=actor)
        undone = QueueItem.objects.exclude(state=QueueItem.State.RESOLVED)
        told = reason_board.headings([code for code, _ in numbers.reasons], undone)
        return {
            "stats": [*_agency_stats(numbers), *ledger_stats(actor, now)],
            "concerns": [*ledger_concerns(actor, now), *rule_concerns(actor), *_concerns(numbers)],
            "chart": chart(numbers.hours),
            "reasons": [
                (text, count, _link("queueitem", reason=code))
                for text, (code, count) in zip(told, numbers.reasons, strict=True)
            ],
            "as_of": date_format(now.astimezone(numbers.since.tzinfo), "l, M j, H:i T"),
            "may_enter": allows(actor, "leads.create") and _address("admin:routing_lead_add"),
        }
    if allows(actor, "leads.view_own"):
        desk = own_desk.contents(now=now, actor=actor)
        return {"desk": desk, "stats": _desk_stats(desk), "my_leads": _address("admin:my_leads")}
    return {}


def chart(hours: Sequence[Hour]) -> dict[str, Any]:
    """Return a day's leads by hour and outcome, as a drawing and as rows of a table."""
    labels = [f"{hour.hour:02}:00" for hour in hours]
    numbers = [tuple(hour.outcomes.get(outcome, 0) for outcome in OUTCOMES) for hour in hours]
    total = sum(map(sum, numbers))
    return {
        "title": "Leads by hour today",
        "desc": f"{total} leads so far; the table below has the numbers of each hour.",
        "series": list(OUTCOMES.values()),
        "upright": charts.stacked(labels, list(OUTCOMES.values()), numbers),
        "rows": [(label, row) for label, row in zip(labels, numbers, strict=True) if any(row)],
    }


def _agency_stats(numbers: Today) -> list[Stat]:
    since = numbers.since.isoformat()
    fallback, quarantine = numbers.waiting["FALLBACK"], numbers.waiting["QUARANTINE"]
    speed, promises, licenses = numbers.speed, numbers.promises, numbers.licenses
    share = promises.kept_share
    day = numbers.since.date()
    total = sum(sum(hour.outcomes.values()) for hour in numbers.hours)
    return [
        Stat("Leads today", str(total), "received since midnight", _link("lead", received_at__gte=since)),
        Stat(
            "Speed to lead",
            words.duration(speed.median),
            f"median of {speed.answered}, p90 {words.duration(speed.p90)}",
            _link("lead", received_at__gte=since, first_touch_at__isnull="False"),
        ),
        Stat("Assigned today", str(promises.leads), "leads given to a producer", _link("lead", received_at__gte=since)),
        Stat(
            "SLA kept",
            f"{share:.0%}" if share is not None else "–",
            f"{promises.kept} of {promises.kept + promises.missed} owner clocks today",
            _link("lead", received_at__gte=since),
            "" if share is None else "ok" if share >= GOOD else "warn" if share >= FAIR else "bad",
        ),
        Stat("To fallback today", str(fallback.new), "found no producer", _link("queueitem", kind="FALLBACK")),
        Stat(
            "Fallback waiting",
            str(fallback.count),
            _since(fallback.oldest, numbers.now),
            _link("queueitem", kind="FALLBACK", state="OPEN"),
            "warn" if fallback.count else "",
        ),
        Stat(
            "Quarantined today",
            str(quarantine.new),
            f"{quarantine.count} waiting",
            _link("queueitem", kind="QUARANTINE"),
        ),
        Stat(
            "Licenses ending",
            str(licenses.within_30_days),
            f"within 30 days, {licenses.within_7_days} within 7",
            _license_link(day, 30),
            "warn" if licenses.within_7_days else "",
        ),
    ]


def ledger_stats(actor: Actor, now: datetime) -> list[Stat]:
    """Return how the last verification of the ledger ended, to whoever may see it."""
    last = verified(actor)
    if last is None or last.ended_at is None:
        return []
    tone = "ok" if last.is_sound else "bad"
    note = f"{last.checked:,} links checked {timesince(last.ended_at, now, depth=1)} ago"
    return [Stat("Ledger", "Sound" if last.is_sound else "Broken", note, _link("verification", app="audit"), tone)]


def _concerns(numbers: Today) -> list[Concern]:
    queues = {"FALLBACK": "Fallback", "REVIEW": "Review", "QUARANTINE": "Quarantine"}
    waiting = [
        Concern(
            f"{name}: {_count(queue.count, 'lead waits', 'leads wait')} for a person",
            _since(queue.oldest, numbers.now),
            _link("queueitem", kind=kind),
            "warn",
            "Waiting",
        )
        for kind, name in queues.items()
        if (queue := numbers.waiting[kind]).count
    ]
    leads = _link("lead", state="ASSIGNED")
    day = numbers.since.date()
    clocks, ending, lost = numbers.clocks, numbers.licenses.within_7_days, numbers.undelivered
    others = [
        (
            clocks.overdue,
            "lead is overdue",
            "leads are overdue",
            "Not answered by its owner in time",
            leads,
            "bad",
            "Overdue",
        ),
        (clocks.due_soon, "clock ends soon", "clocks end soon", "Within ten minutes", leads, "warn", "Soon"),
        (
            ending,
            "license ends this week",
            "licenses end this week",
            "Its holder gets no leads from then on",
            _license_link(day, 7),
            "warn",
            "License",
        ),
        (
            lost,
            "message was given up",
            "messages were given up",
            "Not delivered after the last try",
            _link("message", app="outbox"),
            "bad",
            "Undelivered",
        ),
    ]
    return waiting + [
        Concern(_count(number, one, many), note, url, tone, badge)
        for number, one, many, note, url, tone, badge in others
        if number
    ]


def _desk_stats(desk: Desk) -> list[Stat]:
    mine = _address("admin:my_leads")
    next_due = f"in {words.duration(desk.next_due - desk.now)}" if desk.next_due else "–"
    return [
        Stat("Open leads", str(desk.open_leads), f"{desk.new_today} came today", mine),
        Stat(
            "Not answered yet",
            str(desk.unanswered),
            "waiting for your first contact",
            mine,
            "warn" if desk.unanswered else "",
        ),
        Stat("Next due", next_due, "answer before then", mine),
        Stat("Overdue", str(desk.overdue), "past their time", mine, "bad" if desk.overdue else ""),
    ]


def _since(oldest: datetime | None, now: datetime) -> str:
    return f"the oldest for {timesince(oldest, now, depth=1)}" if oldest else "nothing waits"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _license_link(day: Any, days: int) -> str:
    until = day + timedelta(days=days)
    return _link("license", app="licenses", status="ACTIVE", expiry_date__gte=day, expiry_date__lte=until)


def _link(model: str, *, app: str = "routing", **filters: object) -> str:
    """Return the address of a model's list with filters set, or nothing where the list is not registered."""
    address = _address(f"admin:{app}_{model}_changelist")
    return f"{address}?{urlencode(filters)}" if address else ""


def _address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
