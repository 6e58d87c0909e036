"""This process's roster made ready to be asked at once: who of a pool may have a lead, and what stops the others. Pure.

It says what `decision.judge_producers` says of each, which stays the reference: it is asked for every reason, and where
the roster or the instant is older than what is held here.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from threading import Lock
from typing import Final, overload
from zoneinfo import ZoneInfo

from licenses.authority import Ask
from routing.decision import FORMER_OWNER, AtOnce, Inquiry, Rules, Standing, judge_producers
from routing.guard_memory import recalled
from routing.guard_sets import GuardSet, GuardSets
from routing.producer_facts import CLOCKS, producer_facts
from routing.roster import AgencyFacts, Roster, RosterProducer
from rules_engine.engine.bitsets import positions
from rules_engine.engine.catalog import Facts
from rules_engine.engine.horizon import Horizon, Spell
from rules_engine.engine.screening import Screen, Screening

# What the index knows of a producer beside the facts rules may read.
ABSENCE: Final = "index.absence"
POOLS: Final = "index.pools"
PRESENT: Final = ""
WEEK: Final = timedelta(days=7)


class RosterIndex:
    """The roster, the guard and the eligibility rules of one version, answering together."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._lock = Lock()
        self._held: _Held | None = None

    def standings(self, inquiry: Inquiry, ask: Ask, pool: str) -> "Everybody | None":
        """Say how a pool stands towards the lead, or None where what is held is newer than what is asked about."""
        if inquiry.context.rules is not self.rules:
            return None
        with self._lock:
            held = self._held
            if held is None or held.agency is not inquiry.context.roster.agency:
                if held is not None and inquiry.context.roster.version <= held.version:
                    return None
                held = self._held = _Held(inquiry.context.roster, self.rules, inquiry.now)
            return held.standings(inquiry, ask, pool) if held.reaches(inquiry.context.roster, inquiry.now) else None


class _Held:
    """What is held of one roster and of those that follow it."""

    def __init__(self, roster: Roster, rules: Rules, now: datetime) -> None:
        self.agency, self.version = roster.agency, roster.version
        self._roster = roster
        self._producers: list[RosterProducer | None] = list(roster.producers.values())
        self._at = {producer_id: position for position, producer_id in enumerate(roster.producers)}
        self._changed: list[int] = []
        self._guard = GuardSets(self._producers, self._changed)
        self._horizon = Horizon(self._spell, len(self._producers), now)
        self._population = self._horizon.population
        self._screen = Screen(rules.eligibility, self._population)
        self._absence, self._pools = self._population.attribute(ABSENCE), self._population.attribute(POOLS)

    def reaches(self, roster: Roster, now: datetime) -> bool:
        """Take in a later roster and a later instant; say whether what is held is of both then."""
        is_another = roster is not self._roster
        if (is_another and roster.version <= self.version) or now.timestamp() < self._horizon.since:
            return False
        if is_another:
            self._follow(roster, now)
        self._horizon.reach(now)
        return True

    def _follow(self, roster: Roster, now: datetime) -> None:
        for producer_id in [*roster.producers, *(self._at.keys() - roster.producers.keys())]:
            position, producer = self._at.get(producer_id), roster.producers.get(producer_id)
            if position is None:
                position = self._at[producer_id] = len(self._producers)
                self._producers.append(None)
            if self._producers[position] is not producer:
                self._producers[position] = producer
                self._changed.append(position)
                self._horizon.read(position, now)
        self._roster, self.version = roster, roster.version

    def _spell(self, position: int, now: datetime) -> Spell:
        producer = self._producers[position]
        if producer is None:
            return Spell(None, since=now.timestamp())
        absence = producer.absence(now, self.agency.hours) or PRESENT
        pools = frozenset(membership.pool for membership in producer.memberships)
        known = producer_facts(producer, now).known | {ABSENCE: absence, POOLS: pools}
        until = min(
            next_day(now), _midnight(ZoneInfo(producer.time_zone), now), absent_until(producer, self.agency, now)
        )
        return Spell(Facts(known), since=now.timestamp(), until=until.timestamp())

    def standings(self, inquiry: Inquiry, ask: Ask, pool: str) -> "Everybody":
        """Say how a pool stands towards the lead: guard, rules, shifts, and who had it before."""
        guard = self._guard.open(ask, self.agency.regimes, inquiry.now)
        screening = self._screen.screen(inquiry.facts, inquiry.now)
        had_it = sum(1 << self._at[each] for each in inquiry.had_it if each in self._at)
        members = self._pools.holding(pool)
        eligible = members & guard.allowed & screening.eligible & self._absence.holding(PRESENT) & ~had_it
        return Everybody(
            inquiry,
            ask,
            pool,
            eligible=tuple(self._eligible(eligible, inquiry, ask, screening)),
            excluded=self._excluded(members, guard, screening, had_it),
        )

    def _eligible(self, eligible: int, inquiry: Inquiry, ask: Ask, screening: Screening) -> Iterator[Standing]:
        """Yield those who may have it, in the pool's order; what a hand-over relies on is the guard's own word."""
        case = recalled(ask, self.agency.regimes, inquiry.now)
        preferences = screening.preferences()
        found = ((producer, at) for at in positions(eligible) if (producer := self._producers[at]))
        for producer, at in sorted(found, key=lambda each: each[0].id):
            preference = Decimal(sum(weight for weight, preferred in preferences if preferred >> at & 1))
            preference += FORMER_OWNER if producer.id == inquiry.former_owner else 0
            yield Standing(producer.id, producer.name, (), preference, case.judge(producer.licensing))

    def _excluded(self, members: int, guard: GuardSet, screening: Screening, had_it: int) -> Mapping[str, int]:
        """Return how many of the pool each rule and each gate excludes."""
        counted = Counter(
            {code: sum((found & members).bit_count() for found in sets) for code, sets in guard.stopped.items()}
        )
        counted.update({rule: (found & members).bit_count() for rule, found in screening.excluded().items()})
        for absence in self._absence.sets.keys() - {PRESENT}:
            counted[str(absence)] += (self._absence.holding(absence) & members).bit_count()
        counted["ALREADY_HAD_IT"] += (had_it & members).bit_count()
        return {code: count for code, count in sorted(counted.items()) if count}


