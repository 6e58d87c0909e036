"""What must never be otherwise, whatever goes on: each a function from what was seen to what is broken. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from routing.lead_states import HELD, MOVES, QUEUED

# Members who may have the same leads are this many leads apart at most.
FAIR: Final = 2


@dataclass(frozen=True, slots=True)
class LeadSeen:
    """One stored lead."""

    external_id: str
    state: str
    is_queued: bool


@dataclass(frozen=True, slots=True)
class Hold:
    """One producer's hold on one lead, and the state whose law governs the lead."""

    lead: str
    producer: int
    law: str
    assigned_at: datetime
    is_open: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """A producer's capacity, the counter of what is held, and what it should say: the rows there are."""

    capacity: int
    counted: Decimal
    held: Decimal


@dataclass(frozen=True, slots=True)
class Quota:
    """A cap on a day of one producer, the counter of what was given, and the rows there are."""

    producer: int
    most: int
    counted: int
    given: int


@dataclass(frozen=True, slots=True)
class Commit:
    """What a trigger saw as one assignment committed: the desk as it then was, and the licences it stands on."""

    assignment: str
    producer: int
    held: Decimal
    capacity: int
    is_licensed: bool


@dataclass(frozen=True, slots=True)
class Absence:
    """From then on a producer may have no lead: of one state, or of any."""

    producer: int
    state: str | None
    since: datetime


@dataclass(frozen=True, slots=True)
class Twin:
    """A member like others of one pool: leads had, and turns they cost."""

    had: int
    turns: int


@dataclass(frozen=True)
class Seen:
    """One look at everything: the database at one instant, and what was known outside before it."""

    leads: Mapping[str, LeadSeen] = field(default_factory=dict)
    holds: tuple[Hold, ...] = ()
    desks: Mapping[int, Desk] = field(default_factory=dict)
    quotas: tuple[Quota, ...] = ()
    commits: tuple[Commit, ...] = ()
    outbox: frozenset[str] = frozenset()
    twins: Mapping[int, Twin] = field(default_factory=dict)  # members who may have the same leads
    replayed: Mapping[str, str] = field(default_factory=dict)  # decision to what its replay said
    answers: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)  # by external id: lead and body
    received: frozenset[str] = frozenset()
    absences: tuple[Absence, ...] = ()
    before: Mapping[str, str] = field(default_factory=dict)  # lead to its state at the look before


def acknowledged_leads_are_stored(seen: Seen) -> Iterator[str]:
    """I1."""
    for external_id, answers in seen.answers.items():
        yield from (
            f"{external_id}: {lead} was answered and is not stored" for lead, _ in answers if lead not in seen.leads
        )


def one_name_is_one_lead(seen: Seen) -> Iterator[str]:
    """I2."""
    named = Counter(lead.external_id for lead in seen.leads.values())
    yield from (f"{name} is stored {count} times" for name, count in named.items() if count > 1)
    for name, answers in seen.answers.items():
        if len(set(answers)) > 1:
            yield f"{name} was answered in {len(set(answers))} ways: {set(answers)}"


def states_are_lawful(seen: Seen) -> Iterator[str]:
    """I3."""
    held = {hold.lead for hold in seen.holds if hold.is_open}
    for lead, each in seen.leads.items():
        before = seen.before.get(lead)
        if each.state not in MOVES:
            yield f"{lead} is {each.state}"
        elif before and before != each.state and each.state not in _reach(before):
            yield f"{lead} went from {before} to {each.state}"
        elif (each.state in HELD) is not (lead in held):
            yield f"{lead} is {each.state} and {'is' if lead in held else 'is not'} held"
        elif each.state in QUEUED and not each.is_queued:
            yield f"{lead} is {each.state} and nobody's to look at"


def _reach(state: str) -> set[str]:
    """Return the states that one or more moves lead to."""
    found: set[str] = set()
    ahead = set(MOVES[state])
    while ahead:
        found |= ahead
        ahead = {further for each in ahead for further in MOVES[each]} - found
    return found


