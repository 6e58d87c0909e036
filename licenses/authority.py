"""May this producer sell this here for this carrier at this instant, and if not, every gate that says no. Pure.

The gates are separate: the licence and its class (NAIC PLMA §3), its line of authority (tag L17), the home licence it
hangs on (PLMA §8, tag L18), the carrier's contract (tag L19) and the appointment (PLMA §14, tags L20, L21). Training
differs by product and state, and is left to rules.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

from licenses.facts import (
    AppointmentFact,
    Ask,
    CertificationFact,
    ContractFact,
    LicenseFact,
    Licensing,
    LineFact,
    ProductLines,
    Regime,
)
from licenses.lines import ALL_LINES, covers
from licenses.plain import Plain
from licenses.states import STATE_ZONES

__all__ = [
    "AppointmentFact",
    "Ask",
    "Authority",
    "Block",
    "Case",
    "CertificationFact",
    "ContractFact",
    "LicenseFact",
    "Licensing",
    "LineFact",
    "ProductLines",
    "Regime",
    "RelyOn",
    "Task",
    "judge",
]

STRICTEST_FIRST: Final = ("PRE", "JIT", "REGISTRY", "NONE")
PRODUCER_STATUS: Final = {"LEAVE": "producer is on leave", "OFFBOARDED": "producer has left"}


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
class RelyOn(Plain):
    """The rows an assignment stands on, for the claim to lock."""

    license_ids: tuple[int, ...] = ()
    line_ids: tuple[int, ...] = ()
    appointment_ids: tuple[int, ...] = ()
    contract_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Authority(Plain):
    """The guard's answer."""

    allowed: bool
    blocks: tuple[Block, ...] = ()
    tasks: tuple[Task, ...] = ()
    relies_on: RelyOn = RelyOn()


def judge(licensing: Licensing, ask: Ask, regimes: Sequence[Regime], now: datetime) -> Authority:
    """Say whether the producer may sell what is asked, with every gate that says no.

    A licence day ends in the lead's local time; where the lead may be in several zones it must hold in all of them.
    """
    return Case(ask, regimes, now).judge(licensing)


@dataclass(frozen=True, slots=True)
class _Days:
    """The calendar days it may be at one instant: a period counts only if it holds on all of them."""

    first: date
    last: date

    def begun(self, start: date | None) -> bool:
        return start is None or start <= self.first

    def lasting(self, end: date | None) -> bool:
        """Say whether a last valid day has not passed."""
        return end is None or self.last <= end


@dataclass(frozen=True, slots=True)
class _Finding:
    """What one way of satisfying the ask comes to: what is against it, what it obliges to, what it stands on."""

    blocks: tuple[Block, ...] = ()
    tasks: tuple[Task, ...] = ()
    lines: tuple[tuple[LicenseFact, LineFact], ...] = ()
    appointments: tuple[AppointmentFact, ...] = ()
    contracts: tuple[ContractFact, ...] = ()

    @staticmethod
    def merged(findings: Iterable["_Finding"]) -> "_Finding":
        parts = list(findings)
        return _Finding(
            tuple(dict.fromkeys(chain.from_iterable(part.blocks for part in parts))),
            tuple(dict.fromkeys(chain.from_iterable(part.tasks for part in parts))),
            *(
                tuple(chain.from_iterable(getattr(part, name) for part in parts))
                for name in ("lines", "appointments", "contracts")
            ),
        )

    def distance(self) -> tuple[int, int]:
        """Order findings: the nearest to a plain yes first."""
        return len(self.blocks), len(self.tasks)


