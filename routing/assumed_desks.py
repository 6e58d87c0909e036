"""The desks a decision would have met: those its receipt holds, and for the others what is assumed of them. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from routing.decision import Considered, Volatile, plan_of
from routing.roster import Roster, RosterProducer
from routing.stored_decision import Record
from routing.strategies import Candidate

EMPTY_DESK: Final = Volatile(Decimal(0), Decimal(0), None)


def assume(record: Record, considered: Considered) -> tuple[dict[int, Volatile], bool]:
    """Return a desk for everyone eligible, and whether any of it is assumed.

    A producer the receipt has not is taken to stand as the average of those it has: as full, level in the rotation,
    with no lead yet under a cap. In another pool nobody's place in the rotation is known, so all start level.
    """
    needed = [standing.producer_id for standing in considered.eligible]
    there = record.desks_in(considered.pool) if needed else {}
    known = record.desks if there is None else there
    if there is None:
        known = {producer_id: replace(desk, credit=Decimal(0)) for producer_id, desk in known.items()}
    elif all(producer_id in known for producer_id in needed):
        return {producer_id: known[producer_id] for producer_id in needed}, False
    average = _average(known, considered, record.roster)
    return {each: known.get(each) or average(record.roster.producers[each]) for each in needed}, bool(needed)


def _average(
    known: Mapping[int, Volatile], considered: Considered, roster: Roster
) -> Callable[[RosterProducer], Volatile]:
    weights = roster.pool_members(considered.pool or "")
    members = [
        Candidate(
            producer_id=producer_id,
            weight=weights.get(producer_id, 1),
            capacity=roster.producers[producer_id].capacity,
            load=desk.load,
            credit=desk.credit,
            preference=Decimal(0),
            last_assigned_at=desk.last_assigned_at,
        )
        for producer_id, desk in known.items()
    ]
    if not members:
        return lambda _producer: EMPTY_DESK
    room = sum(each.capacity for each in members)
    fill = sum((each.load for each in members), Decimal(0)) / room if room else Decimal(0)
    level = plan_of(considered, roster).ordering.entry_credit(members)
    last = max((each.last_assigned_at for each in members if each.last_assigned_at), default=None)
    return lambda producer: Volatile(round(fill * producer.capacity, 2), level, last)
