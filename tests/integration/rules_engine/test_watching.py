"""A day's watch over a new version: it proposes to roll back where decisions come out worse than before."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import pytest
from django.conf import LazySettings

from accounts.actor import Actor
from accounts.errors import Forbidden, Invalid
from audit.models import Entry
from outbox.models import Message
from rules_engine import services as rules
from rules_engine.models import RuleSet, Watch
from rules_engine.services import watching
from tests.factories import GATE_RULE, make_rule_set
from tests.publishing import penny, publish_draft

TEN_MINUTES = timedelta(minutes=10)
DAY = timedelta(hours=24)
GOOD: Final = {"decisions": 200, "fallback": 10, "unknown": 0, "errors": 0}
BAD: Final = {"decisions": 100, "fallback": 40, "unknown": 0, "errors": 0}
seen: dict[str, Mapping[str, int]] = {}


def evidence(*, stage: str, since: datetime, until: datetime) -> Mapping[str, int]:
    """Answer as the test says: `before` for whole days, `since` for what is shorter."""
    return seen["before" if until - since == DAY else "since"]


@pytest.fixture(autouse=True)
def made_up(settings: LazySettings) -> None:
    settings.RULES_EVIDENCE = f"{__name__}.evidence"
    seen.update(before=GOOD, since=GOOD)


@pytest.fixture
def ruleset(db: None, now: datetime) -> RuleSet:
    """Return a set whose second version has just gone live."""
    ruleset = make_rule_set()
    publish_draft(ruleset, now=now)
    rules.save_rule(rule=ruleset.rules.get(), document={**GATE_RULE, "name": "Other"}, actor=penny(), now=now)
    publish_draft(ruleset, now=now)
    return ruleset


def test_a_first_version_is_not_watched(db: None, now: datetime) -> None:
    publish_draft(make_rule_set(), now=now)

    assert not Watch.objects.exists()


def test_while_nothing_is_worse_it_watches_for_a_day_and_is_over(ruleset: RuleSet, now: datetime) -> None:
    assert rules.watch_due(now=now + TEN_MINUTES) == 0
    assert Watch.objects.get().since == GOOD
    assert rules.watch_due(now=now + DAY) == 1

    assert Watch.objects.get().state == "OVER"
    assert rules.watch_due(now=now + 2 * DAY) == 0


def test_more_fallback_raises_the_alarm_once(ruleset: RuleSet, now: datetime) -> None:
    seen["since"] = BAD

    assert rules.watch_due(now=now + TEN_MINUTES) == 1
    assert rules.watch_due(now=now + TEN_MINUTES) == 0
    assert rules.watch_due(now=now + 2 * TEN_MINUTES) == 0

    watch = Watch.objects.get()
    assert (watch.state, watch.worse, watch.before, watch.since) == ("ALARMED", ["fallback"], GOOD, BAD)
    assert Entry.objects.get(action="rule_set.alarmed").detail["worse"] == ["fallback"]
    assert Message.objects.get(topic="rule_set.alarmed").payload == {"watch": watch.pk}


def test_a_watch_that_breaks_holds_up_no_other_and_is_looked_at_again(ruleset: RuleSet, now: datetime) -> None:
    other = make_rule_set("other")
    publish_draft(other, now=now)
    rules.save_rule(rule=other.rules.get(), document={**GATE_RULE, "name": "Other"}, actor=penny(), now=now)
    publish_draft(other, now=now)
    bad, good = Watch.objects.order_by("pk")
    Watch.objects.filter(pk=bad.pk).update(before={}, next_at=now)

    assert rules.watch_due(now=now + DAY) == 1

    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.next_at, good.state) == ("RUNNING", now + DAY + TEN_MINUTES, "OVER")


def test_rolling_back_ends_the_alarm(ruleset: RuleSet, now: datetime) -> None:
    seen["since"] = BAD
    rules.watch_due(now=now + TEN_MINUTES)

    rules.roll_back_now(ruleset=ruleset, number=1, comment="Alarm.", actor=penny(), now=now + 2 * TEN_MINUTES)
    rules.watch_due(now=now + 2 * TEN_MINUTES)

    assert Watch.objects.get(version__number=2).state == "OVER"
    assert Watch.objects.get(version__number=3).state == "RUNNING"


def test_an_alarm_may_be_answered_by_keeping_the_version(ruleset: RuleSet, auditor: Actor, now: datetime) -> None:
    watch = Watch.objects.get()
    with pytest.raises(rules.NotAlarmed):
        rules.keep(watch=watch, because="Meant.", actor=penny(), now=now)
    seen["since"] = BAD
    rules.watch_due(now=now + TEN_MINUTES)
    with pytest.raises(Invalid):
        rules.keep(watch=watch, because=" ", actor=penny(), now=now)
    with pytest.raises(Forbidden):
        rules.keep(watch=watch, because="Meant.", actor=auditor, now=now)

    rules.keep(watch=watch, because="A storm closed Florida.", actor=penny(), now=now)

    watch.refresh_from_db()
    assert (watch.state, watch.kept_label, watch.kept_because) == ("KEPT", "Penny Wells", "A storm closed Florida.")


@pytest.mark.parametrize(
    ("before", "since", "risen"),
    [
        (GOOD, BAD, ["fallback"]),
        (GOOD, {**GOOD, "errors": 40, "unknown": 40}, ["unknown", "errors"]),
        (GOOD, {**GOOD, "fallback": 16}, []),
        (GOOD, {"decisions": 19, "fallback": 19, "unknown": 19, "errors": 19}, []),
        ({**GOOD, "decisions": 10}, BAD, []),
        ({"decisions": 25, "fallback": 5, "unknown": 0, "errors": 0}, {**BAD, "decisions": 25, "fallback": 10}, []),
        ({**GOOD, "decisions": 200_000, "fallback": 10_000}, {**BAD, "decisions": 20_000, "fallback": 1_500}, []),
    ],
    ids=["worse", "two worse", "within chance", "too few", "too few before", "small and doubtful", "sure and slight"],
)
def test_what_counts_as_worse(before: dict[str, int], since: dict[str, int], risen: list[str]) -> None:
    assert watching.worse(before, since) == risen