@dataclass(frozen=True, slots=True)
class Case:
    """One ask at one instant, worked out once and judged for any number of producers."""

    ask: Ask
    regimes: Sequence[Regime]
    now: datetime
    _days: _Days = field(init=False)
    _in_force: tuple[Regime, ...] = field(init=False)

    def __post_init__(self) -> None:
        days = _days(self.ask.zones or STATE_ZONES.get(self.ask.state, ()), self.now)
        in_force = (each for each in self.regimes if each.state == self.ask.state and _in_force(each, days))
        object.__setattr__(self, "_days", days)
        object.__setattr__(self, "_in_force", tuple(in_force))

    def judge(self, licensing: Licensing) -> Authority:
        """Say whether this producer may, with every gate that says no."""
        needs = self.ask.products or ((ProductLines("", ((self.ask.line,),)),) if self.ask.line else ())
        finding = _Finding.merged(
            [_active(licensing), *(self._need(licensing, need) for need in needs or (ProductLines("", ()),))]
        )
        if finding.blocks:
            return Authority(allowed=False, blocks=finding.blocks)
        return Authority(
            allowed=True,
            tasks=finding.tasks,
            relies_on=RelyOn(
                license_ids=_ids(license_.id for license_, _ in finding.lines),
                line_ids=_ids(line.id for _, line in finding.lines),
                appointment_ids=_ids(each.id for each in finding.appointments),
                contract_ids=_ids(each.id for each in finding.contracts),
            ),
        )

    def _need(self, licensing: Licensing, need: ProductLines) -> _Finding:
        """Take the way through the product's sets of lines that comes nearest to a yes."""
        ways = [self._way(licensing, need, lines) for lines in need.lines_any_of if lines]
        if not ways:
            what = f"no lines are set for {need.code}" if need.code else "the lead names no product or line"
            return _Finding((Block("LOA_MISSING", what),))
        return min(ways, key=_Finding.distance)

    def _way(self, licensing: Licensing, need: ProductLines, lines: tuple[str, ...]) -> _Finding:
        host = _Register(licensing, self.ask.state, self._days)
        findings = [host.standing(lines, need)]
        if not host.is_resident(lines):
            findings.append(_home(licensing, self.now).basis(lines))
        return _Finding.merged([*findings, self._carrier(licensing, need, lines)])

    def _carrier(self, licensing: Licensing, need: ProductLines, lines: tuple[str, ...]) -> _Finding:
        """Judge the contracts, and the appointment of each; one carrier that passes both is enough (APT-06)."""
        concerned = [each for each in licensing.contracts if self._concerns(each, need)]
        ready = [each for each in concerned if _contract_block(each, self._days) is None]
        if ready:
            return min((self._appointed(licensing, each, lines) for each in ready), key=_Finding.distance)
        named = f" with carrier {self.ask.carrier}" if self.ask.carrier else ""
        none = Block("NO_CARRIER_CONTRACT", f"no contract{named} for {need.code or self.ask.line} in {self.ask.state}")
        return _Finding((next(filter(None, (_contract_block(each, self._days) for each in concerned)), none),))

    def _concerns(self, contract: ContractFact, need: ProductLines) -> bool:
        return (
            self.ask.carrier in {None, contract.carrier}
            and (not contract.states or self.ask.state in contract.states)
            and (
                not contract.products
                or (need.code in contract.products if need.code else covers(contract.lines, self.ask.line or ""))
            )
        )

    def _appointed(self, licensing: Licensing, contract: ContractFact, lines: tuple[str, ...]) -> _Finding:
        there = [a for a in licensing.appointments if (a.carrier, a.state) == (contract.carrier, self.ask.state)]
        judged = (self._appointed_line(there, contract, line) for line in lines)
        return _Finding.merged([_Finding(contracts=(contract,)), *judged])

    def _appointed_line(self, there: Sequence[AppointmentFact], contract: ContractFact, line: str) -> _Finding:
        """Judge one line by the state's regime, or the carrier's own where it is stricter (APT-01, -02, -04).

        Where no confirmed row speaks of the state, the strictest holds: appointed, or not at all.
        """
        carrier, state = contract.carrier, self.ask.state
        regime = self._regime(carrier, line)
        if regime is not None and regime.regime in {"REGISTRY", "NONE"}:
            return _Finding()
        mine = [each for each in there if covers(each.lines, line)]
        held = next((each for each in mine if _is_appointed(each, self._days)), None)
        if held:
            return _Finding(appointments=(held,))
        if regime is None:
            return _Finding((Block("APPT_REGIME_UNKNOWN", f"not appointed; no confirmed {state} appointment rule"),))
        ended = next((each for each in mine if _has_ended(each, contract)), None)
        if ended:
            text = f"appointment by carrier {carrier} ended" + (
                f" {_us(ended.terminated_date)}" if ended.terminated_date else ""
            )
            return _Finding((Block("APPT_REQUIRED_BEFORE_SOLICIT", text, ended.terminated_date),))
        if regime.regime == "JIT":
            return _Finding(tasks=(_filing(regime, carrier),))
        return _Finding(
            (Block("APPT_REQUIRED_BEFORE_SOLICIT", f"{state} wants an appointment by carrier {carrier} first"),)
        )

    def _regime(self, carrier: str, line: str) -> Regime | None:
        """Return the strictest row in force; None where neither the state's rule nor a carrier's PRE is confirmed."""
        rows = [
            each for each in self._in_force if each.carrier in {"", carrier} and (not each.lines or line in each.lines)
        ]
        rows.sort(key=_strictness)
        settled = any(not each.carrier for each in rows) or (rows and rows[0].regime == "PRE")
        return rows[0] if settled else None


