"""Place many leads at once: the same decisions as one after the other, written as a whole."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import chain, compress
from typing import Final

from django.db import connection

from accounts import rows
from accounts.errors import Refused
from audit import services as audit
from outbox import services as outbox
from routing import matching
from routing.caps import Cap, applying
from routing.decision import (
    Considered,
    Decided,
    Inquiry,
    Volatile,
    choices,
    choose,
    consider,
    descend,
    plan_of,
    way_down,
)
from routing.desks import Desks, Pool
from routing.models import ProducerLoad
from routing.queries import cap_counts
from routing.services import capping, claim, crediting, deciding, placing, readings
from routing.services.claim import Ground
from routing.services.outcomes import Case, Placement, placed


class Unsettled(Refused):
    """These leads must be placed one by one: rules, roster or a license changed meanwhile."""

    code = "burst.unsettled"


@dataclass(frozen=True)
class Seated:
    """One lead, the hand-over its decision comes to (nobody's, where it goes to a queue), and what that writes."""

    case: Case
    inquiry: Inquiry
    taken: claim.Taken
    placement: Placement


# What a pool's method may look at that the leads before it change, but only once they are written.
MOVING: Final = frozenset({"tie", "uncalled"})


def place_together(cases: Sequence[Case]) -> list[Placement | None]:
    """Decide about leads in the order given and write what comes of it; inside the caller's transaction.

    None stands for a lead that must be decided alone: its pool's method looks at what the others here change.

    1. Let no other lead move between desks: this locks many.
    2. Consider every lead in all pools it may come to, then lock the desks of all who may have one, by their ids.
    3. Look again whether rules and roster are those the leads were considered under.
    4. Solve as one assignment what pools want so.
    5. Choose lead by lead, each from the desks as the one before left them.
    6. Lock the licences behind all hand-overs; if one no longer holds, undo everything.

    :raises Unsettled: if rules, roster or a licence changed meanwhile
    """
    claim.take_turn()
    asked = [deciding.inquiry(each.lead, each.person, each.context, now=each.now, had=each.had) for each in cases]
    ways = [way_of(each) for each in asked]
    fit = [all(can_wait(step, inquiry) for step in way) for way, inquiry in zip(ways, asked, strict=True)]
    ways, asked = list(compress(ways, fit)), list(compress(asked, fit))
    _lock(chain.from_iterable(ways))
    _require_current(cases)
    if not asked:
        return [None] * len(cases)
    desks = Desks()
    read_desks(desks, ways, asked)
    first = [way[0] for way in ways]
    asked = solved(first, asked, [str(each.lead.pk) for each in compress(cases, fit)], desks)
    fitting = list(compress(cases, fit))
    by_place = {at: _seat(fitting[at], asked[at], ways[at], desks) for at in in_turn(asked)}
    seated = [by_place[at] for at in range(len(asked))]
    _require_ground(seated)
    _write(seated, desks)
    placements = (each.placement for each in seated)
    return [next(placements) if one else None for one in fit]


def way_of(asked: Inquiry) -> list[Considered]:
    """Return the pools a lead may come to, each considered at once: their desks are read and locked together."""
    return list(way_down(asked, consider(asked)))


def can_wait(considered: Considered, inquiry: Inquiry) -> bool:
    """Say whether a lead's choice can be made among others that are not written yet."""
    plan = plan_of(considered, inquiry.context.roster)
    return plan.reads.isdisjoint(MOVING) and plan.pick.step.name == "push"


def _require_current(cases: Sequence[Case]) -> None:
    first = cases[0].context
    if any(each.context is not first for each in cases) or not deciding.is_current(first):
        raise Unsettled


def _lock(considered: Iterable[Considered]) -> None:
    everybody = sorted({standing.producer_id for each in considered for standing in each.eligible})
    list(ProducerLoad.objects.select_for_update().filter(producer__in=everybody).order_by("producer_id"))


def read_desks(desks: Desks, ways: Sequence[Sequence[Considered]], asked: Sequence[Inquiry]) -> None:
    """Take in the desks of all who may have one of these leads, and what is used of their caps, where not yet known."""
    members: dict[Pool, dict[int, None]] = {}
    under: dict[int, dict[Cap, None]] = {}
    for each, inquiry in ((step, inquiry) for way, inquiry in zip(ways, asked, strict=True) for step in way):
        wanted = members.setdefault(each.pool, {})
        for standing in each.eligible:
            wanted[standing.producer_id] = None
            under.setdefault(standing.producer_id, {}).update(dict.fromkeys(caps_under(standing.producer_id, inquiry)))
    first = asked[0]
    zones = {each: first.context.roster.producers[each].time_zone for each in under}
    uncounted = {each: sorted(desks.uncounted(caps), key=lambda cap: cap.id) for each, caps in under.items()}
    used = cap_counts.used(uncounted, zones, first.now)
    for pool, wanted in members.items():
        desks.take_in(pool, deciding.read_desks(desks.unread(pool, wanted), pool, first), used)


def caps_under(producer_id: int, inquiry: Inquiry) -> list[Cap]:
    """Return the caps of a producer the lead falls under."""
    caps = inquiry.context.roster.producers[producer_id].caps
    return applying(caps, inquiry.facts) if caps else []


def caps_of(considered: Considered, inquiry: Inquiry) -> dict[int, list[Cap]]:
    """Return the caps that the lead falls under, of those who may have it."""
    eligible = (standing.producer_id for standing in considered.eligible)
    return {each: caps for each in eligible if (caps := caps_under(each, inquiry))}


def solved(
    considered: Sequence[Considered], asked: Sequence[Inquiry], seeds: Sequence[str], desks: Desks
) -> list[Inquiry]:
    """Return what is asked, with whom one assignment gives each lead of the pools that want it so."""
    pools: dict[Pool, list[int]] = {}
    for at, each in enumerate(considered):
        if each.status == "routed" and matching.is_asked_for(each, asked[at]):
            pools.setdefault(each.pool, []).append(at)
    found = list(asked)
    for places in pools.values():
        decided = [_decided(considered[at], asked[at], seeds[at], desks) for at in places]
        for at, producer_id in zip(places, matching.match(decided), strict=True):
            found[at] = replace(found[at], solved=producer_id)
    return found


def in_turn(asked: Sequence[Inquiry]) -> list[int]:
    """Return the places of these in the order they are seated: whom an assignment left out takes nobody's seat."""
    return sorted(range(len(asked)), key=lambda at: asked[at].solved is None)


def _decided(considered: Considered, asked: Inquiry, seed: str, desks: Desks) -> Decided:
    volatile = desks_for(considered, asked, desks, caps_of(considered, asked))
    chosen = choose(considered=considered, inquiry=asked, volatile=volatile, effort=claim.EFFORT, seed=seed)
    return Decided(asked, considered, volatile, chosen)


def desks_for(
    considered: Considered, asked: Inquiry, desks: Desks, under: Mapping[int, Iterable[Cap]]
) -> dict[int, Volatile]:
    """Return the desks of those who may have the lead, as they are by now, with what the pool's method reads."""
    eligible = [standing.producer_id for standing in considered.eligible]
    found = desks.of(considered.pool, eligible, under)
    reads = plan_of(considered, asked.context.roster).reads
    if not (reads and found):
        return found
    read = readings.read(reads, eligible, considered.pool or "", asked)
    return {each: replace(desk, readings=read[each]) for each, desk in found.items()}


def seated_by(asked: Inquiry, way: Sequence[Considered], desks: Desks, seed: str) -> Decided:
    """Return who gets the lead, from the desks as the leads before have left them."""
    chosen = choices(
        asked,
        way,
        lambda each: desks_for(each, asked, desks, caps_of(each, asked)),
        effort=claim.EFFORT,
        seed=seed,
    )
    return descend(chosen)


def _seat(case: Case, asked: Inquiry, way: Sequence[Considered], desks: Desks) -> Seated:
    started = time.perf_counter()
    decided, taken = seated_by(asked, way, desks, str(case.lead.pk)), claim.Taken()
    considered = decided.considered
    if decided.chosen.ranked:
        first = decided.chosen.ranked[0].producer_id
        taken.producer = asked.context.roster.producers[first]
        taken.authority = next(each.authority for each in considered.eligible if each.producer_id == first)
        taken.credit = decided.volatile[first].credit
    placement = placed(case, decided, taken, {"decide": round((time.perf_counter() - started) * 1000, 3)})
    if taken.producer:
        step = placement.credit[2] if placement.credit else Decimal(0)
        counts = caps_under(taken.producer.id, asked)
        desks.seat(considered.pool, taken.producer.id, effort=claim.EFFORT, step=step, counts=counts, now=asked.now)
    return Seated(case, asked, taken, placement)


def _require_ground(seated: Sequence[Seated]) -> None:
    """Lock and re-read what the hand-overs stand on, all of it in one message."""
    asked: dict[tuple[object, ...], Ground] = {}
    with rows.in_one_message():
        for each in seated:
            producer, authority = each.taken.producer, each.taken.authority
            if producer and authority:
                ground = producer.id, authority.relies_on, each.inquiry.ask and each.inquiry.ask.zones
                if ground not in asked:
                    asked[ground] = Ground.ask(authority, producer, each.inquiry)
    if not all(ground.holds() for ground in asked.values()):
        raise Unsettled


TAKEN: Final = """
UPDATE routing_producerload SET open_effort = open_effort + %s, last_assigned_at = %s WHERE producer_id = %s
"""


def _write(seated: Sequence[Seated], desks: Desks) -> None:
    """Write the desks first: assignments are counted against them."""
    with rows.in_one_message():
        _write_loads(desks, max(each.case.now for each in seated))
        crediting.move(_steps(seated))
    producers, at = seated[0].case.context.roster.producers, seated[0].case.now
    capping.count([(cap, producers[each].time_zone, used) for each, cap, used in desks.counted()], at)
    new = [placing.writing(each.case, each.placement) for each in seated]
    rows.insert(
        *chain.from_iterable(placing.lead_rows(each.case) for each in seated),
        *(each.placement.decision for each in seated),
        *chain.from_iterable(each.rows for each in new),
        *chain.from_iterable(each.placement.fairness for each in seated),
    )
    audit.record_many([entry for each in new for entry in each.entries])
    outbox.publish_many([message for each in new for message in each.messages])


def _steps(seated: Sequence[Seated]) -> dict[tuple[int, int], Decimal]:
    """Return by how much credits move in all, by pool and producer."""
    moved: dict[tuple[int, int], Decimal] = {}
    for each in seated:
        if each.placement.credit and each.placement.credit[2]:
            pool_id, producer_id, step = each.placement.credit
            moved[pool_id, producer_id] = moved.get((pool_id, producer_id), Decimal(0)) + step
    return moved


def _write_loads(desks: Desks, at: datetime) -> None:
    at_text = connection.ops.adapt_datetimefield_value(at)
    with connection.cursor() as cursor:
        for producer_id, number in sorted(desks.seated.items()):
            cursor.execute(TAKEN, [str(claim.EFFORT * number), at_text, producer_id])
