"""Two people act on one set at once: one wins, the other is told, nothing is done twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from accounts.actor import Actor
from accounts.errors import Refused
from audit.models import Entry
from outbox.models import Message
from routing.models import Pool
from rules_engine import services as rules
from rules_engine.mappers import document_of
from rules_engine.models import NamedList, Proposal, RuleSet, RuleSetVersion
from tests.factories import GATE_RULE, make_rule_set, make_user
from tests.publishing import approved, penny, quinn
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
    proposal = approved(make_rule_set(), now=now)

    def publish() -> object:
        return rules.publish(proposal=proposal, actor=publisher, now=now)

    assert at_once(publish, publish) == ["done", "proposal.not_approved"]
    assert RuleSetVersion.objects.count() == 1
    assert Entry.objects.filter(action="rule_set.published").count() == 1
    assert Message.objects.filter(topic="rule_set.published").count() == 1


def test_of_two_route_sets_published_at_once_one_is_live(house: Pool, publisher: Actor, now: datetime) -> None:
    catch_all = {"id": "rest", "name": "Everybody else", "route": {"pool": "house"}}
    proposals = [approved(make_rule_set(slug, [catch_all], stage="route"), now=now) for slug in ("one", "two")]

    def publisher_of(proposal: Proposal) -> Callable[[], object]:
        return lambda: rules.publish(proposal=proposal, actor=publisher, now=now)

    assert at_once(*map(publisher_of, proposals)) == ["done", "rule_set.route_taken"]
    assert RuleSet.objects.filter(live_version__isnull=False).count() == 1


def test_of_an_approval_and_an_edit_at_once_none_leaves_an_approved_draft_that_nobody_saw(
    publisher: Actor, now: datetime
) -> None:
    ruleset = make_rule_set()
    proposal = rules.submit(ruleset=ruleset, comment="Look.", actor=penny(), now=now)
    second = quinn()

    def approve() -> object:
        return rules.approve(proposal=proposal, actor=second, now=now)

    def edit() -> object:
        body = {**GATE_RULE, "name": "Something else"}
        return rules.save_rule(rule=ruleset.rules.get(), document=body, actor=publisher, now=now)

    assert at_once(approve, edit) in (["done", "done"], ["done", "proposal.not_in_review"])
    proposal.refresh_from_db()
    assert proposal.state == "VOID"


def test_two_sweeps_at_once_publish_what_is_due_once(publisher: Actor, now: datetime) -> None:
    proposal = approved(make_rule_set(), now=now)
    due = now + timedelta(hours=1)
    rules.schedule(proposal=proposal, publish_at=due, actor=publisher, now=now)

    together([lambda: rules.publish_due(now=due), lambda: rules.publish_due(now=due)])

    proposal.refresh_from_db()
    assert (proposal.state, proposal.failure) == ("PUBLISHED", "")
    assert RuleSetVersion.objects.count() == 1
    assert Message.objects.filter(topic__in=["rule_set.published", "rule_set.schedule_failed"]).count() == 1


def test_two_rules_added_at_once_both_get_a_place(publisher: Actor, now: datetime) -> None:
    ruleset = make_rule_set(rules=[])

    def adder_of(rule_id: str) -> Callable[[], object]:
        body = {"id": rule_id, "name": "A rule", "effect": "warn"}
        return lambda: rules.create_rule(ruleset=ruleset, document=body, actor=publisher, now=now)

    assert at_once(adder_of("a"), adder_of("b")) == ["done", "done"]
    assert sorted(ruleset.rules.values_list("position", flat=True)) == [0, 1]


def test_of_two_who_make_a_set_of_one_name_at_once_one_is_told_it_is_taken(publisher: Actor, now: datetime) -> None:
    def make() -> object:
        said: dict[str, Any] = {"slug": "extra", "name": "Extra", "stage": "score", "time_zone": "America/Denver"}
        return rules.create_rule_set(**said, actor=publisher, now=now)

    assert at_once(make, make) == ["done", "invalid"]
    assert RuleSet.objects.count() == Entry.objects.filter(action="rule_set.created").count() == 1


def test_of_two_who_take_a_document_into_one_draft_at_once_one_is_told_it_moved(
    publisher: Actor, now: datetime
) -> None:
    ruleset = make_rule_set()
    added = {"id": "poor", "name": "Low premium", "effect": "warn"}
    document = {**document_of(ruleset), "rules": [added]}
    plan = rules.plan_import(ruleset=ruleset, document=document, actor=publisher)

    def take() -> object:
        seen = {"document_hash": plan.document_hash, "draft_hash": plan.draft_hash}
        return rules.import_reviewed(ruleset=ruleset, document=document, **seen, actor=publisher, now=now)

    assert at_once(take, take) == ["done", "rule_set.draft_moved"]
    assert document_of(ruleset) == document
    assert Entry.objects.filter(action="rule_set.imported").count() == 1


def test_of_two_who_make_a_list_of_one_name_at_once_one_is_told_it_is_taken(publisher: Actor, now: datetime) -> None:
    def make() -> object:
        said = {"slug": "strict", "name": "Strict", "field": "lead.state"}
        return rules.create_list(**said, values=["CA"], actor=publisher, now=now)

    assert at_once(make, make) == ["done", "invalid"]
    assert NamedList.objects.get().history.count() == 1
