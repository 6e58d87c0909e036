"""Whether a producer will get to a lead in time, from what waits before it and how fast they work. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Final

from routing.sla.hours import Hours

USUAL: Final = timedelta(minutes=10)  # for one lead, of somebody who has not worked enough of them yet
ENOUGH: Final = 5  # gaps between touches from which a pace can be read
REST: Final = timedelta(hours=1)  # a longer gap is a break, not work
HOUR: Final = timedelta(hours=1)


def pace(touched_at: Sequence[datetime], *, per_hour: int | None) -> timedelta:
    """Return how long one lead takes somebody: as their profile says, else the middle gap between their touches."""
    if per_hour:
        return HOUR / per_hour
    gaps = [later - earlier for earlier, later in pairwise(sorted(touched_at))]
    working = [gap.total_seconds() for gap in gaps if timedelta(0) < gap <= REST]
    return timedelta(seconds=median(working)) if len(working) >= ENOUGH else USUAL


def reached_at(*, now: datetime, ahead: int, pace: timedelta, hours: Hours) -> datetime | None:
    """Return when somebody is done with a lead that so many wait before; None where they never work again."""
    return hours.add_open_time(now, pace * (ahead + 1))
