"""Opening hours: a week of spans in one time zone, less holidays, with other hours on single dates."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from routing.sla.hours import NEVER_AFTER, Hours, Span
from routing.sla.zones import get_zone, reach

MIDNIGHT: Final = time(0)
DAY: Final = timedelta(days=1)
DAYS_REMEMBERED: Final = 1000


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


Dated = tuple[date, time, time]  # a span of one date: when it opens and closes, as an interval of the week does


@dataclass(frozen=True)
class Calendar(Hours):
    """When a team or person is there. On a holiday nobody is, from midnight to midnight.

    A date with hours of its own has these instead of its weekday's, be it a holiday or not. A shift that runs into a
    holiday or such a date ends at midnight, and one that would begin on it does not take place. In autumn a shift that
    spans the repeated hour is an hour longer, in spring one that spans the missing hour is shorter.

    :raises UnknownZoneError: if the zone does not exist
    """

    zone: str
    weekly: tuple[Interval, ...]
    holidays: frozenset[date] = frozenset()
    dated: tuple[Dated, ...] = ()
    _zone: ZoneInfo = field(init=False, repr=False, compare=False)
    _dated: dict[date, list[Interval]] = field(init=False, repr=False, compare=False, default_factory=dict)
    _days: dict[date, tuple[Span, ...]] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_zone", get_zone(self.zone))
        for day, opens, closes in self.dated:
            self._dated.setdefault(day, []).append(Interval(day.weekday(), opens, closes))

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
            dated = tuple(
                (date.fromisoformat(day), time.fromisoformat(opens), time.fromisoformat(closes))
                for day, opens, closes in data.get("dated", ())
            )
            return cls(data["zone"], weekly, frozenset(map(date.fromisoformat, data["holidays"])), dated)
        except (KeyError, TypeError) as error:
            raise ValueError(f"This is not a calendar: {error!r}.") from error

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON; without dated hours it reads as it did before there were any."""
        data: dict[str, Any] = {
            "zone": self.zone,
            "weekly": [[each.weekday, each.opens.isoformat(), each.closes.isoformat()] for each in sorted(self.weekly)],
            "holidays": sorted(day.isoformat() for day in self.holidays),
        }
        if self.dated:
            data["dated"] = [[each.isoformat() for each in span] for span in sorted(self.dated)]
        return data

    def is_open(self, at: datetime) -> bool:
        """Say whether somebody is there at the instant."""
        return any(opens <= at < closes for opens, closes in self._spans(self._local_date(at)))

    def spans_from(self, at: datetime) -> Iterator[Span]:
        """Yield what is left of the open spans from `at` on, day by day."""
        at = at.astimezone(UTC)  # adding to a zoned instant would add on the wall clock
        day, idle = self._local_date(at), 0
        while idle <= NEVER_AFTER.days:
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
        for interval in self._opening_on(day):
            yield interval.opens, MIDNIGHT if interval.runs_over else interval.closes
        if day in self._dated or day in self.holidays:
            return
        for interval in self._opening_on(day - DAY):
            if interval.runs_over:
                yield MIDNIGHT, interval.closes

    def _opening_on(self, day: date) -> Sequence[Interval]:
        if day in self._dated:
            return self._dated[day]
        if day in self.holidays:
            return ()
        return [interval for interval in self.weekly if interval.weekday == day.weekday()]

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