class Everybody(AtOnce):
    """How a pool stands towards one lead. Whoever looks at one standing has all of them made, by the reference."""

    def __init__(
        self, inquiry: Inquiry, ask: Ask, pool: str, *, eligible: tuple[Standing, ...], excluded: Mapping[str, int]
    ) -> None:
        self.eligible, self.excluded = eligible, excluded
        self._inquiry, self._ask, self._pool = inquiry, ask, pool

    @cached_property
    def _each(self) -> tuple[Standing, ...]:
        roster = self._inquiry.context.roster
        members = (roster.producers[producer_id] for producer_id in roster.pool_members(self._pool))
        return judge_producers(members, self._inquiry, self._ask)

    def __len__(self) -> int:
        return len(self._inquiry.context.roster.pool_members(self._pool))

    @overload
    def __getitem__(self, at: int) -> Standing: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Standing, ...]: ...
    def __getitem__(self, at: int | slice) -> Standing | tuple[Standing, ...]:
        return self._each[at]


def absent_until(producer: RosterProducer, agency: AgencyFacts, now: datetime) -> datetime:
    """Return an instant until which the producer stays there, or away; a week ahead where nothing sooner is known."""
    calendar = producer.shifts or agency.hours
    changes = calendar.open_until(now) if calendar.is_open(now) else calendar.next_open(now)
    turns = [turn for leave in producer.leaves for turn in leave if turn > now]
    return min([*turns, now + WEEK, *([changes] if changes else [])])


def next_day(now: datetime) -> datetime:
    """Return when a day next begins in one of the states' zones."""
    return _next_day(now.astimezone(UTC).replace(minute=0, second=0, microsecond=0))


@lru_cache(maxsize=1_000)
def _next_day(hour: datetime) -> datetime:
    return min(_midnight(zone, hour) for zone in CLOCKS)


def _midnight(zone: ZoneInfo, now: datetime) -> datetime:
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).astimezone(UTC)
