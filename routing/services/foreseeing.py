"""Say of a lead in somebody's hands whether they will get to it in time, from what else they have before them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from routing.clock_hours import hours_of
from routing.models import Assignment, Touch
from routing.roster import Roster
from routing.sla.foresight import pace, reached_at

REMEMBERED: Final = timedelta(days=14)  # how far back a pace is read from
TOUCHES: Final = 200


@dataclass(frozen=True)
class Outlook:
    """How many leads the producer must answer first, when this one's turn will be over, and when it falls due."""

    ahead: int
    reached_at: datetime | None
    due_at: datetime

    @property
    def is_missed(self) -> bool:
        """Say whether that will be too late."""
        return self.reached_at is None or self.reached_at > self.due_at


def look(*, assignment: Assignment, roster: Roster, now: datetime) -> Outlook:
    """Return the outlook of a lead that is not answered yet, by the desk as it is this moment."""
    producer = roster.producers.get(assignment.producer_id)
    unanswered = Assignment.objects.filter(
        producer_id=assignment.producer_id, ended_at__isnull=True, first_touch_at__isnull=True
    )
    ahead = unanswered.filter(due_at__lt=assignment.due_at).exclude(pk=assignment.pk).count()
    if producer is None:  # whoever has left the roster answers nothing
        return Outlook(ahead, None, assignment.due_at)
    takes = pace(_touches(assignment.producer_id, now), per_hour=producer.calls_per_hour)
    hours = hours_of("WORKABLE", agency=roster.agency, producer=producer)
    return Outlook(ahead, reached_at(now=now, ahead=ahead, pace=takes, hours=hours), assignment.due_at)


def _touches(producer_id: int, now: datetime) -> list[datetime]:
    theirs = Touch.objects.filter(assignment__producer_id=producer_id, assignment__assigned_at__gt=now - REMEMBERED)
    return list(theirs.order_by("-at").values_list("at", flat=True)[:TOUCHES])
