"""From facts to a ranked list of lawful producers: the pure half of a decision.

`consider` runs gate, score, route and eligibility; `choose` orders the eligible by the pool's strategy. Both are
functions of their arguments alone, so a decision can be replayed, previewed and proved.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from licenses.authority import Ask, Authority, Case
from routing.catalog import CATALOG
from routing.producer_facts import producer_facts
from routing.reasons import PRODUCER_REASONS
from routing.roster import Roster, RosterProducer
from routing.sla.deadlines import tier_for
from routing.strategies import STRATEGIES, Candidate, Ranked
from rules_engine.engine.catalog import Facts
from rules_engine.engine.compile import CompiledSet
from rules_engine.engine.outcomes import GateOutcome, RouteOutcome, ScoreOutcome
from rules_engine.engine.ruleset import Residue, eligibility, gate, route, score

GATE_REASONS: Final = {
    "reject": ("rejected", "REJECTED_BY_RULE"),
    "quarantine": ("quarantined", "QUARANTINED_BY_RULE"),
    "review": ("review", "REVIEW_BY_RULE"),
    "require": ("review", "REQUIREMENT_MISSING"),
}
SHIFT_REASONS: Final = frozenset({"OFF_SHIFT", "ON_LEAVE"})
MISSES_SHOWN: Final = 3
# Whoever worked this person's closed lead is asked first, before any preference that rules add up.
FORMER_OWNER: Final = Decimal(1_000_000)


@dataclass(frozen=True)
class Rules:
    """The compiled rule sets one decision runs under, each stage in order of (position, slug)."""

    gates: tuple[CompiledSet, ...] = ()
    scores: tuple[CompiledSet, ...] = ()
    route: CompiledSet | None = None
    eligibility: tuple[CompiledSet, ...] = ()
    versions: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Context:
    """The rules and the roster a decision runs under."""

    rules: Rules
    roster: Roster


@dataclass(frozen=True)
class Inquiry:
    """Everything a decision is a function of, but for the desks.

    `ask` is None where the governing state is not clear. `only` names a producer by hand. `former_owner` worked the
    same person's closed lead, and is preferred where lawful. `unclear` says why a person must look at the state first.
    """

    facts: Facts
    ask: Ask | None
    context: Context
    now: datetime
    had_it: frozenset[int] = frozenset()
    only: int | None = None
    former_owner: int | None = None
    unclear: str = ""


@dataclass(frozen=True)
class Block:
    """One reason why one producer may not have the lead."""

    code: str
    text: str
    rule: str | None = None

    def as_dict(self) -> dict[str, str | None]:
        """Return it as the receipt keeps it."""
        return {"code": self.code, "text": self.text, "rule": self.rule}


@dataclass(frozen=True)
class Standing:
    """How one producer stands towards the lead."""

    producer_id: int
    name: str
    blocks: tuple[Block, ...]
    preference: Decimal = Decimal(0)
    authority: Authority | None = None

    @property
    def is_eligible(self) -> bool:
        """Say whether nothing stands in the way."""
        return not self.blocks


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
    standings: tuple[Standing, ...] = ()

    @property
    def eligible(self) -> tuple[Standing, ...]:
        """Return those who may have it."""
        return tuple(standing for standing in self.standings if standing.is_eligible)

    def excluded_by(self) -> dict[str, int]:
        """Return how many producers each rule or gate excluded."""
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


@dataclass(frozen=True)
class Volatile:
    """What changes with every claim: never in the roster, recorded in the receipt for those considered."""

    load: Decimal
    credit: Decimal
    day_count: int
    last_assigned_at: datetime | None

    def as_dict(self) -> dict[str, Any]:
        """Return it as the receipt keeps it."""
        return {
            "load": str(self.load),
            "credit": str(self.credit),
            "day_count": self.day_count,
            "last_assigned_at": self.last_assigned_at.isoformat() if self.last_assigned_at else None,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Volatile":
        """Read it back from a receipt."""
        last = data["last_assigned_at"]
        return cls(
            Decimal(data["load"]),
            Decimal(data["credit"]),
            data["day_count"],
            datetime.fromisoformat(last) if last else None,
        )


@dataclass(frozen=True)
class Chosen:
    """The order in which the lead is offered to claim, and who has no room."""

    ranked: tuple[Ranked, ...]
    full: Mapping[int, str]  # producer id to AT_CAPACITY or DAILY_CAP


@dataclass(frozen=True)
class Decided:
    """One decision before anybody is claimed."""

    inquiry: Inquiry
    considered: Considered
    volatile: Mapping[int, Volatile]
    chosen: Chosen


def consider(inquiry: Inquiry) -> Considered:
    """Run gate, score, route and eligibility.

    Where a person names the producer (`only`), gates and route do not decide, since a person has; guard, eligibility
    rules and shift do, as ever.
    """
    if inquiry.only is not None:
        return _consider_one(inquiry, inquiry.only)
    rules, agency = inquiry.context.rules, inquiry.context.roster.agency
    gated = gate(rules.gates, inquiry.facts, inquiry.now)
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
    roster, routed = inquiry.context.roster, base.route
    pool = roster.pools.get(base.pool or "")
    if pool is None or not pool.is_active or routed is None or inquiry.ask is None:
        return replace(base, reason="POOL_UNKNOWN")
    guard = Case(inquiry.ask, roster.agency.regimes, inquiry.now)
    residue = eligibility(inquiry.context.rules.eligibility, inquiry.facts, inquiry.now)
    standings = tuple(
        _standing(roster.producers[producer_id], inquiry, guard, residue)
        for producer_id in roster.pool_members(pool.slug)
    )
    status, reason = _verdict(standings)
    return replace(
        base,
        status=status,
        reason=reason,
        strategy=routed.strategy or pool.strategy,
        tier=routed.tier or pool.tier or base.tier,
        standings=standings,
    )


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


def judge_producer(producer: RosterProducer, inquiry: Inquiry, ask: Ask) -> Standing:
    """Say how one producer stands towards the lead, pool or no pool."""
    guard = Case(ask, inquiry.context.roster.agency.regimes, inquiry.now)
    return _standing(
        producer, inquiry, guard, eligibility(inquiry.context.rules.eligibility, inquiry.facts, inquiry.now)
    )


def _standing(producer: RosterProducer, inquiry: Inquiry, guard: Case, residue: Residue) -> Standing:
    agency, now = inquiry.context.roster.agency, inquiry.now
    authority = guard.judge(producer.licensing)
    judged = residue.judge(producer_facts(producer, now))
    blocks = [Block(each.code, each.text) for each in authority.blocks]
    blocks += [Block(each.reason, each.message, each.rule) for each in judged.blocks]
    absence = producer.absence(now, agency.hours)
    if absence:
        blocks.append(Block(absence, PRODUCER_REASONS[absence]))
    if producer.id in inquiry.had_it:
        blocks.append(Block("ALREADY_HAD_IT", PRODUCER_REASONS["ALREADY_HAD_IT"]))
    preference = Decimal(judged.preference) + (FORMER_OWNER if producer.id == inquiry.former_owner else 0)
    return Standing(producer.id, producer.name, tuple(blocks), preference, authority)


def _verdict(standings: Sequence[Standing]) -> tuple[str, str]:
    """Say whether anybody may have it, and if not which of the published reasons is the truest."""
    if not standings:
        return "fallback", "POOL_EMPTY"
    if any(each.is_eligible for each in standings):
        return "routed", "ASSIGNED"
    codes = [{block.code for block in each.blocks} for each in standings]
    if any(each <= {"ALREADY_HAD_IT"} for each in codes):
        return "fallback", "EVERYONE_HAD_IT"
    if any(each <= SHIFT_REASONS | {"ALREADY_HAD_IT"} for each in codes):
        return "fallback", "NO_ONE_ON_SHIFT"
    if any(each.authority is not None and each.authority.allowed for each in standings):
        return "fallback", "NO_ELIGIBLE_PRODUCER"
    return "fallback", "NO_LICENSED_PRODUCER"


def choose(
    *, considered: Considered, roster: Roster, volatile: Mapping[int, Volatile], effort: Decimal, seed: str
) -> Chosen:
    """Order the eligible who have room by the pool's strategy; ties fall by a hash of the lead and the producer."""
    weights = roster.pool_members(considered.pool or "")
    candidates, full = [], {}
    for standing in considered.eligible:
        producer, state = roster.producers[standing.producer_id], volatile[standing.producer_id]
        if state.load + effort > producer.capacity:
            full[producer.id] = "AT_CAPACITY"
        elif producer.daily_cap is not None and state.day_count >= producer.daily_cap:
            full[producer.id] = "DAILY_CAP"
        else:
            candidates.append(_candidate(standing, producer, weights.get(producer.id, 1), state))
    return Chosen(STRATEGIES[considered.strategy or "round_robin"].order(candidates, seed=seed), full)


def _candidate(standing: Standing, producer: RosterProducer, weight: int, state: Volatile) -> Candidate:
    return Candidate(
        producer_id=producer.id,
        weight=weight,
        capacity=producer.capacity,
        load=state.load,
        credit=state.credit,
        preference=standing.preference,
        last_assigned_at=state.last_assigned_at,
    )


def full_reason(chosen: Chosen) -> str:
    """Say why nobody of the eligible had room."""
    return "DAILY_CAP_REACHED" if set(chosen.full.values()) == {"DAILY_CAP"} else "NO_CAPACITY"
