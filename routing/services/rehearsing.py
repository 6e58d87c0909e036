"""Rehearse: replay stored decisions under rules on trial, stretch by stretch, and count what moves.

A rehearsal is a row, not a task: whoever works takes one by its lease, goes on until its turn is over and lets go.
A killed worker's lease runs out, and the next goes on where its last whole stretch ended.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from accounts import policy
from accounts.actor import Actor, system
from accounts.errors import FieldProblem, Invalid, Refused
from audit import services as audit
from routing.models import Rehearsal, RehearsalMove
from routing.queries import stretches
from routing.queries.past_rosters import Walk
from routing.queries.stretches import Stretch
from routing.services.recalling import Past, Recalled
from routing.services.trying import Bench, Compared, contrast, live_swap_of, on_trial, swap_of
from routing.swap import Swap
from routing.tally import Tally
from rules_engine.models import RuleSet
from rules_engine.queries import find_live

logger = logging.getLogger(__name__)
LONGEST: Final = 366  # days
LARGEST_SAMPLE: Final = 1_000_000
TURN: Final = 0.8  # seconds after which a worker lets go: shorter than beat's tick, so that turns do not pile up
LEASE: Final = timedelta(minutes=1)
TRIES: Final = 3  # turns that may end without coming further
REHEARSER: Final = system("rehearsal")
State = Rehearsal.State


class Over(Refused):
    """This rehearsal is over; there is nothing to cancel."""

    code = "rehearsal.over"


class _LostError(Exception):
    """The rehearsal was cancelled, or another worker has it."""


@transaction.atomic
def start(
    *,
    ruleset: RuleSet,
    days: int,
    actor: Actor,
    now: datetime,
    sample: int | None = None,
    version: int | None = None,
) -> Rehearsal:
    """Ask for the last days' decisions to be replayed under the draft, or under a published version.

    :raises Forbidden: without `rules.edit`
    :raises Untriable: if the rules have problems
    :raises Invalid: if days or sample make no sense
    :raises Missing: if there is no such version
    """
    trial = on_trial(ruleset=ruleset, version=version, actor=actor, now=now)
    _require(1 <= days <= LONGEST, "/days", f"Choose 1 to {LONGEST} days.")
    _require(sample is None or 1 <= sample <= LARGEST_SAMPLE, "/sample", "Choose at least one decision.")
    live = find_live(ruleset.slug)
    rehearsal = Rehearsal.objects.create(
        **trial, live=live.number if live else None, since=now - timedelta(days=days), until=now, sample=sample
    )
    _record("rehearsal.started", rehearsal, actor, now, days=days, sample=sample)
    return rehearsal


def _require(holds: bool, pointer: str, sentence: str) -> None:
    if not holds:
        raise Invalid((FieldProblem(pointer, "field.range", sentence),), sentence)


@transaction.atomic
def cancel(*, rehearsal: Rehearsal, actor: Actor, now: datetime) -> None:
    """Stop a rehearsal; what it found so far stays.

    :raises Forbidden: without `rules.edit`
    :raises Over: if it has ended
    """
    policy.require(actor, "rules.edit")
    if not _end(rehearsal, State.CANCELLED, now):
        raise Over
    _record("rehearsal.cancelled", rehearsal, actor, now)


def work(*, now: datetime, seconds: float = TURN) -> int:
    """Give one unfinished rehearsal a turn; return how many stretches were done.

    1. Take the rehearsal that has waited longest for a turn, by a lease.
    2. Count its decisions, if nobody has.
    3. Replay stretch after stretch outside any transaction, and write each in one of its own.
    4. Let go when the turn is over, or end it when nothing is left.
    """
    rehearsal = _lease(now)
    if rehearsal is None:
        return 0
    done = 0
    try:
        if rehearsal.total is None:
            _count(rehearsal)
        for _ in _go_on(rehearsal, seconds):
            done += 1
    except _LostError:
        return done
    except Exception as error:  # isolation: what one rehearsal meets is recorded and stops no other
        logger.exception("rehearsal.failed", extra={"rehearsal_id": str(rehearsal.pk)})
        _stumble(rehearsal, type(error).__name__, now)
        return done
    _let_go(rehearsal, now)
    return done


def _lease(now: datetime) -> Rehearsal | None:
    """Take a rehearsal nobody is at; one that has come to nothing too often ends as failed."""
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    with transaction.atomic():
        waiting = Rehearsal.objects.filter(free, state__in=[State.WAITING, State.RUNNING])
        locked = waiting.select_for_update(skip_locked=True, of=("self",), no_key=True)
        rehearsal = locked.order_by(F("lease_until").asc(nulls_first=True), "created_at", "pk").first()
        if rehearsal is None:
            return None
        rehearsal.state, rehearsal.lease_until = State.RUNNING, now + LEASE
        rehearsal.attempts += 1
        rehearsal.save(update_fields=["state", "lease_until", "attempts"])
    if rehearsal.attempts > TRIES:
        _stumble(rehearsal, "the worker was lost", now)
        return None
    return rehearsal


def _count(rehearsal: Rehearsal) -> None:
    made, total = stretches.count(rehearsal)
    if not _held(rehearsal).filter(total=None).update(made=made, total=total):
        raise _LostError
    rehearsal.made, rehearsal.total = made, total


def _go_on(rehearsal: Rehearsal, seconds: float) -> Iterator[Stretch]:
    """Replay what is left until the turn is over, yielding after each stretch that is written."""
    past = Past(Walk().at)
    bench = Bench(_ready(rehearsal.pk), live_swap_of(rehearsal))
    until = time.monotonic() + seconds
    while stretch := stretches.following(rehearsal):
        if not _held(rehearsal).exists():
            raise _LostError
        _write(rehearsal, stretch, replay(past.recall(stretch.chosen), bench))
        yield stretch
        if time.monotonic() >= until:
            return


@lru_cache(maxsize=8)
def _ready(rehearsal_id: UUID) -> Swap:
    """Return a rehearsal's rules ready to run; they never change from turn to turn."""
    return swap_of(Rehearsal.objects.get(pk=rehearsal_id))


