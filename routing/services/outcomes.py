"""What a decision comes to, as rows not yet written: receipt, assignment with its clocks, or a queue item."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

from accounts.actor import Actor
from accounts.rows import Written
from audit.models import Entry
from routing import going_on, reasons
from routing.decision import Asking, Context, Decided, asking_of, nobody_reason
from routing.going_on import WentOn
from routing.models import (
    Agency,
    Assignment,
    Decision,
    FairnessEntry,
    Lead,
    Person,
    Pool,
    Promise,
    QueueItem,
    SlaTimer,
)
from routing.models.keys import new_id
from routing.queries.had import NOBODY, Had
from routing.receipt import build, canonical, fingerprint, unrouted
from routing.roster import QUEUE_TIME
from routing.services import crediting, offering
from routing.services.claim import Taken
from routing.services.clocks import UNTIERED, Clocks, alarm
from routing.services.crediting import Terms
from routing.services.offering import Offered
from routing.waits import Waits, look_at, waits_of

QUEUES: Final = {"fallback": "FALLBACK", "review": "REVIEW", "quarantined": "QUARANTINE"}
HOPPING: Final = frozenset({"BREACH", "FORESEEN", "DECLINE"})


Owners: TypeAlias = tuple[int | None, int | None]  # a manager and a deputy


@dataclass(frozen=True)
class Case:
    """One lead to decide about: who asks, why, when, and under which rules and roster."""

    lead: Lead
    person: Person | None
    trigger: str
    actor: Actor
    now: datetime
    context: Context
    had: Had = NOBODY
    only: int | None = None
    held_back: Collection[int] = ()  # who may have no more of a release
    waived: Collection[str] = ()  # what an override sets aside, and what the receipt says of it
    override: Mapping[str, Any] | None = None
    entries: Collection[Entry] = ()
    on_placed: Callable[["Placement"], None] | None = None  # writes what belongs to the outcome, and reads nothing
    owners: Callable[[str], Owners] | None = None  # of what nobody of a pool may take; read where left out
    agreed: Terms | None = None  # what it comes to for the producer (`only`) who accepts it or takes it


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
    clocks: list[Promise | SlaTimer] = field(default_factory=list)
    queue_item: QueueItem | None = None
    offered: Offered | None = None
    credit: tuple[int, int, Decimal] | None = None
    fairness: list[FairnessEntry] = field(default_factory=list)
    came_by: tuple[WentOn, ...] = ()  # how it came to the pool, where that is new


def placed(case: Case, decided: Decided, taken: Taken, timings_ms: Mapping[str, float]) -> Placement:
    """Return what a decision and its claim come to."""
    considered, asking = decided.considered, _asking(decided, taken)
    status, reason = considered.status, considered.reason
    if asking:
        status, reason = "offered", asking.reason
    elif status == "routed":
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
        asking=asking,
        override=case.override,
    )
    placement = Placement(
        status,
        reason,
        _sentence(reason, decided),
        _decision(case, receipt),
        (case.lead.tier if case.agreed else considered.tier) or case.lead.tier or None,
        considered.score.total if considered.score else None,
        _pool(case, decided),
        came_by=going_on.came_by(decided) if decided.considered.pool != case.lead.pool else (),
    )
    _start_the_leads_clock(placement, case)
    if asking:
        _offer(placement, case, decided, asking)
    elif taken.producer:
        _assign(placement, case, decided, taken, hop)
    elif status in QUEUES:
        placement.queue_item = _queue_item(case, placement, decided)
    return placement


def _asking(decided: Decided, taken: Taken) -> Asking | None:
    """Return who is asked, if the pool's pick asks; with a seat to keep, nobody where none was taken."""
    asking = asking_of(decided, [each["producer"] for each in taken.skipped])
    return None if asking and asking.reserves and not taken.producer else asking


def _pool(case: Case, decided: Decided) -> str | None:
    """Return the pool that counts the lead: where a producer accepts it, the one that offered it."""
    if case.agreed is None:
        return decided.considered.pool
    return next((each.slug for each in case.context.roster.pools.values() if each.id == case.agreed.pool_id), None)


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
    return nobody_reason(decided, [each["why"] for each in taken.skipped])


def _decision(case: Case, receipt: dict[str, Any]) -> Decision:
    text = canonical(receipt)
    return Decision(
        id=receipt["decision"],
        lead=case.lead,
        trigger=case.trigger,
        made_at=case.now,
        roster_version=receipt["roster_version"],
        person_id=case.person.pk if case.person else None,
        receipt=Written(receipt, text),
        receipt_sha256=fingerprint(text),
    )


def _sentence(reason: str, decided: Decided) -> str:
    """Say why, with who came nearest: "Nobody … Nearest: Kim Park: licence ended May 12, 2026."."""
    gates = decided.considered.gate.fired
    said = next((fired.message for fired in gates if fired.reason == reason and not fired.provisional), "")
    sentence = said or reasons.text(reason)
    if decided.considered.missing:
        sentence += f" Missing: {', '.join(decided.considered.missing)}."
    misses = decided.considered.nearest_misses() if not decided.considered.eligible else []
    if misses:
        nearest = misses[0]
        sentence += f" Nearest: {nearest['name']}: {'; '.join(block['text'] for block in nearest['blocks'])}."
    return " ".join([sentence, *going_on.sentences(going_on.way_of(decided), decided.considered.pool)])[:400]