def a_lead_is_held_once(seen: Seen) -> Iterator[str]:
    """I4."""
    held = Counter(hold.lead for hold in seen.holds if hold.is_open)
    yield from (f"{lead} is held {count} times" for lead, count in held.items() if count > 1)


def no_desk_is_over_its_capacity(seen: Seen) -> Iterator[str]:
    """I5."""
    for producer, desk in seen.desks.items():
        if desk.held > desk.capacity:
            yield f"producer {producer} holds {desk.held} of {desk.capacity}"
    for each in seen.commits:
        if each.held > each.capacity:
            yield f"producer {each.producer} held {each.held} of {each.capacity} as {each.assignment} committed"


def no_day_is_over_its_cap(seen: Seen) -> Iterator[str]:
    """I6."""
    for each in seen.quotas:
        if each.given > each.most:
            yield f"producer {each.producer} was given {each.given} of {each.most} today"


def counters_count_rows(seen: Seen) -> Iterator[str]:
    """I7."""
    for producer, desk in seen.desks.items():
        if desk.counted != desk.held:
            yield f"producer {producer} holds {desk.held}, and {desk.counted} are counted"
    for each in seen.quotas:
        if each.counted != each.given:
            yield f"producer {each.producer} was given {each.given} today, and {each.counted} are counted"


def nobody_unlicensed_or_away_is_given_a_lead(seen: Seen) -> Iterator[str]:
    """I8."""
    yield from (
        f"{each.assignment} committed on a license not in force" for each in seen.commits if not each.is_licensed
    )
    for absence in seen.absences:
        for hold in seen.holds:
            concerns = hold.producer == absence.producer and absence.state in {None, hold.law}
            if concerns and hold.assigned_at > absence.since:
                yield f"producer {hold.producer} was given {hold.lead} after {absence}"


def what_was_sent_had_committed(seen: Seen) -> Iterator[str]:
    """I13."""
    yield from (f"message {each} was received and is no row" for each in sorted(seen.received - seen.outbox))


def equals_are_treated_equally(seen: Seen) -> Iterator[str]:
    """I16. Who had turns back, for misses that were excused, lawfully had as many leads more."""
    twins = seen.twins.values()
    if twins and max(twin.turns for twin in twins) - min(twin.had for twin in twins) > FAIR:
        yield f"members who may have the same leads had {dict(seen.twins)}"


def decisions_are_repeatable(seen: Seen) -> Iterator[str]:
    """I17."""
    yield from (
        f"decision {each} replays {said}" for each, said in seen.replayed.items() if said not in {"SAME", "UNROUTED"}
    )


INVARIANTS: Final[Mapping[str, Callable[[Seen], Iterator[str]]]] = {
    "I1": acknowledged_leads_are_stored,
    "I2": one_name_is_one_lead,
    "I3": states_are_lawful,
    "I4": a_lead_is_held_once,
    "I5": no_desk_is_over_its_capacity,
    "I6": no_day_is_over_its_cap,
    "I7": counters_count_rows,
    "I8": nobody_unlicensed_or_away_is_given_a_lead,
    "I13": what_was_sent_had_committed,
    "I16": equals_are_treated_equally,
    "I17": decisions_are_repeatable,
}


def broken(seen: Seen) -> list[str]:
    """Return everything that is otherwise than it must be."""
    return [f"{name}: {told}" for name, judge in INVARIANTS.items() for told in judge(seen)]


def is_flat(megabytes: list[float], slack: float = 12.0) -> bool:
    """Say whether memory stays where it was once it has settled: the last quarter is no more than the second one."""
    quarter = len(megabytes) // 4
    if not quarter:
        return True
    settled, last = megabytes[quarter : 2 * quarter], megabytes[-quarter:]
    return sum(last) / quarter - sum(settled) / quarter <= slack
