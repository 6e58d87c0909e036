"""The roster as a value: what decisions read about producers, pools and the agency at one version. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from licenses.authority import Licensing, ProductLines, Regime
from routing import caps
from routing.caps import Cap
from routing.sla.calendar import Calendar
from routing.sla.deadlines import Thresholds
from routing.sla.ladder import Step, in_order
from routing.sla.targets import Target
from routing.strategies import Plan, parse

AGENCY: Final = "agency"


QUEUE_TIME: Final = timedelta(hours=1)  # of what no pool says otherwise for


@dataclass(frozen=True)
class Member:
    """A producer's place in a pool."""

    pool: str
    weight: int
    territory: str = ""  # as written; "": everywhere


@dataclass(frozen=True, eq=False)
class RosterProducer:
    """One producer as decisions see them; compared by identity, so that caches keyed on it stay cheap."""

    id: int
    facts_version: int
    licensing: Licensing
    time_zone: str
    capacity: int
    caps: tuple[Cap, ...]
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    shifts: Calendar | None
    leaves: tuple[tuple[datetime, datetime], ...]
    license_data_as_of: date | None
    memberships: tuple[Member, ...]
    skill_levels: Mapping[str, int] = field(default_factory=dict)
    calls_per_hour: int | None = None

    @classmethod
    def from_facts(cls, producer_id: int, facts: Mapping[str, Any]) -> "RosterProducer":
        """Read what `routing.queries.roster_facts` captured."""
        shifts = facts["shifts"]
        return cls(
            id=producer_id,
            facts_version=facts["facts_version"],
            licensing=Licensing.from_dict(facts["licensing"]),
            time_zone=facts["time_zone"],
            capacity=facts["capacity"],
            caps=caps.from_facts(facts),
            languages=tuple(facts["languages"]),
            skills=tuple(facts["skills"]),
            shifts=Calendar.from_dict(shifts) if shifts else None,
            leaves=tuple((datetime.fromisoformat(a), datetime.fromisoformat(b)) for a, b in facts["leaves"]),
            license_data_as_of=date.fromisoformat(facts["as_of"]) if facts["as_of"] else None,
            memberships=tuple(Member(*each) for each in facts["pools"]),
            skill_levels=facts.get("skill_levels", {}),
            calls_per_hour=facts.get("calls_per_hour"),
        )

    @property
    def name(self) -> str:
        """The name shown in reasons."""
        return self.licensing.name

    def local_day(self, now: datetime) -> date:
        """Return the day it is for the producer."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()

    @cached_property
    def levels(self) -> Mapping[str, int]:
        """The level of each skill; one that nobody has graded is at the first."""
        return {skill: self.skill_levels.get(skill, 1) for skill in self.skills}

    def minutes_left(self, now: datetime, agency_hours: Calendar) -> int | None:
        """Return the whole minutes until the shift ends, None where no end is in sight."""
        ends = (self.shifts or agency_hours).open_until(now)
        return int((ends - now).total_seconds() // 60) if ends else None

    def absence(self, now: datetime, agency_hours: Calendar) -> str | None:
        """Return ON_LEAVE, OFF_SHIFT or None; without shifts of their own a producer keeps the agency's hours."""
        if any(starts <= now < ends for starts, ends in self.leaves):
            return "ON_LEAVE"
        return None if (self.shifts or agency_hours).is_open(now) else "OFF_SHIFT"

    def back_at(self, now: datetime, agency_hours: Calendar) -> datetime | None:
        """Return when the producer is next on shift and off leave, if ever."""
        calendar = self.shifts or agency_hours
        at = calendar.next_open(now)
        for _ in range(len(self.leaves) + 1):
            leave = next((ends for starts, ends in self.leaves if at is not None and starts <= at < ends), None)
            if leave is None:
                return at
            at = calendar.next_open(leave)
        return at


@dataclass(frozen=True)
class RosterPool:
    """One pool as decisions see it."""

    id: int
    slug: str
    name: str
    strategy: str
    tier: str | None
    is_active: bool
    method: Any = field(default_factory=dict)  # JSON, as somebody wrote it
    queue_time: timedelta = QUEUE_TIME  # what waits for it may wait so long for a manager
    goes_on_to: str | None = None  # the pool that its leads go on to where nobody here can have them
    goes_on_after: timedelta | None = None  # how long its offers may take; None: until everybody was asked

    @cached_property
    def plan(self) -> Plan:
        """The method, ready to run; where it cannot be read, round robin and why."""
        return parse(self.method, self.strategy)

    @property
    def asking_time(self) -> timedelta | None:
        """How long the pool may ask about a lead before it goes on; None: as long as there is somebody to ask."""
        pick = self.plan.pick
        lying = timedelta(minutes=pick.options["minutes"]) if pick.step.name == "pull" else None
        return min((each for each in (self.goes_on_after, lying) if each is not None), default=None)


