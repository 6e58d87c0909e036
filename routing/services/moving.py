"""Take leads from producers who did not answer, many at once: the same as one by one, written as a whole.

Leads change desks one transaction at a time, so what falls due by the hundred must not need a transaction each.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.actor import Actor
from audit import services as audit
from routing.decision import Context
from routing.models import Assignment, Decision, Lead, SlaTimer
from routing.queries.had import had
from routing.services import availability, claim, deciding, desk, excusing, loops, telling
from routing.services.outcomes import Case, owners_of
from routing.services.placing import place
from routing.services.seating import Unsettled, place_together

log = logging.getLogger(__name__)

BATCH: Final = 50  # leads that change desks in one transaction: all others wait for it, and desks are locked meanwhile


def move_due(due: QuerySet[SlaTimer], *, actor: Actor, now: datetime, limit: int) -> int:
    """Move on, in this order, the leads whose producers' time is over; returns how many.

    Left to be settled one by one is what needs a look of its own: a timer that failed before, a lead that has moved as
    often as it may or has another step due before, a producer who will be set away. A batch moves whole or, where one
    row fails, not at all.

    :raises claim.AnotherMoves: if it is not our turn to move leads
    """
    moved, looked_at = 0, set[UUID]()
    while moved < limit:
        timers = list(_due(due).exclude(pk__in=looked_at).values_list("pk", flat=True)[:BATCH])
        if not timers:
            break
        looked_at.update(timers)
        try:
            moved += _move(timers, actor, now)
        except Unsettled:
            log.info("sla.breaches_unsettled", extra={"timers": len(timers)})
        except claim.AnotherMoves:
            if not moved:
                raise
            break
    return moved


def take_away(timers: Sequence[SlaTimer], context: Context, *, actor: Actor, now: datetime) -> None:
    """Take the leads of timers that fired from their producers, and note what excuses whom.

    Inside the caller's transaction, which finds a place for each lead.
    """
    telling.tell(timers, "sla.breached", actor=actor, now=now)
    assignments = [timer.assignment for timer in timers if timer.assignment is not None]
    excuses = excusing.find(assignments, context.roster)
    for each in assignments:
        each.excuse = excuses.get(each.pk, "")
    for excuse in sorted(set(excuses.values())):
        excused = [each for each in assignments if each.excuse == excuse]
        Assignment.objects.filter(pk__in=[each.pk for each in excused]).update(excuse=excuse)
        detail = {"excuse": str(excuse)}
        audit.record_many(
            [
                audit.entry(at=now, actor=actor, action="sla.excused", target=each.lead, detail=detail)
                for each in excused
            ]
        )
    how, reason = Assignment.End.BREACHED, "Not answered in time."
    desk.end_together(assignments, how=how, reason=reason, actor=actor, now=now)


def is_used_up(lead: Lead, context: Context) -> bool:
    """Say whether the lead has moved as often as its policy allows."""
    sla = context.roster.agency.sla.get(lead.tier)
    return sla is not None and lead.hop >= sla.max_hops


def _due(due: QuerySet[SlaTimer]) -> QuerySet[SlaTimer]:
    """Return the breaches that come first among what is due for their lead, reminders aside, and have not failed."""
    steps = SlaTimer.objects.filter(lead=OuterRef("lead"), state=SlaTimer.State.RUNNING, try_at__lt=OuterRef("try_at"))
    before = steps.exclude(kind=SlaTimer.Kind.REMIND)
    return due.filter(kind=SlaTimer.Kind.BREACH, failures=0).filter(~Exists(before))


@transaction.atomic
def _move(keys: Sequence[UUID], actor: Actor, now: datetime) -> int:
    """Move one batch; returns how many leads of it.

    1. Wait for the turn to move leads, and read what is live, before anything is locked.
    2. Lock the leads that nobody has in hand, and read again which of their timers still run.
    3. Leave aside what needs a look of its own.
    4. Fire the timers, take the leads away, and place them together.
    """
    claim.find_turn()
    context = deciding.context()  # it may lock the roster
    timers = list(_ordinary(_locked(keys, now), context, now))
    if not timers:
        return 0
    fired = SlaTimer.objects.filter(pk__in=[timer.pk for timer in timers])
    fired.update(state=SlaTimer.State.FIRED, settled_at=now)
    take_away(timers, context, actor=actor, now=now)
    owners = cache(owners_of)
    cases = [
        Case(each.lead, each.lead.person, Decision.Trigger.BREACH, actor, now, context, had(each.lead), owners=owners)
        for each in timers
    ]
    for case, placement in zip(cases, place_together(cases), strict=True):
        if placement is None:
            place(case)
    return len(timers)


def _locked(keys: Sequence[UUID], now: datetime) -> list[SlaTimer]:
    """Lock the leads of these timers that nobody has in hand; return the timers of them that still run."""
    leads = Lead.objects.filter(timers__in=keys)
    free = list(leads.select_for_update(of=("self",), no_key=True, skip_locked=True).values_list("pk", flat=True))
    running = SlaTimer.objects.filter(pk__in=keys, lead__in=free, state=SlaTimer.State.RUNNING, due_at__lte=now)
    parts = ("lead__source", "lead__person", "lead__duplicate_of", "assignment__lead")
    whole = running.select_related(*parts).prefetch_related("lead__assignments", "lead__offers", "lead__rounds")
    return sorted(whole, key=lambda timer: keys.index(timer.pk))


def _ordinary(timers: Sequence[SlaTimer], context: Context, now: datetime) -> Iterator[SlaTimer]:
    """Yield, one a lead, the timers of leads somebody holds and the rules can place; nobody is set away for them."""
    held = [(each, each.assignment.producer_id) for each in timers if each.assignment and not each.assignment.ended_at]
    stuck = loops.going_round([each.lead for each, _ in held], now=now)
    misses = Counter(holder for _, holder in held)

    @cache
    def is_near(holder: int, tier: str) -> bool:
        sla = context.roster.agency.sla.get(tier)
        return sla is not None and availability.is_near(producer_id=holder, sla=sla, misses=misses[holder], now=now)

    for each, holder in held:
        lead = each.lead
        is_plain = lead.person is not None and lead.pk not in stuck and not is_used_up(lead, context)
        if is_plain and not is_near(holder, lead.tier):
            stuck.add(lead.pk)  # two steps of one lead may fall due together; the hand-over ends the second
            yield each
