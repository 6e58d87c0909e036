"""Publish later: an instant on the proposal, kept by the sweep, which asks every gate anew when the moment has come."""

import logging
from datetime import datetime, timedelta
from typing import Final

from celery.exceptions import SoftTimeLimitExceeded
from django.db import OperationalError, transaction

from accounts import policy
from accounts.actor import Actor, system
from accounts.errors import FieldProblem, Invalid, Refused
from rules_engine.models import Proposal
from rules_engine.services.publishing import NotApproved, get_held, hold, publish, require_same_draft
from rules_engine.services.reviewing import get_person, record

log = logging.getLogger(__name__)

FARTHEST: Final = timedelta(days=366)
PATIENCE: Final = timedelta(hours=1)
PASSING: Final = (OperationalError, SoftTimeLimitExceeded)
SCHEDULE: Final = system("schedule")
State = Proposal.State


@transaction.atomic
def schedule(*, proposal: Proposal, publish_at: datetime, actor: Actor, now: datetime) -> Proposal:
    """Have an approved proposal published at an instant; scheduling it again moves the instant.

    :raises Invalid: if the instant is past, or more than a year away
    :raises NotApproved: if nobody has approved it, or it is settled
    """
    policy.require(actor, "rules.publish")
    if not now < publish_at <= now + FARTHEST:
        text = "Choose an instant in the future, within a year."
        raise Invalid((FieldProblem("/publish_at", "publish_at.range", text),), text)
    ruleset = hold(proposal.ruleset)
    held = get_held(proposal)
    _require_approved(held)
    require_same_draft(ruleset, held)
    held.state, held.publish_at, held.scheduler = State.SCHEDULED, publish_at, get_person(actor)
    held.save(update_fields=["state", "publish_at", "scheduler"])
    record(held, "rule_set.scheduled", actor, now, publish_at=publish_at.isoformat())
    return held


@transaction.atomic
def unschedule(*, proposal: Proposal, actor: Actor, now: datetime) -> Proposal:
    """Take the instant back; it stays approved.

    :raises NotApproved: if it is not scheduled
    """
    policy.require(actor, "rules.publish")
    hold(proposal.ruleset)
    held = get_held(proposal)
    if held.state != State.SCHEDULED:
        raise NotApproved("It is not scheduled.")
    held.state, held.publish_at = State.APPROVED, None
    held.save(update_fields=["state", "publish_at"])
    record(held, "rule_set.unscheduled", actor, now)
    return held


def publish_due(*, now: datetime, limit: int = 20) -> int:
    """Publish what is due, each in a transaction of its own; returns how many were settled.

    What is refused, or breaks, fails whole: nothing is published, and the people behind it are told why. A fault that
    may pass is left to the next sweeps for an hour.
    """
    due = Proposal.objects.filter(state=State.SCHEDULED, publish_at__lte=now).order_by("publish_at", "pk")
    return sum(_settle(proposal, now) for proposal in due.select_related("ruleset")[:limit])


def _settle(proposal: Proposal, now: datetime) -> bool:
    try:
        return _publish(proposal, now)
    except Refused as refusal:
        return _fail(proposal, _told(refusal), now)
    except Exception as error:  # isolation: one that breaks must not hold up the sweep, nor be tried for ever
        log.exception("rule_set.schedule_broke", extra={"proposal_id": proposal.pk})
        if _may_pass(error, proposal, now):
            return False
        return _fail(proposal, "Something went wrong on our side; the log has it.", now)


@transaction.atomic
def _publish(proposal: Proposal, now: datetime) -> bool:
    """Publish what is still due once it is held; what was taken back or moved since we looked stays as it is."""
    hold(proposal.ruleset)
    held = get_held(proposal)
    if held.state != State.SCHEDULED or held.publish_at is None or held.publish_at > now:
        return False
    publish(proposal=held, actor=SCHEDULE, now=now)
    return True


def _may_pass(error: Exception, proposal: Proposal, now: datetime) -> bool:
    """Say whether the next sweep shall try again: it is no refusal, and its hour is not over."""
    tried = now - proposal.publish_at if proposal.publish_at else timedelta()
    return isinstance(error, PASSING) and tried < PATIENCE


@transaction.atomic
def _fail(proposal: Proposal, why: str, now: datetime) -> bool:
    """Mark it failed and tell, unless it was settled, taken back or moved since we looked."""
    due = Proposal.objects.filter(pk=proposal.pk, state=State.SCHEDULED, publish_at__lte=now)
    if not due.update(state=State.FAILED, failure=why, closed_at=now):
        return False
    record(proposal, "rule_set.schedule_failed", SCHEDULE, now, why=why)
    return True


def _told(refusal: Refused) -> str:
    details = [problem.detail for problem in refusal.problems] if isinstance(refusal, Invalid) else []
    return " ".join(details or [refusal.message])


def _require_approved(proposal: Proposal) -> None:
    if not proposal.is_approved:
        raise NotApproved(f"It is not approved: {proposal.get_state_display().lower()}.")
