"""When a policy's steps would fall due for a lead assigned at an instant; reads, never writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from routing.clock_hours import hours_of
from routing.services import deciding
from routing.sla.deadlines import due
from routing.sla.ladder import Step


@dataclass(frozen=True)
class Planned:
    """A policy as it is on a page, saved or not: the minutes a producer has, whose hours they are, and the steps."""

    target_minutes: int
    hours: str
    steps: Sequence[Step]


@dataclass(frozen=True)
class Plan:
    """The instants of a policy: from when, until when the producer has time, and each step's."""

    policy: Planned
    starts_at: datetime
    due_at: datetime
    steps_at: Sequence[datetime]


def plan(policy: Planned, *, now: datetime) -> Plan:
    """Return when everything falls due for a lead assigned at `now`, to a producer who keeps the agency's hours."""
    agency = deciding.context().roster.agency
    target = timedelta(minutes=policy.target_minutes)

    def falls_due(hours: str, time: timedelta) -> datetime:
        return due(at=now, time=time, hours=hours_of(hours, agency=agency))

    return Plan(
        policy,
        now,
        falls_due(policy.hours, target),
        [falls_due(step.hours, target * step.at_percent / 100) for step in policy.steps],
    )
