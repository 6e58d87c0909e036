"""Whether something stood between a producer and a lead they did not answer: the law, or systems that were down."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from audit.models import Entry
from routing.clock_hours import hours_of
from routing.models import Assignment, ClockPause
from routing.roster import Roster
from routing.services.clocks import UNTIERED, Clocks
from routing.sla.combined import Together
from routing.sla.zones import UnknownZoneError


def find(assignments: Sequence[Assignment], roster: Roster) -> dict[UUID, str]:
    """Return the excuses there are, codes of `Assignment.Excuse` by the assignment's key.

    OUTAGE: within the producer's time they reported one, on whatever lead, or the clocks themselves stood still.
    LAW: the person might not be called for more than half of that time.
    """
    was_down = _outages(assignments)
    excuses: dict[UUID, str] = {}
    for each in assignments:
        if was_down(each):
            excuses[each.pk] = Assignment.Excuse.OUTAGE
        elif _was_forbidden(each, roster):
            excuses[each.pk] = Assignment.Excuse.LAW
    return excuses


def _outages(assignments: Sequence[Assignment]) -> Callable[[Assignment], bool]:
    """Read the outages of the time these producers had; return what says whether one met theirs."""
    first, last = min(each.clock_starts_at for each in assignments), max(each.due_at for each in assignments)
    pauses = ClockPause.objects.filter(
        Q(ended_at__isnull=True, until__gt=first) | Q(ended_at__gt=F("starts_at")) & Q(ended_at__gt=first),
        assignment__producer__in={each.producer_id for each in assignments},
        reason=ClockPause.Reason.OUTAGE,
        starts_at__lt=last,
    )
    reported = list(pauses.values_list("assignment__producer", "starts_at", Coalesce("ended_at", "until")))
    noticed = Entry.objects.filter(action="sla.stood_still", occurred_at__gt=first)
    still = [(datetime.fromisoformat(each["since"]), at) for each, at in noticed.values_list("detail", "occurred_at")]

    def was_down(each: Assignment) -> bool:
        theirs = ((starts, ends) for producer_id, starts, ends in reported if producer_id == each.producer_id)
        return any(starts < each.due_at and ends > each.clock_starts_at for starts, ends in chain(theirs, still))

    return was_down


def _was_forbidden(assignment: Assignment, roster: Roster) -> bool:
    lead = assignment.lead
    agency, producer = roster.agency, roster.producers.get(assignment.producer_id)
    clocks = Clocks(agency.sla.get(lead.tier, UNTIERED), agency, producer, lead.zones, assignment.assigned_at)
    try:
        counted = clocks.hours(clocks.sla.hours)
        lawful = Together((counted, hours_of("CUSTOMER", agency=agency, zones=lead.zones)))
    except UnknownZoneError:
        return False  # nobody can say; the lead must move on all the same
    span = assignment.clock_starts_at, assignment.due_at
    return lawful.open_time_between(*span) * 2 < counted.open_time_between(*span)
