"""Consider a lead: gates, score and route, then how everybody who may come into question stands towards it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from licenses.authority import Ask
from routing.catalog import CATALOG
from routing.decision.inquiry import Inquiry
from routing.decision.judging import judge_producer, judge_producers
from routing.decision.legs import Leg, legs_of
from routing.decision.standing import AtOnce, Standing, eligible_of
from routing.roster import RosterPool
from routing.sla.deadlines import tier_for
from rules_engine.engine.outcomes import GateOutcome, RouteOutcome, ScoreOutcome
from rules_engine.engine.ruleset import gate, route, score

GATE_REASONS: Final = {
    "reject": ("rejected", "REJECTED_BY_RULE"),
    "quarantine": ("quarantined", "QUARANTINED_BY_RULE"),
    "review": ("review", "REVIEW_BY_RULE"),
    "require": ("review", "REQUIREMENT_MISSING"),
}
SHIFT_REASONS: Final = frozenset({"OFF_SHIFT", "ON_LEAVE"})
MISSES_SHOWN: Final = 3


@dataclass(frozen=True)
class Considered:
    """What the rules say of a lead, before anybody is chosen."""

    status: str  # "routed", or where the lead goes instead: "review", "quarantined", "rejected", "fallback"
    reason: str
    missing: tuple[str, ...]
    gate: GateOutcome
    score: ScoreOutcome | None = None
    route: RouteOutcome | None = None
    pool: str | None = None
    strategy: str | None = None
    tier: str | None = None
    standings: Sequence[Standing] = ()
    legs: tuple[Leg, ...] = ()  # the pools of the lead's waterfall; none where its pool goes on to no other

    @property
    def eligible(self) -> tuple[Standing, ...]:
        """Return those who may have it."""
        return eligible_of(self.standings)

    def excluded_by(self) -> dict[str, int]:
        """Return how many producers each rule or gate excluded."""
        if isinstance(self.standings, AtOnce):
            return dict(self.standings.excluded)
        return dict(
            sorted(Counter(block.rule or block.code for each in self.standings for block in each.blocks).items())
        )

    def nearest_misses(self) -> list[dict[str, Any]]:
        """Return the producers with the least in their way, and what it is."""
        blocked = sorted(
            (each for each in self.standings if each.blocks), key=lambda each: (len(each.blocks), each.name)
        )
        return [
            {"producer": each.producer_id, "name": each.name, "blocks": [block.as_dict() for block in each.blocks]}
            for each in blocked[:MISSES_SHOWN]
        ]


def consider(inquiry: Inquiry, gated: GateOutcome | None = None) -> Considered:
    """Run gate, score, route and eligibility; `gated` is what the gates say, where they have been asked already.

    Where a person names the producer (`only`), gates and route do not decide, since a person has; guard, eligibility
    rules and shift do, as ever.
    """
    if inquiry.only is not None:
        return _consider_one(inquiry, inquiry.only)
    rules, agency = inquiry.context.rules, inquiry.context.roster.agency
    gated = gated or gate(rules.gates, inquiry.facts, inquiry.now)
    stopped = _stopped(gated, inquiry)
    if stopped:
        return stopped
    scored = score(rules.scores, inquiry.facts, inquiry.now)
    base = Considered("fallback", "NO_ROUTE", (), gated, scored, tier=tier_for(scored.total, agency.thresholds))
    if rules.route is None:
        return base
    facts = inquiry.facts.merged(CATALOG.facts({"score.total": scored.total}))
    routed = route(rules.route, facts, inquiry.now)
    base = replace(base, route=routed, pool=routed.pool, tier=routed.tier or base.tier)
    if routed.pool is None:
        return replace(base, reason="DATA_MISSING", missing=tuple(routed.missing)) if routed.stopped else base
    return _consider_pool(inquiry, base)


def _stopped(gated: GateOutcome, inquiry: Inquiry) -> Considered | None:
    """Return where the lead goes instead of a producer, if the gates or an unclear state stop it."""
    if gated.effect in GATE_REASONS:
        status, reason = GATE_REASONS[gated.effect]
        deciding = [fired for fired in gated.fired if fired.effect == gated.effect and not fired.provisional]
        missing = tuple(sorted({name for fired in deciding for name in fired.missing}))
        return Considered(status, next((fired.reason for fired in deciding if fired.reason), reason), missing, gated)
    if inquiry.ask is None:
        return Considered("review", "STATE_UNCLEAR", ("lead.state",), gated)
    if inquiry.unclear:
        return Considered("review", inquiry.unclear, (), gated)
    return None


def _consider_pool(inquiry: Inquiry, base: Considered) -> Considered:
    """Consider the pool the lead is routed to, or the first of its waterfall that is to be asked; the tier stays."""
    routed, pool = base.route, inquiry.context.roster.pools.get(base.pool or "")
    if pool is None or routed is None:
        return replace(base, reason="POOL_UNKNOWN")
    tier = routed.tier or (pool.tier if pool.is_active else None) or base.tier
    legs = legs_of(inquiry, pool)
    first = next((leg.pool for leg in legs if leg.why is None), None) if legs else pool
    if first is None or not first.is_active:
        return replace(base, reason=legs[0].why if legs and legs[0].why else "POOL_UNKNOWN", tier=tier, legs=legs)
    return _in_pool(inquiry, base, first, strategy=routed.strategy if first is pool else None, tier=tier, legs=legs)


def consider_next(inquiry: Inquiry, considered: Considered) -> Considered | None:
    """Consider the pool the lead goes on to from this one, by that pool's own method; None where it goes nowhere."""
    slugs = [leg.pool.slug for leg in considered.legs]
    if considered.pool not in slugs:
        return None
    later = considered.legs[slugs.index(considered.pool) + 1 :]
    pool = next((leg.pool for leg in later if leg.why is None), None)
    return _in_pool(inquiry, considered, pool, tier=considered.tier, legs=considered.legs) if pool else None


