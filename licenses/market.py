"""The carrier gates: a contract ready to sell, and the appointment where the law wants it first. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from licenses.facts import AppointmentFact, Ask, ContractFact, Licensing, ProductLines, Regime
from licenses.findings import Block, Days, Finding, Task, nearest, us
from licenses.lines import covers

STRICTEST_FIRST: Final = ("PRE", "JIT", "REGISTRY", "NONE")


@dataclass(frozen=True, slots=True)
class Market:
    """The carriers that come into question for one ask, under the appointment rules in force."""

    ask: Ask
    days: Days
    regimes: tuple[Regime, ...]

    @staticmethod
    def opened(ask: Ask, regimes: Sequence[Regime], days: Days) -> "Market":
        """Keep the rules that are law where and when the ask is made."""
        return Market(ask, days, tuple(each for each in regimes if each.state == ask.state and _in_force(each, days)))

    def judge(self, licensing: Licensing, need: ProductLines, lines: tuple[str, ...]) -> Finding:
        """Judge the contracts, and the appointment of each; one carrier that passes both is enough (APT-06)."""
        concerned = [each for each in licensing.contracts if self._concerns(each, need)]
        ready = [each for each in concerned if _contract_block(each, self.days) is None]
        if ready:
            return nearest(self._appointed(licensing, each, lines) for each in ready)
        named = f" with carrier {self.ask.carrier}" if self.ask.carrier else ""
        none = Block("NO_CARRIER_CONTRACT", f"no contract{named} for {need.code or self.ask.line} in {self.ask.state}")
        return Finding((next(filter(None, (_contract_block(each, self.days) for each in concerned)), none),))

    def _concerns(self, contract: ContractFact, need: ProductLines) -> bool:
        return (
            self.ask.carrier in {None, contract.carrier}
            and (not contract.states or self.ask.state in contract.states)
            and (
                not contract.products
                or (need.code in contract.products if need.code else covers(contract.lines, self.ask.line or ""))
            )
        )

    def _appointed(self, licensing: Licensing, contract: ContractFact, lines: tuple[str, ...]) -> Finding:
        there = [a for a in licensing.appointments if (a.carrier, a.state) == (contract.carrier, self.ask.state)]
        judged = (self._appointed_line(there, contract, line) for line in lines)
        return Finding.merged([Finding(contracts=(contract,)), *judged])

    def _appointed_line(self, there: Sequence[AppointmentFact], contract: ContractFact, line: str) -> Finding:
        """Judge one line by the state's regime, or the carrier's own where it is stricter (APT-01, -02, -04).

        Where no confirmed row speaks of the state, the strictest holds: appointed, or not at all.
        """
        carrier, state = contract.carrier, self.ask.state
        regime = self._regime(carrier, line)
        if regime is not None and regime.regime in {"REGISTRY", "NONE"}:
            return Finding()
        mine = [each for each in there if covers(each.lines, line)]
        held = next((each for each in mine if _is_appointed(each, self.days)), None)
        if held:
            return Finding(appointments=(held,))
        if regime is None:
            return Finding((Block("APPT_REGIME_UNKNOWN", f"not appointed; no confirmed {state} appointment rule"),))
        ended = next((each for each in mine if _has_ended(each, contract)), None)
        if ended:
            text = f"appointment by carrier {carrier} ended" + (
                f" {us(ended.terminated_date)}" if ended.terminated_date else ""
            )
            return Finding((Block("APPT_REQUIRED_BEFORE_SOLICIT", text, ended.terminated_date),))
        if regime.regime == "JIT":
            return Finding(tasks=(_filing(regime, carrier),))
        return Finding(
            (Block("APPT_REQUIRED_BEFORE_SOLICIT", f"{state} wants an appointment by carrier {carrier} first"),)
        )

    def _regime(self, carrier: str, line: str) -> Regime | None:
        """Return the strictest row in force; None where neither the state's rule nor a carrier's PRE is confirmed."""
        rows = [
            each for each in self.regimes if each.carrier in {"", carrier} and (not each.lines or line in each.lines)
        ]
        rows.sort(key=_strictness)
        settled = any(not each.carrier for each in rows) or (rows and rows[0].regime == "PRE")
        return rows[0] if settled else None


def _contract_block(contract: ContractFact, days: Days) -> Block | None:
    named, on = f"contract with carrier {contract.carrier}", None
    if not days.lasting(contract.end_date):
        text, on = f"{named} ended {us(contract.end_date)}", contract.end_date
    elif not days.begun(contract.start_date):
        text, on = f"{named} begins {us(contract.start_date)}", contract.start_date
    elif contract.status != "READY_TO_SELL":
        text = f"{named} is {contract.status.lower()}"
    else:
        return None
    return Block("NO_CARRIER_CONTRACT", text, on)


def _is_appointed(appointment: AppointmentFact, days: Days) -> bool:
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


def _in_force(regime: Regime, days: Days) -> bool:
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
