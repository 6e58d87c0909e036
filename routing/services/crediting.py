"""Write the fairness ledger: whoever moves a member's credit writes here why, in the same transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import connection
from django.db.models.functions import Now

from accounts import rows
from routing.decision import Decided, credit_step, plan_of
from routing.fairness import DUST, KINDS, circle, expected_value, kind_of_end, turn
from routing.models import Assignment, FairnessEntry, Lead, Pool, PoolCredit


@dataclass(frozen=True, slots=True)
class Terms:
    """What a lead comes to for a member: its own turn, what the strategy writes off with it, its worth, among whom."""

    pool_id: int
    own: Decimal
    beyond: Decimal
    value: Decimal
    among: str

    @property
    def step(self) -> Decimal:
        """By how much the credit moves."""
        return self.own + self.beyond


def terms(*, producer_id: int, pool_id: int, lead: Lead, decided: Decided, credit: Decimal) -> Terms:
    """Return what the lead comes to for a member of the pool whose credit stands so."""
    plan = plan_of(decided.considered, decided.inquiry.context.roster)
    weights = decided.inquiry.context.roster.pool_members(decided.considered.pool or "")
    step, own = credit_step(decided, producer_id, credit), turn(plan.strategy, weights.get(producer_id, 1))
    is_dust = abs(step - own) < DUST
    score = decided.considered.score
    return Terms(
        pool_id,
        own=step if is_dust else own,
        beyond=Decimal(0) if is_dust else step - own,
        value=expected_value(lead.premium, score.total if score else None),
        # Where the pool itself prefers some, turns do not decide alone, and no share of theirs is exact.
        among="" if plan.preferences else circle(plan.strategy, _peers(decided, producer_id)),
    )


def of_assignment(assignment: Assignment, agreed: Terms) -> list[FairnessEntry]:
    """Return the entries of a lead just given, which moves the credit by the terms' step; not yet written.

    What the step holds beyond the lead's own turn was written off or added by the strategy: an entry of its own.
    """
    got = FairnessEntry(
        pool_id=agreed.pool_id,
        producer_id=assignment.producer_id,
        at=assignment.assigned_at,
        kind="ASSIGNED",
        assignment=assignment,
        leads=1,
        value=agreed.value,
        turns=agreed.own,
        among=agreed.among,
    )
    return [got, *_beyond(got, agreed)]


def _beyond(got: FairnessEntry, agreed: Terms) -> list[FairnessEntry]:
    if not agreed.beyond:
        return []
    return [
        FairnessEntry(
            pool_id=got.pool_id, producer_id=got.producer_id, at=got.at, kind="CAUGHT_UP", turns=agreed.beyond
        )
    ]


def unaccepted(*, producer_id: int, agreed: Terms, kind: str, now: datetime) -> None:
    """Write down an offer that came to nothing: it uses the turn as a lead would, unless the pool lets it go free."""
    entry = FairnessEntry(pool_id=agreed.pool_id, producer_id=producer_id, at=now, kind=kind)
    if kind == "OFFER_FREE":
        entry.save(force_insert=True)
        return
    entry.leads, entry.value, entry.turns, entry.among = 1, agreed.value, agreed.own, agreed.among
    FairnessEntry.objects.bulk_create([entry, *_beyond(entry, agreed)])
    move({(agreed.pool_id, producer_id): agreed.step})


def _peers(decided: Decided, producer_id: int) -> dict[int, int]:
    """Return those with room whom the rules prefer as much as the chosen one, with their weights; no stand-ins."""
    weights = decided.inquiry.context.roster.pool_members(decided.considered.pool or "")
    preferred = {each.producer_id: dict(each.parts)["preference"] for each in decided.chosen.ranked}
    return {
        each: weights.get(each, 1)
        for each, preference in preferred.items()
        if preference == preferred[producer_id] and (weights.get(each, 1) or each == producer_id)
    }


def end(assignments: Sequence[Assignment], *, how: str, reason: str, now: datetime) -> None:
    """Write down how leads of pools ended, and give their turns back where they were none or were taken back.

    Inside the transaction that ends the assignments, once. A lead given before the ledger began has no turn to give.
    """
    kinds = {each.pk: kind_of_end(how, reason, excuse=each.excuse) for each in assignments}
    if not any(kinds.values()):
        return
    ended: list[FairnessEntry] = []
    moved: dict[tuple[int, int], Decimal] = {}
    for got in FairnessEntry.objects.filter(assignment__in=assignments, kind="ASSIGNED"):
        kind, whose = got.assignment_id and kinds[got.assignment_id], (got.pool_id, got.producer_id)
        if not kind:
            continue
        entry = FairnessEntry(
            pool_id=got.pool_id, producer_id=got.producer_id, at=now, kind=kind, assignment_id=got.assignment_id
        )
        if KINDS[kind].gives_back:
            entry.leads, entry.value, entry.turns, entry.among = -got.leads, -got.value, -got.turns, got.among
            moved[whose] = moved.get(whose, Decimal(0)) - got.turns
        ended.append(entry)
    if ended:
        move(moved)
        rows.insert(*ended)


MOVED: Final = "UPDATE routing_poolcredit SET credit = credit + %s WHERE pool_id = %s AND producer_id = %s"


def move(steps: Mapping[tuple[int, int], Decimal]) -> None:
    """Move credits in rotations, by pool and producer, in the order of their ids, as whoever moves several does."""
    with connection.cursor() as cursor:
        for (pool_id, producer_id), step in sorted(steps.items()):
            cursor.execute(MOVED, [step, pool_id, producer_id])


def seat(pool: Pool, producer_ids: Iterable[int], level: Decimal) -> None:
    """Set those who join or come back level with the members; inside the fold's transaction.

    Time is the database's: a fold has no instant of its own.
    """
    for producer_id in producer_ids:
        credit, is_new = PoolCredit.objects.select_for_update().get_or_create(pool=pool, producer_id=producer_id)
        FairnessEntry.objects.create(
            pool=pool,
            producer_id=producer_id,
            at=Now(),
            kind="JOINED" if is_new else "CAME_BACK",
            turns=level - credit.credit,
        )
        PoolCredit.objects.filter(pk=credit.pk).update(credit=level)


def leave(pool: Pool, producer_ids: Iterable[int]) -> None:
    """Write down who left; the balance rests until they come back."""
    FairnessEntry.objects.bulk_create(
        FairnessEntry(pool=pool, producer_id=each, at=Now(), kind="LEFT") for each in producer_ids
    )
