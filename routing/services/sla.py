"""Keep the promises that are rows: remind, breach, alarm, whichever is due, each once."""

import logging
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F

from accounts.actor import Actor, system
from accounts.errors import Refused
from audit import services as audit
from outbox import services as outbox
from routing.models import Assignment, Decision, Lead, SlaTimer
from routing.services import claim, deciding, desk
from routing.services.outcomes import Case
from routing.services.placing import keep

log = logging.getLogger(__name__)

FAILED_LATER: Final = timedelta(minutes=5)


class AlreadySettled(Refused):
    """The timer is no longer running."""

    code = "sla.already_settled"


def sweep_due(*, now: datetime, limit: int = 500) -> int:
    """Settle every timer that is due, in the order it fell due; returns how many.

    Safe to run many times at once: a timer settled by another sweep is skipped, one that fails is looked at again
    later and holds nobody up.
    """
    actor, settled = system("sla"), 0
    due = SlaTimer.objects.filter(state=SlaTimer.State.RUNNING, try_at__lte=now).order_by("try_at")
    for timer in due.select_related("lead", "assignment")[:limit]:
        try:
            settle(timer=timer, actor=actor, now=now)
            settled += 1
        except AlreadySettled:
            continue
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

    :raises AlreadySettled: if another sweep, or a touch, settled it first
    """
    if timer.kind == SlaTimer.Kind.BREACH:
        claim.take_turn()
    desk.lock(timer.lead)
    running = SlaTimer.objects.filter(pk=timer.pk, state=SlaTimer.State.RUNNING, due_at__lte=now)
    if not running.update(state=SlaTimer.State.FIRED, settled_at=now):
        raise AlreadySettled
    if timer.kind == SlaTimer.Kind.BREACH:
        _breach(timer, actor, now)
    else:
        action = "sla.reminded" if timer.kind == SlaTimer.Kind.REMIND else "sla.alarmed"
        _tell(timer, action, actor, now)


def _tell(timer: SlaTimer, action: str, actor: Actor, now: datetime) -> None:
    detail = {"timer": str(timer.pk), "due_at": timer.due_at.isoformat()}
    audit.record(at=now, actor=actor, action=action, target=timer.lead, detail=detail)
    payload: dict[str, Any] = {"lead_id": str(timer.lead_id), "timer_id": str(timer.pk)}
    if timer.assignment:
        payload |= {"assignment_id": str(timer.assignment_id), "producer_id": timer.assignment.producer_id}
    outbox.publish(topic=action, payload=payload, at=now, aggregate=str(timer.lead_id))


def _breach(timer: SlaTimer, actor: Actor, now: datetime) -> None:
    """Take the lead from the producer who did not answer: to the next best, or to the manager after the last hop."""
    assignment = timer.assignment
    if assignment is None or assignment.ended_at is not None:
        raise AlreadySettled
    _tell(timer, "sla.breached", actor, now)
    desk.end(assignment=assignment, how=Assignment.End.BREACHED, reason="Not answered in time.", actor=actor, now=now)
    lead = Lead.objects.select_related("source", "person").get(pk=timer.lead_id)
    context = deciding.context()
    sla = context.roster.agency.sla.get(lead.tier)
    if sla is not None and lead.hop >= sla.max_hops:
        keep(Case(lead, lead.person, Decision.Trigger.BREACH, actor, now, context), "HOPS_EXHAUSTED")
    else:
        desk.place_again(lead=lead, trigger=Decision.Trigger.BREACH, actor=actor, now=now)
