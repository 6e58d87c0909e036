"""A stored decision as it was: what it asked, under which rules and roster, and what it came to. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from routing.decision import GATE_REASONS, Context, Inquiry, Rules, Volatile
from routing.roster import Roster, RosterProducer
from routing.sla.deadlines import tier_for
from routing.strategies import PLAIN
from rules_engine.engine.outcomes import GateOutcome
from rules_engine.engine.ruleset import gate
from rules_engine.engine.stages import worst


def steps_of(receipt: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return each pool a receipt says was asked, with its candidates: the one of its route first."""
    route = receipt.get("route") or {}
    own = {"pool": route.get("pool"), "candidates": receipt["candidates"], "claim": receipt["claim"]}
    return [own, *(step for step in receipt.get("waterfall", ()) if "candidates" in step)]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where a lead goes; `score` alone moves nobody."""

    status: str
    reason: str
    producer: int | None = None
    pool: str | None = None
    tier: str | None = None
    score: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return its JSON form."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True)
class Record:
    """One stored decision: what it asked, under the rules and roster of its time, and its receipt."""

    inquiry: Inquiry
    receipt: Mapping[str, Any]

    @property
    def rules(self) -> Rules:
        """The rules it was made under."""
        return self.inquiry.context.rules

    @property
    def roster(self) -> Roster:
        """The roster it saw."""
        return self.inquiry.context.roster

    @cached_property
    def gated(self) -> GateOutcome:
        """What the gates of its time say."""
        return gate(self.rules.gates, self.inquiry.facts, self.inquiry.now)

    @property
    def passed_gates(self) -> bool:
        """Say whether it came as far as score and route, gates and state permitting."""
        return self.receipt["score"] is not None and self.inquiry.only is None

    @property
    def routed_to(self) -> str | None:
        """The pool it came to: the one its route named, unless it went on from there."""
        route_taken = self.receipt["route"]
        return route_taken["pool"] if route_taken else None

    @property
    def first_pool(self) -> str | None:
        """The pool its route named; the lead may have gone on from there."""
        way = self.receipt.get("waterfall")
        return way[0]["pool"] if way else self.routed_to

    def skipped_in(self, pool: str | None) -> Sequence[Mapping[str, Any]]:
        """Return whom the claim in a pool passed over; in a pool that was not asked, whom it did anywhere."""
        found = {step["pool"]: step["claim"]["skipped"] for step in steps_of(self.receipt)}
        return found[pool] if pool in found else [each for skipped in found.values() for each in skipped]

    @cached_property
    def outcome(self) -> Outcome:
        """What it came to, as the receipt has it."""
        receipt, total = self.receipt, self.receipt["score"]["total"] if self.receipt["score"] else None
        tier = receipt["route"]["tier"] if receipt["route"] else self._tier(total)
        if offer := receipt.get("offer"):  # compared by who leads the order, whatever the pool's pick makes of it
            return Outcome("assigned", "ASSIGNED", offer["first"], self.routed_to, tier, total)
        return Outcome(self._status, receipt["reason"], receipt["chosen"], self.routed_to, tier, total)

    @property
    def _status(self) -> str:
        if self.receipt["chosen"] is not None:
            return "assigned"
        if self.inquiry.only is not None:
            return "review" if self.inquiry.ask is None or self._names_nobody else "fallback"
        effect = worst(frozenset(each["effect"] for each in self.receipt["gates"] if not each["provisional"]))
        if effect in GATE_REASONS:
            return GATE_REASONS[effect][0]
        return "fallback" if self.passed_gates else "review"

    @property
    def _names_nobody(self) -> bool:
        return self.inquiry.only not in self.roster.producers

    def _tier(self, total: int | None) -> str | None:
        known = total is not None and not (self.inquiry.only is not None and self._status == "review")
        return tier_for(total, self.roster.agency.thresholds) if known and total is not None else None

    @cached_property
    def desks(self) -> dict[int, Volatile]:
        """The desks the receipt holds."""
        return {each: desk for desks in reversed(self._desks.values()) for each, desk in desks.items()}

    @cached_property
    def _desks(self) -> dict[str | None, dict[int, Volatile]]:
        return {
            step["pool"]: {each["producer"]: Volatile.from_dict(each["volatile"]) for each in step["candidates"]}
            for step in steps_of(self.receipt)
        }

    def desks_in(self, pool: str | None) -> dict[int, Volatile] | None:
        """Return the desks the receipt holds of a pool, None where that pool was not asked."""
        return self._desks.get(pool)

    @property
    def is_plain(self) -> bool:
        """Say whether one pool chose, by desks, turns and weights alone, and not by what the lead calls for."""
        if "waterfall" in self.receipt:
            return False
        pool, strategy = self.roster.pools.get(self.routed_to or ""), (self.receipt["route"] or {}).get("strategy")
        plan = pool.plan if pool else PLAIN
        return (plan.ordered_by(strategy) if strategy else plan).is_plain

    @cached_property
    def preferences(self) -> dict[int, Decimal] | None:
        """Who was eligible and how much preferred, or None where the receipt does not tell it of all of them.

        Of a full desk the preference is not kept, and does not matter: it stays full.
        """
        candidates = self.receipt["candidates"]
        if not self.is_plain or len(candidates) != self.receipt["eligible"]["count"]:
            return None
        return {each["producer"]: Decimal(each.get("parts", {}).get("preference", 0)) for each in candidates}

    @property
    def concerned(self) -> Iterator[RosterProducer]:
        """The producers who came into question."""
        only, roster = self.inquiry.only, self.roster
        for producer_id in [only] if only is not None else roster.pool_members(self.routed_to or ""):
            if producer_id in roster.producers:
                yield roster.producers[producer_id]

    def under(self, rules: Rules) -> Inquiry:
        """Return what it asked, under other rules."""
        return replace(self.inquiry, context=Context(rules, self.roster))
