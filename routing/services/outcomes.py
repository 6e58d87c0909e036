"""What a decision comes to, as rows not yet written: receipt, assignment with its clocks, or a queue item."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from accounts.actor import Actor
from audit.models import Entry
from routing import reasons
from routing.decision import Context, Decided, full_reason
from routing.models import Agency, Assignment, Decision, Lead, Person, Pool, QueueItem, SlaTimer
from routing.models.keys import new_id
from routing.receipt import build, sha256, unrouted
from routing.services.claim import Taken
from routing.sla.deadlines import owner_clock
from routing.strategies import STRATEGIES, Candidate

QUEUES: Final = {"fallback": "FALLBACK", "review": "REVIEW", "quarantined": "QUARANTINE"}
HOPPING: Final = frozenset({"BREACH", "DECLINE"})
# A lead that somebody could take later is tried again; looking is cheap, so a minute is soon enough.
RERUN_AFTER: Final = timedelta(minutes=1)
RERUN_REASONS: Final = frozenset(
    {"NO_CAPACITY", "DAILY_CAP_REACHED", "NO_ONE_ON_SHIFT", "NO_LICENSED_PRODUCER", "LOST_RACE", "ROUTING_ERROR"}
)


@dataclass(frozen=True)
class Case:
    """One lead to decide about: who asks, why, when, and under which rules and roster."""

    lead: Lead
    person: Person | None
    trigger: str
    actor: Actor
    now: datetime
    context: Context
    had_it: Collection[int] = ()
    only: int | None = None
    entries: Collection[Entry] = ()


@dataclass
class Placement:
    """Every row one decision writes, and what to tell whoever asked."""

    status: str
    reason: str
    text: str
    decision: Decision
    tier: str | None = None
    score: int | None = None
    pool: str | None = None
    producer: dict[str, Any] | None = None
    assignment: Assignment | None = None
    timers: list[SlaTimer] = field(default_factory=list)
    queue_item: QueueItem | None = None
    credit: tuple[int, int, Decimal] | None = None


def placed(case: Case, decided: Decided, taken: Taken, timings_ms: Mapping[str, float]) -> Placement:
    """Return what a decision and its claim come to."""
    considered = decided.considered
    status, reason = considered.status, considered.reason
    if status == "routed":
        status, reason = ("assigned", "ASSIGNED") if taken.producer else ("fallback", _unclaimed(decided, taken))
    hop = case.lead.hop + (case.trigger in HOPPING and status == "assigned")
    receipt = build(
        decision_id=new_id(),
        lead_id=case.lead.pk,
        trigger=case.trigger,
        hop=hop,
        actor=str(case.actor),
        now=case.now,
        decided=decided,
        skipped=taken.skipped,
        chosen=taken.producer.id if taken.producer else None,
        reason=reason,
        timings_ms=timings_ms,
    )
    placement = Placement(
        status,
        reason,
        _sentence(reason, decided),
        _decision(case, receipt),
        considered.tier or case.lead.tier or None,
        considered.score.total if considered.score else None,
        considered.pool,
    )
    if taken.producer:
        _assign(placement, case, decided, taken, hop)
    elif status in QUEUES:
        placement.queue_item = _queue_item(case, placement, decided)
    return placement


def kept(case: Case, reason: str) -> Placement:
    """Return what sends a lead to the fallback pool without asking the rules."""
    lead = case.lead
    receipt = unrouted(
        decision_id=new_id(),
        lead_id=lead.pk,
        trigger=case.trigger,
        hop=lead.hop,
        actor=str(case.actor),
        now=case.now,
        context=case.context,
        reason=reason,
    )
    placement = Placement(
        "fallback",
        reason,
        reasons.text(reason),
        _decision(case, receipt),
        lead.tier or None,
        lead.score,
        lead.pool or None,
    )
    placement.queue_item = _queue_item(case, placement, None)
    return placement


def _unclaimed(decided: Decided, taken: Taken) -> str:
    if any(each["why"] == "LICENSE_CHANGED" for each in taken.skipped):
        return "LOST_RACE"
    return full_reason(decided.chosen)


def _decision(case: Case, receipt: dict[str, Any]) -> Decision:
    return Decision(
        id=receipt["decision"],
        lead=case.lead,
        trigger=case.trigger,
        made_at=case.now,
        roster_version=receipt["roster_version"],
        person_id=case.person.pk if case.person else None,
        receipt=receipt,
        receipt_sha256=sha256(receipt),
    )


def _sentence(reason: str, decided: Decided) -> str:
    """Say why, with who came nearest: "Nobody … Nearest: Kim Park: licence ended 12 May 2026."."""
    gates = decided.considered.gate.fired
    said = next((fired.message for fired in gates if fired.reason == reason and not fired.provisional), "")
    sentence = said or reasons.text(reason)
    if decided.considered.missing:
        sentence += f" Missing: {', '.join(decided.considered.missing)}."
    misses = decided.considered.nearest_misses() if not decided.considered.eligible else []
    if misses:
        nearest = misses[0]
        sentence += f" Nearest: {nearest['name']}: {'; '.join(block['text'] for block in nearest['blocks'])}."
    return sentence[:400]


def _assign(placement: Placement, case: Case, decided: Decided, taken: Taken, hop: int) -> None:
    producer, authority, agency = taken.producer, taken.authority, case.context.roster.agency
    if producer is None or authority is None:
        raise ValueError("Nobody was claimed.")
    sla = agency.sla.get(placement.tier or "")
    clock = owner_clock(assigned_at=case.now, target=sla.target if sla else timedelta(hours=1), calendar=agency.hours)
    pool = case.context.roster.pools.get(placement.pool or "")
    placement.assignment = Assignment(
        lead=case.lead,
        producer_id=producer.id,
        pool_id=pool.id if pool else None,
        decision=placement.decision,
        hop=hop,
        assigned_at=case.now,
        clock_starts_at=clock.starts_at,
        due_at=clock.due_at,
        relies_on=authority.relies_on.as_dict(),
    )
    placement.producer = {"id": producer.id, "name": producer.name, "npn": producer.licensing.npn}
    placement.timers = [
        SlaTimer(lead=case.lead, assignment=placement.assignment, kind=kind, due_at=due, try_at=due)
        for kind, due in (("REMIND", clock.remind_at), ("BREACH", clock.due_at))
    ]
    if case.trigger == Decision.Trigger.INTAKE and sla:
        alarm = max(case.lead.received_at + sla.alarm, clock.due_at)
        placement.timers.append(SlaTimer(lead=case.lead, kind="ALARM", due_at=alarm, try_at=alarm))
    if pool:
        placement.credit = (pool.id, producer.id, _credit_step(decided, taken, producer.id, case.context))


def _credit_step(decided: Decided, taken: Taken, producer_id: int, context: Context) -> Decimal:
    """Return by how much the chosen one's credit moves from what it was when the seat was taken."""
    weights = context.roster.pool_members(decided.considered.pool or "")
    members = [
        Candidate(
            producer_id=each,
            weight=weights.get(each, 1),
            capacity=context.roster.producers[each].capacity,
            load=state.load,
            credit=state.credit,
            preference=Decimal(0),
            last_assigned_at=state.last_assigned_at,
        )
        for each, state in decided.volatile.items()
    ]
    chosen = next(replace(member, credit=taken.credit) for member in members if member.producer_id == producer_id)
    return STRATEGIES[decided.considered.strategy or "round_robin"].settle(chosen, members) - chosen.credit


