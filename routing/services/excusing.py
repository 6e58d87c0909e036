"""Whether something stood between a producer and a lead they did not answer: the law, or systems that were down."""

from datetime import datetime

from django.db.models import F, Q

from audit.models import Entry
from routing.clock_hours import hours_of
from routing.models import Assignment, ClockPause, Lead
from routing.roster import Roster
from routing.services.clocks import UNTIERED, Clocks
from routing.sla.combined import Together
from routing.sla.zones import UnknownZoneError


def find(*, assignment: Assignment, lead: Lead, roster: Roster) -> str:
    """Return the excuse, a code of `Assignment.Excuse`, or nothing.

    OUTAGE: within the producer's time they reported one, on whatever lead, or the clocks themselves stood still.
    LAW: the person might not be called for more than half of that time.
    """
    starts_at, ends_at = assignment.clock_starts_at, assignment.due_at
    if _was_down(assignment.producer_id, starts_at, ends_at):
        return Assignment.Excuse.OUTAGE
    return Assignment.Excuse.LAW if _was_forbidden(assignment, lead, roster) else ""


def _was_down(producer_id: int, starts_at: datetime, ends_at: datetime) -> bool:
    reported = ClockPause.objects.filter(assignment__producer_id=producer_id, reason=ClockPause.Reason.OUTAGE)
    lasted = Q(ended_at__isnull=True, until__gt=starts_at) | Q(ended_at__gt=F("starts_at")) & Q(ended_at__gt=starts_at)
    if reported.filter(lasted, starts_at__lt=ends_at).exists():
        return True
    noticed = Entry.objects.filter(action="sla.stood_still", occurred_at__gt=starts_at)
    return any(datetime.fromisoformat(detail["since"]) < ends_at for detail in noticed.values_list("detail", flat=True))


def _was_forbidden(assignment: Assignment, lead: Lead, roster: Roster) -> bool:
    agency, producer = roster.agency, roster.producers.get(assignment.producer_id)
    clocks = Clocks(agency.sla.get(lead.tier, UNTIERED), agency, producer, lead.zones, assignment.assigned_at)
    try:
        counted = clocks.hours(clocks.sla.hours)
        lawful = Together((counted, hours_of("CUSTOMER", agency=agency, zones=lead.zones)))
    except UnknownZoneError:
        return False  # nobody can say; the lead must move on all the same
    span = assignment.clock_starts_at, assignment.due_at
    return lawful.open_time_between(*span) * 2 < counted.open_time_between(*span)
