"""Single changes to what is known of a producer's right to sell: each reads as advice, and can be tried. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from licenses.facts import AppointmentFact, ContractFact, LicenseFact, Licensing, LineFact
from licenses.findings import Days, us
from licenses.lines import ALL_LINES
from licenses.states import JURISDICTIONS

# The key of a row that is not there yet: ahead of every stored one, so that the guard takes it first among equals.
TRIED: Final = 0
WAYS_BACK: Final = {"LEAVE": "end the leave of absence", "OFFBOARDED": "take the producer on again"}


@dataclass(frozen=True, slots=True)
class Return:
    """The producer works again."""

    status: str

    def __str__(self) -> str:
        return WAYS_BACK.get(self.status, "make the producer active")

    def apply(self, licensing: Licensing) -> Licensing:
        """Return the facts with the change made."""
        return replace(licensing, status="ACTIVE")


@dataclass(frozen=True, slots=True)
class AddLicense:
    """A licence where there is none of the kind."""

    state: str
    lines: tuple[str, ...]
    residency: str

    def __str__(self) -> str:
        home = "resident " if self.residency == "R" else ""
        return (
            f"add {_article(home or JURISDICTIONS.get(self.state, ''))} {home}{self.state} {_named(self.lines)} license"
        )

    def apply(self, licensing: Licensing) -> Licensing:
        """Return the facts with the change made."""
        lines = tuple(LineFact(TRIED, line) for line in self.lines)
        added = LicenseFact(TRIED, self.state, "PRODUCER", "", self.residency, "ACTIVE", None, None, True, lines)
        return replace(licensing, licenses=(added, *licensing.licenses))


@dataclass(frozen=True, slots=True)
class MendLicense:
    """A licence that is there comes to be in force."""

    license: LicenseFact
    days: Days = field(compare=False)  # for the wording alone

    def __str__(self) -> str:
        which = f"the {self.license.state} license"
        return " and ".join(text.format(which) for text in self._steps())

    def _steps(self) -> Iterable[str]:
        held, ends = self.license, self.license.expiry_date
        if ends is not None and not self.days.lasting(ends):
            yield f"renew {{}} (ended {us(ends)})"
        elif held.status == "EXPIRED":
            yield "renew {} (expired)"
        elif ends is None and not held.is_perpetual:
            yield "record the last day of {}"
        if not self.days.begun(held.effective_date):
            yield f"wait for {{}} to begin on {us(held.effective_date)}"
        if held.status not in {"ACTIVE", "EXPIRED"}:
            yield f"have {{}} reinstated ({held.status.lower()})"

    def apply(self, licensing: Licensing) -> Licensing:
        """Return the facts with the change made."""
        return _with_license(
            licensing, self.license, status="ACTIVE", effective_date=None, expiry_date=None, is_perpetual=True
        )


@dataclass(frozen=True, slots=True)
class AddLines:
    """Lines of authority come onto a licence that is there."""

    license: LicenseFact
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"add {_named(self.lines)} to the {self.license.state} license"

    def apply(self, licensing: Licensing) -> Licensing:
        """Return the facts with the change made."""
        held = next(each for each in licensing.licenses if each.id == self.license.id)
        added = tuple(LineFact(TRIED, line) for line in self.lines)
        return _with_license(licensing, held, lines=(*added, *held.lines))


@dataclass(frozen=True, slots=True)
class MendLines:
    """Lines on a licence come to be in force."""

    license: LicenseFact
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"make {_named(self.lines)} active on the {self.license.state} license"

    def apply(self, licensing: Licensing) -> Licensing:
        """Return the facts with the change made."""
        held = next(each for each in licensing.licenses if each.id == self.license.id)
        mended = tuple(LineFact(each.id, each.line) if each.line in self.lines else each for each in held.lines)
        return _with_license(licensing, held, lines=mended)


@dataclass(frozen=True, slots=True)
class SignContract:
    """A carrier comes to contract the producer for what is asked; `extends` where it does for other things."""

    carrier: str
    state: str
    products: tuple[str, ...]
    extends: bool

    def __str__(self) -> str:
        products = [each.replace("_", " ") for each in self.products]
        what = f"{_and(products)} in {self.state}" if products else self.state
        if not self.carrier:
            return f"sign a contract with a carrier for {what}"
        if self.extends:
            return f"extend the contract with carrier {self.carrier} to {what}"
        return f"sign a contract with carrier {self.carrier} for {what}"

    def apply(self, licensing: Licensing) -> Licensing:
        """Return the facts with the change made."""
        added = ContractFact(TRIED, self.carrier, (self.state,), self.products)
        return replace(licensing, contracts=(added, *licensing.contracts))


@dataclass(frozen=True, slots=True)
class MendContract:
    """A contract that is there comes to be ready to sell."""

    contract: ContractFact
    days: Days = field(compare=False)  # for the wording alone

    def __str__(self) -> str:
        held, which = self.contract, f"the contract with carrier {self.contract.carrier}"
        steps = []
        if not self.days.lasting(held.end_date):
            steps.append(f"renew {which} (ended {us(held.end_date)})")
        if not self.days.begun(held.start_date):
            steps.append(f"wait for {which} to begin on {us(held.start_date)}")
        if held.status != "READY_TO_SELL":
            steps.append(f"make {which} ready to sell ({held.status.lower()})")
        return " and ".join(steps)

    def apply(self, licensing: Licensing) -> Licensing:
        """Return the facts with the change made."""
        mended = replace(self.contract, status="READY_TO_SELL", start_date=None, end_date=None)
        contracts = tuple(mended if each.id == mended.id else each for each in licensing.contracts)
        return replace(licensing, contracts=contracts)


@dataclass(frozen=True, slots=True)
class Appoint:
    """A carrier tells the state that the producer acts for it."""

    carrier: str
    state: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        by = f"carrier {self.carrier}" if self.carrier else "that carrier"
        return f"have {by} appoint the producer in {self.state} for {_named(self.lines)}"

    def apply(self, licensing: Licensing) -> Licensing:
        """Return the facts with the change made."""
        added = AppointmentFact(TRIED, self.carrier, self.state, self.lines)
        return replace(licensing, appointments=(added, *licensing.appointments))


Change = Return | AddLicense | MendLicense | AddLines | MendLines | SignContract | MendContract | Appoint


def apply(changes: Iterable[Change], licensing: Licensing) -> Licensing:
    """Return the facts with all of the changes made."""
    for change in changes:
        licensing = change.apply(licensing)
    return licensing


def _with_license(licensing: Licensing, held: LicenseFact, **fields: object) -> Licensing:
    licenses = tuple(
        replace(each, **fields) if each.id == held.id else each  # type: ignore[arg-type]  # fields of a licence
        for each in licensing.licenses
    )
    return replace(licensing, licenses=licenses)


def _article(word: str) -> str:
    """Return "a" or "an" for a state read by its name, as in "a NY licence" and "an OH licence"."""
    return "an" if word[:1] in set("AEIO") else "a"


def _named(lines: Sequence[str]) -> str:
    return _and([ALL_LINES.get(line, line) for line in lines])


def _and(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