def _queue_item(case: Case, placement: Placement, decided: Decided | None) -> QueueItem:
    """Return the item that brings the lead before a manager, with a named owner."""
    considered = decided.considered if decided else None
    owner, deputy = _owners(placement.pool)
    return QueueItem(
        kind=QUEUES[placement.status],
        lead=case.lead,
        reason=placement.reason,
        text=placement.text,
        created_at=case.now,
        owner_id=owner,
        deputy_id=deputy,
        misses=considered.nearest_misses() if considered else [],
        problems=[
            {"pointer": name, "code": "missing", "detail": "Not given."}
            for name in (considered.missing if considered else ())
        ],
        rerun_at=_rerun_at(case, placement),
    )


def _owners(pool: str | None) -> tuple[int | None, int | None]:
    """Return the pool's manager and deputy, else the agency's."""
    found = Pool.objects.filter(slug=pool or "").values_list("manager_id", "deputy_id").first()
    pooled, agency = found or (None, None), agency_owners()
    return pooled[0] or agency[0], pooled[1] or agency[1]


def agency_owners() -> tuple[int | None, int | None]:
    """Return the agency's manager and deputy, who own what no pool owns."""
    return Agency.objects.values_list("manager_id", "deputy_id").first() or (None, None)


def _rerun_at(case: Case, placement: Placement) -> datetime | None:
    """Return when the lead is worth trying again by itself: the next shift's start, or soon."""
    if placement.reason not in RERUN_REASONS:
        return None
    if placement.reason == "NO_ONE_ON_SHIFT":
        roster = case.context.roster
        members = (roster.producers[each] for each in roster.pool_members(placement.pool or ""))
        return min((at for member in members if (at := member.back_at(case.now, roster.agency.hours))), default=None)
    return case.now + RERUN_AFTER
