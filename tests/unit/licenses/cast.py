"""Facts for the guard's tests, valid by default: a Texan producer, her licences and her carriers."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from licenses.authority import (
    AppointmentFact,
    Ask,
    Authority,
    ContractFact,
    LicenseFact,
    Licensing,
    LineFact,
    ProductLines,
    Regime,
    judge,
)

CHICAGO, NEW_YORK, DENVER, LOS_ANGELES = "America/Chicago", "America/New_York", "America/Denver", "America/Los_Angeles"
NOON = datetime(2026, 5, 12, 12, tzinfo=ZoneInfo(CHICAGO))
TODAY, YESTERDAY, TOMORROW = date(2026, 5, 12), date(2026, 5, 11), date(2026, 5, 13)

LIFE = ProductLines("term_life", (("LIFE",),))
ANNUITY = ProductLines("fixed_annuity", (("LIFE",),))
AUTO = ProductLines("auto", (("PERS",), ("PROP", "CAS")))
VARIABLE = ProductLines("variable_annuity", (("LIFE", "VAR"),))

ALDER = "00101"


def make_license(
    state: str = "TX",
    *lines: str | LineFact,
    pk: int = 1,
    license_class: str = "PRODUCER",
    residency: str = "R",
    status: str = "ACTIVE",
    effective_date: date | None = date(2020, 1, 1),
    expiry_date: date | None = date(2027, 12, 31),
    is_perpetual: bool = False,
) -> LicenseFact:
    """Return a licence; lines named by their code are active and numbered from ten times the licence's key."""
    carried = tuple(
        line if isinstance(line, LineFact) else LineFact(pk * 10 + place, line)
        for place, line in enumerate(lines or ("LIFE",))
    )
    return LicenseFact(
        pk, state, license_class, f"ZZ{pk}", residency, status, effective_date, expiry_date, is_perpetual, carried
    )


def make_contract(carrier: str = ALDER, *, pk: int = 1, **facts: object) -> ContractFact:
    """Return a contract ready to sell everything everywhere."""
    return ContractFact(pk, carrier, **facts)  # type: ignore[arg-type]


def make_appointment(
    state: str = "TX", *lines: str, carrier: str = ALDER, pk: int = 1, **facts: object
) -> AppointmentFact:
    """Return an appointment in force."""
    return AppointmentFact(pk, carrier, state, lines or ("LIFE",), **facts)  # type: ignore[arg-type]


def make_licensing(
    *licenses: LicenseFact, resident_state: str = "TX", status: str = "ACTIVE", **facts: object
) -> Licensing:
    """Return a producer with a Texan life licence and one contract."""
    facts.setdefault("contracts", (make_contract(),))
    return Licensing(7, "Ana Reyes", "9900000001", resident_state, status, licenses or (make_license(),), **facts)  # type: ignore[arg-type]


def make_regime(state: str = "TX", regime: str = "JIT", *lines: str, carrier: str = "", **facts: object) -> Regime:
    """Return a confirmed appointment rule."""
    facts.setdefault("status", "confirmed")
    return Regime(state, lines, carrier, regime, **facts)  # type: ignore[arg-type]


TEXAS = make_regime("TX", "JIT", file_within_days=30, trigger="app_received")


def make_ask(state: str = "TX", *products: ProductLines, zones: tuple[str, ...] = (CHICAGO,), **facts: object) -> Ask:
    """Return a request for term life in central Texas."""
    return Ask(state, zones, products or (LIFE,), **facts)  # type: ignore[arg-type]


def codes(authority: Authority) -> list[str]:
    """Return the codes of the gates that say no, in order."""
    return [block.code for block in authority.blocks]


def verdict(licensing: Licensing, ask: Ask | None = None, *regimes: Regime, now: datetime = NOON) -> Authority:
    """Judge by the Texan rule unless others are given."""
    return judge(licensing, ask or make_ask(), regimes or (TEXAS,), now)
