"""Verify the whole ledger turn by turn, so that a long one keeps nobody waiting; the result is kept."""

import logging
import time
from datetime import datetime
from typing import Final

from django.db import transaction

from accounts.actor import system
from audit import chain
from audit.models import Verification
from audit.report import Problem
from audit.services.recording import record
from audit.services.verification import SHOWN, HeadWalk, Walk, judge_state

logger = logging.getLogger(__name__)
TURN: Final = 0.8  # seconds, as an export's
TRIES: Final = 3  # turns that may end without coming further
VERIFIER: Final = system("verification")


class _OvertakenError(Exception):
    """Another worker took this turn."""


def begin(*, now: datetime) -> Verification:
    """Begin a verification, unless one is under way; returns it."""
    unfinished = Verification.objects.filter(ended_at=None).order_by("pk").first()
    return unfinished or Verification.objects.create(begun_at=now, hash=chain.GENESIS)


def work(*, now: datetime, seconds: float = TURN) -> bool:
    """Give the verification that is under way a turn; return whether there is one.

    The hash it goes on from is its own, not the chain's: a link changed between two turns is found as well.
    """
    verification = Verification.objects.filter(ended_at=None).order_by("pk").first()
    if verification is None:
        return False
    try:
        _attempt(verification, now)
        if _walk_on(verification, time.monotonic() + seconds):
            _end(verification, now)
    except _OvertakenError:
        return True
    except Exception as error:  # isolation: what a turn meets is recorded, and stops no export
        logger.exception("audit.verification_failed")
        Verification.objects.filter(pk=verification.pk).update(error=type(error).__name__)
    return True


def _attempt(verification: Verification, now: datetime) -> None:
    if verification.attempts >= TRIES:
        logger.critical("audit.not_verified", extra={"error": verification.error})
        _save(verification, ended_at=now, error=verification.error or "the worker was lost")
        raise _OvertakenError
    _save(verification, attempts=verification.attempts + 1)


def _walk_on(verification: Verification, until: float) -> bool:
    """Check links, then heads, until the turn is over; return whether nothing is left."""
    walk, heads = Walk(verification.position, verification.hash), HeadWalk(verification.heads_read)
    for step in (walk.step, heads.step):
        while (found := step()) is not None:
            _save(
                verification,
                position=walk.position,
                hash=walk.hash,
                checked=verification.checked + walk.checked,
                heads_read=heads.read,
                unreadable_heads=verification.unreadable_heads + heads.unreadable,
                problems=_with(verification, found),
                attempts=0,
            )
            walk.checked = heads.unreadable = 0
            if time.monotonic() >= until:
                return False
    return True


def _end(verification: Verification, now: datetime) -> None:
    problems = _with(verification, judge_state())
    with transaction.atomic():
        _save(verification, problems=problems, is_sound=not problems, ended_at=now, attempts=0)
        found = {"sound": not problems, "checked": verification.checked, "position": verification.position}
        detail = {**found, "hash": verification.hash, "problems": problems}
        record(at=now, actor=VERIFIER, action="ledger.verified", target=verification, detail=detail)
    if problems:
        logger.critical("audit.ledger_broken", extra={"problems": len(problems)})


def _with(verification: Verification, found: list[Problem]) -> list[str]:
    return [*verification.problems, *map(str, found)][:SHOWN]


def _save(verification: Verification, **columns: object) -> None:
    """Write where the turn got to.

    :raises _OvertakenError: if another worker has written since
    """
    mine = Verification.objects.filter(
        pk=verification.pk,
        ended_at=None,
        position=verification.position,
        heads_read=verification.heads_read,
        attempts=verification.attempts,
    )
    if not mine.update(**columns):
        raise _OvertakenError
    for name, value in columns.items():
        setattr(verification, name, value)
