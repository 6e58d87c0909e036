"""What was tried is forgotten when nobody needs it any more, a piece at a time."""

from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings

from accounts.actor import Actor
from audit.models import Entry
from routing.models import Decision, Rehearsal, RehearsalMove, Shadow, ShadowMiss, ShadowReading
from routing.services import pruning, rehearsing, shadowing
from rules_engine import services as rules
from rules_engine.models import RuleSet
from tests.agency import MINUTE
from tests.integration.routing.test_rehearsing import LATER, checks, ops, three_a_chunk

__all__ = ["checks", "ops", "three_a_chunk"]  # fixtures

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
OVER = LATER + 2 * MINUTE  # when both trials are over
GONE = OVER + 90 * DAY + MINUTE


@pytest.fixture
def trials(checks: RuleSet, ops: Actor) -> None:
    """Leave a rehearsal with four moves, and a shadow with one reading and one miss."""
    rehearsing.start(ruleset=checks, days=30, actor=ops, now=LATER)
    rehearsing.work(now=OVER, seconds=60)
    shadow = shadowing.start(ruleset=checks, hours=1, actor=ops, now=LATER)
    read, missed = Decision.objects.all()[:2]
    same = {"kind": "", "before": {}, "after": {}}
    ShadowReading.objects.create(shadow=shadow, decision=read, lead_id=read.lead_id, **same)
    ShadowMiss.objects.create(shadow=shadow, decision=missed, reason="FAILED")
    shadowing.cancel(shadow=shadow, actor=ops, now=OVER)


def left() -> list[int]:
    models = (Rehearsal, RehearsalMove, Shadow, ShadowReading, ShadowMiss)
    return [model._default_manager.count() for model in models]


def prune(now: datetime) -> list[int]:
    """Prune until nothing is due; return what went each time."""
    return list(iter(lambda: pruning.prune_due(now=now), 0))


def test_what_is_over_for_long_goes_a_piece_at_a_time(trials: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "PIECE", 3)
    assert left() == [1, 4, 1, 1, 1]

    gone = prune(GONE)

    assert (gone, left()) == ([3 + 1, 1 + 1, 1 + 1], [0, 0, 0, 0, 0])
    entries = Entry.objects.filter(action__endswith=".pruned").order_by("action")
    assert [(each.action, each.actor_label, each.detail["rule_set"]) for each in entries] == [
        ("rehearsal.pruned", "pruning", "checks"),
        ("shadow.pruned", "pruning", "checks"),
    ]
    assert Decision.objects.count() == 10


def test_what_is_younger_stays_and_a_setting_says_for_how_long(trials: None, settings: LazySettings) -> None:
    assert prune(GONE - 2 * MINUTE) == []
    settings.TRIAL_DAYS = 5

    prune(OVER + 5 * DAY + MINUTE)

    assert left() == [0, 0, 0, 0, 0]


def test_what_still_runs_stays(checks: RuleSet, ops: Actor) -> None:
    rehearsing.start(ruleset=checks, days=30, actor=ops, now=LATER)
    shadowing.start(ruleset=checks, hours=1, actor=ops, now=LATER)

    assert prune(GONE) == []
    assert left() == [1, 0, 1, 0, 0]


def test_what_a_proposal_asks_to_publish_keeps_its_trials(trials: None, checks: RuleSet, ops: Actor) -> None:
    proposal = rules.submit(ruleset=checks, comment="Stricter.", actor=ops, now=OVER)
    assert prune(GONE) == []

    rules.withdraw(proposal=proposal, actor=ops, now=GONE)

    prune(GONE)
    assert left() == [0, 0, 0, 0, 0]