def _assign(placement: Placement, case: Case, decided: Decided, taken: Taken, hop: int) -> None:
    producer, authority, agency = taken.producer, taken.authority, case.context.roster.agency
    if producer is None or authority is None:
        raise ValueError("Nobody was claimed.")
    sla = agency.sla.get(placement.tier or "", UNTIERED)
    clocks = Clocks(sla, agency, producer, case.lead.zones, case.now)
    clock = clocks.owner()
    pool = case.context.roster.pools.get(placement.pool or "")
    placement.assignment = Assignment(
        lead=case.lead,
        producer_id=producer.id,
        pool_id=pool.id if pool else None,
        decision=placement.decision,
        line=case.lead.line,
        source_id=case.lead.source_id,
        hop=hop,
        assigned_at=case.now,
        clock_starts_at=clock.starts_at,
        due_at=clock.due_at,
        relies_on=authority.relies_on.as_dict(),
    )
    placement.producer = {"id": producer.id, "name": producer.name, "npn": producer.licensing.npn}
    placement.clocks += clocks.ladder(placement.assignment)
    placement.clocks += clocks.promises(case.lead, "OWNER", assignment=placement.assignment)
    if case.trigger == Decision.Trigger.INTAKE and sla is not UNTIERED:
        placement.clocks.append(alarm(case.lead, sla.alarm, clock.due_at))
    if pool:
        agreed = case.agreed or crediting.terms(
            producer_id=producer.id, pool_id=pool.id, lead=case.lead, decided=decided, credit=taken.credit
        )
        placement.credit = (pool.id, producer.id, agreed.step)
        placement.fairness = crediting.of_assignment(placement.assignment, agreed)


def _offer(placement: Placement, case: Case, decided: Decided, asking: Asking) -> None:
    """Add the offers; the lead's own clock runs on, the owner's begins when somebody accepts."""
    roster = case.context.roster
    sla = roster.agency.sla.get(placement.tier or "", UNTIERED)
    clock = Clocks(sla, roster.agency, None, case.lead.zones, case.lead.received_at).owner()
    placement.offered = offering.make(
        lead=case.lead,
        decision=placement.decision,
        pool_id=roster.pools[placement.pool or ""].id,
        decided=decided,
        asking=asking,
        due_at=clock.due_at,
        now=case.now,
    )
    if case.trigger == Decision.Trigger.INTAKE and sla is not UNTIERED:
        placement.clocks.append(alarm(case.lead, sla.alarm, clock.due_at))


def _start_the_leads_clock(placement: Placement, case: Case) -> None:
    """Promise what the tier promises from receipt on, whoever has the lead; it is told once, and never restarts."""
    agency = case.context.roster.agency
    sla = agency.sla.get(placement.tier or "")
    if sla is not None and sla.targets and case.trigger == Decision.Trigger.INTAKE and placement.status != "rejected":
        clocks = Clocks(sla, agency, None, case.lead.zones, case.lead.received_at)
        placement.clocks += clocks.promises(case.lead, "LEAD")


def _queue_item(case: Case, placement: Placement, decided: Decided | None) -> QueueItem:
    """Return the item that brings the lead before a manager, with a named owner."""
    owner, deputy = (case.owners or owners_of)(placement.pool or "")
    waits = waits_of(decided) if decided else Waits()
    return QueueItem(
        kind=QUEUES[placement.status],
        lead=case.lead,
        created_at=case.now,
        due_at=_answer_by(case, placement),
        owner_id=owner,
        deputy_id=deputy,
        rerun_at=look_at(placement.reason, waits.back_at, case.now, is_first=True),
        **(
            why_it_waits(decided, placement.reason, waits)
            if decided
            else {"reason": placement.reason, "text": placement.text, "pool": placement.pool or ""}
        ),
    )


def _answer_by(case: Case, placement: Placement) -> datetime:
    """Return when the pool's own clock runs out: it runs while the agency is open, or always where it never opens."""
    roster = case.context.roster
    pool = roster.pools.get(placement.pool or "")
    span = pool.queue_time if pool else QUEUE_TIME
    return roster.agency.hours.add_open_time(case.now, span) or case.now + span


def why_it_waits(decided: Decided, reason: str, waits: Waits) -> dict[str, Any]:
    """Return what a queue item says of a decision that found nobody."""
    considered = decided.considered
    return {
        "reason": reason,
        "text": _sentence(reason, decided),
        "pool": considered.pool or "",
        "misses": considered.nearest_misses(),
        "problems": [{"pointer": name, "code": "missing", "detail": "Not given."} for name in considered.missing],
        "waits_for": waits.as_dict(),
    }


def owners_of(pool: str) -> Owners:
    """Return the manager and deputy of a pool, by its slug, else the agency's."""
    found = Pool.objects.filter(slug=pool).values_list("manager_id", "deputy_id").first()
    pooled, agency = found or (None, None), agency_owners()
    return pooled[0] or agency[0], pooled[1] or agency[1]


def agency_owners() -> Owners:
    """Return the agency's manager and deputy, who own what no pool owns."""
    return Agency.objects.values_list("manager_id", "deputy_id").first() or (None, None)
