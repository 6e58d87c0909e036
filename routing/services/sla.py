"""Keep the promises that are rows: remind, move on, tell, alarm, whichever is due, each once."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from accounts.actor import Actor, system
from accounts.errors import Refused
from routing.decision import Context
from routing.models import Assignment, Decision, Lead, SlaTimer
from routing.queries.had import had
from routing.services import (
    availability,
    catching_up,
    claim,
    deciding,
    desk,
    foreseeing,
    moving,
    promises,
    reminding,
    telling,
)
from routing.services.outcomes import Case
from routing.services.placing import keep

log = logging.getLogger(__name__)

Kind = SlaTimer.Kind
FAILED_LATER: Final = timedelta(minutes=5)
SOON: Final = timedelta(seconds=2)
TAKING: Final = frozenset({Kind.FORESEEN, Kind.BREACH, Kind.POOL})


class AlreadySettled(Refused):
    """The timer is no longer running, or somebody is at its lead this moment."""

    code = "sla.already_settled"


def sweep_due(*, now: datetime, limit: int = 500) -> int:
    """Settle every timer that is due, in the order it fell due; returns how many.

    Safe to run many times at once: a timer settled by another sweep is skipped, one that fails is looked at again
    later and holds nobody up. After a standstill the urgent leads come first, and the managers get one notice.
    """
    actor = system("sla")
    stood_still = catching_up.note(now=now)
    due = SlaTimer.objects.filter(state=SlaTimer.State.RUNNING, try_at__lte=now)
    try:
        settled = reminding.remind_due(actor=actor, now=now, limit=limit)
        due = due.exclude(kind=Kind.REMIND)
    except Exception:
        log.exception("sla.reminders_failed")  # one of many; told one by one, the others get through
        settled = 0
    due = catching_up.in_order(due, now=now, first=stood_still)
    is_moving = True
    try:
        settled += moving.move_due(due, actor=actor, now=now, limit=limit)
    except claim.AnotherMoves:
        is_moving = False  # they go through the same timers; two would only wait for each other
    except Exception:
        log.exception("sla.breaches_failed")  # likewise
    left: set[UUID] = set()  # leads of which this round left a step to another: their later steps come after it
    for timer in due.select_related("lead", "assignment", "promise")[:limit]:
        if timer.lead_id in left or (timer.kind in TAKING and not is_moving):
            left.add(timer.lead_id)
            continue
        try:
            settle(timer=timer, actor=actor, now=now)
            settled += 1
        except claim.AnotherMoves:
            is_moving = False
            left.add(timer.lead_id)
        except AlreadySettled:
            left.add(timer.lead_id)
        except (OperationalError, InterfaceError):
            # The database is at fault, not the row: a restart, a lock. Where it is still away, this round ends here.
            log.exception("sla.timer_postponed", extra={"timer_id": str(timer.pk), "kind": timer.kind})
            SlaTimer.objects.filter(pk=timer.pk).update(try_at=now + SOON)
            left.add(timer.lead_id)
        except Exception:
            # One bad row must not hold up the others' clocks; it is reported and looked at again later.
            log.exception("sla.timer_failed", extra={"timer_id": str(timer.pk), "kind": timer.kind})
            SlaTimer.objects.filter(pk=timer.pk).update(try_at=now + FAILED_LATER, failures=F("failures") + 1)
    return settled


def next_due() -> datetime | None:
    """Return when the next timer is worth a look."""
    running = SlaTimer.objects.filter(state=SlaTimer.State.RUNNING).order_by("try_at")
    return running.values_list("try_at", flat=True).first()


@transaction.atomic
def settle(*, timer: SlaTimer, actor: Actor, now: datetime) -> None:
    """Fire a running timer that is due, once.

    :raises AlreadySettled: if another sweep, or a touch, settled it first, or has its lead in hand
    :raises claim.AnotherMoves: if it would take the lead from somebody, and it is not our turn to
    """
    context = None
    if timer.kind in TAKING:
        _require_running(timer)  # whoever follows another sweep needs no turn to see it
        claim.find_turn()
        _require_running(timer)
        context = deciding.context()  # before the lead is locked: it may lock the roster
    if not desk.lock_free(timer.lead):
        raise AlreadySettled
    running = SlaTimer.objects.filter(pk=timer.pk, state=SlaTimer.State.RUNNING, due_at__lte=now)
    if not running.update(state=SlaTimer.State.FIRED, settled_at=now):
        raise AlreadySettled
    if context is not None:
        act = _foresee if timer.kind == Kind.FORESEEN else _take_away
        act(timer, context, actor, now)
    else:
        TELLING[timer.kind](timer, actor, now)


def _require_running(timer: SlaTimer) -> None:
    if not SlaTimer.objects.filter(pk=timer.pk, state=SlaTimer.State.RUNNING).exists():
        raise AlreadySettled


def _remind(timer: SlaTimer, actor: Actor, now: datetime) -> None:
    _tell(timer, "sla.reminded", actor, now)


def _alarm(timer: SlaTimer, actor: Actor, now: datetime) -> None:
    _tell(timer, "sla.alarmed", actor, now)


def _escalate(timer: SlaTimer, actor: Actor, now: datetime) -> None:
    _tell(timer, "sla.escalated", actor, now, told=timer.kind, channel=timer.channel)


def _miss(timer: SlaTimer, actor: Actor, now: datetime) -> None:
    if timer.promise is None or not promises.miss(timer.promise):
        raise AlreadySettled
    _tell(timer, "sla.missed", actor, now, promise=timer.promise.kind)


TELLING: Final[Mapping[str, Callable[[SlaTimer, Actor, datetime], None]]] = {
    Kind.REMIND: _remind,
    Kind.ALARM: _alarm,
    Kind.TEAM_LEAD: _escalate,
    Kind.MANAGER: _escalate,
    Kind.MISS: _miss,
}


def _tell(timer: SlaTimer, action: str, actor: Actor, now: datetime, **more: str) -> None:
    telling.tell([timer], action, actor=actor, now=now, **more)


def _foresee(timer: SlaTimer, context: Context, actor: Actor, now: datetime) -> None:
    """Move the lead on where its producer will not get to it in time and somebody else may have it.

    Where nobody may, or it has moved as often as it may, the pool's manager hears of it instead.
    """
    assignment = _still_held(timer)
    outlook = foreseeing.look(assignment=assignment, roster=context.roster, now=now)
    if not outlook.is_missed:
        return
    lead = Lead.objects.select_related("source", "person").get(pk=timer.lead_id)
    if moving.is_used_up(lead, context) or not _has_another(lead, context, now):
        _tell(timer, "sla.escalated", actor, now, told=Kind.TEAM_LEAD, channel=timer.channel)
        return
    _tell(timer, "sla.foreseen", actor, now, ahead=str(outlook.ahead))
    reason = f"A miss was foreseen: {outlook.ahead} other leads came first."
    desk.end(assignment=assignment, how=Assignment.End.REASSIGNED, reason=reason, actor=actor, now=now)
    desk.place_again(lead=lead, trigger=Decision.Trigger.FORESEEN, context=context, actor=actor, now=now)


def _has_another(lead: Lead, context: Context, now: datetime) -> bool:
    if lead.person is None:
        return False
    asked = deciding.inquiry(lead, lead.person, context, now=now, had=had(lead))
    return bool(deciding.decide(asked, seed=str(lead.pk)).chosen.ranked)


def _still_held(timer: SlaTimer) -> Assignment:
    assignment = timer.assignment
    if assignment is None or Assignment.objects.filter(pk=assignment.pk, ended_at__isnull=False).exists():
        raise AlreadySettled
    return assignment


def _take_away(timer: SlaTimer, context: Context, actor: Actor, now: datetime) -> None:
    """Take the lead from the producer who did not answer: to the next best, or to a manager.

    Where it has moved as often as the policy allows, and the ladder has further steps, it stays until they come.
    """
    assignment = _still_held(timer)
    lead = Lead.objects.select_related("source", "person").get(pk=timer.lead_id)
    is_last = timer.kind == Kind.POOL or moving.is_used_up(lead, context)
    if is_last and timer.kind == Kind.BREACH and _has_further_steps(timer):
        _tell(timer, "sla.hops_used_up", actor, now)
        return
    moving.take_away([timer], context, actor=actor, now=now)
    sla = context.roster.agency.sla.get(lead.tier)
    if sla is not None and not assignment.excuse:
        availability.set_away(producer_id=assignment.producer_id, sla=sla, actor=actor, now=now)
    if is_last:
        reason = "LADDER_ENDED" if timer.kind == Kind.POOL else "HOPS_EXHAUSTED"
        keep(Case(lead, lead.person, Decision.Trigger.BREACH, actor, now, context), reason)
    else:
        desk.place_again(lead=lead, trigger=Decision.Trigger.BREACH, context=context, actor=actor, now=now)


def _has_further_steps(timer: SlaTimer) -> bool:
    later = SlaTimer.objects.filter(assignment=timer.assignment, state=SlaTimer.State.RUNNING, promise__isnull=True)
    return later.filter(at_percent__gte=timer.at_percent).exists()
