"""Which hours a clock counts: the agency's, the producer's within them, the customer's, or all. Pure."""

from collections.abc import Sequence
from datetime import time
from functools import lru_cache
from typing import Final

from routing.roster import AgencyFacts, RosterProducer
from routing.sla.calendar import Calendar, Interval
from routing.sla.combined import Together, Without
from routing.sla.hours import Hours

CALLED_FROM: Final = time(8)
CALLED_UNTIL: Final = time(20)
ALWAYS: Final = Calendar.always()


def hours_of(
    code: str, *, agency: AgencyFacts, producer: RosterProducer | None = None, zones: Sequence[str] = ()
) -> Hours:
    """Return the hours a code of `routing.sla.ladder.HOURS` means for a lead in somebody's hands."""
    if code == "ALWAYS":
        return ALWAYS
    if code == "CUSTOMER":
        return Together(tuple(_called_in(zone) for zone in zones or (agency.time_zone,)))
    if code == "WORKABLE" and producer is not None:
        return _workable(agency, producer)
    return agency.hours


def _workable(agency: AgencyFacts, producer: RosterProducer) -> Hours:
    both = Together((agency.hours, producer.shifts)) if producer.shifts else agency.hours
    return Without(both, producer.leaves) if producer.leaves else both


@lru_cache(maxsize=64)
def _called_in(zone: str) -> Calendar:
    return Calendar(zone, tuple(Interval(day, CALLED_FROM, CALLED_UNTIL) for day in range(7)))
