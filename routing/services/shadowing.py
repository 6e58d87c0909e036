"""Shadow: rules on trial follow live decisions from their receipts, after the commit, and touch nothing of them."""

import logging
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction

from accounts import policy
from accounts.actor import Actor, system
from accounts.errors import FieldProblem, Invalid, Refused
from audit import services as audit
from routing.models import Decision, Shadow, ShadowMiss, ShadowReading
from routing.queries import past_rosters
from routing.services.recalling import Past
from routing.services.trying import Bench, contrast, on_trial, swap_of
from routing.swap import Swap
from rules_engine.models import RuleSet

logger = logging.getLogger(__name__)
LONGEST: Final = 24 * 92  # hours
State = Shadow.State
Reason = ShadowMiss.Reason


class ShadowOver(Refused):
    """This shadow has ended; there is nothing to cancel."""

    code = "shadow.over"


@transaction.atomic
def start(*, ruleset: RuleSet, hours: int, actor: Actor, now: datetime, version: int | None = None) -> Shadow:
    """Let the draft, or a published version, follow every decision made from now on for so many hours.

    :raises Forbidden: without `rules.edit`
    :raises Untriable: if the rules have problems
    :raises Invalid: if it would run for no time, or for ever
    :raises Missing: if there is no such version
    """
    trial = on_trial(ruleset=ruleset, version=version, actor=actor, now=now)
    if not 1 <= hours <= LONGEST:
        sentence = f"Choose 1 to {LONGEST} hours."
        raise Invalid((FieldProblem("/hours", "field.range", sentence),), sentence)
    shadow = Shadow.objects.create(**trial, ends_at=now + timedelta(hours=hours))
    _record("shadow.started", shadow, actor, now)
    return shadow


@transaction.atomic
def cancel(*, shadow: Shadow, actor: Actor, now: datetime) -> None:
    """End a shadow before its time; what it said stays.

    :raises Forbidden: without `rules.edit`
    :raises ShadowOver: if it has ended
    """
    policy.require(actor, "rules.edit")
    if not _end(shadow, State.CANCELLED, now):
        raise ShadowOver
    _record("shadow.cancelled", shadow, actor, now)


def end_due(*, now: datetime) -> int:
    """End the shadows whose time is up; return how many."""
    return sum(_ended(shadow, now) for shadow in Shadow.objects.filter(state=State.RUNNING, ends_at__lte=now))


def _ended(shadow: Shadow, now: datetime) -> int:
    try:
        with transaction.atomic():
            ended = _end(shadow, State.ENDED, now)
            if ended:
                _record("shadow.ended", shadow, system("shadow"), now, readings=shadow.readings.count())
            return ended
    except Exception:  # isolation: one that cannot be ended keeps no other running; the next sweep tries it again
        logger.exception("shadow.end_failed", extra={"shadow_id": str(shadow.pk)})
        return 0


def follow(*, decision_id: UUID) -> int:
    """Let every shadow read a decision made in its time; return how many did. Again changes nothing.

    The message may come after the end of a shadow: what counts is when the decision was made. A shadow that fails is
    told so by a row of its own: it must not stop the message, nor another shadow. Where the database is away, nothing
    can be told, and the message has to come again.
    """
    decision = Decision.objects.filter(pk=decision_id).values("pk", "made_at").first()
    if decision is None:
        return 0
    at = decision["made_at"]
    concerned = Shadow.objects.filter(created_at__lte=at, ends_at__gt=at).exclude(state=State.CANCELLED)
    untold = concerned.exclude(readings__decision_id=decision_id).exclude(misses__decision_id=decision_id)
    return sum(_follow(shadow, decision_id) for shadow in untold.defer("document"))


def _follow(shadow: Shadow, decision_id: UUID) -> int:
    try:
        return _read(shadow, decision_id)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # isolation: recorded as a miss
        logger.exception("shadow.failed", extra={"shadow_id": str(shadow.pk), "decision_id": str(decision_id)})
        _miss(shadow, decision_id, Reason.FAILED, type(error).__name__)
        return 0


def _read(shadow: Shadow, decision_id: UUID) -> int:
    recalled = next(Past(past_rosters.at_version).recall([decision_id]))
    if recalled.record is None:
        _miss(shadow, decision_id, str(recalled.gone))
        return 0
    compared = Bench(_ready(shadow.pk)).compare(recalled.record)
    if compared.is_unrepeatable:
        _miss(shadow, decision_id, Reason.UNREPEATABLE)
        return 0
    reading = ShadowReading(
        shadow=shadow,
        decision_id=decision_id,
        lead_id=recalled.lead_id,
        **contrast(compared, recalled.record.receipt["facts"]),
    )
    return len(ShadowReading.objects.bulk_create([reading], ignore_conflicts=True))


def _miss(shadow: Shadow, decision_id: UUID, reason: str, error: str = "") -> None:
    miss = ShadowMiss(shadow=shadow, decision_id=decision_id, reason=reason, error=error)
    ShadowMiss.objects.bulk_create([miss], ignore_conflicts=True)


@lru_cache(maxsize=32)
def _ready(shadow_id: UUID) -> Swap:
    """Return a shadow's rules ready to run; they never change."""
    return swap_of(Shadow.objects.get(pk=shadow_id))


def _end(shadow: Shadow, state: str, now: datetime) -> int:
    return Shadow.objects.filter(pk=shadow.pk, state=State.RUNNING).update(state=state, ended_at=now)


def _record(action: str, shadow: Shadow, actor: Actor, now: datetime, **more: Any) -> None:
    told = {
        "rule_set": shadow.rule_set,
        "version": shadow.version,
        "content_hash": shadow.content_hash,
        "ends_at": shadow.ends_at.isoformat(),
    }
    audit.record(at=now, actor=actor, action=action, target=shadow, detail={**told, **more})
