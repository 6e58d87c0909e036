"""Rolling back: with a second person, and in an emergency without one, to be confirmed afterwards."""

from datetime import datetime, timedelta

import pytest

from accounts.actor import Actor
from accounts.errors import Forbidden, Invalid, Missing
from audit.models import Entry
from outbox.models import Message
from routing.models import Pool
from rules_engine import services as rules
from rules_engine.models import Proposal, RuleSet, RuleSetVersion
from tests.factories import GATE_RULE, make_rule_set
from tests.publishing import approved, penny, publish_draft, quinn

OTHER = {
    "id": "no-phone",
    "name": "No phone",
    "effect": "warn",
    "when": {"field": "lead.has_phone", "op": "eq", "value": False},
}


@pytest.fixture
def ruleset(db: None, now: datetime) -> RuleSet:
    """Return a set with two versions, the second of which has one rule more."""
    ruleset = make_rule_set()
    publish_draft(ruleset, now=now)
    rules.create_rule(ruleset=ruleset, document=OTHER, actor=penny(), now=now)
    publish_draft(ruleset, now=now)
    return ruleset


@pytest.fixture
def later(now: datetime) -> datetime:
    return now + timedelta(hours=1)


def test_a_roll_back_goes_live_with_its_approval(ruleset: RuleSet, later: datetime) -> None:
    first = ruleset.versions.get(number=1)
    asked = rules.propose_roll_back(ruleset=ruleset, number=1, comment="Two was wrong.", actor=penny(), now=later)
    assert ruleset.versions.count() == 2

    done = rules.approve(proposal=asked, actor=quinn(), now=later)

    ruleset.refresh_from_db()
    third = ruleset.versions.get(number=3)
    assert (done.state, ruleset.live_version) == ("PUBLISHED", third)
    assert (third.restored_from, third.document, third.content_hash) == (first, first.document, first.content_hash)
    assert [rule.rule_id for rule in ruleset.rules.all()] == ["closed-states", "no-phone"]
    actions = Entry.objects.order_by("seq").values_list("action", flat=True)
    assert list(actions)[-3:] == ["rule_set.sent_for_review", "rule_set.approved", "rule_set.rolled_back"]
    assert Message.objects.filter(topic="rule_set.published").latest("seq").payload["restored_from"] == 1


def test_who_asks_to_go_back_does_not_approve_it(ruleset: RuleSet, later: datetime) -> None:
    asked = rules.propose_roll_back(ruleset=ruleset, number=1, comment="Wrong.", actor=penny(), now=later)

    with pytest.raises(rules.OwnWork):
        rules.approve(proposal=asked, actor=penny(), now=later)
    with pytest.raises(rules.SentAlready):
        rules.propose_roll_back(ruleset=ruleset, number=1, comment="Again.", actor=penny(), now=later)

    assert ruleset.versions.count() == 2


def test_in_an_emergency_one_person_goes_back_and_another_confirms(ruleset: RuleSet, later: datetime) -> None:
    version = rules.roll_back_now(ruleset=ruleset, number=1, comment="It rejects all.", actor=penny(), now=later)

    ruleset.refresh_from_db()
    task = Proposal.objects.unconfirmed().get()
    assert (ruleset.live_version, version.number, task.reviewer) == (version, 3, None)
    with pytest.raises(rules.OwnWork):
        rules.confirm(proposal=task, comment="Fine.", actor=penny(), now=later)
    with pytest.raises(Invalid):
        rules.confirm(proposal=task, comment=" ", actor=quinn(), now=later)
    rules.confirm(proposal=task, comment="Right to go back.", actor=quinn(), now=later)

    assert not Proposal.objects.unconfirmed().exists()
    with pytest.raises(rules.NothingToConfirm):
        rules.confirm(proposal=task, comment="Again.", actor=quinn(), now=later)
    actions = Entry.objects.order_by("seq").values_list("action", flat=True)
    assert list(actions)[-3:] == [
        "rule_set.rolled_back",
        "rule_set.confirmation_awaited",
        "rule_set.roll_back_confirmed",
    ]


