"""The receipt: everything a decision stood on and came to, as JSON that can be replayed. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from routing.decision import Asking, Considered, Context, Decided, Step, plan_of
from routing.facts import stored_facts

ENGINE: Final = "fairlead-1"
CANDIDATES_SHOWN: Final = 200
# What replay must find again; timings, ids and names are not compared.
COMPARED: Final = (
    "gates",
    "score",
    "route",
    "waterfall",
    "eligible",
    "method",
    "candidates",
    "offer",
    "chosen",
    "reason",
)


def build(
    *,
    decision_id: UUID,
    lead_id: UUID,
    trigger: str,
    hop: int,
    actor: str,
    now: datetime,
    decided: Decided,
    skipped: Sequence[Mapping[str, Any]],
    chosen: int | None,
    reason: str,
    timings_ms: Mapping[str, float],
    asking: Asking | None = None,
    override: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the receipt of one decision."""
    inquiry, context = decided.inquiry, decided.inquiry.context
    return {
        "decision": str(decision_id),
        "lead": str(lead_id),
        "trigger": trigger,
        "hop": hop,
        "exclude": sorted(inquiry.had_it),
        **({"solved": inquiry.solved} if inquiry.solved is not None else {}),
        **({"held_back": sorted(inquiry.held_back)} if inquiry.held_back else {}),
        "only": inquiry.only,
        "former_owner": inquiry.former_owner,
        "unclear": inquiry.unclear,
        **({"declined": sorted(inquiry.declined)} if inquiry.declined else {}),
        **({"asked_since": _instants(inquiry.asked_since)} if inquiry.asked_since else {}),
        "made_at": now.isoformat(),
        "now": now.isoformat(),
        "actor": actor,
        "engine": ENGINE,
        "rule_set_versions": dict(context.rules.versions),
        "roster_version": context.roster.version,
        "facts": stored_facts(inquiry.facts),
        "ask": inquiry.ask.as_dict() if inquiry.ask else None,
        **outcome(decided),
        "claim": {"skipped": list(skipped)},
        **({"offer": asking.as_dict()} if asking else {}),
        "chosen": chosen,
        "override": override,
        "reason": reason,
        "timings_ms": dict(timings_ms),
    }


def unrouted(
    *,
    decision_id: UUID,
    lead_id: UUID,
    trigger: str,
    hop: int,
    actor: str,
    now: datetime,
    context: Context,
    reason: str,
) -> dict[str, Any]:
    """Return the receipt of a decision that asked no rules; `engine` is null, so replay has nothing to recompute."""
    return {
        "decision": str(decision_id),
        "lead": str(lead_id),
        "trigger": trigger,
        "hop": hop,
        "exclude": [],
        "made_at": now.isoformat(),
        "now": now.isoformat(),
        "actor": actor,
        "engine": None,
        "rule_set_versions": dict(context.rules.versions),
        "roster_version": context.roster.version,
        "facts": {},
        "chosen": None,
        "override": None,
        "reason": reason,
    }


def outcome(decided: Decided) -> dict[str, Any]:
    """Return the part of a receipt that follows from rules, roster and desks."""
    considered = decided.considered
    return {
        "gates": [fired.as_dict() for fired in considered.gate.fired],
        "score": considered.score.as_dict() if considered.score else None,
        "route": _route(considered),
        **({"waterfall": [_step(step) for step in decided.way]} if decided.way else {}),
        **_choice(decided),
    }


def _choice(decided: Decided) -> dict[str, Any]:
    """Return how one pool was asked, and in which order its producers came."""
    considered = decided.considered
    return {
        "eligible": {
            "count": len(considered.eligible),
            "considered": len(considered.standings),
            "excluded_by": considered.excluded_by(),
            "nearest": considered.nearest_misses() if not considered.eligible else [],
        },
        **_method(decided),
        "candidates": _candidates(decided),
    }


def _step(step: Step) -> dict[str, Any]:
    """Return one pool of the way; how the pool was asked that `route` names stands beside it."""
    told: dict[str, Any] = {"pool": step.pool, "name": step.name, "reason": step.reason or None}
    if step.decided:
        strategy = step.decided.considered.strategy
        told |= {"strategy": strategy, **_choice(step.decided), "claim": {"skipped": list(step.skipped)}}
    return told


def _instants(asked_since: Mapping[str, datetime]) -> dict[str, str]:
    return {pool: at.isoformat() for pool, at in sorted(asked_since.items())}


def _method(decided: Decided) -> dict[str, Any]:
    """Return how the pool's method went, where there is more to it than an order."""
    plan = plan_of(decided.considered, decided.inquiry.context.roster)
    if not (plan.filters or plan.preferences or plan.faults or plan.pick.step.name != "push"):
        return {}
    return {
        "method": {
            "filters": [passage.as_dict() for passage in decided.chosen.passages],
            "preferences": [use.step.name for use in plan.preferences],
            "order": plan.strategy,
            "pick": plan.pick.step.name,
            "faults": [fault.as_dict() for fault in plan.faults],
        }
    }


def _route(considered: Considered) -> dict[str, Any] | None:
    if considered.route is None:
        return None
    return {
        "rule": considered.route.rule,
        "pool": considered.pool,
        "strategy": considered.strategy,
        "tier": considered.tier,
        "passed_over": list(considered.route.passed_over),
    }


def _candidates(decided: Decided) -> list[dict[str, Any]]:
    ranked = [
        {
            "producer": each.producer_id,
            "rank": each.rank,
            "score": str(each.score),
            "parts": {name: str(part) for name, part in each.parts},
            "volatile": decided.volatile[each.producer_id].as_dict(),
        }
        for each in decided.chosen.ranked
    ]
    passed_over = [
        {"producer": producer_id, "rank": None, "why": why, "volatile": decided.volatile[producer_id].as_dict()}
        for reasons in (decided.chosen.unfit, decided.chosen.full)
        for producer_id, why in sorted(reasons.items())
    ]
    return (ranked + passed_over)[:CANDIDATES_SHOWN]


def canonical(receipt: Mapping[str, Any]) -> str:
    """Return the receipt as text, the same for the same receipt."""
    return json.dumps(receipt, sort_keys=True, separators=(",", ":"))


def sha256(receipt: Mapping[str, Any]) -> str:
    """Return the receipt's fingerprint, over canonical JSON."""
    return fingerprint(canonical(receipt))


def fingerprint(text: str) -> str:
    """Return the fingerprint of a receipt's canonical text."""
    return hashlib.sha256(text.encode()).hexdigest()