@dataclass(frozen=True, slots=True)
class _Register:
    """The licences of one producer in one state on given days, of the class that sells (PLMA §3, LOA-09)."""

    licensing: Licensing
    state: str
    days: _Days
    called: str = "licence"
    residency: str = ""

    def sellers(self) -> list[LicenseFact]:
        return [
            each
            for each in self.licensing.licenses
            if each.state == self.state and each.license_class == "PRODUCER" and self.residency in {"", each.residency}
        ]

    def holding(self, line: str) -> tuple[LicenseFact, LineFact] | None:
        """Return the best licence and line of this name, sound or not: fewest blocks, then lasting longest."""
        rows = [(license_, each) for license_ in self.sellers() for each in license_.lines if each.line == line]
        return min(
            rows,
            key=lambda row: (len(self.against(*row)), -_last_day(row[0]).toordinal(), row[0].id, row[1].id),
            default=None,
        )

    def against(self, license_: LicenseFact, line: LineFact) -> tuple[Block, ...]:
        return (*_license_blocks(license_, self.days, self.called), *_line_blocks(line, self.days))

    def standing(self, lines: tuple[str, ...], need: ProductLines) -> _Finding:
        """Judge licence and line in the state asked for."""
        sellers = self.sellers()
        if not sellers:
            other = next((each for each in self.licensing.licenses if each.state == self.state), None)
            text = (
                f"only a licence of class {other.license_class.lower()} in {self.state}"
                if other
                else f"no licence in {self.state}"
            )
            return _Finding((Block("LICENSE_CLASS" if other else "NO_LICENSE", text),))
        held = [self.holding(line) for line in lines]
        found = tuple(each for each in held if each)
        blocks = [block for each in found for block in self.against(*each)]
        if not all(held):
            blocks += [*self.unsound(sellers), Block("LOA_MISSING", f"no {_wanted(need)} in {self.state}")]
        return _Finding(tuple(blocks), lines=found)

    def unsound(self, sellers: Sequence[LicenseFact]) -> tuple[Block, ...]:
        """Return what is wrong with the nearest licence; nothing where one is sound."""
        nearest = max(sellers, key=lambda each: (-len(_license_blocks(each, self.days, self.called)), _last_day(each)))
        return _license_blocks(nearest, self.days, self.called)

    def is_resident(self, lines: tuple[str, ...]) -> bool:
        """Say whether the lines stand on resident licences of the home state, and so on nothing else."""
        held = filter(None, map(self.holding, lines))
        return self.state == self.licensing.resident_state and all(license_.residency == "R" for license_, _ in held)

    def basis(self, lines: tuple[str, ...]) -> _Finding:
        """Judge what a non-resident licence stands on: a sound one at home, of the same lines (LIC-03, LOA-06)."""
        if not self.sellers():
            return _Finding((_no_home(f"no resident licence in {self.state or 'the home state'}"),))
        return _Finding.merged(self._basis_line(line) for line in lines)

    def _basis_line(self, line: str) -> _Finding:
        sets = [(line,), ("PROP", "CAS")] if line == "PERS" else [(line,)]
        complete = [tuple(found) for found in ([self.holding(each) for each in lines] for lines in sets) if all(found)]
        if not complete:
            unsound = tuple(_no_home(block.text, block.on) for block in self.unsound(self.sellers()))
            return _Finding(unsound or (_no_home(f"home state {self.state} lacks {ALL_LINES.get(line, line)}"),))
        return min(map(self._basis_of, complete), key=_Finding.distance)

    def _basis_of(self, held: tuple[tuple[LicenseFact, LineFact] | None, ...]) -> _Finding:
        rows = tuple(filter(None, held))
        blocks = chain.from_iterable(
            (
                *(_no_home(block.text, block.on) for block in _license_blocks(license_, self.days, self.called)),
                *(_no_home(f"{block.text} at home", block.on) for block in _line_blocks(line, self.days)),
            )
            for license_, line in rows
        )
        return _Finding(tuple(blocks), lines=rows)


def _home(licensing: Licensing, now: datetime) -> _Register:
    """Open the home state's register, where a day ends in that state's own time."""
    state = licensing.resident_state
    return _Register(licensing, state, _days(STATE_ZONES.get(state, ()), now), f"home licence ({state})", "R")


def _no_home(text: str, on: date | None = None) -> Block:
    return Block("HOME_LICENSE_INACTIVE", text, on)


def _active(licensing: Licensing) -> _Finding:
    if licensing.status == "ACTIVE":
        return _Finding()
    return _Finding((Block("PRODUCER_INACTIVE", PRODUCER_STATUS.get(licensing.status, "producer is not active")),))