@pytest.fixture
def routes(house: Pool, now: datetime) -> RuleSet:
    """Return a set whose first version points at a pool that is gone by now."""
    to_house = {"id": "rest", "name": "Everybody else", "route": {"pool": "house"}}
    Pool.objects.create(slug="spare", name="Spare")
    routes = make_rule_set("routes", [to_house], stage="route")
    publish_draft(routes, now=now)
    to_spare = {**to_house, "route": {"pool": "spare"}}
    rules.save_rule(rule=routes.rules.get(), document=to_spare, actor=penny(), now=now)
    publish_draft(routes, now=now)
    house.delete()
    return routes


GONE = "“Everybody else” points at “house”, which is not there or switched off."


def test_nobody_goes_back_to_what_points_at_nothing(routes: RuleSet, later: datetime) -> None:
    with pytest.raises(rules.Unpublishable) as refused:
        rules.propose_roll_back(ruleset=routes, number=1, comment="Wrong.", actor=penny(), now=later)

    assert [problem.detail for problem in refused.value.problems] == [GONE]
    assert not Proposal.objects.open().exists()


def test_in_an_emergency_they_do_and_the_ledger_names_what_is_gone(routes: RuleSet, later: datetime) -> None:
    version = rules.roll_back_now(ruleset=routes, number=1, comment="It rejects all.", actor=penny(), now=later)

    assert version.number == 3
    assert Entry.objects.get(action="rule_set.confirmation_awaited").detail["notes"] == [GONE]
    gates = {gate.code: gate for gate in rules.gates_of(Proposal.objects.unconfirmed().get(), later)}
    assert (gates["targets"].answer, gates["targets"].is_met, gates["targets"].blocks) == ("1 gone", False, False)


def test_an_emergency_wants_a_reason(ruleset: RuleSet, later: datetime) -> None:
    with pytest.raises(Invalid):
        rules.roll_back_now(ruleset=ruleset, number=1, comment=" ", actor=penny(), now=later)

    assert ruleset.versions.count() == 2


def test_going_back_voids_what_was_approved_against_the_version_that_is_gone(ruleset: RuleSet, later: datetime) -> None:
    rules.save_rule(
        rule=ruleset.rules.get(rule_id="no-phone"), document={**OTHER, "name": "X"}, actor=penny(), now=later
    )
    waiting = approved(ruleset, now=later)

    rules.roll_back_now(ruleset=ruleset, number=1, comment="Wrong.", actor=penny(), now=later)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.failure) == ("VOID", "Another version went live meanwhile.")
    with pytest.raises(rules.NotApproved):
        rules.publish(proposal=waiting, actor=penny(), now=later)


@pytest.mark.parametrize("go_back", [rules.propose_roll_back, rules.roll_back_now])
def test_what_is_live_what_never_was_and_who_may_not(
    ruleset: RuleSet, auditor: Actor, later: datetime, go_back: object
) -> None:
    assert callable(go_back)
    with pytest.raises(rules.Unchanged):
        go_back(ruleset=ruleset, number=2, comment="Why not.", actor=penny(), now=later)
    with pytest.raises(Missing):
        go_back(ruleset=ruleset, number=7, comment="Why not.", actor=penny(), now=later)
    with pytest.raises(Forbidden):
        go_back(ruleset=ruleset, number=1, comment="Why not.", actor=auditor, now=later)

    assert RuleSetVersion.objects.count() == 2
    assert not Proposal.objects.open().exists()


def test_an_edit_of_the_draft_leaves_a_roll_back_as_it_is(ruleset: RuleSet, later: datetime) -> None:
    asked = rules.propose_roll_back(ruleset=ruleset, number=1, comment="Wrong.", actor=penny(), now=later)

    rules.save_rule(
        rule=ruleset.rules.get(rule_id="closed-states"), document={**GATE_RULE, "name": "Y"}, actor=penny(), now=later
    )

    assert rules.approve(proposal=asked, actor=quinn(), now=later).state == "PUBLISHED"
