"""What a stored decision would have come to with one rule set changed, on the inputs it stored. Pure.

A change to one set cannot change everything: what it leaves alone is taken from the receipt, and only the rest is
computed. What the receipt cannot know is assumed, and the answer says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

from routing import assumed_desks, nobody
from routing.catalog import CATALOG
from routing.decision import (
    Considered,
    Decided,
    Inquiry,
    Rules,
    Standing,
    Volatile,
    choices,
    consider,
    descend,
    judge_producer,
    judge_producers,
    nobody_reason,
    way_down,
)
from routing.producer_facts import producer_facts
from routing.roster import Roster, RosterPool
from routing.sla.deadlines import tier_for
from routing.stored_decision import Outcome, Record
from routing.swap import Swap
from rules_engine.engine.catalog import Facts
from rules_engine.engine.outcomes import Block, GateOutcome, RouteOutcome, ScoreOutcome
from rules_engine.engine.ruleset import Residue, eligibility, gate, route, score


@dataclass(frozen=True)
class Retold:
    """What a decision comes to under other rules; `eligible` counts who might have had it.

    `gated` is what their gates say, where they were asked.
    """

    outcome: Outcome
    eligible: int = 0
    is_assumed: bool = False
    gated: GateOutcome | None = field(default=None, compare=False)


def retell(record: Record, swap: Swap, rules: Rules) -> Retold:
    """Return what the decision comes to with the set swapped; `rules` are its own after `swap.into`."""
    return _AFTER[swap.new.stage](record, swap, rules) or decide_again(record, rules)


def as_stored(record: Record) -> Retold:
    """Return what the decision came to."""
    return Retold(record.outcome, record.receipt["eligible"]["count"])


def repeats(record: Record) -> bool:
    """Say whether its own rules still give the gates, score and route it stored; if not, nothing else can be blamed."""
    receipt, facts, now = record.receipt, record.inquiry.facts, record.inquiry.now
    fired = {(each.rule, each.effect, each.reason) for each in record.gated.fired}
    if fired != {(each["rule"], each["effect"], each["reason"]) for each in receipt["gates"]}:
        return False
    if receipt["score"] and score(record.rules.scores, facts, now).total != receipt["score"]["total"]:
        return False
    if receipt["route"] is None or record.rules.route is None:
        return True
    routed = route(record.rules.route, scored(facts, receipt["score"]["total"]), now)
    return (routed.rule, routed.pool) == (receipt["route"]["rule"], record.first_pool)


def decide_again(record: Record, rules: Rules, gated: GateOutcome | None = None) -> Retold:
    """Compute the whole decision under these rules, on the stored facts, roster and desks."""
    inquiry = record.under(rules)
    considered = consider(inquiry, gated)
    return replace(_choose(record, inquiry, way_down(inquiry, considered)), gated=considered.gate)


def _choose(record: Record, inquiry: Inquiry, way: Iterable[Considered]) -> Retold:
    """Put the eligible of each pool in order on the desks they had, and pass over whom the claim passed over."""
    assumed: list[bool] = []

    def desks(considered: Considered) -> Mapping[int, Volatile]:
        found, is_assumed = assumed_desks.assume(record, considered)
        assumed.append(is_assumed)
        return found

    chosen = choices(inquiry, way, desks, effort=Decimal(1), seed=record.receipt["lead"])
    decided = descend(chosen, lambda each: record.skipped_in(each.considered.pool))
    return Retold(_outcome(record, decided), len(decided.considered.eligible), any(assumed))


def _outcome(record: Record, decided: Decided) -> Outcome:
    considered = decided.considered
    total = considered.score.total if considered.score else None
    rest = considered.pool, considered.tier, total
    if considered.status != "routed":
        return Outcome(considered.status, considered.reason, None, *rest)
    skipped = {each["producer"]: each["why"] for each in record.skipped_in(considered.pool)}
    free = next((each.producer_id for each in decided.chosen.ranked if each.producer_id not in skipped), None)
    if free is not None:
        return Outcome("assigned", "ASSIGNED", free, *rest)
    return Outcome("fallback", nobody_reason(decided, skipped.values()), None, *rest)


# --- What follows without deciding again -----------------------------------------------------------------------------
# One a stage; each returns None where the whole decision has to be computed.


def _after_gates(record: Record, swap: Swap, rules: Rules) -> Retold:
    """A gate set matters where something else fires."""
    if record.inquiry.only is not None:
        return as_stored(record)
    after = gate(rules.gates, record.inquiry.facts, record.inquiry.now)
    return as_stored(record) if _fired(record.gated) == _fired(after) else decide_again(record, rules, after)


def _fired(outcome: GateOutcome) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.effect, each.reason, each.missing) for each in outcome.fired if not each.provisional]


def _after_score(record: Record, swap: Swap, rules: Rules) -> Retold | None:
    """A score set matters where the sum leads to another tier or another route."""
    stored = as_stored(record)
    if record.receipt["score"] is None:
        return stored
    inquiry, was = record.inquiry, record.receipt["score"]["total"]
    total = score(rules.scores, inquiry.facts, inquiry.now).total
    if total == was:
        return stored
    tier = tier_for(total, record.roster.agency.thresholds)
    if record.receipt["route"] is None or rules.route is None:
        scoring = replace(stored.outcome, score=total, tier=tier if stored.outcome.tier else None)
        return replace(stored, outcome=scoring)
    before, after = (route(rules.route, scored(inquiry.facts, each), inquiry.now) for each in (was, total))
    if _way(before) != _way(after) or not record.is_plain:
        return None
    fixed = tier_of(after, record.roster)
    return replace(stored, outcome=replace(stored.outcome, score=total, tier=fixed or tier))


def _after_route(record: Record, swap: Swap, rules: Rules) -> Retold | None:
    """A route set matters where the lead takes another way; to the same pool, only strategy and tier are asked."""
    if not record.passed_gates:
        return as_stored(record)
    total = record.receipt["score"]["total"]
    facts, now = scored(record.inquiry.facts, total), record.inquiry.now
    after = route(swap.new, facts, now)
    if [_way(route(each, facts, now)) for each in swap.old(record.rules)] == [_way(after)]:
        return as_stored(record)
    pool = record.roster.pools.get(after.pool or "")
    if pool is None or not pool.is_active or pool.goes_on_to or "waterfall" in record.receipt:
        return None
    tier = tier_of(after, record.roster) or tier_for(total, record.roster.agency.thresholds)
    strategy = after.strategy or pool.strategy
    if pool.slug != record.routed_to:
        return _sent_elsewhere(record, pool, strategy, tier)
    if strategy == record.receipt["route"]["strategy"] and record.is_plain:
        stored = as_stored(record)
        return replace(stored, outcome=replace(stored.outcome, tier=tier))
    return _choose_among(record, record.preferences, pool=pool.slug, strategy=strategy, tier=tier)


def _sent_elsewhere(record: Record, pool: RosterPool, strategy: str, tier: str) -> Retold | None:
    """Choose among another pool's members, and if nobody there may have it say why."""
    inquiry, roster = record.inquiry, record.roster
    asked = eligibility(record.rules.eligibility, inquiry.facts, inquiry.now)
    members = [roster.producers[each] for each in roster.pool_members(pool.slug)]
    if not members or inquiry.ask is None:
        return None
    fit, unfit = nobody.part(members, asked, inquiry.now)
    there = [
        each for each in fit if each.id not in inquiry.had_it and not each.absence(inquiry.now, roster.agency.hours)
    ]
    standings = judge_producers(there, inquiry, inquiry.ask)
    eligible = {each.producer_id: each.preference for each in standings if each.is_eligible}
    if eligible:
        return _choose_among(record, eligible, pool=pool.slug, strategy=strategy, tier=tier)
    reason = nobody.why(inquiry, inquiry.ask, fit, unfit)
    total = record.receipt["score"]["total"]
    return Retold(Outcome("fallback", reason, None, pool.slug, tier, total))


