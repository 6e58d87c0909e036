"""The test bench: any lead, at any instant, under several choices of rules side by side. Reads, never writes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from accounts.errors import FieldProblem, Invalid, Missing
from routing.decision import Block, Context, Decided, Inquiry, Standing, Volatile, fullness, judge_producers
from routing.models import Decision, Lead, LeadSource, Person, RosterChange
from routing.nearest_change import Adviser, Desk, NearestChange
from routing.queries import past_rosters
from routing.reasons import PRODUCER_REASONS
from routing.roster import Roster, RosterProducer
from routing.services import choices, deciding
from routing.services.choices import Choice
from routing.services.explaining import imagined, outcome_of

COLUMNS_MOST: Final = 4
NAMES_SHOWN: Final = 8
ONE: Final = Decimal(1)  # what a lead takes of a desk
NO_CHANGE: Final = NearestChange()


@dataclass(frozen=True)
class Subject:
    """The lead that is tried: a made-up one, unsaved, or one that came in."""

    lead: Lead
    person: Person


@dataclass(frozen=True)
class Moment:
    """An instant, the roster of then, and what must be said about it."""

    at: datetime
    roster: Roster
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """What the lead would get under one choice of rules."""

    choice: Choice
    decided: Decided

    @property
    def outcome(self) -> dict[str, Any]:
        """Where it would go."""
        return outcome_of(self.decided)

    @property
    def asked(self) -> tuple[Decided, ...]:
        """What each pool that was asked on the way came to; the lead's own alone where no other came into question."""
        own = self.decided.considered.pool
        way = (self.decided if step.pool == own else step.decided for step in self.decided.way)
        return tuple(each for each in way if each is not None) or (self.decided,)

    @property
    def pools(self) -> tuple[str, ...]:
        """The pools that were asked, in the order of the way."""
        return tuple(each.considered.pool for each in self.asked if each.considered.pool is not None)


@dataclass(frozen=True)
class Run:
    """One lead tried at one moment under every choice."""

    subject: Subject
    moment: Moment
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Stood:
    """How one producer stands under one choice: the blocks, and the smallest change that would clear them."""

    standing: Standing
    desk: Desk | None  # where it is full
    unfit: str = ""  # why the method of the pool leaves the producer out
    change: NearestChange = NO_CHANGE

    @property
    def could_take(self) -> bool:
        """Say whether nothing stands in the way, room on the desk and the pool's method included."""
        return self.standing.is_eligible and self.desk is None and not self.unfit

    @property
    def first_blocker(self) -> str:
        """The first thing in the way, in words."""
        if self.standing.blocks:
            return self.standing.blocks[0].text or self.standing.blocks[0].code
        return PRODUCER_REASONS.get(self.desk.full if self.desk else self.unfit, "")


@dataclass(frozen=True)
class Row:
    """One producer beside all choices."""

    producer: RosterProducer
    stood: tuple[Stood, ...]

    @property
    def differs(self) -> bool:
        """Say whether the choices disagree about the producer."""
        return len({(each.could_take, each.first_blocker) for each in self.stood}) > 1


def moment_of(at: datetime, *, now: datetime, seen: int | None = None) -> Moment:
    """Return the roster as it had been noted by an instant, or the version seen then; the present one from now on."""
    present = deciding.context().roster
    remarks = [] if at >= now else ["The desks are as they are now: load and credit are not kept for past instants."]
    if at >= now:
        remarks += [] if at == now else ["The roster is today's: nobody knows what will change until then."]
        return Moment(at, present, tuple(remarks))
    version = past_rosters.version_at(at) if seen is None else seen
    if version is None:
        first = RosterChange.objects.order_by("at").values_list("at", flat=True).first()
        since = f" It begins on {first:%Y-%m-%d %H:%M} UTC." if first else ""
        remarks.insert(0, f"The instant lies before the roster was first noted; this is the roster as it began.{since}")
        version = 1
    roster = present if version == present.version else past_rosters.at_version(version)
    return Moment(at, roster, tuple(remarks))


def arrival_of(lead: Lead, *, now: datetime) -> Moment:
    """Return the instant a lead came in, with the roster its first decision saw: others may have come that instant."""
    first = lead.decisions.filter(trigger=Decision.Trigger.INTAKE).values_list("roster_version", flat=True)
    return moment_of(lead.received_at, now=now, seen=first.first())


def made_up(*, fields: Mapping[str, Any], source: str, moment: Moment) -> Subject:
    """Return the lead that intake would make of these fields, sent by the source of this short name, if one is named.

    :raises Invalid: with every field at fault
    """
    found = LeadSource.objects.filter(slug=source).first() if source else None
    if source and found is None:
        raise Invalid([FieldProblem("/source", "source.unknown", "There is no such lead source.")])
    return Subject(*imagined(data=fields, source=found, agency=moment.roster.agency, now=moment.at))


def stored(lead: Lead) -> Subject:
    """Return a lead that came in.

    :raises Missing: if the person behind it was erased
    """
    if lead.person is None:
        raise Missing("The person behind this lead was erased; it cannot be tried.")
    return Subject(lead, lead.person)


def run(*, subject: Subject, moment: Moment, chosen: Sequence[Choice]) -> Run:
    """Try the lead under every choice.

    :raises Invalid: for more choices than fit, none at all, or a draft with problems
    :raises Missing: for a set or version that is not there
    """
    if not 0 < len(chosen) <= COLUMNS_MOST:
        text = f"Try a lead under one to {COLUMNS_MOST} choices of rules."
        raise Invalid([FieldProblem("/columns", "columns.number", text)], text)
    return Run(subject, moment, tuple(_column(subject, moment, choice) for choice in dict.fromkeys(chosen)))


