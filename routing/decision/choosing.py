"""Choose among the eligible: who has room, in the order the pool's method puts them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from routing import caps
from routing.decision.considering import Considered
from routing.decision.inquiry import Inquiry
from routing.decision.volatile import Volatile
from routing.roster import Roster, RosterProducer
from routing.strategies import PLAIN, Candidate, Passage, Plan, Ranked, Wanted, select


@dataclass(frozen=True)
class Chosen:
    """The order in which the lead is offered to claim, who has no room, and whom the pool's method leaves out."""

    ranked: tuple[Ranked, ...]
    full: Mapping[int, str]  # producer id to AT_CAPACITY or a cap's reason
    unfit: Mapping[int, str] = field(default_factory=dict)  # producer id to the step's reason
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True)
class Decided:
    """One decision before anybody is claimed."""

    inquiry: Inquiry
    considered: Considered
    volatile: Mapping[int, Volatile]
    chosen: Chosen
    way: tuple["Step", ...] = ()  # down the waterfall, this pool among them; none where no other came into question

    @property
    def elsewhere(self) -> tuple["Step", ...]:
        """Return the other pools of the way."""
        return tuple(step for step in self.way if step.pool != self.considered.pool)


@dataclass(frozen=True)
class Step:
    """One pool on a lead's way, and why the lead is not there; `decided` is None where the pool was not asked."""

    pool: str
    name: str
    reason: str = ""
    decided: Decided | None = None
    skipped: Sequence[Mapping[str, Any]] = ()  # by the claim, and why


def choose(
    *, considered: Considered, inquiry: Inquiry, volatile: Mapping[int, Volatile], effort: Decimal, seed: str
) -> Chosen:
    """Order the eligible who have room by the pool's method; ties fall by a hash of the lead and the producer."""
    roster, plan = inquiry.context.roster, plan_of(considered, inquiry.context.roster)
    weights = roster.pool_members(considered.pool or "")
    candidates, full = [], {}
    for standing in considered.eligible:
        producer, state = roster.producers[standing.producer_id], volatile[standing.producer_id]
        why = "HELD_BACK" if producer.id in inquiry.held_back else fullness(producer, state, effort, inquiry.now)
        if why:
            full[producer.id] = why
        else:
            candidates.append(_candidate(producer, weights.get(producer.id, 1), state, standing.preference))
    if not plan.is_plain:
        candidates = [_described(each, inquiry) for each in candidates]
    selection = select(plan, candidates, seed=seed, wanted=wanted_of(considered, inquiry, effort))
    ranked = _solved_first(selection.ranked, inquiry.solved)
    return Chosen(ranked, full, selection.unfit, selection.passages)


def _solved_first(ranked: tuple[Ranked, ...], solved: int | None) -> tuple[Ranked, ...]:
    """Put whom an assignment over many leads picked before the others, as long as there is room still."""
    if solved is None:
        return ranked
    ordered = sorted(ranked, key=lambda each: each.producer_id != solved)  # keeps the order of the others
    return tuple(replace(each, rank=number) for number, each in enumerate(ordered, start=1))


def plan_of(considered: Considered, roster: Roster) -> Plan:
    """Return the method by which the lead's pool chooses, in the order the route asks for."""
    pool = roster.pools.get(considered.pool or "")
    plan = pool.plan if pool else PLAIN
    return plan.ordered_by(considered.strategy) if considered.strategy else plan


def wanted_of(considered: Considered, inquiry: Inquiry, effort: Decimal) -> Wanted:
    """Return what the lead asks of whoever gets it."""
    known = inquiry.facts.known
    products = known.get("lead.products")
    return Wanted(
        effort=effort,
        products=tuple(sorted(map(str, products))) if isinstance(products, frozenset | tuple) else (),
        language=str(known["lead.language"]) if "lead.language" in known else None,
        score=considered.score.total if considered.score else None,
        tier=considered.tier,
    )


def fullness(producer: RosterProducer, state: Volatile, effort: Decimal, now: datetime) -> str | None:
    """Return why a desk has no room, AT_CAPACITY or a cap's reason, or None where it has."""
    if state.load + effort > producer.capacity:
        return "AT_CAPACITY"
    return caps.refusal(producer.caps, state.caps, now, producer.time_zone) if state.caps else None


def _candidate(producer: RosterProducer, weight: int, state: Volatile, preference: Decimal) -> Candidate:
    return Candidate(
        producer_id=producer.id,
        weight=weight,
        capacity=producer.capacity,
        load=state.load,
        credit=state.credit,
        preference=preference,
        last_assigned_at=state.last_assigned_at,
        readings=state.readings,
    )


def _described(candidate: Candidate, inquiry: Inquiry) -> Candidate:
    """Add what the steps of a method look at, beside desk and turn."""
    producer, hours = inquiry.context.roster.producers[candidate.producer_id], inquiry.context.roster.agency.hours
    return replace(
        candidate,
        skills=producer.levels,
        languages=producer.languages,
        calls_per_hour=producer.calls_per_hour,
        minutes_left=producer.minutes_left(inquiry.now, hours),
        on_holiday=producer.local_day(inquiry.now) in hours.holidays,
    )


def full_reason(chosen: Chosen, skipped: Iterable[str] = ()) -> str:
    """Say why nobody of the eligible could be asked, given why the claim skipped those who seemed to have room."""
    if chosen.unfit:
        return "NOBODY_FITS"
    codes = {*chosen.full.values(), *skipped}
    if codes == {"DAILY_CAP"}:
        return "DAILY_CAP_REACHED"
    return "CAP_REACHED" if codes and codes <= caps.CAP_REASONS else "NO_CAPACITY"


def credit_step(decided: Decided, producer_id: int, credit: Decimal) -> Decimal:
    """Return by how much the chosen one's credit moves from what it was when the seat was taken."""
    considered, roster = decided.considered, decided.inquiry.context.roster
    weights = roster.pool_members(considered.pool or "")
    members = [
        _candidate(roster.producers[each], weights.get(each, 1), state, Decimal(0))
        for each, state in decided.volatile.items()
        if each not in decided.chosen.unfit
    ]
    chosen = next(replace(member, credit=credit) for member in members if member.producer_id == producer_id)
    return plan_of(considered, roster).ordering.settle(chosen, members) - credit
