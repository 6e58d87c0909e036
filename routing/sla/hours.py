"""What every kind of hours can tell: when somebody is there, and how much open time goes by."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

Span = tuple[datetime, datetime]  # UTC, end exclusive

WEEK: Final = timedelta(days=7)
NOTHING: Final = timedelta(0)
NEVER_AFTER: Final = timedelta(days=400)  # a year of holidays and a margin; who opens later is not coming back


class Hours(ABC):
    """Hours of any make. All lengths are measured as time really elapses, not as the clock on the wall shows it."""

    @abstractmethod
    def is_open(self, at: datetime) -> bool:
        """Say whether somebody is there at the instant."""

    @abstractmethod
    def spans_from(self, at: datetime) -> Iterator[Span]:
        """Yield what is left of the open spans from `at` on, in order, until none has come for `NEVER_AFTER`."""

    def next_open(self, at: datetime) -> datetime | None:
        """Return the first instant from `at` on at which somebody is there, or None if that never comes."""
        return self.add_open_time(at, NOTHING)

    def open_until(self, at: datetime) -> datetime | None:
        """Return when whoever is there at the instant leaves, or None where nobody is, or nobody leaves for a week."""
        ends = None
        for opens, closes in self.spans_from(at):
            if opens > (ends or at):
                break
            ends = closes
            if ends - at > WEEK:
                return None
        return ends

    def add_open_time(self, at: datetime, duration: timedelta) -> datetime | None:
        """Return when so much open time has gone by since `at`, or None if never.

        :raises ValueError: if the duration is negative
        """
        if duration < NOTHING:
            raise ValueError("Open time can only be added.")
        left = duration
        for opens, closes in self.spans_from(at):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        return None

    def open_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Return how much open time lies between two instants; none where the end is not after the start."""
        total = NOTHING
        for opens, closes in self.spans_from(start) if start < end else ():
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total
