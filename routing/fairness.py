"""Fairness in a pool: what moves a member's balance, what a lead is worth, what share was exact. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from routing.strategies import STRATEGIES, Candidate

USUAL_PREMIUM: Final = Decimal(1000)  # what a lead that names no premium counts with, in dollars a year
CENT: Final = Decimal("0.01")
DUST: Final = Decimal("1e-9")  # what turns kept to twelve places may differ by
WIDEST: Final = 200  # a circle of more is not written down, as receipts list no more candidates


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that happens in the ledger: how it reads, and whether it gives the lead and its turn back."""

    label: str
    gives_back: bool = False


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "OPENING": Kind("The balance when the ledger began"),
        "ASSIGNED": Kind("Got a lead"),
        "CAUGHT_UP": Kind("Brought up to the others after time away or under a new weight"),
        "DECLINED": Kind("Declined: the turn is used"),
        "LATE": Kind("Not answered in time: the turn is used"),
        "OFFER_NO": Kind("Declined an offer: the turn is used"),
        "OFFER_LATE": Kind("Missed an offer: the turn is used"),
        "OFFER_FREE": Kind("Declined or missed an offer, which costs nothing here"),
        "EXCUSED": Kind("Not answered, for a reason that excuses it: the turn comes back", gives_back=True),
        "RETURNED": Kind("Taken back by a manager: the turn comes back", gives_back=True),
        "DUPLICATE": Kind("A duplicate: the turn comes back", gives_back=True),
        "BAD_LEAD": Kind("A bad lead: the turn comes back", gives_back=True),
        "JOINED": Kind("Joined level with the members"),
        "CAME_BACK": Kind("Came back level with the members"),
        "LEFT": Kind("Left; the balance rests"),
    }
)
# By how an assignment ends; closing a lead moves the balance only where it turned out to be none.
ENDS: Final[Mapping[str, str]] = MappingProxyType(
    {"DECLINED": "DECLINED", "BREACHED": "LATE", "REASSIGNED": "RETURNED"}
)
CLOSES: Final[Mapping[str, str]] = MappingProxyType(
    {"BAD_LEAD": "BAD_LEAD", "RETURNED": "BAD_LEAD", "DUPLICATE": "DUPLICATE"}
)


def kind_of_end(how: str, reason: str, *, excuse: str = "") -> str | None:
    """Return what the ledger calls an assignment's end; None where it is none of its business."""
    if excuse:
        return "EXCUSED"
    return CLOSES.get(reason) if how == "DISPOSED" else ENDS[how]


def expected_value(premium: Decimal | None, score: int | None) -> Decimal:
    """Return what a lead is worth: its premium, or the usual one, times its score in percent, 1 at least."""
    percent = min(max(score or 0, 1), 100)
    return ((premium or USUAL_PREMIUM) * percent / 100).quantize(CENT)


@lru_cache(maxsize=1_000)
def turn(strategy: str, weight: int) -> Decimal:
    """Return what one lead costs a member of this weight; 0 under a strategy that keeps no turns."""
    alone = Candidate(0, weight, 1, Decimal(0), Decimal(0), Decimal(0), None)
    return STRATEGIES[strategy].plain.settle(alone, [alone])


def circle(strategy: str, weights: Mapping[int, int]) -> str:
    """Write down among whom a lead was shared and how; nothing where the strategy shares nothing out."""
    parts = [(each, turn(strategy, weight)) for each, weight in sorted(weights.items())]
    if len(parts) > WIDEST or not all(cost for _, cost in parts):
        return ""
    return ",".join(f"{each}:{round(1 / cost)}" for each, cost in parts)


def _read(among: str) -> dict[int, int]:
    pairs = (part.split(":") for part in among.split(",") if part)
    return {int(each): int(weight) for each, weight in pairs}


@dataclass(slots=True)
class Share:
    """What one member had of a pool's leads, and what exact shares would have been."""

    had: int = 0
    exact: Fraction = field(default_factory=Fraction)
    had_value: Decimal = Decimal(0)
    exact_value: Fraction = field(default_factory=Fraction)

    @property
    def owed(self) -> float:
        """The leads still due to the member; less than nothing for one who had more."""
        return float(self.exact - self.had)

    @property
    def owed_value(self) -> float:
        """The same in expected value."""
        return float(self.exact_value - Fraction(self.had_value))

    def is_outside(self, leads: int, percent: int) -> bool:
        """Say whether it is further from exact than so many leads and so many percent, whichever is more."""
        return abs(self.exact - self.had) > max(Fraction(leads), abs(self.exact) * percent / 100)


def shares(moved: Iterable[tuple[int, str, int, Decimal]]) -> dict[int, Share]:
    """Return each member's share of leads given as (producer, among whom, leads, value).

    A lead is due to those it was shared among, as their weights; one shared among nobody is due to whoever had it.
    """
    found: dict[int, Share] = {}
    circles: dict[str, tuple[int, Decimal]] = {}  # cut up at once, not for each who had leads of it
    for producer_id, among, leads, value in moved:
        had = found.setdefault(producer_id, Share())
        had.had += leads
        had.had_value += value
        shared = among or f"{producer_id}:1"
        so_far, worth = circles.get(shared, (0, Decimal(0)))
        circles[shared] = so_far + leads, worth + value
    for among, (leads, value) in circles.items():
        weights = _read(among)
        whole = sum(weights.values())
        for each, weight in weights.items():
            due = found.setdefault(each, Share())
            due.exact += Fraction(leads * weight, whole)
            due.exact_value += Fraction(value) * weight / whole
    return found
