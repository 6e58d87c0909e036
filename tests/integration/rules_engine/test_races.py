"""Two people act on one set at once: one wins, the other is told, nothing is done twice."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import pytest

from accounts.actor import Actor
from accounts.errors import Refused
from audit.models import Entry
from outbox.models import Message
from rules_engine import services as rules
from rules_engine.models import RuleSet, RuleSetVersion
from tests.factories import make_rule_set, make_user
from tests.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def publisher(transactional_db: None) -> Actor:
    """Return somebody who may publish, in a database that other threads see."""
    return make_user().actor()


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Do these together, and return how each came out, sorted."""

    def outcome_of(act: Callable[[], object]) -> str:
        try:
            act()
        except Refused as refusal:
            return refusal.code
        return "done"

    return sorted(together([partial(outcome_of, act) for act in acts]))


def test_of_two_who_publish_at_once_one_wins(publisher: Actor, now: datetime) -> None:
    ruleset = make_rule_set()

    def publish() -> object:
        return rules.publish(ruleset=ruleset, comment="Mine.", actor=publisher, now=now)

    assert at_once(publish, publish) == ["done", "rule_set.unchanged"]
    assert (RuleSetVersion.objects.count(), Entry.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_of_two_route_sets_published_at_once_one_is_live(publisher: Actor, now: datetime) -> None:
    catch_all = {"id": "rest", "name": "Everybody else", "route": {"pool": "house"}}
    sets = [make_rule_set(slug, [catch_all], stage="route") for slug in ("one", "two")]

    def publisher_of(ruleset: RuleSet) -> Callable[[], object]:
        return lambda: rules.publish(ruleset=ruleset, comment="Mine.", actor=publisher, now=now)

    assert at_once(*(publisher_of(ruleset) for ruleset in sets)) == ["done", "rule_set.route_taken"]
    assert RuleSet.objects.filter(live_version__isnull=False).count() == 1


def test_two_rules_added_at_once_both_get_a_place(publisher: Actor, now: datetime) -> None:
    ruleset = make_rule_set(rules=[])

    def adder_of(rule_id: str) -> Callable[[], object]:
        body = {"id": rule_id, "name": "A rule", "effect": "warn"}
        return lambda: rules.create_rule(ruleset=ruleset, document=body, actor=publisher, now=now)

    assert at_once(adder_of("a"), adder_of("b")) == ["done", "done"]
    assert sorted(ruleset.rules.values_list("position", flat=True)) == [0, 1]
