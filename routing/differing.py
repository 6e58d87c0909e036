"""How two tellings of one decision differ, and why: the first room in which they part, in a sentence.

Asks the database nothing; of the models it takes the names of the kinds alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from routing.counterfactual import scored
from routing.decision import GATE_REASONS, Block, Inquiry, Rules, Standing, judge_producer
from routing.models import Contrast
from routing.stored_decision import Outcome
from routing.strategies import STRATEGIES
from rules_engine.engine.compile import CompiledSet
from rules_engine.engine.outcomes import FiredGate, GateOutcome, RouteOutcome, ScoreOutcome
from rules_engine.engine.ruleset import gate, route, score
from rules_engine.engine.values import Verdict

Kind = Contrast.Kind
GATE_WORDS: Final = {
    "reject": "rejects it",
    "quarantine": "quarantines it",
    "review": "sends it to review",
    "require": "holds it for what it lacks",
}
PARTS_SHOWN: Final = 3


def kind_of(before: Outcome, after: Outcome) -> str:
    """Return how the lead moves, or nothing; a score that leads nowhere else moves nobody."""
    if before.producer != after.producer:
        if before.producer is None:
            return Kind.ROUTED
        return Kind.PRODUCER if after.producer is not None else Kind.STOPPED
    if (before.status, before.reason) != (after.status, after.reason):
        return Kind.QUEUE
    if before.tier != after.tier:
        return Kind.TIER
    return Kind.POOL if before.pool != after.pool else ""


@dataclass(frozen=True)
class Telling:
    """One telling of a decision: what it asked under which rules, and what it came to. Its rooms open on demand."""

    inquiry: Inquiry
    outcome: Outcome
    eligible: int
    gated: GateOutcome | None = None

    @property
    def rules(self) -> Rules:
        """The rules it was told under."""
        return self.inquiry.context.rules

    @cached_property
    def gate(self) -> GateOutcome:
        """What the gates say."""
        return self.gated or gate(self.rules.gates, self.inquiry.facts, self.inquiry.now)

    @property
    def stopped_by(self) -> FiredGate | None:
        """The gate rule that stops the lead."""
        effect = self.gate.effect
        if effect not in GATE_REASONS or self.inquiry.only is not None:
            return None
        return next(each for each in self.gate.fired if each.effect == effect and not each.provisional)

    @cached_property
    def score(self) -> ScoreOutcome:
        """What the score rules say."""
        return score(self.rules.scores, self.inquiry.facts, self.inquiry.now)

    @cached_property
    def route(self) -> RouteOutcome | None:
        """What the route rules say."""
        if self.rules.route is None or self.inquiry.only is not None:
            return None
        return route(self.rules.route, scored(self.inquiry.facts, self.score.total), self.inquiry.now)

    @property
    def pool(self) -> str:
        """The name of the pool it is routed to."""
        slug = self.route.pool or "" if self.route else ""
        pool = self.inquiry.context.roster.pools.get(slug)
        return pool.name if pool else slug

    @property
    def strategy(self) -> str:
        """How the pool's producers are put in order, in words."""
        pool = self.inquiry.context.roster.pools.get(self.route.pool or "") if self.route else None
        named = (self.route.strategy if self.route else None) or (pool.strategy if pool else "")
        return STRATEGIES[named].label.lower() if named in STRATEGIES else "nothing"

    def standing(self, producer_id: int | None) -> Standing | None:
        """Return how a producer stands towards the lead."""
        producer = self.inquiry.context.roster.producers.get(producer_id or 0)
        return judge_producer(producer, self.inquiry, self.inquiry.ask) if producer and self.inquiry.ask else None

    def name(self, key: str | None) -> str:
        """Return what the rule of this key is called."""
        rules = (rule for each in _sets(self.rules) for rule in each.rules)
        return next((rule.rule.name for rule in rules if rule.key == key), key or "")


def _sets(rules: Rules) -> Iterator[CompiledSet]:
    yield from rules.gates
    yield from rules.scores
    yield from (rules.route,) if rules.route else ()
    yield from rules.eligibility