def _way(routed: RouteOutcome) -> tuple[object, ...]:
    return routed.pool, routed.strategy, routed.tier, routed.stopped, routed.missing if routed.stopped else ()


def tier_of(routed: RouteOutcome, roster: Roster) -> str | None:
    """Return the tier that route or pool sets, whatever the score."""
    pool = roster.pools.get(routed.pool or "")
    return routed.tier or (pool.tier if pool and pool.is_active else None)


def scored(facts: Facts, total: int) -> Facts:
    """Return the facts that route rules read."""
    return facts.merged(CATALOG.facts({"score.total": total}))


def _after_eligibility(record: Record, swap: Swap, rules: Rules) -> Retold | None:
    """An eligibility set matters where it asks other rules of the lead and a producer answers them otherwise."""
    inquiry, old = record.inquiry, swap.old(record.rules)
    before = eligibility(old, inquiry.facts, inquiry.now)
    after = eligibility((swap.new,), inquiry.facts, inquiry.now)
    before, after = _apart(before, after, swap.twins(old))
    if not before.rules and not after.rules:
        return as_stored(record)
    return _rejudged(record, before, after, rules)


def _apart(before: Residue, after: Residue, twins: Mapping[int, int]) -> tuple[Residue, Residue]:
    """Leave out the rules that both ask: a row of a table may be asked in one alone, though both sets have it."""
    asked = {id(rule) for rule, _ in before.rules}
    shared = {id(rule) for rule, _ in after.rules if twins.get(id(rule)) in asked}
    theirs = {twins[each] for each in shared}
    return (
        Residue(before.facts, tuple(pair for pair in before.rules if id(pair[0]) not in theirs)),
        Residue(after.facts, tuple(pair for pair in after.rules if id(pair[0]) not in shared)),
    )


