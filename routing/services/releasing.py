"""Release what waits in the fallback queue: a look first, then so many a minute, by rows a worker sweeps.

A release is rows, not a task: each lead has its turn and its own transaction, in which its row is settled. A killed
worker leaves the rows it did not settle to the next; a row settled once is never taken again.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet

from accounts import policy
from accounts.actor import Actor, system
from accounts.errors import FieldProblem, Invalid, Refused
from audit import services as audit
from routing.models import QueueItem, Release, ReleaseLead
from routing.queries.had import had
from routing.reasons import UNREAD
from routing.services import deciding, fallback
from routing.services.forecasting import Forecast, Forecaster

log = logging.getLogger(__name__)

MOST: Final = 2_000  # leads of one release: a look at them takes a few seconds
FASTEST: Final = 600  # leads a minute
MINUTE: Final = timedelta(minutes=1)
AT_ONCE: Final = 50  # leads a sweep lets go, so that the clocks are looked at in between
LOOKED_AT_ONCE: Final = 250
RELEASER: Final = system("release")
State = ReleaseLead.State


class Over(Refused):
    """This release is over; there is nothing to cancel."""

    code = "release.over"


class NothingWaits(Refused):
    """No lead like this waits, or all of them are in a release already."""

    code = "release.nothing"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which waiting leads: blank means any; at most so many, the oldest first."""

    reason: str = ""
    pool: str = ""
    state: str = ""
    line: str = ""
    most: int = 200


def waiting(wanted: Wanted) -> QuerySet[QueueItem]:
    """Return the items meant: in the fallback queue, with nobody at them, and in no release yet."""
    items = QueueItem.objects.filter(
        kind=QueueItem.Kind.FALLBACK, state=QueueItem.State.OPEN, lead__person__isnull=False
    ).exclude(reason__in=UNREAD)
    items = items.exclude(pk__in=ReleaseLead.objects.filter(state=State.WAITING).values("item"))
    asked = {
        "reason": wanted.reason,
        "lead__pool": wanted.pool,
        "lead__governing_state": wanted.state,
        "lead__line": wanted.line,
    }
    return items.filter(**{name: value for name, value in asked.items() if value}).order_by("created_at", "pk")


def look(*, wanted: Wanted, per_producer: int | None, actor: Actor, now: datetime) -> Forecast:
    """Say what releasing these leads would come to if all went now; writes nothing.

    :raises Forbidden: without `queue.resolve`
    :raises Invalid: if the figures make no sense
    """
    policy.require(actor, "queue.resolve")
    _require_sound(wanted, 1, per_producer)
    context = deciding.context()
    forecaster = Forecaster(most_each=per_producer, is_solving=False)  # they go one by one
    there = waiting(wanted).select_related("lead__person", "lead__source", "lead__duplicate_of")
    items = list(there.prefetch_related("lead__assignments", "lead__offers", "lead__rounds")[: wanted.most])
    for start in range(0, len(items), LOOKED_AT_ONCE):
        stretch = items[start : start + LOOKED_AT_ONCE]
        forecaster.take(
            [
                (
                    deciding.inquiry(each.lead, each.lead.person, context, now=now, had=had(each.lead)),
                    str(each.lead_id),
                )
                for each in stretch
            ]
        )
    return forecaster.forecast()


@transaction.atomic
def start(*, wanted: Wanted, per_minute: int, per_producer: int | None, actor: Actor, now: datetime) -> Release:
    """Ask for these leads to be released, the oldest first.

    Until its turn nothing else tries such a lead again; a manager may take one, and it is then left alone.

    :raises Forbidden: without `queue.resolve`
    :raises Invalid: if the figures make no sense
    :raises NothingWaits: if no such lead waits
    """
    policy.require(actor, "queue.resolve")
    _require_sound(wanted, per_minute, per_producer)
    items = list(waiting(wanted).select_for_update(of=("self",), no_key=True, skip_locked=True)[: wanted.most])
    if not items:
        raise NothingWaits
    release = Release.objects.create(
        wanted=asdict(wanted),
        per_minute=per_minute,
        per_producer=per_producer,
        started_by_id=int(actor.id),
        created_at=now,
    )
    ReleaseLead.objects.bulk_create(
        ReleaseLead(release=release, item=item, due_at=now + MINUTE * number / per_minute)
        for number, item in enumerate(items)
    )
    detail = {**asdict(wanted), "leads": len(items), "per_minute": per_minute, "per_producer": per_producer}
    audit.record(at=now, actor=actor, action="release.started", target=release, detail=detail)
    return release


def _require_sound(wanted: Wanted, per_minute: int, per_producer: int | None) -> None:
    checks = (
        (1 <= wanted.most <= MOST, "/most", f"Choose 1 to {MOST:,} leads."),
        (1 <= per_minute <= FASTEST, "/per_minute", f"Choose 1 to {FASTEST} leads a minute."),
        (per_producer is None or per_producer >= 1, "/per_producer", "Choose at least one lead, or leave it blank."),
    )
    problems = [FieldProblem(pointer, "field.range", sentence) for holds, pointer, sentence in checks if not holds]
    if problems:
        raise Invalid(problems, problems[0].detail)


