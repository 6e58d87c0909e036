"""Say what a burst of leads would come to: who would get what, what the law stops, what would stay; writes nothing.

The decisions are those that would be made, lead by lead, each from the desks as the one before would leave them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from routing import matching, reasons, words
from routing.decision import Considered, Inquiry, credit_step, full_reason
from routing.desks import Desks
from routing.roster import RosterProducer
from routing.services import claim
from routing.services.outcomes import QUEUES
from routing.services.seating import caps_under, in_turn, read_desks, seated_by, solved, way_of

NEAREST: Final = 3  # sentences shown for each reason


@dataclass(frozen=True, slots=True)
class Getter:
    """What one producer would get."""

    name: str
    leads: int
    open_before: int
    capacity: int

    @property
    def open_after(self) -> int:
        """The leads open then, if nobody closes any."""
        return self.open_before + self.leads


@dataclass(frozen=True, slots=True)
class Stop:
    """Leads that nobody would get, for one reason; `nearest` says what stood in the way of those closest to them."""

    status: str
    text: str
    leads: int
    nearest: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class LegalBlock:
    """One thing the guard asks for: of how many leads it kept somebody of the pool away, and how many pairs of both."""

    text: str
    leads: int
    pairs: int


@dataclass(frozen=True, slots=True)
class Gain:
    """What leads solved as one assignment are worth with those who get them, and were one by one; in cents."""

    together: int
    one_by_one: int

    @property
    def dollars(self) -> int:
        """What is gained, in whole dollars a year."""
        return round((self.together - self.one_by_one) / 100)

    @property
    def percent(self) -> float:
        """The same as a share of what one by one comes to."""
        return round(100 * (self.together - self.one_by_one) / self.one_by_one, 1) if self.one_by_one else 0.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a burst would come to, as things stand."""

    leads: int
    getters: tuple[Getter, ...]
    stops: tuple[Stop, ...]
    legal: tuple[LegalBlock, ...]
    gain: Gain | None = None

    @property
    def given(self) -> int:
        """How many would go to a producer."""
        return sum(each.leads for each in self.getters)

    @property
    def to_managers(self) -> int:
        """How many would wait for a manager."""
        return sum(stop.leads for stop in self.stops if stop.status in QUEUES)

    @property
    def fallback_percent(self) -> float:
        """The share that would wait for a manager."""
        return round(100 * self.to_managers / self.leads, 1) if self.leads else 0.0


@dataclass
class Forecaster:
    """Takes leads as they would come, and remembers what each would leave behind for the next.

    `most_each` is how many one producer may get of them all.
    """

    most_each: int | None = None
    desks: Desks = field(default_factory=Desks)
    given: Counter[int] = field(default_factory=Counter)
    is_solving: bool = True
    worth: int = 0  # cents, of the leads of pools that want them solved as one assignment
    _one_by_one: "Forecaster | None" = None
    _producers: dict[int, RosterProducer] = field(default_factory=dict)
    _open: dict[int, int] = field(default_factory=dict)
    _stopped: Counter[tuple[str, str]] = field(default_factory=Counter)
    _nearest: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    _legal: Counter[str] = field(default_factory=Counter)
    _pairs: Counter[str] = field(default_factory=Counter)

    def _compare(self, leads: Sequence[tuple[Inquiry, str]]) -> None:
        """Take the same leads one by one as well, for what solving them together gains."""
        if self._one_by_one is None:
            self._one_by_one = Forecaster(self.most_each, self.desks.copy(), self.given.copy(), is_solving=False)
        self._one_by_one.take(leads)

    def take(self, leads: Sequence[tuple[Inquiry, str]]) -> list[tuple[str, str, int | None]]:
        """Decide about these, given as what each asks and what ties fall by; return status, reason and producer."""
        asked = [inquiry for inquiry, _ in leads]
        ways = [way_of(each) for each in asked]
        considered = [way[0] for way in ways]
        if asked:
            read_desks(self.desks, ways, asked)
        if self.is_solving and any(map(matching.is_asked_for, considered, asked)):
            self._compare(leads)
            asked = solved(considered, asked, [seed for _, seed in leads], self.desks)
        seeds = [seed for _, seed in leads]
        told = {at: self._decide(ways[at], asked[at], seeds[at]) for at in in_turn(asked)}
        return [told[at] for at in range(len(asked))]

    def forecast(self) -> Forecast:
        """Return what all of them would come to."""
        getters = [
            Getter(self._producers[each].name, number, self._open[each], self._producers[each].capacity)
            for each, number in self.given.items()
        ]
        stops = [
            Stop(status, reasons.text(reason), number, _most(self._nearest.get((status, reason), Counter())))
            for (status, reason), number in self._stopped.items()
        ]
        legal = [LegalBlock(words.BLOCKS[code], number, self._pairs[code]) for code, number in self._legal.items()]
        return Forecast(
            leads=self.given.total() + self._stopped.total(),
            getters=tuple(sorted(getters, key=lambda each: (-each.leads, each.name))),
            stops=tuple(sorted(stops, key=lambda each: (-each.leads, each.text))),
            legal=tuple(sorted(legal, key=lambda each: (-each.leads, each.text))),
            gain=Gain(self.worth, self._one_by_one.worth) if self._one_by_one else None,
        )

    def _decide(self, way: Sequence[Considered], inquiry: Inquiry, seed: str) -> tuple[str, str, int | None]:
        inquiry = replace(inquiry, held_back=self._held_back())
        decided = seated_by(inquiry, way, self.desks, seed)
        considered, chosen, volatile = decided.considered, decided.chosen, decided.volatile
        self._count_legal(considered.excluded_by())
        if not chosen.ranked:
            is_routed = considered.status == "routed"
            status, reason = ("fallback", full_reason(chosen)) if is_routed else (considered.status, considered.reason)
            self._stop(status, reason, considered)
            return status, reason, None
        first = chosen.ranked[0].producer_id
        desk = volatile[first]
        step = credit_step(decided, first, desk.credit) if considered.pool else Decimal(0)
        self._producers[first] = inquiry.context.roster.producers[first]
        self._open.setdefault(first, int(desk.load))
        counts = caps_under(first, inquiry)
        self.desks.seat(considered.pool, first, effort=claim.EFFORT, step=step, counts=counts, now=inquiry.now)
        self.given[first] += 1
        if matching.is_asked_for(considered, inquiry):
            self.worth += next(pair.value for pair in matching.pairs(decided) if pair.producer_id == first)
        return "assigned", "ASSIGNED", first

    def _held_back(self) -> frozenset[int]:
        if self.most_each is None:
            return frozenset()
        return frozenset(each for each, number in self.given.items() if number >= self.most_each)

    def _stop(self, status: str, reason: str, considered: Considered) -> None:
        self._stopped[status, reason] += 1
        if not considered.eligible and (misses := considered.nearest_misses()):
            told = f"{misses[0]['name']}: {'; '.join(block['text'] for block in misses[0]['blocks'])}"
            self._nearest.setdefault((status, reason), Counter())[told] += 1

    def _count_legal(self, excluded: Mapping[str, int]) -> None:
        for code in excluded.keys() & words.BLOCKS.keys():
            self._legal[code] += 1
            self._pairs[code] += excluded[code]


def _most(counted: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:NEAREST])
