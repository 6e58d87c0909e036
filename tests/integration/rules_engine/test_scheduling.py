"""Publishing later: the sweep asks every gate anew, and fails whole."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import LazySettings
from django.db import OperationalError
from django.db.models import QuerySet
from django.test import override_settings

from accounts.errors import FieldProblem, Invalid, Refused
from audit.models import Entry
from outbox.models import Message
from routing.models import Pool
from rules_engine import services as rules
from rules_engine.gate import Gate
from rules_engine.models import Proposal, RuleSet, RuleSetVersion
from rules_engine.services import scheduling
from tests.factories import make_rule_set
from tests.publishing import approved, penny, quinn

HOUR = timedelta(hours=1)
TO_HOUSE = {"id": "rest", "name": "Everybody else", "route": {"pool": "house"}}


def shut(**asked: object) -> Gate:
    return Gate("moon", "The moon is full", "No", is_met=False, problems=(FieldProblem("", "moon", "Wait for it."),))


OPEN = Gate("moon", "The moon is full", "Yes")


def broken(**asked: object) -> Gate:
    raise ZeroDivisionError


def database_away(**asked: object) -> Gate:
    raise OperationalError("the database system is starting up")


def time_is_up(**asked: object) -> Gate:
    raise SoftTimeLimitExceeded


def takes_back(**asked: Any) -> Gate:
    for other in waiting():
        rules.unschedule(proposal=other, actor=penny(), now=asked["now"])
    return OPEN


def moves(**asked: Any) -> Gate:
    for other in waiting():
        rules.schedule(proposal=other, publish_at=asked["now"] + HOUR, actor=penny(), now=asked["now"])
    return OPEN


def waiting() -> QuerySet[Proposal]:
    """Return what another session changes while the first of two is published."""
    return Proposal.objects.filter(state="SCHEDULED", ruleset__slug="checks")


@pytest.fixture
def ruleset(house: Pool) -> RuleSet:
    return make_rule_set("routes", [TO_HOUSE], stage="route")


@pytest.fixture
def scheduled(ruleset: RuleSet, now: datetime) -> Proposal:
    return rules.schedule(proposal=approved(ruleset, now=now), publish_at=now + HOUR, actor=penny(), now=now)


def told(topic: str) -> int:
    return Message.objects.filter(topic=topic).count()


def test_it_goes_live_when_its_moment_has_come_and_once(scheduled: Proposal, ruleset: RuleSet, now: datetime) -> None:
    assert rules.publish_due(now=now + HOUR - timedelta(seconds=1)) == 0
    assert rules.publish_due(now=now + HOUR) == 1
    assert rules.publish_due(now=now + HOUR) == 0

    ruleset.refresh_from_db()
    scheduled.refresh_from_db()
    assert scheduled.state == "PUBLISHED"
    assert ruleset.live_version == RuleSetVersion.objects.get()
    assert RuleSetVersion.objects.get().published_at == now + HOUR
    assert Entry.objects.get(action="rule_set.published").actor_label == "schedule"


def test_a_pool_that_is_gone_by_then_fails_it_whole_and_both_are_told(
    scheduled: Proposal, ruleset: RuleSet, house: Pool, now: datetime
) -> None:
    house.delete()

    assert rules.publish_due(now=now + HOUR) == 1

    ruleset.refresh_from_db()
    scheduled.refresh_from_db()
    why = "“Everybody else” points at “house”, which is not there or switched off."
    assert (scheduled.state, scheduled.failure) == ("FAILED", why)
    assert ruleset.live_version is None
    assert not RuleSetVersion.objects.exists()
    assert (told("rule_set.schedule_failed"), told("rule_set.published")) == (1, 0)
    assert Entry.objects.get(action="rule_set.schedule_failed").detail["why"] == why
    assert rules.publish_due(now=now + 2 * HOUR) == 0


def test_the_pools_of_a_table_are_looked_for_too(house: Pool, now: datetime) -> None:
    rows = [{"id": "fl", "if": [["FL"]], "then": ["house"]}, {"id": "rest", "if": ["-"], "then": ["nowhere"]}]
    table = {"inputs": [{"field": "lead.state", "op": "in"}], "outputs": ["pool"], "hit": "first", "rows": rows}
    routes = make_rule_set("routes", [{"id": "by-state", "name": "By state", "table": table}], stage="route")

    with pytest.raises(rules.Unpublishable) as refused:
        rules.publish(proposal=approved(routes, now=now), actor=penny(), now=now)

    assert [each.detail for each in refused.value.problems] == [
        "“By state, row rest” points at “nowhere”, which is not there or switched off."
    ]


@pytest.mark.parametrize(("hook", "why"), [("shut", "Wait for it."), ("broken", "Something went wrong on our side")])
def test_a_gate_of_another_app_that_shuts_or_breaks_fails_it(
    scheduled: Proposal, now: datetime, settings: LazySettings, hook: str, why: str
) -> None:
    settings.RULES_GATES = [f"{__name__}.{hook}"]

    assert rules.publish_due(now=now + HOUR) == 1

    scheduled.refresh_from_db()
    assert scheduled.state == "FAILED"
    assert why in scheduled.failure
    assert not RuleSetVersion.objects.exists()


@pytest.mark.parametrize("hook", ["database_away", "time_is_up"])
def test_a_fault_that_passes_is_tried_again_for_an_hour(
    scheduled: Proposal, now: datetime, settings: LazySettings, hook: str
) -> None:
    settings.RULES_GATES = [f"{__name__}.{hook}"]
    assert rules.publish_due(now=now + 2 * HOUR - timedelta(seconds=1)) == 0
    scheduled.refresh_from_db()
    assert (scheduled.state, told("rule_set.schedule_failed")) == ("SCHEDULED", 0)

    assert rules.publish_due(now=now + 2 * HOUR) == 1

    scheduled.refresh_from_db()
    assert (scheduled.state, told("rule_set.schedule_failed")) == ("FAILED", 1)


def test_once_the_fault_has_passed_it_goes_live(scheduled: Proposal, now: datetime) -> None:
    with override_settings(RULES_GATES=[f"{__name__}.database_away"]):
        rules.publish_due(now=now + HOUR)

    assert rules.publish_due(now=now + HOUR + timedelta(minutes=1)) == 1
    assert RuleSetVersion.objects.exists()


@pytest.mark.parametrize(("hook", "state"), [("takes_back", "APPROVED"), ("moves", "SCHEDULED")])
def test_what_is_taken_back_or_moved_during_the_sweep_does_not_go_live(
    scheduled: Proposal, now: datetime, settings: LazySettings, hook: str, state: str
) -> None:
    other = approved(make_rule_set("checks"), now=now)
    rules.schedule(proposal=other, publish_at=now + HOUR, actor=penny(), now=now)
    settings.RULES_GATES = [f"{__name__}.{hook}"]

    assert rules.publish_due(now=now + HOUR) == 1

    other.refresh_from_db()
    assert other.state == state
    assert [version.ruleset.slug for version in RuleSetVersion.objects.all()] == ["routes"]


def test_what_is_moved_right_after_a_refusal_is_not_marked_failed(
    scheduled: Proposal, house: Pool, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told_late(refusal: Refused) -> str:
        rules.schedule(proposal=scheduled, publish_at=now + 3 * HOUR, actor=penny(), now=now)
        return refusal.message

    monkeypatch.setattr(scheduling, "_told", told_late)
    house.delete()

    assert rules.publish_due(now=now + HOUR) == 0

    scheduled.refresh_from_db()
    assert (scheduled.state, told("rule_set.schedule_failed")) == ("SCHEDULED", 0)


def test_one_that_fails_holds_up_no_other(scheduled: Proposal, house: Pool, now: datetime) -> None:
    other = approved(make_rule_set("checks"), now=now)
    rules.schedule(proposal=other, publish_at=now + HOUR, actor=penny(), now=now)
    house.delete()

    assert rules.publish_due(now=now + HOUR) == 2

    assert [version.ruleset.slug for version in RuleSetVersion.objects.all()] == ["checks"]


@pytest.mark.parametrize("away", [timedelta(), -HOUR, timedelta(days=400)])
def test_the_instant_lies_ahead_within_a_year(ruleset: RuleSet, now: datetime, away: timedelta) -> None:
    proposal = approved(ruleset, now=now)

    with pytest.raises(Invalid, match="in the future"):
        rules.schedule(proposal=proposal, publish_at=now + away, actor=penny(), now=now)

    assert Proposal.objects.get().state == "APPROVED"


def test_only_what_is_approved_is_scheduled(ruleset: RuleSet, now: datetime) -> None:
    sent = rules.submit(ruleset=ruleset, comment="Go.", actor=penny(), now=now)

    with pytest.raises(rules.NotApproved, match="in review"):
        rules.schedule(proposal=sent, publish_at=now + HOUR, actor=penny(), now=now)


def test_an_instant_is_moved_and_taken_back(scheduled: Proposal, now: datetime) -> None:
    rules.schedule(proposal=scheduled, publish_at=now + 3 * HOUR, actor=penny(), now=now)
    assert rules.publish_due(now=now + 2 * HOUR) == 0

    back = rules.unschedule(proposal=scheduled, actor=penny(), now=now)

    assert (back.state, back.publish_at) == ("APPROVED", None)
    assert rules.publish_due(now=now + 4 * HOUR) == 0
    with pytest.raises(rules.NotApproved, match="not scheduled"):
        rules.unschedule(proposal=scheduled, actor=quinn(), now=now)