def _column(subject: Subject, moment: Moment, choice: Choice) -> Column:
    context = context_of(choice, moment)
    return Column(choice, deciding.decide(inquiry_of(subject, context, moment.at), seed=str(subject.lead.pk)))


def context_of(choice: Choice, moment: Moment) -> Context:
    """Return the rules chosen, and the roster of the moment.

    :raises Invalid: if a draft has problems
    :raises Missing: for a set or version that is not there
    """
    return Context(choices.rules_of(choice, at=moment.at), moment.roster)


def inquiry_of(subject: Subject, context: Context, at: datetime) -> Inquiry:
    """Return what is asked about the lead: as if it had come in just then, whoever has had it since."""
    return deciding.inquiry(subject.lead, subject.person, context, now=at)


def in_question(run: Run, *, everyone: bool) -> list[RosterProducer]:
    """Return the members of the pools that were asked about the lead, or everybody; by name."""
    roster = run.moment.roster
    pools = {pool for column in run.columns for pool in column.pools}
    members = {each for pool in pools for each in roster.pool_members(pool)}
    found = roster.producers.values() if everyone or not pools else [roster.producers[each] for each in members]
    return sorted(found, key=lambda each: (each.name, each.id))


def rows(run: Run, producers: Sequence[RosterProducer]) -> list[Row]:
    """Return how each of these producers stands under every choice; nobody while no state is clear."""
    stood = [_stood(column, run.moment.roster, producers) for column in run.columns]
    return [Row(producer, tuple(each[producer.id] for each in stood)) for producer in producers if stood[0]]


def _stood(column: Column, roster: Roster, producers: Sequence[RosterProducer]) -> dict[int, Stood]:
    asked, pool = column.decided.inquiry, column.decided.considered.pool
    if asked.ask is None:
        return {}
    standings = _with_membership(judge_producers(producers, asked, asked.ask), roster, column.pools)
    desks = deciding.read_desks([producer.id for producer in producers], pool, asked)
    unfit = _unfit(column)
    return {
        producer.id: Stood(standing, _desk(producer, desks[producer.id], asked.now), unfit.get(producer.id, ""))
        for producer, standing in zip(producers, standings, strict=True)
    }


def _unfit(column: Column) -> dict[int, str]:
    """Return whom the methods of the pools leave out, and why; nobody who is in the order of a later one."""
    ranked = {each.producer_id for each in column.decided.chosen.ranked}
    left_out = (each.chosen.unfit.items() for each in column.asked)
    return {producer: why for unfit in left_out for producer, why in unfit if producer not in ranked}


def _desk(producer: RosterProducer, state: Volatile, now: datetime) -> Desk | None:
    full = fullness(producer, state, ONE, now)
    return Desk(state, full) if full else None


def advised(run: Run, found: Sequence[Row]) -> list[Row]:
    """Return the rows with the smallest change that would clear all that stands in each producer's way."""
    advisers = [_adviser(column) for column in run.columns]
    return [
        replace(
            row,
            stood=tuple(
                replace(each, change=adviser.nearest_change(row.producer, each.standing, each.desk))
                for each, adviser in zip(row.stood, advisers, strict=True)
                if adviser is not None
            ),
        )
        for row in found
    ]


def _adviser(column: Column) -> Adviser | None:
    asked = column.decided.inquiry
    return Adviser(asked, asked.ask, column.decided.considered.pool) if asked.ask is not None else None


def _with_membership(standings: Iterable[Standing], roster: Roster, pools: Sequence[str]) -> list[Standing]:
    """Say of those in none of the pools that were asked that they are not."""
    known = [pool for pool in pools if pool in roster.pools]
    if not known:
        return list(standings)
    members = {each for pool in known for each in roster.pool_members(pool)}
    outside = Block("NOT_IN_POOL", PRODUCER_REASONS["NOT_IN_POOL"])
    return [
        each if each.producer_id in members else replace(each, blocks=(*each.blocks, outside)) for each in standings
    ]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that comes out otherwise than under the first choice; of the eligible, who is lost and who is won."""

    what: str
    was: str
    now: str


def differences(run: Run) -> tuple[tuple[Difference, ...], ...]:
    """Return, for each choice, what comes out otherwise than under the first."""
    told = [_told(column) for column in run.columns]
    able = [{each.name for each in column.decided.considered.eligible} for column in run.columns]
    return tuple(
        (
            *(Difference(what, told[0][what], value) for what, value in each.items() if told[0][what] != value),
            *_moved(able[0], names),
        )
        for each, names in zip(told, able, strict=True)
    )


def _moved(before: set[str], after: set[str]) -> list[Difference]:
    """Say whose eligibility changes, by name as far as names can be read at a glance."""
    if before == after:
        return []
    return [Difference("eligible", _names(before - after), _names(after - before))]


def _names(names: set[str]) -> str:
    shown = ", ".join(sorted(names)[:NAMES_SHOWN])
    return f"{shown} and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else shown


def _told(column: Column) -> dict[str, str]:
    """Return what one choice comes to, thing by thing, as comparable texts."""
    considered, outcome = column.decided.considered, column.outcome
    route, producer = considered.route, outcome["producer"]
    return {
        "status": outcome["status"],
        "reason": outcome["reason"]["code"],
        "gates": ", ".join(f"{fired.rule} {fired.effect}" for fired in considered.gate.fired if not fired.provisional),
        "score": "" if considered.score is None else str(considered.score.total),
        "tier": considered.tier or "",
        "rule": (route.rule or "") if route else "",
        "pool": considered.pool or "",
        "strategy": considered.strategy or "",
        "producer": producer["name"] if producer else "",
    }
