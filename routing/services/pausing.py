"""Stop a producer's clock for a reason, within the policy's budget, and let it go on."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import QuerySet, Sum

from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid
from audit import services as audit
from routing.errors import WrongState
from routing.models import Assignment, ClockPause, Lead, Promise, SlaTimer
from routing.roster import Roster
from routing.services import deciding, desk
from routing.services.clocks import UNTIERED, Clocks
from routing.sla.deadlines import shifted

LONGEST: Final = timedelta(days=31)


@transaction.atomic
def pause(*, lead: Lead, reason: str, until: datetime, actor: Actor, now: datetime) -> ClockPause:
    """Stop the clock of whoever has the lead until an instant; it goes on by itself.

    What it costs of the policy's budget is the open time in it: a night costs nothing. The lead's own clock runs on.

    :raises Invalid: for a reason that is none, an instant that is past, or where the budget does not reach
    :raises WrongState: if nobody holds the lead, its clock has run out or stopped, or is paused already
    """
    roster = deciding.context().roster  # may lock the roster: before the lead, as everywhere
    if reason not in ClockPause.Reason.values:
        raise Invalid(
            [FieldProblem("/reason", "reason.unknown", f"Use one of: {', '.join(ClockPause.Reason.values)}.")]
        )
    if not now < until <= now + LONGEST:
        raise Invalid([FieldProblem("/until", "until.range", "Give a time to come, within the next 31 days.")])
    assignment = desk.held(lead=lead, actor=actor)
    if find(assignment, now=now) is not None:
        raise WrongState("The clock is paused already; let it go on first.")
    if not _running(assignment, now).exists():
        raise WrongState("No clock of the producer's runs on this lead.")
    clocks = _clocks(lead, assignment, roster, now)
    cost = clocks.hours(clocks.sla.hours).open_time_between(now, until)
    left = clocks.sla.pause - timedelta(seconds=_spent(lead))
    if cost > left:
        minutes = max(0, int(left.total_seconds() // 60))
        text = f"Of the time a clock may pause, {minutes} minutes are left for this lead; this takes more."
        raise Invalid([FieldProblem("/until", "pause.budget", text)])
    made = ClockPause.objects.create(
        lead=lead,
        assignment=assignment,
        reason=reason,
        starts_at=now,
        until=until,
        seconds=int(cost.total_seconds()),
    )
    _shift(assignment, clocks, stops_at=now, goes_on_at=until)
    detail = {"cause": reason, "until": until.isoformat(), "assignment": str(assignment.pk)}
    audit.record(at=now, actor=actor, action="clock.paused", target=lead, detail=detail)
    return made


@transaction.atomic
def resume(*, lead: Lead, actor: Actor, now: datetime) -> None:
    """Let a paused clock go on now; what is left of the pause goes back to the budget.

    :raises WrongState: if it is not paused
    """
    roster = deciding.context().roster
    assignment = desk.held(lead=lead, actor=actor)
    paused = find(assignment, now=now)
    if paused is None:
        raise WrongState("The clock is not paused.")
    clocks = _clocks(lead, assignment, roster, now)
    cost = clocks.hours(clocks.sla.hours).open_time_between(paused.starts_at, now)
    ClockPause.objects.filter(pk=paused.pk).update(ended_at=now, seconds=int(cost.total_seconds()))
    _shift(assignment, clocks, stops_at=paused.until, goes_on_at=now)
    detail = {"cause": paused.reason, "assignment": str(assignment.pk)}
    audit.record(at=now, actor=actor, action="clock.resumed", target=lead, detail=detail)


def find(assignment: Assignment, *, now: datetime) -> ClockPause | None:
    """Return the pause an assignment's clock is in, if it is."""
    paused = ClockPause.objects.filter(assignment=assignment, ended_at__isnull=True, until__gt=now)
    return paused.order_by("-starts_at").first()


def _spent(lead: Lead) -> int:
    return ClockPause.objects.filter(lead=lead).aggregate(spent=Sum("seconds"))["spent"] or 0


def _clocks(lead: Lead, assignment: Assignment, roster: Roster, now: datetime) -> Clocks:
    producer = roster.producers.get(assignment.producer_id)
    return Clocks(roster.agency.sla.get(lead.tier, UNTIERED), roster.agency, producer, lead.zones, now)


def _running(assignment: Assignment, now: datetime) -> QuerySet[SlaTimer]:
    return SlaTimer.objects.filter(assignment=assignment, state=SlaTimer.State.RUNNING, due_at__gt=now)


def _shift(assignment: Assignment, clocks: Clocks, *, stops_at: datetime, goes_on_at: datetime) -> None:
    """Move whatever of the producer's is still to come, and the alarm where it would ring before."""

    def moved(due_at: datetime, hours: str) -> datetime:
        return shifted(due_at=due_at, stops_at=stops_at, goes_on_at=goes_on_at, hours=clocks.hours(hours))

    lead = assignment.lead
    for timer in _running(assignment, clocks.now):
        timer.due_at = timer.try_at = moved(timer.due_at, timer.hours)
        timer.save(update_fields=["due_at", "try_at"])
    running = Promise.objects.filter(assignment=assignment, result=Promise.Result.RUNNING, due_at__gt=clocks.now)
    for promise in running:
        promise.due_at = moved(promise.due_at, promise.hours)
        promise.save(update_fields=["due_at"])
    if assignment.first_touch_at is None and assignment.due_at > clocks.now:
        due_at = moved(assignment.due_at, clocks.sla.hours)
        Assignment.objects.filter(pk=assignment.pk).update(due_at=due_at)
        Lead.objects.filter(pk=lead.pk).update(due_at=due_at)
        rings_at = max(lead.received_at + clocks.sla.alarm, due_at)
        alarm = SlaTimer.objects.filter(lead=lead, kind=SlaTimer.Kind.ALARM, state=SlaTimer.State.RUNNING)
        alarm.update(due_at=rings_at, try_at=rings_at)
