"""What every licence source hands over, whatever it reads. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of authority as the source names it; `place` is where to find it there, such as a line number."""

    raw_name: str
    status: str = "ACTIVE"
    effective_date: date | None = None
    expiry_date: date | None = None
    place: int = 0


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """One licence with all its lines, as one source reports it."""

    npn: str
    state: str
    license_class: str
    number: str
    residency: str
    status: str
    effective_date: date | None = None
    expiry_date: date | None = None
    is_perpetual: bool = False
    lines: tuple[SourceLine, ...] = ()
    as_of: datetime | None = None
    places: tuple[int, ...] = (0,)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that could not be taken. `npn` says whose it was, if that could be read; a repeat loses nothing."""

    place: int
    reason: str
    npn: str = ""
    is_repeat: bool = False


class SourceError(Exception):
    """The source broke off; `permanent` says that asking again cannot help."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent


class LicenseSource(Protocol):
    """Anything that can say what licences these producers hold."""

    @property
    def name(self) -> str:
        """Return what the source is called in the records of refreshes."""

    def fetch(self, npns: Collection[str], since: datetime | None) -> Iterable[SourceRecord | Unreadable]:
        """Yield the licences of these producers that changed since then (None: all of them).

        :raises SourceError: at once or on the way; what was yielded before still counts
        """
