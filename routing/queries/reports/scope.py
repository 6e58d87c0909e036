"""What a report is about: a period of whole days in the agency's zone, and one pool or all."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db.models import Q

from routing.models import Pool
from routing.sla.zones import reach

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Scope:
    """A period, end exclusive, a pool or None for all of them, and the present instant."""

    first: date
    last: date
    zone: ZoneInfo
    now: datetime
    pool: Pool | None = None

    @classmethod
    def of_days(cls, days: int, *, zone: ZoneInfo, now: datetime, pool: Pool | None = None) -> "Scope":
        """Return the period of so many days that ends with today."""
        today = now.astimezone(zone).date()
        return cls(today - timedelta(days=days - 1), today, zone, now, pool)

    @property
    def since(self) -> datetime:
        """When the first day begins."""
        return reach(datetime.combine(self.first, time(0)), self.zone)

    @property
    def until(self) -> datetime:
        """When the last day is over."""
        return reach(datetime.combine(self.last + DAY, time(0)), self.zone)

    @property
    def reached(self) -> datetime:
        """Until when anything can have happened: the period's end, or now where that comes first."""
        return max(min(self.until, self.now), self.since)

    def within(self, instant: str) -> Q:
        """Return the condition that an instant lies in the period."""
        return Q(**{f"{instant}__gte": self.since, f"{instant}__lt": self.until})

    def in_pool(self, path: str) -> Q:
        """Return the condition that a row is the pool's, by a foreign key; none where all pools are meant."""
        return Q(**{path: self.pool}) if self.pool else Q()

    def in_pool_of_name(self, path: str) -> Q:
        """Return the same where rows keep the pool's slug, as leads and queue items do."""
        return Q(**{path: self.pool.slug}) if self.pool else Q()
