"""Saved cases tried all at once, and what they came to kept, so that looking at them runs nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from routing.models import CaseRun, SavedCase
from routing.services import cases, choices
from routing.services.choices import Choice


@dataclass(frozen=True, slots=True)
class Standing:
    """One case and what it came to; None: it was not there when the cases were last tried."""

    case: SavedCase
    misses: tuple[str, ...] | None

    @property
    def passed(self) -> bool:
        """Say whether it was tried and all came out as expected."""
        return self.misses == ()


@dataclass(frozen=True, slots=True)
class Overview:
    """Every case as the last run under one choice of rules left it, if there was one."""

    standings: tuple[Standing, ...]
    run: CaseRun | None
    is_current: bool  # the rules still hold what they held then

    @property
    def passed(self) -> int:
        """How many came out as expected."""
        return sum(each.passed for each in self.standings)


@transaction.atomic
def try_all(*, choice: Choice, actor: Actor, now: datetime) -> CaseRun:
    """Try every case under the rules chosen and keep what they come to, in the place of the run before.

    :raises Forbidden: if the actor neither writes nor approves rules
    :raises Missing: if there is no such set or version
    :raises Invalid: if a draft has problems
    """
    policy.require(actor, "rules.approve")
    said = _tried(choice, actor, now)
    return CaseRun.objects.update_or_create(rules=str(choice), defaults=said)[0]


def look(*, choice: Choice, actor: Actor, now: datetime) -> Overview:
    """Return every case tried now under the rules chosen; nothing is kept, so whoever reads rules may ask.

    :raises Missing: if there is no such set or version
    :raises Invalid: if a draft has problems
    """
    policy.require(actor, "rules.view")
    return _overview(CaseRun(rules=str(choice), **_tried(choice, actor, now)), is_current=True)


def overview(choice: Choice) -> Overview:
    """Return every case with what it came to when last tried under the rules chosen; nothing is run.

    :raises Missing: if there is no such set or version
    """
    held = choices.hash_of(choice)
    run = CaseRun.objects.filter(rules=str(choice)).first()
    return _overview(run, is_current=run is not None and run.rules_hash == held)


def _overview(run: CaseRun | None, *, is_current: bool) -> Overview:
    misses = run.misses if run else {}
    standings = (Standing(each, _told(misses.get(str(each.pk)))) for each in SavedCase.objects.all())
    return Overview(tuple(standings), run, is_current)


def _tried(choice: Choice, actor: Actor, now: datetime) -> dict[str, Any]:
    """Try every case and return what a run of them holds."""
    held = choices.hash_of(choice)
    found = cases.run_all(choice=choice, now=now)
    return {
        "rules_hash": held,
        "tried_at": now,
        "tried_by": actor.label[:200],
        "misses": {str(each.case.pk): each.misses for each in found},
    }


def _told(misses: list[str] | None) -> tuple[str, ...] | None:
    return None if misses is None else tuple(misses)
