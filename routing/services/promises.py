"""How promises end: kept by a touch, missed, or void because the lead went elsewhere. Each result is frozen once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Case, Q, QuerySet, Value, When

from accounts import rows
from routing.models import Assignment, Lead, Promise, SlaTimer
from routing.roster import AgencyFacts, Sla
from routing.services.clocks import Clocks
from routing.sla.targets import judged

Result = Promise.Result


def touched(*, lead: Lead, assignment: Assignment, kind: str, now: datetime) -> list[dict[str, Any]]:
    """Keep every promise this kind of touch keeps, in time or late; returns what became of each."""
    waiting = _unkept(lead).filter(Q(assignment=assignment) | Q(assignment__isnull=True))
    return [_keep(promise, now) for promise in waiting if kind in promise.evidence]


def answered(*, assignment: Assignment, now: datetime) -> dict[str, Any]:
    """Freeze the producer's own first touch, made now."""
    promise = _first_touch(assignment, **_verdict(assignment.due_at, now))
    rows.insert(promise)
    return _told(promise)


def follow_up(*, lead: Lead, assignment: Assignment, sla: Sla, agency: AgencyFacts, now: datetime) -> None:
    """Promise what is to follow the first touch."""
    clocks = Clocks(sla, agency, None, lead.zones, now)
    of_lead = clocks.promises(lead, "LEAD", follow_up=True)
    of_owner = clocks.promises(lead, "OWNER", assignment=assignment, follow_up=True)
    new = [*of_lead, *of_owner]
    if new:
        rows.insert(*new)


def handed_on(*, assignments: Sequence[Assignment], is_breach: bool, now: datetime) -> None:
    """End the promises of producers who lost their leads: overdue ones are missed, the others void."""
    frozen = []
    for each in assignments:
        if each.first_touch_at is None:
            is_missed = is_breach or each.due_at <= now
            frozen.append(_first_touch(each, result=Result.MISSED if is_missed else Result.VOID))
    _drop(Promise.objects.filter(assignment__in=assignments), now)
    if frozen:
        rows.insert(*frozen)


def closed(*, lead: Lead, now: datetime) -> None:
    """End every promise of a lead that is closed; the closing keeps what was promised about it."""
    for promise in _unkept(lead).filter(kind="DISPOSITION"):
        _keep(promise, now)
    _drop(Promise.objects.filter(lead=lead), now)


def miss(promise: Promise) -> bool:
    """Note that a promise was not kept by its time; says whether it still ran."""
    return bool(Promise.objects.filter(pk=promise.pk, result=Result.RUNNING).update(result=Result.MISSED))


def _unkept(lead: Lead) -> QuerySet[Promise]:
    return Promise.objects.filter(lead=lead, stopped_at__isnull=True, result__in=[Result.RUNNING, Result.MISSED])


def _keep(promise: Promise, now: datetime) -> dict[str, Any]:
    for name, value in _verdict(promise.due_at, now).items():
        setattr(promise, name, value)
    promise.save(update_fields=["result", "stopped_at", "late_seconds"])
    SlaTimer.objects.filter(promise=promise, state="RUNNING").update(state="CANCELLED", settled_at=now)
    return _told(promise)


def _drop(promises: QuerySet[Promise], now: datetime) -> None:
    missed = When(due_at__lte=now, then=Value(Result.MISSED))
    promises.filter(result=Result.RUNNING).update(result=Case(missed, default=Value(Result.VOID)))


def _first_touch(assignment: Assignment, **outcome: Any) -> Promise:
    """Return the result of the producer's first touch, frozen; the promise itself stood on the assignment."""
    return Promise(
        lead_id=assignment.lead_id,
        assignment=assignment,
        kind="FIRST_TOUCH",
        clock="OWNER",
        starts_at=assignment.clock_starts_at,
        due_at=assignment.due_at,
        **outcome,
    )


def _verdict(due_at: datetime, now: datetime) -> dict[str, Any]:
    verdict = judged(due_at=due_at, stopped_at=now)
    return {"result": verdict.result, "late_seconds": verdict.late_seconds, "stopped_at": now}


def _told(promise: Promise) -> dict[str, Any]:
    return {"kind": promise.kind, "clock": promise.clock, "result": promise.result, "late": promise.late_seconds}
