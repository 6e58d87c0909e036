"""The clocks a lead starts with: the owner's ladder, the alarm, and the tier's other promises, as rows to write."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from routing.clock_hours import hours_of
from routing.models import Assignment, Lead, Promise, SlaTimer
from routing.roster import AgencyFacts, RosterProducer, Sla
from routing.sla.deadlines import OwnerClock, due, owner_clock
from routing.sla.hours import Hours
from routing.sla.targets import Target

MOVING: Final = frozenset({SlaTimer.Kind.FORESEEN, SlaTimer.Kind.BREACH})  # steps that rest for a cool-down first
# Of a lead no tier's policy speaks of: an hour, and the shipped ladder.
UNTIERED: Final = Sla.from_facts({"target_minutes": 60, "max_hops": 3, "evidence": [], "alarm_minutes": 120})


@dataclass(frozen=True)
class Clocks:
    """What the clocks of one lead go by, from an instant on, in somebody's hands or nobody's."""

    sla: Sla
    agency: AgencyFacts
    producer: RosterProducer | None
    zones: Sequence[str]
    now: datetime

    def hours(self, code: str) -> Hours:
        """Return the hours a clock counts."""
        return hours_of(code, agency=self.agency, producer=self.producer, zones=self.zones)

    def owner(self) -> OwnerClock:
        """Return the producer's clock."""
        return owner_clock(assigned_at=self.now, target=self.sla.target, hours=self.hours(self.sla.hours))

    def ladder(self, assignment: Assignment) -> Iterator[SlaTimer]:
        """Yield the steps of the ladder; a lead that has moved before rests for the policy's cool-down first."""
        for step in self.sla.steps:
            falls_due = due(at=self.now, time=self.sla.target * step.at_percent / 100, hours=self.hours(step.hours))
            if step.kind in MOVING and assignment.hop:
                falls_due = max(falls_due, self.now + self.sla.cool_down)
            yield SlaTimer(
                lead=assignment.lead,
                assignment=assignment,
                kind=step.kind,
                at_percent=step.at_percent,
                hours=step.hours,
                channel=step.channel,
                due_at=falls_due,
                try_at=falls_due,
            )

    def promises(
        self, lead: Lead, clock: str, *, assignment: Assignment | None = None, follow_up: bool = False
    ) -> Iterator[Promise | SlaTimer]:
        """Yield the tier's promises of one clock, each with the timer that tells of a miss.

        A follow-up is promised from the first touch on, everything else from receipt or assignment.
        """
        for target in self.sla.targets:
            if target.clock == clock and (target.kind == "FOLLOW_UP") is follow_up:
                yield from self._promise(lead, target, assignment)

    def _promise(self, lead: Lead, target: Target, assignment: Assignment | None) -> Iterator[Promise | SlaTimer]:
        falls_due = due(at=self.now, time=target.time, hours=self.hours(target.hours))
        promise = Promise(
            lead=lead,
            assignment=assignment,
            kind=target.kind,
            clock=target.clock,
            hours=target.hours,
            evidence=list(target.evidence),
            starts_at=self.now,
            due_at=falls_due,
        )
        yield promise
        yield SlaTimer(
            lead=lead,
            assignment=assignment,
            promise=promise,
            kind=SlaTimer.Kind.MISS,
            hours=target.hours,
            due_at=falls_due,
            try_at=falls_due,
        )


def alarm(lead: Lead, after: timedelta, not_before: datetime) -> SlaTimer:
    """Return the alarm of the lead's clock, which never rings before the producer's own time is up."""
    rings_at = max(lead.received_at + after, not_before)
    return SlaTimer(lead=lead, kind=SlaTimer.Kind.ALARM, due_at=rings_at, try_at=rings_at)
