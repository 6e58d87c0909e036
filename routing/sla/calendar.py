"""Opening hours: a week of spans in one time zone, less holidays."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from routing.sla.zones import find_zone, reach

MIDNIGHT: Final = time(0)
DAY: Final = timedelta(days=1)
NEVER_AFTER_DAYS: Final = 400  # a year of holidays and a margin; who opens later than that is not coming back
DAYS_REMEMBERED: Final = 1000

Span = tuple[datetime, datetime]  # UTC, end exclusive


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """A span of the week on the wall clock, end exclusive.

    It belongs to the weekday on which it opens (Monday is 0). Closing at 00:00 is the end of that day, closing before
    it opens is on the next day, and 00:00 to 00:00 is the whole day.
    """

    weekday: int
    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.weekday not in range(7):
            raise ValueError(f"A weekday is 0 to 6, not {self.weekday}.")
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("Opening hours are wall-clock times: the calendar names the zone.")
        if self.opens == self.closes != MIDNIGHT:
            raise ValueError(f"Hours that open and close at {self.opens:%H:%M} are either nothing or a day: say which.")

    @property
    def runs_over(self) -> bool:
        """Say whether it goes on after midnight."""
        return MIDNIGHT < self.closes < self.opens


@dataclass(frozen=True)
class Calendar:
    """When a team or person is there. On a holiday nobody is, from midnight to midnight.

    A shift that runs into a holiday ends at midnight, and one that would begin on a holiday does not take place. In
    autumn a shift that spans the repeated hour is an hour longer, in spring one that spans the missing hour is shorter.

    :raises ValueError: if the zone does not exist
    """

    zone: str
    weekly: tuple[Interval, ...]
    holidays: frozenset[date] = frozenset()
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _days: dict[date, tuple[Span, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        zone = find_zone(self.zone)
        if zone is None:
            raise ValueError(f"There is no time zone {self.zone!r}.")
        object.__setattr__(self, "_zone", zone)

    @classmethod
    def always(cls, zone: str = "UTC") -> "Calendar":
        """Return the calendar of somebody who never closes."""
        return cls(zone, tuple(Interval(weekday, MIDNIGHT, MIDNIGHT) for weekday in range(7)))

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Calendar":
        """Read what `as_dict` wrote.

        :raises ValueError: if it describes no calendar
        """
        try:
            weekly = tuple(
                Interval(weekday, time.fromisoformat(opens), time.fromisoformat(closes))
                for weekday, opens, closes in data["weekly"]
            )
            return cls(data["zone"], weekly, frozenset(map(date.fromisoformat, data["holidays"])))
        except (KeyError, TypeError) as error:
            raise ValueError(f"This is not a calendar: {error!r}.") from error

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "zone": self.zone,
            "weekly": [[each.weekday, each.opens.isoformat(), each.closes.isoformat()] for each in sorted(self.weekly)],
            "holidays": sorted(day.isoformat() for day in self.holidays),
        }

    def is_open(self, at: datetime) -> bool:
        """Say whether somebody is there at the instant."""
        return any(opens <= at < closes for opens, closes in self._spans(self._local_date(at)))

    def next_open(self, at: datetime) -> datetime | None:
        """Return the first instant from `at` on at which somebody is there, or None if that never comes."""
        return self.add_open_time(at, timedelta(0))

    def add_open_time(self, at: datetime, duration: timedelta) -> datetime | None:
        """Return when so much open time has gone by since `at`, measured as it really elapses, or None if never.

        :raises ValueError: if the duration is negative
        """
        if duration < timedelta(0):
            raise ValueError("Open time can only be added.")
        left = duration
        for opens, closes in self._spans_from(at):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        return None

    def _spans_from(self, at: datetime) -> Iterator[Span]:
        """Yield what is left of the open spans from `at` on, until none has come for `NEVER_AFTER_DAYS`."""
        at = at.astimezone(UTC)  # adding to a zoned instant would add on the wall clock
        day, idle = self._local_date(at), 0
        while idle <= NEVER_AFTER_DAYS:
            idle += 1
            for opens, closes in self._spans(day):
                if at < closes:
                    idle = 0
                    yield max(at, opens), closes
            day += DAY

    def _local_date(self, at: datetime) -> date:
        if at.tzinfo is None:
            raise ValueError("An instant has a time zone.")
        return at.astimezone(self._zone).date()

    def _spans(self, day: date) -> tuple[Span, ...]:
        """Return the open spans of a local day; remembered, since every decision asks about today."""
        spans = self._days.get(day)
        if spans is None:
            if len(self._days) >= DAYS_REMEMBERED:
                self._days.clear()
            spans = self._days[day] = _merged([self._span(day, *piece) for piece in self._pieces(day)])
        return spans

    def _pieces(self, day: date) -> Iterator[tuple[time, time]]:
        if day in self.holidays:
            return
        eve = day - DAY
        for interval in self.weekly:
            if interval.weekday == day.weekday():
                yield interval.opens, MIDNIGHT if interval.runs_over else interval.closes
            if interval.weekday == eve.weekday() and interval.runs_over and eve not in self.holidays:
                yield MIDNIGHT, interval.closes

    def _span(self, day: date, opens: time, closes: time) -> Span:
        closing_day = day + DAY if closes == MIDNIGHT else day
        return reach(datetime.combine(day, opens), self._zone), reach(datetime.combine(closing_day, closes), self._zone)


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return the spans in order, overlapping and touching ones as one, empty ones (swallowed in spring) left out."""
    merged: list[Span] = []
    for opens, closes in sorted(spans):
        if opens >= closes:
            continue
        if merged and opens <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], closes))
        else:
            merged.append((opens, closes))
    return tuple(merged)
