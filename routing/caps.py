"""Caps: how many leads a producer may get at once, an hour, a day, a week or a month. Pure.

A window begins and ends on the producer's own clock, so the night the clocks change makes a day of 23 or 25 hours, and
the hour that comes twice counts twice. A cap may hold for one line, for one source, or for both together.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from rules_engine.engine.catalog import Facts

Window: TypeAlias = tuple[datetime, datetime]  # end exclusive

PACED_FROM: Final = 95  # percent of a cap, from where the rest is spread over what remains of the window
ALWAYS: Final[Window] = (datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Period:
    """One kind of cap: how it reads, the reason it gives, and the window an instant falls into."""

    label: str
    lately: str  # how a count within it reads: "3 of 10 today"
    adjective: str
    reason: str
    window: Callable[[datetime, ZoneInfo], Window]
    can_pace: bool = False


def _always(_now: datetime, _zone: ZoneInfo) -> Window:
    return ALWAYS


def _hour(now: datetime, zone: ZoneInfo) -> Window:
    local = now.astimezone(zone)
    since = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return now.astimezone(UTC) - since, now.astimezone(UTC) - since + HOUR


def _days(now: datetime, zone: ZoneInfo, *, span: Callable[[date], tuple[date, date]]) -> Window:
    first, after = span(now.astimezone(zone).date())
    return _midnight(first, zone), _midnight(after, zone)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _one_day(day: date) -> tuple[date, date]:
    return day, day + timedelta(days=1)


def _one_week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=7)


def _one_month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1)


PERIODS: Final[Mapping[str, Period]] = MappingProxyType(
    {
        "OPEN": Period("open at once", "open", "open", "OPEN_CAP", _always),
        "HOUR": Period("an hour", "this hour", "hourly", "HOURLY_CAP", _hour),
        "DAY": Period("a day", "today", "daily", "DAILY_CAP", partial(_days, span=_one_day), can_pace=True),
        "WEEK": Period("a week", "this week", "weekly", "WEEKLY_CAP", partial(_days, span=_one_week), can_pace=True),
        "MONTH": Period(
            "a month", "this month", "monthly", "MONTHLY_CAP", partial(_days, span=_one_month), can_pace=True
        ),
    }
)
PACED: Final = "PACED"
CAP_REASONS: Final = frozenset({PACED, *(period.reason for period in PERIODS.values())})


@dataclass(frozen=True, slots=True)
class Used:
    """How much of a cap is used: the leads counted in its window, and when it last counted one."""

    count: int
    last_at: datetime | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it as the receipt keeps it."""
        return {"count": self.count, "last_at": self.last_at.isoformat() if self.last_at else None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Used":
        """Read it back from a receipt."""
        return cls(data["count"], datetime.fromisoformat(data["last_at"]) if data["last_at"] else None)


@dataclass(frozen=True, slots=True)
class Cap:
    """One cap of one producer."""

    id: int
    period: str
    most: int
    line: str = ""  # blank: any
    source: str = ""  # blank: any
    is_paced: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return it as the roster keeps it."""
        return {
            "id": self.id,
            "period": self.period,
            "most": self.most,
            "line": self.line,
            "source": self.source,
            "is_paced": self.is_paced,
        }

    @property
    def reason(self) -> str:
        """The code of a producer who has reached it."""
        return PERIODS[self.period].reason

    def takes(self, line: object, source: object) -> bool:
        """Say whether a lead of this line and source falls under it."""
        return self.line in {"", line} and self.source in {"", source}

    def window(self, now: datetime, zone: str) -> Window:
        """Return the window an instant falls into, on a clock of this zone."""
        return PERIODS[self.period].window(now, ZoneInfo(zone))

    def refusal(self, used: Used, now: datetime, zone: str) -> str | None:
        """Return why it takes no lead now, or None where it does."""
        if used.count >= self.most:
            return self.reason
        return PACED if now < self.next_at(used, now, zone) else None

    def next_at(self, used: Used, now: datetime, zone: str) -> datetime:
        """Return when the next lead may come: now, but where the cap paces.

        From PACED_FROM percent on, what is left is spread evenly over what remains of the window after the last lead.
        """
        if not self.is_paced or used.last_at is None or used.count * 100 < self.most * PACED_FROM:
            return now
        _, ends = self.window(now, zone)
        return used.last_at + (ends - used.last_at) / (self.most - used.count + 1)


def from_facts(facts: Mapping[str, Any]) -> tuple[Cap, ...]:
    """Read a producer's caps from a roster entry.

    An entry from before caps were rows of their own has a `daily_cap` instead; its receipts count under the id 0.
    """
    if "caps" in facts:
        return tuple(Cap(**each) for each in facts["caps"])
    return (Cap(0, "DAY", facts["daily_cap"]),) if facts["daily_cap"] else ()


def applying(caps: Iterable[Cap], facts: Facts) -> list[Cap]:
    """Return the caps a lead falls under."""
    line, source = facts["lead.line"], facts["lead.source"]
    return [cap for cap in caps if cap.takes(line, source)]


def refusal(caps: Iterable[Cap], used: Mapping[int, Used], now: datetime, zone: str) -> str | None:
    """Return why these caps together refuse a lead, a full one before one that paces; None where they take it.

    A cap without a count does not apply to the lead.
    """
    refusals = [why for cap in caps if cap.id in used and (why := cap.refusal(used[cap.id], now, zone))]
    return min(refusals, key=lambda why: why == PACED, default=None)