@dataclass
class Replayed:
    """What some decisions came to: the counts, and the columns of those that move."""

    tally: Tally = field(default_factory=Tally)
    moves: list[dict[str, Any]] = field(default_factory=list)


def replay(decisions: Iterable[Recalled], bench: Bench) -> Replayed:
    """Hold each decision against the rules on trial; reads and writes nothing."""
    replayed = Replayed()
    for recalled in decisions:
        if recalled.record is None:
            replayed.tally.note(str(recalled.gone).lower())
            continue
        compared = bench.compare(recalled.record)
        facts = recalled.record.receipt["facts"]
        _note(replayed.tally, compared, str(facts.get("lead.state") or ""))
        if compared.kind:
            named = {"decision_id": recalled.decision_id, "lead_id": recalled.lead_id}
            replayed.moves.append({**named, **contrast(compared, facts)})
    return replayed


def _note(tally: Tally, compared: Compared, state: str) -> None:
    if compared.is_unrepeatable:
        tally.note("unrepeatable")
        return
    tally.add(compared.before, compared.after, state=state, kind=compared.kind)
    tally.note("assumed", compared.is_assumed)
    tally.note("older", compared.is_older)


def _write(rehearsal: Rehearsal, stretch: Stretch, replayed: Replayed) -> None:
    """Write what a stretch came to and go on behind it; nothing where another worker has done so."""
    whole = Tally()
    whole.take_in(rehearsal.result)
    whole.take_in(replayed.tally.as_dict())
    passed_at, passed_id = stretch.last
    now_at = {
        "passed": rehearsal.passed + stretch.length,
        "passed_at": passed_at,
        "passed_id": passed_id,
        "through": rehearsal.through + len(stretch.chosen),
        "replayed": whole.count("replayed"),
        "moved": whole.count("moved"),
        "result": whole.as_dict(),
        "attempts": 0,
    }
    with transaction.atomic():
        if not _held(rehearsal).filter(passed=rehearsal.passed).update(**now_at):
            raise _LostError
        RehearsalMove.objects.bulk_create(RehearsalMove(rehearsal=rehearsal, **move) for move in replayed.moves)
    for name, value in now_at.items():
        setattr(rehearsal, name, value)


def _let_go(rehearsal: Rehearsal, now: datetime) -> None:
    """End a rehearsal that is through; else leave it to whoever works next."""
    if stretches.following(rehearsal) is not None:
        _held(rehearsal).update(lease_until=now)
        return
    with transaction.atomic():
        if _end(rehearsal, State.DONE, now, total=rehearsal.through):
            counts = {"replayed": rehearsal.replayed, "moved": rehearsal.moved}
            _record("rehearsal.ended", rehearsal, REHEARSER, now, **counts)


def _stumble(rehearsal: Rehearsal, error: str, now: datetime) -> None:
    """Let it be tried again, or end it where it has failed too often."""
    if rehearsal.attempts < TRIES:
        _held(rehearsal).update(lease_until=now, error=error)
        return
    with transaction.atomic():
        if _end(rehearsal, State.FAILED, now, error=error):
            _record("rehearsal.failed", rehearsal, REHEARSER, now, error=error)


def _end(rehearsal: Rehearsal, state: str, now: datetime, **more: Any) -> int:
    unfinished = Rehearsal.objects.filter(pk=rehearsal.pk, state__in=[State.WAITING, State.RUNNING])
    return unfinished.update(state=state, ended_at=now, lease_until=None, **more)


def _held(rehearsal: Rehearsal) -> Any:
    """Return the row as long as it runs and the lease is ours."""
    return Rehearsal.objects.filter(pk=rehearsal.pk, state=State.RUNNING, lease_until=rehearsal.lease_until)


def _record(action: str, rehearsal: Rehearsal, actor: Actor, now: datetime, **more: Any) -> None:
    told = {
        "rule_set": rehearsal.rule_set,
        "version": rehearsal.version,
        "content_hash": rehearsal.content_hash,
        "since": rehearsal.since.isoformat(),
        "until": rehearsal.until.isoformat(),
    }
    audit.record(at=now, actor=actor, action=action, target=rehearsal, detail={**told, **more})
