"""The licence gates: a licence of the class that sells, the line on it, and the home licence both hang on. Pure."""

from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain

from licenses.facts import LicenseFact, Licensing, LineFact, ProductLines
from licenses.findings import Block, Days, Finding, days_in, nearest, us
from licenses.lines import ALL_LINES
from licenses.states import STATE_ZONES

Holding = tuple[LicenseFact, LineFact]


class Register:
    """The licences of one producer in one state on given days, of the class that sells (PLMA §3, LOA-09)."""

    def __init__(
        self, licensing: Licensing, state: str, days: Days, called: str = "license", residency: str = ""
    ) -> None:
        self.licensing = licensing
        self.state = state
        self.days = days
        self.called = called
        self.sellers = [
            each
            for each in licensing.licenses
            if each.state == state and each.license_class == "PRODUCER" and residency in {"", each.residency}
        ]
        self._held: dict[str, Holding | None] = {}

    def holding(self, line: str) -> Holding | None:
        """Return the best licence and line of this name, sound or not: fewest blocks, then lasting longest."""
        if line not in self._held:
            rows = [(license_, each) for license_ in self.sellers for each in license_.lines if each.line == line]
            self._held[line] = min(rows, key=self._rank, default=None) if len(rows) != 1 else rows[0]
        return self._held[line]

    def _rank(self, row: Holding) -> tuple[int, int, int, int]:
        license_, line = row
        return len(self.against(row)), -_last_day(license_).toordinal(), license_.id, line.id

    def against(self, row: Holding) -> tuple[Block, ...]:
        """Return what is against relying on this licence and line."""
        license_, line = row
        return (*_license_blocks(license_, self.days, self.called), *_line_blocks(line, self.days))

    def faults(self, license_: LicenseFact) -> tuple[Block, ...]:
        """Return what is against relying on this licence, whatever its lines."""
        return _license_blocks(license_, self.days, self.called)

    def standing(self, lines: tuple[str, ...], need: ProductLines) -> Finding:
        """Judge licence and line in the state asked for."""
        if not self.sellers:
            other = next((each for each in self.licensing.licenses if each.state == self.state), None)
            text = (
                f"only a license of class {other.license_class.lower()} in {self.state}"
                if other
                else f"no license in {self.state}"
            )
            return Finding((Block("LICENSE_CLASS" if other else "NO_LICENSE", text),))
        held = [self.holding(line) for line in lines]
        found = tuple(each for each in held if each)
        blocks = [block for each in found for block in self.against(each)]
        if not all(held):
            blocks += [*self.unsound(), Block("LOA_MISSING", f"no {_wanted(need)} in {self.state}")]
        return Finding(tuple(blocks), lines=found)

    def unsound(self) -> tuple[Block, ...]:
        """Return what is wrong with the nearest licence; nothing where one is sound."""
        best = max(
            self.sellers, key=lambda each: (-len(_license_blocks(each, self.days, self.called)), _last_day(each))
        )
        return _license_blocks(best, self.days, self.called)

    def is_resident(self, lines: tuple[str, ...]) -> bool:
        """Say whether the lines stand on resident licences of the home state, and so on nothing else."""
        held = filter(None, map(self.holding, lines))
        return self.state == self.licensing.resident_state and all(license_.residency == "R" for license_, _ in held)

    def basis(self, lines: tuple[str, ...]) -> Finding:
        """Judge what a non-resident licence stands on: a sound one at home, of the same lines (LIC-03, LOA-06)."""
        if not self.sellers:
            return Finding((_no_home(f"no resident license in {self.state or 'the home state'}"),))
        return Finding.merged(self._basis_line(line) for line in lines)

    def _basis_line(self, line: str) -> Finding:
        sets = [(line,), ("PROP", "CAS")] if line == "PERS" else [(line,)]
        complete = [tuple(found) for found in ([self.holding(each) for each in lines] for lines in sets) if all(found)]
        if not complete:
            unsound = tuple(_no_home(block.text, block.on) for block in self.unsound())
            return Finding(unsound or (_no_home(f"home state {self.state} lacks {ALL_LINES.get(line, line)}"),))
        return nearest(map(self._basis_of, complete))

    def _basis_of(self, held: tuple[Holding | None, ...]) -> Finding:
        rows = tuple(filter(None, held))
        blocks = chain.from_iterable(
            (
                *(_no_home(block.text, block.on) for block in _license_blocks(license_, self.days, self.called)),
                *(_no_home(f"{block.text} at home", block.on) for block in _line_blocks(line, self.days)),
            )
            for license_, line in rows
        )
        return Finding(tuple(blocks), lines=rows)


def home_register(licensing: Licensing, now: datetime) -> Register:
    """Open the home state's register, where a day ends in that state's own time."""
    state = licensing.resident_state
    return Register(licensing, state, days_in(STATE_ZONES.get(state, ()), now), f"home license ({state})", "R")


def _no_home(text: str, on: date | None = None) -> Block:
    return Block("HOME_LICENSE_INACTIVE", text, on)


def _license_blocks(license_: LicenseFact, days: Days, called: str) -> tuple[Block, ...]:
    """Return what is against a licence. A late-renewal window is a filing right, not authority to sell (LIC-06)."""
    return tuple(_license_faults(license_, days, called))


def _license_faults(license_: LicenseFact, days: Days, called: str) -> Iterator[Block]:
    status, starts, ends = license_.status, license_.effective_date, license_.expiry_date
    if not days.lasting(ends):
        yield Block("LICENSE_EXPIRED", f"{called} ended {us(ends)}", ends)
    elif status == "EXPIRED":
        yield Block("LICENSE_EXPIRED", f"{called} is expired")
    elif ends is None and not license_.is_perpetual:
        yield Block("LICENSE_INACTIVE", f"{called} has no known last day")
    if not days.begun(starts):
        yield Block("LICENSE_NOT_YET", f"{called} begins {us(starts)}", starts)
    if status not in {"ACTIVE", "EXPIRED"}:
        yield Block("LICENSE_INACTIVE", f"{called} is {status.lower()}")


def _line_blocks(line: LineFact, days: Days) -> tuple[Block, ...]:
    """Return what is against a line: an active licence may carry a surrendered one (tag L9)."""
    label = ALL_LINES.get(line.line, line.line)
    if line.status != "ACTIVE":
        return (Block("LOA_INACTIVE", f"{label} is {line.status.lower()}"),)
    if not days.lasting(line.expiry_date):
        return (Block("LOA_INACTIVE", f"{label} ended {us(line.expiry_date)}", line.expiry_date),)
    if not days.begun(line.effective_date):
        return (Block("LOA_INACTIVE", f"{label} begins {us(line.effective_date)}", line.effective_date),)
    return ()


def _last_day(license_: LicenseFact) -> date:
    return license_.expiry_date or (date.max if license_.is_perpetual else date.min)


def _wanted(need: ProductLines) -> str:
    return " or ".join(
        " and ".join(ALL_LINES.get(line, line) for line in lines) for lines in need.lines_any_of if lines
    )
