"""What is known of one producer's right to sell, and what a lead asks of it, as plain values. Pure."""

from dataclasses import dataclass
from datetime import date

from licenses.plain import Plain


@dataclass(frozen=True, slots=True)
class LineFact(Plain):
    """A line of authority on a licence, with a status and dates of its own."""

    id: int
    line: str
    status: str = "ACTIVE"
    effective_date: date | None = None
    expiry_date: date | None = None


@dataclass(frozen=True, slots=True)
class LicenseFact(Plain):
    """One licence; a producer may hold several in a state. `expiry_date` is the last valid local day."""

    id: int
    state: str
    license_class: str
    number: str
    residency: str
    status: str
    effective_date: date | None
    expiry_date: date | None
    is_perpetual: bool
    lines: tuple[LineFact, ...] = ()


@dataclass(frozen=True, slots=True)
class ContractFact(Plain):
    """A carrier's own agreement with the producer; no states or no products means all."""

    id: int
    carrier: str
    states: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    status: str = "READY_TO_SELL"
    start_date: date | None = None
    end_date: date | None = None
    lines: tuple[str, ...] = ()  # what its products fall under, for leads that name a line and no product


@dataclass(frozen=True, slots=True)
class AppointmentFact(Plain):
    """A carrier's notice to a state that the producer acts for it; `terminated_date` is the first day without it."""

    id: int
    carrier: str
    state: str
    lines: tuple[str, ...]
    status: str = "APPOINTED"
    effective_date: date | None = None
    terminated_date: date | None = None


@dataclass(frozen=True, slots=True)
class CertificationFact(Plain):
    """A course or certificate, by state, carrier, product or plan year; read by rules, not by the guard."""

    id: int
    kind: str
    state: str = ""
    carrier: str = ""
    product: str = ""
    plan_year: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    status: str = "VALID"


@dataclass(frozen=True, slots=True)
class Licensing(Plain):
    """Everything known of one producer's right to sell."""

    producer_id: int
    name: str
    npn: str
    resident_state: str
    status: str
    licenses: tuple[LicenseFact, ...] = ()
    contracts: tuple[ContractFact, ...] = ()
    appointments: tuple[AppointmentFact, ...] = ()
    certifications: tuple[CertificationFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Regime(Plain):
    """When a state wants an appointment: PRE, JIT, REGISTRY or NONE. No lines: all; no carrier: every carrier."""

    state: str
    lines: tuple[str, ...]
    carrier: str
    regime: str
    file_within_days: int | None = None
    trigger: str = ""
    status: str = "provisional"
    active_from: date | None = None
    active_to: date | None = None


@dataclass(frozen=True, slots=True)
class ProductLines(Plain):
    """A product and the lines that satisfy it: any one inner set, whole."""

    code: str
    lines_any_of: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Ask(Plain):
    """What is to be sold, where, and for which carrier if the lead says so.

    `zones` are all time zones the lead may be in within the state, at least one. Every product must be held; `line`
    counts where no product is named.
    """

    state: str
    zones: tuple[str, ...]
    products: tuple[ProductLines, ...] = ()
    carrier: str | None = None
    line: str | None = None
