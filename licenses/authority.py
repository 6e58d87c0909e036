"""May this producer sell this here for this carrier at this instant, and if not, every gate that says no. Pure.

The gates are separate: the licence and its class (NAIC PLMA §3), its line of authority (tag L17), the home licence it
hangs on (PLMA §8, tag L18), the carrier's contract (tag L19) and the appointment (PLMA §14, tags L20, L21). Training
differs by product and state, and is left to rules.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

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
from licenses.findings import Block, Finding, Task, days_in, nearest
from licenses.market import Market
from licenses.plain import Plain
from licenses.registers import Register, home_register
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

PRODUCER_STATUS: Final = {"LEAVE": "producer is on leave", "OFFBOARDED": "producer has left"}


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


class Case:
    """One ask at one instant, worked out once and judged for any number of producers."""

    def __init__(self, ask: Ask, regimes: Sequence[Regime], now: datetime) -> None:
        self.ask = ask
        self.now = now
        self.days = days_in(ask.zones or STATE_ZONES.get(ask.state, ()), now)
        self.market = Market.opened(ask, regimes, self.days)
        asked = ask.products or ((ProductLines("", ((ask.line,),)),) if ask.line else ())
        self.needs = asked or (ProductLines("", ()),)

    def judge(self, licensing: Licensing) -> Authority:
        """Say whether this producer may, with every gate that says no."""
        finding = Finding.merged([_active(licensing), *(self._need(licensing, need) for need in self.needs)])
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

    def _need(self, licensing: Licensing, need: ProductLines) -> Finding:
        """Take the way through the product's sets of lines that comes nearest to a yes."""
        sets = [lines for lines in need.lines_any_of if lines]
        if not sets:
            what = f"no lines are set for {need.code}" if need.code else "the lead names no product or line"
            return Finding((Block("LOA_MISSING", what),))
        return nearest(self._way(licensing, need, lines) for lines in sets)

    def _way(self, licensing: Licensing, need: ProductLines, lines: tuple[str, ...]) -> Finding:
        host = Register(licensing, self.ask.state, self.days)
        findings = [host.standing(lines, need)]
        if not host.is_resident(lines):
            findings.append(home_register(licensing, self.now).basis(lines))
        return Finding.merged([*findings, self.market.judge(licensing, need, lines)])


def _active(licensing: Licensing) -> Finding:
    if licensing.status == "ACTIVE":
        return Finding()
    return Finding((Block("PRODUCER_INACTIVE", PRODUCER_STATUS.get(licensing.status, "producer is not active")),))


def _ids(ids: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(set(ids)))