@transaction.atomic
def cancel(*, release: Release, actor: Actor, now: datetime) -> int:
    """Stop a release; what has gone stays gone. Returns how many leads go on waiting.

    :raises Forbidden: without `queue.resolve`
    :raises Over: if it has ended
    """
    policy.require(actor, "queue.resolve")
    running = Release.objects.filter(pk=release.pk, state=Release.State.RUNNING)
    if not running.update(state=Release.State.CANCELLED, ended_at=now):
        raise Over
    left = ReleaseLead.objects.filter(release=release, state=State.WAITING)
    left_items = list(left.values_list("item", flat=True))
    number = left.update(state=State.CANCELLED, settled_at=now)
    QueueItem.objects.filter(pk__in=left_items, rerun_at__isnull=False).update(rerun_at=now)
    audit.record(at=now, actor=actor, action="release.cancelled", target=release, detail={"left": number})
    return number


def advance_due(*, now: datetime, limit: int = AT_ONCE) -> int:
    """Let go the leads whose turn has come, of every release; returns how many went.

    A release that was held up does not catch up at once: no more than a minute's leads go in any minute.
    """
    went = 0
    for release in Release.objects.filter(state=Release.State.RUNNING).order_by("created_at", "pk"):
        went += _advance(release, now, limit - went)
        if went >= limit:
            break
    return went


def _advance(release: Release, now: datetime, limit: int) -> int:
    lately = release.leads.filter(settled_at__gt=now - MINUTE).exclude(state=State.GONE).count()
    due = release.leads.filter(state=State.WAITING, due_at__lte=now)
    went = 0
    for lead in due.select_related("item")[: max(min(release.per_minute - lately, limit), 0)]:
        try:
            went += _let_go(release, lead, now)
        except Exception:
            # One bad lead must not hold up the others; it stays with its manager, and is reported.
            log.exception("release.lead_failed", extra={"release_id": str(release.pk), "item_id": str(lead.item_id)})
            _settle(lead, State.STAYED, now)
    _end_if_through(release, now)
    return went


@transaction.atomic
def _let_go(release: Release, lead: ReleaseLead, now: datetime) -> bool:
    """Try one lead again and settle its row, both or neither; say whether it was this call that did.

    1. Lock the row; whoever cannot have it leaves it to the worker that has it, or finds it settled.
    2. Try the lead, as far as nobody has taken it from the queue meanwhile.
    3. Settle the row.
    """
    locked = ReleaseLead.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    if not locked.filter(pk=lead.pk, state=State.WAITING, release__state=Release.State.RUNNING).exists():
        return False
    try:
        tried = fallback.try_again(item=lead.item, held_back=_held_back(release), actor=RELEASER, now=now)
    except Refused:  # a manager has it
        _settle(lead, State.GONE, now)
        return True
    if tried is None:
        _settle(lead, State.STAYED, now)
    elif tried.assignment:
        _settle(lead, State.GIVEN, now, tried.assignment.producer_id)
    elif tried.offered:
        _settle(lead, State.GIVEN, now, tried.offered.offers[0].producer_id)
    else:
        _settle(lead, State.MOVED, now)
    return True


def _held_back(release: Release) -> frozenset[int]:
    """Return who has had as many of this release as one producer may."""
    if release.per_producer is None:
        return frozenset()
    given = Counter(release.leads.filter(state=State.GIVEN).order_by().values_list("producer_id", flat=True))
    return frozenset(each for each, number in given.items() if each and number >= release.per_producer)


def _settle(lead: ReleaseLead, state: str, now: datetime, producer_id: int | None = None) -> None:
    unsettled = ReleaseLead.objects.filter(pk=lead.pk, state=State.WAITING)
    unsettled.update(state=state, producer_id=producer_id, settled_at=now)


@transaction.atomic
def _end_if_through(release: Release, now: datetime) -> None:
    if release.leads.filter(state=State.WAITING).exists():
        return
    running = Release.objects.filter(pk=release.pk, state=Release.State.RUNNING)
    if running.update(state=Release.State.DONE, ended_at=now):
        audit.record(at=now, actor=RELEASER, action="release.ended", target=release, detail=dict(tally(release)))


def tally(release: Release) -> Mapping[str, int]:
    """Return how many leads of a release came to what."""
    return tallies([release])[release.pk]


def tallies(releases: Sequence[Release]) -> Mapping[UUID, Mapping[str, int]]:
    """Return by each release's key how many of its leads came to what."""
    found: dict[UUID, dict[str, int]] = {each.pk: {} for each in releases}
    leads = ReleaseLead.objects.filter(release__in=found).order_by()
    for key, state, number in leads.values_list("release", "state").annotate(number=Count("pk")):
        found[key][state] = number
    return found
