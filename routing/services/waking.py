"""Wake exactly the leads that wait for what has changed: a seat, a shift, a licence, a pool, a rule set."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.errors import Missing
from routing.decision import SHIFT_REASONS, Inquiry, chain, consider, fullness, judge_producer
from routing.models import QueueItem, Wake
from routing.models.keys import new_id
from routing.queries.had import had
from routing.queries.waiting import in_turn
from routing.roster import Roster, RosterProducer
from routing.services import claim, deciding, fallback
from routing.waits import FOR_A_PRODUCER, FOR_RULES, NEXT_LOOK

log = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=1)
TURN: Final = 5.0  # seconds one wake may take before it lets the clocks be looked at; it goes on in the next round
LOOKED_AT: Final = 5_000  # leads one wake looks at; what lies behind them is found by the looks of `routing.waits`
AT_ONCE: Final = 200

Found = Iterator[QueueItem]


def ring(*, subjects: Sequence[str], now: datetime) -> None:
    """Note that these changed; rings for one subject that come close together are one."""
    rung = [Wake(subject=subject, at=now, ring=new_id()) for subject in subjects]
    Wake.objects.bulk_create(rung, update_conflicts=True, unique_fields=["subject"], update_fields=["at", "ring"])


def work_due(*, now: datetime) -> int:
    """Look at the leads of every wake nobody else is at; returns how many found somebody.

    1. Lease the wake, so that one worker at a time goes through its leads.
    2. Try each lead that can move, in a transaction of its own, in its turn.
    3. Take the wake away, unless somebody rang again meanwhile. Whoever dies before leaves a lease that runs out.
    """
    free = Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    moved = 0
    for wake in Wake.objects.filter(free).order_by("at", "subject")[:AT_ONCE]:
        if not Wake.objects.filter(free, pk=wake.pk, ring=wake.ring).update(lease_until=now + LEASE):
            continue
        try:
            placed, is_done = _work(wake, now)
        except Exception:
            # One bad row must not hold up the other wakes; this one is tried again when its lease has run out.
            log.exception("wake.failed", extra={"subject": wake.subject})
            continue
        moved += placed
        if not (is_done and Wake.objects.filter(pk=wake.pk, ring=wake.ring).delete()[0]):
            Wake.objects.filter(pk=wake.pk).update(lease_until=None)
    return moved


def _work(wake: Wake, now: datetime) -> tuple[int, bool]:
    """Return how many leads found somebody, and whether that was all of them."""
    kind, _, key = wake.subject.partition(":")
    until, placed = time.monotonic() + TURN, 0
    for item in FINDERS[kind](key, wake.at, now):
        placed += fallback.look(item=item, now=now)
        if time.monotonic() > until:
            return placed, False
    return placed, True


def _for_producer(key: str, since: datetime, now: datetime) -> Found:
    """Yield the leads this producer may have and has room for; of those a shift or leave alone keeps, note the return.

    Only this one is judged, and in memory: no lead is touched that cannot move.
    """
    context = deciding.context()
    producer = context.roster.producers.get(int(key))
    if producer is None:
        return
    waiting = _waiting(FOR_A_PRODUCER, since).filter(
        pool__in=_leading_to({membership.pool for membership in producer.memberships}, context.roster),
        lead__governing_state__in={held.state for held in producer.licensing.licenses},
    )
    away: list[UUID] = []
    for item, asked in _asked(waiting, now):
        if asked.ask is None:
            continue
        blocks = {block.code for block in judge_producer(producer, asked, asked.ask).blocks}
        if blocks:
            away += [item.pk] if blocks <= SHIFT_REASONS else []
            continue
        why = _full(producer, item.pool, asked)
        if why == "AT_CAPACITY":
            break
        if why is None:
            yield item
    back_at = producer.back_at(now, context.roster.agency.hours) if away else None
    if back_at is not None:
        QueueItem.objects.filter(pk__in=away, rerun_at__gt=back_at).update(rerun_at=back_at)


def _full(producer: RosterProducer, pool: str, asked: Inquiry) -> str | None:
    desk = deciding.read_desks([producer.id], pool, asked)[producer.id]
    return fullness(producer, desk, claim.EFFORT, asked.now)


def _for_pool(key: str, since: datetime, now: datetime) -> Found:
    """Yield the leads somebody of this pool may have now."""
    pools = _leading_to({key}, deciding.context().roster)
    for item, asked in _asked(_waiting(FOR_RULES, since).filter(pool__in=pools), now):
        if _can_move(item, asked):
            yield item


def _leading_to(pools: Set[str], roster: Roster) -> set[str]:
    """Return these pools, and those whose leads go on to one of them."""
    before = {each.slug for each in roster.pools.values() if pools & {next_.slug for next_ in chain(roster, each)}}
    return {*pools, *before}


def _for_rules(key: str, since: datetime, now: datetime) -> Found:
    """Yield the leads this set stood in the way of, or now sends elsewhere, and that somebody may have."""
    for item, asked in _asked(_waiting(FOR_RULES, since), now):
        route = asked.context.rules.route
        is_sent_elsewhere = route is not None and route.slug == key and (consider(asked).pool or "") != item.pool
        if (is_sent_elsewhere or key in item.waits_for.get("rules", ())) and _can_move(item, asked):
            yield item


FINDERS: Final[Mapping[str, Callable[[str, datetime, datetime], Found]]] = {
    "producer": _for_producer,
    "pool": _for_pool,
    "rules": _for_rules,
}


def _waiting(reasons: frozenset[str], since: datetime) -> QuerySet[QueueItem]:
    """Return what waits for one of these reasons and has not been tried since."""
    waiting = QueueItem.objects.filter(kind=QueueItem.Kind.FALLBACK, state=QueueItem.State.OPEN, reason__in=reasons)
    return waiting.filter(Q(tried_at__isnull=True) | Q(tried_at__lt=since))


def _asked(waiting: QuerySet[QueueItem], now: datetime) -> Iterator[tuple[QueueItem, Inquiry]]:
    """Yield these in their turn with the question about each; a lead that cannot be asked about is put off."""
    keys = list(waiting.order_by(*in_turn(now)).values_list("pk", flat=True)[:LOOKED_AT])
    for start in range(0, len(keys), AT_ONCE):
        stretch, context = keys[start : start + AT_ONCE], deciding.context()
        found = QueueItem.objects.filter(pk__in=stretch, state=QueueItem.State.OPEN)
        there = found.select_related("lead__person", "lead__source", "lead__duplicate_of")
        items = {item.pk: item for item in there.prefetch_related("lead__assignments", "lead__offers", "lead__rounds")}
        for item in (items[key] for key in stretch if key in items):
            try:
                asked = deciding.inquiry(item.lead, item.lead.person, context, now=now, had=had(item.lead))
            except Missing:
                continue  # the person was erased
            except Exception:
                # As in `fallback.look`: a lead whose facts cannot be read holds up no other.
                log.exception("queue.rerun_failed", extra={"item_id": str(item.pk), "reason": item.reason})
                QueueItem.objects.filter(pk=item.pk).update(rerun_at=now + NEXT_LOOK, tried_at=now)
                continue
            yield item, asked


def _can_move(item: QueueItem, asked: Inquiry) -> bool:
    return bool(deciding.decide(asked, seed=str(item.lead_id)).chosen.ranked)