def _license_blocks(license_: LicenseFact, days: _Days, called: str) -> tuple[Block, ...]:
    """Return what is against a licence. A late-renewal window is a filing right, not authority to sell (LIC-06)."""
    return tuple(_license_faults(license_, days, called))


def _license_faults(license_: LicenseFact, days: _Days, called: str) -> Iterator[Block]:
    status, starts, ends = license_.status, license_.effective_date, license_.expiry_date
    if not days.lasting(ends):
        yield Block("LICENSE_EXPIRED", f"{called} ended {_us(ends)}", ends)
    elif status == "EXPIRED":
        yield Block("LICENSE_EXPIRED", f"{called} is expired")
    elif ends is None and not license_.is_perpetual:
        yield Block("LICENSE_INACTIVE", f"{called} has no known last day")
    if not days.begun(starts):
        yield Block("LICENSE_NOT_YET", f"{called} begins {_us(starts)}", starts)
    if status not in {"ACTIVE", "EXPIRED"}:
        yield Block("LICENSE_INACTIVE", f"{called} is {status.lower()}")


def _line_blocks(line: LineFact, days: _Days) -> tuple[Block, ...]:
    """Return what is against a line: an active licence may carry a surrendered one (tag L9)."""
    label = ALL_LINES.get(line.line, line.line)
    if line.status != "ACTIVE":
        return (Block("LOA_INACTIVE", f"{label} is {line.status.lower()}"),)
    if not days.lasting(line.expiry_date):
        return (Block("LOA_INACTIVE", f"{label} ended {_us(line.expiry_date)}", line.expiry_date),)
    if not days.begun(line.effective_date):
        return (Block("LOA_INACTIVE", f"{label} begins {_us(line.effective_date)}", line.effective_date),)
    return ()


def _contract_block(contract: ContractFact, days: _Days) -> Block | None:
    named, on = f"contract with carrier {contract.carrier}", None
    if not days.lasting(contract.end_date):
        text, on = f"{named} ended {_us(contract.end_date)}", contract.end_date
    elif not days.begun(contract.start_date):
        text, on = f"{named} begins {_us(contract.start_date)}", contract.start_date
    elif contract.status != "READY_TO_SELL":
        text = f"{named} is {contract.status.lower()}"
    else:
        return None
    return Block("NO_CARRIER_CONTRACT", text, on)


def _is_appointed(appointment: AppointmentFact, days: _Days) -> bool:
    ended = appointment.terminated_date
    return (
        appointment.status == "APPOINTED"
        and days.begun(appointment.effective_date)
        and (ended is None or days.last < ended)
    )


def _has_ended(appointment: AppointmentFact, contract: ContractFact) -> bool:
    """Say whether the carrier ended the appointment under this contract: just-in-time is for first business only."""
    before = appointment.terminated_date and contract.start_date and appointment.terminated_date < contract.start_date
    return (appointment.status == "TERMINATED" or appointment.terminated_date is not None) and not before


def _filing(regime: Regime, carrier: str) -> Task:
    within = f" within {regime.file_within_days} days" if regime.file_within_days else ""
    after = f" of {regime.trigger.replace('_', ' ')}" if regime.trigger else ""
    return Task(
        "FILE_APPOINTMENT",
        f"file the {regime.state} appointment by carrier {carrier}{within}{after}",
        regime.file_within_days,
    )


def _in_force(regime: Regime, days: _Days) -> bool:
    """Say whether the row is law here and now: confirmed, and in force on every day it may be; its end is exclusive."""
    return (
        regime.status == "confirmed"
        and days.begun(regime.active_from)
        and (regime.active_to is None or days.last < regime.active_to)
    )


def _strictness(regime: Regime) -> tuple[int, int]:
    """Order the strictest first, then the shortest time to file; what is not known counts as strictest."""
    rank = STRICTEST_FIRST.index(regime.regime) if regime.regime in STRICTEST_FIRST else 0
    return rank, regime.file_within_days or 0


def _days(zones: Iterable[str], now: datetime) -> _Days:
    if now.tzinfo is None:
        raise ValueError("`now` must be aware.")
    days = [now.astimezone(ZoneInfo(zone)).date() for zone in zones] or [now.date()]
    return _Days(min(days), max(days))


def _last_day(license_: LicenseFact) -> date:
    return license_.expiry_date or (date.max if license_.is_perpetual else date.min)


def _wanted(need: ProductLines) -> str:
    return " or ".join(
        " and ".join(ALL_LINES.get(line, line) for line in lines) for lines in need.lines_any_of if lines
    )


def _ids(ids: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(ids)))


def _us(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""