def why(before: Telling, after: Telling) -> str:
    """Return what makes the difference: gate, route, a producer's standing, score, or who else may have it."""
    for room in (_gates, _routes, _standing, _tiers, _crowd):
        said = room(before, after)
        if said:
            return said
    return "The eligible come in another order."


def _gates(before: Telling, after: Telling) -> str:
    old, new = before.stopped_by, after.stopped_by
    if new and (old is None or _said(old) != _said(new)):
        lacking = f" for want of {', '.join(new.missing)}" if new.verdict is Verdict.UNKNOWN else ""
        return f"“{new.name}” now {GATE_WORDS[new.effect]}{lacking}."
    return f"“{old.name}” no longer {GATE_WORDS[old.effect]}." if old and new is None else ""


def _said(fired: FiredGate) -> tuple[str, str, str]:
    return fired.rule, fired.effect, fired.reason


def _routes(before: Telling, after: Telling) -> str:
    old, new = before.route, after.route
    if new is None or after.stopped_by:
        return ""
    if old is None or old.pool != new.pool:
        was = f"“{before.name(old.rule)}” routed it to {before.pool}" if old and old.pool else "no rule routed it"
        if new.pool is None:
            lacking = f" for want of {', '.join(new.missing)}" if new.missing else ""
            return f"No rule routes it now{lacking}; before, {was}."
        return f"“{after.name(new.rule)}” now routes it to {after.pool}; before, {was}."
    if before.strategy != after.strategy:
        return f"“{after.name(new.rule)}” now chooses by {after.strategy}; before, by {before.strategy}."
    return ""


def _standing(before: Telling, after: Telling) -> str:
    """Say who may no longer have it, who may now, or who is preferred."""
    loser, winner = before.outcome.producer, after.outcome.producer
    if loser == winner:
        return ""
    lost, lost_then = after.standing(loser), before.standing(loser)
    if lost and (block := _fresh(lost, lost_then)):
        return f"{lost.name} may not have it now: {_blocked(after, block)}."
    gained, gained_then = after.standing(winner), before.standing(winner)
    if gained_then and (block := _fresh(gained_then, gained)):
        return f"{gained_then.name} may have it now; before: {_blocked(before, block)}."
    if lost and lost_then and gained and gained_then:
        now, then = gained.preference - lost.preference, gained_then.preference - lost_then.preference
        if now > then:
            return f"{gained.name} is now preferred by {gained.preference:+}, {lost.name} by {lost.preference:+}."
    return ""


def _fresh(standing: Standing, other: Standing | None) -> Block | None:
    """Return what stands in the way here and not in the other telling."""
    there = {(each.code, each.rule) for each in other.blocks} if other else set()
    return next((each for each in standing.blocks if (each.code, each.rule) not in there), None)


def _blocked(telling: Telling, block: Block) -> str:
    said = (block.text or block.code.replace("_", " ").lower()).rstrip(".")
    return f"{said} (“{telling.name(block.rule)}”)" if block.rule else said


def _tiers(before: Telling, after: Telling) -> str:
    if before.outcome.tier == after.outcome.tier:
        return ""
    old, new = before.score, after.score
    if old.total == new.total:
        ruled = after.name(after.route.rule) if after.route else ""
        return f"“{ruled}” now makes it {after.outcome.tier}; before, it was {before.outcome.tier}."
    return f"It scores {new.total} instead of {old.total}: {', '.join(_parts(old, new)[:PARTS_SHOWN])}."


def _parts(old: ScoreOutcome, new: ScoreOutcome) -> list[str]:
    """Return the score rules that add something else now."""
    then = {part.rule: (part.name, part.add) for part in old.parts if not part.provisional}
    now = {part.rule: (part.name, part.add) for part in new.parts if not part.provisional}
    added = [f"“{name}” {add:+}" for rule, (name, add) in now.items() if then.get(rule, ("", 0))[1] != add]
    return added + [f"“{name}” no longer" for rule, (name, add) in then.items() if rule not in now and add]


def _crowd(before: Telling, after: Telling) -> str:
    """Say that others than the two concerned may or may not have it now."""
    if before.eligible == after.eligible:
        return ""
    return f"{after.eligible} may have it now, {before.eligible} before, and so it is another's turn."
