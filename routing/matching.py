"""What a lead is worth with each of those who may have it, and who gets which of many leads together. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from routing.decision import Considered, Decided, Inquiry, plan_of, wanted_of
from routing.fairness import expected_value
from routing.roster import RosterProducer
from routing.strategies import Candidate, Wanted
from routing.strategies.priority import fit
from routing.strategies.skill import called_for
from routing.strategies.together import Desk, Pair, solve

ONE: Final = Decimal(1)


def is_asked_for(considered: Considered, inquiry: Inquiry) -> bool:
    """Say whether the lead's pool wants leads that come together solved as one assignment."""
    return plan_of(considered, inquiry.context.roster).pick.options.get("bursts") == "as_one"


def pairs(decided: Decided) -> tuple[Pair, ...]:
    """Return the lead with each who may have it, fits and has room, those whom rules prefer first on level 0.

    A pair is worth what the lead is expected to bring, by premium and score: half of it whoever works it, half by how
    much of what the lead calls for the producer brings.
    """
    considered, inquiry = decided.considered, decided.inquiry
    roster, plan = inquiry.context.roster, plan_of(considered, inquiry.context.roster)
    weights = roster.pool_members(considered.pool or "")
    wanted = wanted_of(considered, inquiry, ONE)
    wanted = replace(wanted, needs=called_for(plan.needs, wanted.products))
    premium = inquiry.facts.known.get("lead.premium")
    brings = 100 * expected_value(Decimal(str(premium)) if premium is not None else None, wanted.score)
    places = {each.producer_id: each.preference for each in considered.eligible}
    keys = {
        each.producer_id: (weights.get(each.producer_id, 1) <= 0, -places[each.producer_id])
        for each in decided.chosen.ranked
    }
    levels = {key: level for level, key in enumerate(sorted(set(keys.values())))}
    return tuple(
        Pair(producer_id, levels[key], int(brings * (1 + _fit(roster.producers[producer_id], wanted)) / 2))
        for producer_id, key in sorted(keys.items())
    )


def _fit(producer: RosterProducer, wanted: Wanted) -> Decimal:
    nothing = Decimal(0)
    known = Candidate(
        producer.id, 1, 1, nothing, nothing, nothing, None, skills=producer.levels, languages=producer.languages
    )
    return fit(known, wanted)


def match(decided: Sequence[Decided]) -> list[int | None]:
    """Return who gets each of these leads of one pool, given how each was decided from the same desks."""
    desks = {
        producer_id: Desk(int(desk.load), each.inquiry.context.roster.producers[producer_id].capacity)
        for each in decided
        for producer_id, desk in each.volatile.items()
    }
    return solve([pairs(each) for each in decided], desks)
