"""What one gate finds, and the calendar it reads by. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from licenses.facts import AppointmentFact, ContractFact, LicenseFact, LineFact
from licenses.plain import Plain


@dataclass(frozen=True, slots=True)
class Block(Plain):
    """One gate that says no; `on` is the day it turns, where there is one."""

    code: str
    text: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Task(Plain):
    """An obligation that comes with being allowed."""

    code: str
    text: str
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """The calendar days it may be at one instant: a period counts only if it holds on all of them."""

    first: date
    last: date

    def begun(self, start: date | None) -> bool:
        """Say whether a first valid day has come."""
        return start is None or start <= self.first

    def lasting(self, end: date | None) -> bool:
        """Say whether a last valid day has not passed."""
        return end is None or self.last <= end


def days_in(zones: Iterable[str], now: datetime) -> Days:
    """Return the days it is in these zones."""
    if now.tzinfo is None:
        raise ValueError("`now` must be aware.")
    days = [now.astimezone(ZoneInfo(zone)).date() for zone in zones] or [now.date()]
    return Days(min(days), max(days))


@dataclass(frozen=True, slots=True)
class Finding:
    """What one way of satisfying the ask comes to: what is against it, what it obliges to, what it stands on."""

    blocks: tuple[Block, ...] = ()
    tasks: tuple[Task, ...] = ()
    lines: tuple[tuple[LicenseFact, LineFact], ...] = ()
    appointments: tuple[AppointmentFact, ...] = ()
    contracts: tuple[ContractFact, ...] = ()

    @staticmethod
    def merged(findings: Iterable["Finding"]) -> "Finding":
        """Return what all of them come to together."""
        blocks: list[Block] = []
        tasks: list[Task] = []
        lines: list[tuple[LicenseFact, LineFact]] = []
        appointments: list[AppointmentFact] = []
        contracts: list[ContractFact] = []
        for finding in findings:
            blocks += finding.blocks
            tasks += finding.tasks
            lines += finding.lines
            appointments += finding.appointments
            contracts += finding.contracts
        return Finding(
            tuple(dict.fromkeys(blocks)),
            tuple(dict.fromkeys(tasks)),
            tuple(lines),
            tuple(appointments),
            tuple(contracts),
        )

    def distance(self) -> tuple[int, int]:
        """Order findings: the nearest to a plain yes first."""
        return len(self.blocks), len(self.tasks)


def nearest(findings: Iterable[Finding]) -> Finding:
    """Return the finding nearest to a plain yes, the first of equals; a plain yes ends the search."""
    best: Finding | None = None
    for finding in findings:
        if best is None or finding.distance() < best.distance():
            best = finding
        if best.distance() == (0, 0):
            break
    if best is None:
        raise ValueError("There is nothing to choose from.")
    return best


def us(day: date | None) -> str:
    """Write a day as the sentences do: May 12, 2026."""
    return f"{day:%b} {day.day}, {day.year}" if day else ""