def _in_pool(
    inquiry: Inquiry,
    base: Considered,
    pool: RosterPool,
    *,
    tier: str | None,
    legs: tuple[Leg, ...],
    strategy: str | None = None,
) -> Considered:
    """Say how the members of one pool stand towards the lead."""
    standings = _judge_pool(inquiry, inquiry.ask, pool.slug) if inquiry.ask else ()
    status, reason = _verdict(standings, inquiry.declined)
    return replace(
        base,
        status=status,
        reason=reason,
        pool=pool.slug,
        strategy=strategy or pool.strategy,
        tier=tier,
        standings=standings,
        legs=legs,
    )


def _judge_pool(inquiry: Inquiry, ask: Ask, pool: str) -> Sequence[Standing]:
    """Say how the members stand towards the lead: all at once where there is an index of this roster."""
    index, roster = inquiry.context.index, inquiry.context.roster
    at_once = index.standings(inquiry, ask, pool) if index else None
    if at_once is not None:
        return at_once
    return judge_producers((roster.producers[each] for each in roster.pool_members(pool)), inquiry, ask)


def _consider_one(inquiry: Inquiry, producer_id: int) -> Considered:
    rules, roster = inquiry.context.rules, inquiry.context.roster
    gated, scored = gate(rules.gates, inquiry.facts, inquiry.now), score(rules.scores, inquiry.facts, inquiry.now)
    producer = roster.producers.get(producer_id)
    if inquiry.ask is None or producer is None:
        return Considered("review", "STATE_UNCLEAR" if inquiry.ask is None else "POOL_EMPTY", (), gated, scored)
    tier = tier_for(scored.total, roster.agency.thresholds)
    return replace(by_hand((judge_producer(producer, inquiry, inquiry.ask),)), gate=gated, score=scored, tier=tier)


def by_hand(standings: tuple[Standing, ...]) -> Considered:
    """Return what is considered where a person picks from these producers and no pool is asked."""
    status, reason = _verdict(standings)
    return Considered(status, reason, (), GateOutcome(None, ()), standings=standings)


def _verdict(standings: Sequence[Standing], declined: frozenset[int] = frozenset()) -> tuple[str, str]:
    """Say whether anybody may have it, and if not which of the published reasons is the truest."""
    if not standings:
        return "fallback", "POOL_EMPTY"
    if eligible_of(standings):
        return "routed", "ASSIGNED"
    codes = [{block.code for block in each.blocks} for each in standings]
    if any(each <= {"ALREADY_HAD_IT"} for each in codes):
        return "fallback", "NOBODY_ACCEPTED" if declined else "EVERYONE_HAD_IT"
    if any(each <= SHIFT_REASONS | {"ALREADY_HAD_IT"} for each in codes):
        return "fallback", "NO_ONE_ON_SHIFT"
    if any(each.authority is not None and each.authority.allowed for each in standings):
        return "fallback", "NO_ELIGIBLE_PRODUCER"
    return "fallback", "NO_LICENSED_PRODUCER"
