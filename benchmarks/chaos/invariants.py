"""What must hold after a run with faults, beside what the soak watches: each a function to what is broken. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

LATE: Final = timedelta(seconds=5)  # a clock may fire so long after it was due, on top of what was down meanwhile
SEALED_WITHIN: Final = timedelta(seconds=10)  # likewise
NOTHING: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Outage:
    """One fault, from its instant until web, worker, database and broker had answered again."""

    fault: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Settled:
    """A timer that a trigger saw settled."""

    timer: str
    state: str
    due_at: datetime
    at: datetime
    is_answered: bool = False  # a touch that stops the clock had been logged in an earlier transaction


@dataclass(frozen=True, slots=True)
class Sealed:
    """When a ledger entry was recorded, and when it was sealed."""

    entry: str
    recorded_at: datetime
    sealed_at: datetime | None


@dataclass(frozen=True)
class Aftermath:
    """Everything that was found when all had come to rest. Most of it is lists that must be empty."""

    outages: tuple[Outage, ...] = ()
    waiting_beside_room: tuple[str, ...] = ()  # leads
    settled: tuple[Settled, ...] = ()
    running_past_due: tuple[str, ...] = ()  # timers
    messages_of: Mapping[str, int] = field(default_factory=dict)  # decision to how many tell of it
    sent_unheard: tuple[str, ...] = ()  # messages marked as delivered that the receiver never heard of
    out_of_order: tuple[str, ...] = ()  # leads
    changed_untold: tuple[str, ...] = ()  # leads whose state moved in a transaction that wrote nothing to the ledger
    sealed: tuple[Sealed, ...] = ()
    seals_rewritten: tuple[str, ...] = ()
    ledger_problems: tuple[str, ...] = ()
    server_errors: tuple[tuple[datetime, int], ...] = ()
    people_in_logs: tuple[str, ...] = ()
    left_over: Mapping[str, int] = field(default_factory=dict)  # locks, transactions, messages, tasks still there
    given_back_twice: tuple[str, ...] = ()  # leads whose second closing was not refused, desks below nothing


def down(outages: Sequence[Outage], since: datetime, until: datetime) -> timedelta:
    """Return how much of a span something was down."""
    return sum((max(NOTHING, min(each.until, until) - max(each.since, since)) for each in outages), NOTHING)


def nobody_waits_beside_a_free_seat(found: Aftermath) -> Iterator[str]:
    """I9."""
    yield from (f"{lead} waits though somebody may take it" for lead in found.waiting_beside_room)


def clocks_fire_once_and_in_time(found: Aftermath) -> Iterator[str]:
    """I10."""
    counted = Counter(each.timer for each in found.settled)
    yield from (f"timer {timer} was settled {number} times" for timer, number in counted.items() if number > 1)
    yield from (f"timer {timer} still runs" for timer in found.running_past_due)
    for each in found.settled:
        if each.state != "FIRED":
            continue
        late = each.at - each.due_at
        if late < NOTHING:
            yield f"timer {each.timer} fired {-late} early"
        elif late > LATE + down(found.outages, each.due_at, each.at):
            yield f"timer {each.timer} fired {late} late"


def what_was_answered_does_not_fire(found: Aftermath) -> Iterator[str]:
    """I11."""
    yield from (
        f"timer {each.timer} fired after a touch"
        for each in found.settled
        if each.state == "FIRED" and each.is_answered
    )


def every_decision_is_told_once_and_heard(found: Aftermath) -> Iterator[str]:
    """I12."""
    yield from (f"decision {each} has {number} messages" for each, number in found.messages_of.items() if number != 1)
    yield from (f"message {each} counts as delivered and was never received" for each in found.sent_unheard)
    yield from (f"messages of {each} came in another order" for each in found.out_of_order)


def what_changed_was_told(found: Aftermath) -> Iterator[str]:
    """I14."""
    yield from (f"{lead} moved without an entry" for lead in found.changed_untold)


def the_ledger_only_grows(found: Aftermath) -> Iterator[str]:
    """I15."""
    yield from (f"seal {each} is another than it was" for each in found.seals_rewritten)
    yield from (f"verify: {each}" for each in found.ledger_problems)
    for each in found.sealed:
        if each.sealed_at is None:
            yield f"entry {each.entry} was not sealed"
        elif each.sealed_at - each.recorded_at > SEALED_WITHIN + down(found.outages, each.recorded_at, each.sealed_at):
            yield f"entry {each.entry} was sealed after {each.sealed_at - each.recorded_at}"


def errors_have_a_cause_and_name_nobody(found: Aftermath) -> Iterator[str]:
    """I19."""
    yield from (
        f"answered {status} at {at}"
        for at, status in found.server_errors
        if down(found.outages, at, at + LATE) == NOTHING
    )
    yield from (f"a log names somebody: {line}" for line in found.people_in_logs)


def nothing_is_left_over(found: Aftermath) -> Iterator[str]:
    """I20."""
    yield from (f"{number} {what}" for what, number in found.left_over.items() if number)


def what_was_held_is_given_back_once(found: Aftermath) -> Iterator[str]:
    """I21."""
    yield from (f"{each} was given back twice" for each in found.given_back_twice)


INVARIANTS: Final[Mapping[str, Callable[[Aftermath], Iterator[str]]]] = {
    "I9": nobody_waits_beside_a_free_seat,
    "I10": clocks_fire_once_and_in_time,
    "I11": what_was_answered_does_not_fire,
    "I12": every_decision_is_told_once_and_heard,
    "I14": what_changed_was_told,
    "I15": the_ledger_only_grows,
    "I19": errors_have_a_cause_and_name_nobody,
    "I20": nothing_is_left_over,
    "I21": what_was_held_is_given_back_once,
}


def broken(found: Aftermath) -> list[str]:
    """Return everything that is otherwise than it must be."""
    return [f"{name}: {told}" for name, judge in INVARIANTS.items() for told in judge(found)]