@dataclass(frozen=True)
class Sla:
    """How fast a tier must be answered, what counts as an answer, and what happens where none comes."""

    target: timedelta
    max_hops: int
    evidence: tuple[str, ...]
    alarm: timedelta
    hours: str
    pause: timedelta
    cool_down: timedelta
    steps: tuple[Step, ...]
    targets: tuple[Target, ...]
    away_after: int = 0  # leads missed in a row; 0: nobody is set away
    away: timedelta = timedelta(0)

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> "Sla":
        """Read what `routing.queries.roster_facts` captured; older entries know of no ladders."""
        return cls(
            target=timedelta(minutes=facts["target_minutes"]),
            max_hops=facts["max_hops"],
            evidence=tuple(facts["evidence"]),
            alarm=timedelta(minutes=facts["alarm_minutes"]),
            hours=facts.get("hours", "AGENCY"),
            pause=timedelta(minutes=facts.get("pause_minutes", 0)),
            cool_down=timedelta(minutes=facts.get("cool_down_minutes", 0)),
            steps=in_order([Step(*step) for step in facts.get("steps", ())]),
            targets=tuple(
                Target(kind, clock, timedelta(minutes=minutes), hours, tuple(evidence))
                for kind, clock, minutes, hours, evidence in facts.get("targets", ())
            ),
            away_after=facts.get("away_after", 0),
            away=timedelta(minutes=facts.get("away_minutes", 0)),
        )


@dataclass(frozen=True, eq=False)
class AgencyFacts:
    """What holds for the whole agency: hours, thresholds, products and appointment regimes; compared by identity."""

    time_zone: str
    hours: Calendar
    thresholds: Thresholds
    products: Mapping[str, ProductLines]
    governs: Mapping[str, str]
    regimes: tuple[Regime, ...]
    sla: Mapping[str, Sla]

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> "AgencyFacts":
        """Read what `routing.queries.roster_facts` captured."""
        products = [ProductLines.from_dict(product) for product in facts["products"]]
        return cls(
            time_zone=facts["time_zone"],
            hours=Calendar.from_dict(facts["hours"]),
            thresholds=Thresholds(hot=facts["hot_from"], warm=facts["warm_from"]),
            products={product.code: product for product in products},
            governs=facts["governs"],
            regimes=tuple(Regime.from_dict(regime) for regime in facts["regimes"]),
            sla={tier: Sla.from_facts(sla) for tier, sla in facts["sla"].items()},
        )


@dataclass(frozen=True)
class Roster:
    """Everything decisions may read beside the lead and the rules, at one version."""

    version: int
    agency: AgencyFacts
    producers: Mapping[int, RosterProducer] = field(default_factory=dict)
    pools: Mapping[str, RosterPool] = field(default_factory=dict)
    members: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    @classmethod
    def build(cls, version: int, subjects: Mapping[str, "Subject"]) -> "Roster":
        """Put the subjects present at a version together."""
        producers = {each.id: each for each in subjects.values() if isinstance(each, RosterProducer)}
        pools = {each.slug: each for each in subjects.values() if isinstance(each, RosterPool)}
        agency = subjects[AGENCY]
        assert isinstance(agency, AgencyFacts)  # noqa: S101 - narrows the union; `read_subject` made it
        return cls(version, agency, producers, pools, _members(producers))

    def pool_members(self, pool: str) -> Mapping[int, int]:
        """Return the pool's members, producer id to weight."""
        return self.members.get(pool, {})


def _members(producers: Mapping[int, RosterProducer]) -> dict[str, dict[int, int]]:
    members: dict[str, dict[int, int]] = {}
    for producer in sorted(producers.values(), key=lambda each: each.id):
        for membership in producer.memberships:
            members.setdefault(membership.pool, {})[producer.id] = membership.weight
    return members


Subject = RosterProducer | RosterPool | AgencyFacts


def producer_subject(producer_id: int) -> str:
    """Return the roster's name for a producer."""
    return f"producer:{producer_id}"


def pool_subject(slug: str) -> str:
    """Return the roster's name for a pool."""
    return f"pool:{slug}"


def read_subject(subject: str, facts: Mapping[str, Any]) -> Subject:
    """Read one roster entry's facts as the value decisions use."""
    kind, _, key = subject.partition(":")
    if kind == "producer":
        return RosterProducer.from_facts(int(key), facts)
    if kind == "pool":
        return RosterPool(
            facts["id"],
            key,
            facts["name"],
            facts["strategy"],
            facts["tier"] or None,
            facts["is_active"],
            facts.get("method", {}),
            timedelta(minutes=facts["queue_minutes"]) if facts.get("queue_minutes") else QUEUE_TIME,
            facts.get("goes_on_to"),
            timedelta(minutes=facts["goes_on_after"]) if facts.get("goes_on_after") else None,
        )
    return AgencyFacts.from_facts(facts)