def _rejudged(record: Record, before: Residue, after: Residue, rules: Rules) -> Retold | None:
    """Start from who was eligible, and let the rules only one side asks take away, add and prefer.

    Where nobody was, why nobody was may have changed, and the whole decision is made again.
    """
    inquiry, stored = record.inquiry, record.preferences
    if not stored:
        return None
    eligible, may_gain = dict(stored), any(isinstance(rule.answer, Block) for rule, _ in before.rules)
    for producer in record.concerned:
        if producer.id not in stored and not may_gain:
            continue
        facts = producer_facts(producer, inquiry.now)
        was, now = before.judge(facts), after.judge(facts)
        if producer.id in stored and not now.allowed:
            del eligible[producer.id]
        elif producer.id in stored:
            eligible[producer.id] += Decimal(now.preference) - Decimal(was.preference)
        elif now.allowed and not was.allowed and inquiry.ask:
            standing = judge_producer(producer, record.under(rules), inquiry.ask)
            if standing.is_eligible:
                eligible[producer.id] = standing.preference
    if eligible == stored:
        return as_stored(record)
    pool = record.roster.pools.get(record.routed_to or "")
    if pool is not None and pool.goes_on_to:
        return None
    if not eligible and inquiry.only is None and inquiry.ask:
        asked = eligibility(rules.eligibility, inquiry.facts, inquiry.now)
        reason = nobody.why(inquiry, inquiry.ask, *nobody.part(record.concerned, asked, inquiry.now))
        return Retold(replace(record.outcome, status="fallback", reason=reason, producer=None))
    strategy = (record.receipt["route"] or {}).get("strategy")
    return _choose_among(record, eligible, pool=record.routed_to, strategy=strategy, tier=record.outcome.tier)


def _choose_among(
    record: Record,
    preferences: Mapping[int, Decimal] | None,
    *,
    pool: str | None,
    strategy: str | None,
    tier: str | None,
) -> Retold | None:
    """Choose among these in a pool; None where it is not known who is eligible, or nobody is."""
    if not preferences:
        return None
    producers = record.roster.producers
    considered = Considered(
        "routed",
        "ASSIGNED",
        (),
        GateOutcome(None, ()),
        score=ScoreOutcome(record.outcome.score, ()) if record.outcome.score is not None else None,
        pool=pool,
        strategy=strategy,
        tier=tier,
        standings=tuple(
            Standing(each, producers[each].name, (), preference) for each, preference in sorted(preferences.items())
        ),
    )
    return _choose(record, record.inquiry, [considered])


_AFTER: Final = {
    "gate": _after_gates,
    "score": _after_score,
    "route": _after_route,
    "eligibility": _after_eligibility,
}
