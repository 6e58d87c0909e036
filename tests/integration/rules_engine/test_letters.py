"""Who gets a letter about a draft on its way, and what it says."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from accounts.models import User
from accounts.policy import Role
from outbox import services as outbox
from routing.models import Pool
from rules_engine import services as rules
from rules_engine.consumers import tell
from rules_engine.models import Proposal, RuleSet, Watch
from tests.factories import GATE_RULE, make_rule_set, make_user
from tests.publishing import penny, publish_draft, quinn

HOUR = timedelta(hours=1)


@pytest.fixture
def people(db: None) -> None:
    """Give everybody an address: Penny, Quinn, a manager, an auditor, and a manager who has left."""
    for actor in (penny(), quinn()):
        User.objects.filter(pk=actor.id).update(email=f"{actor.label.split()[0].lower()}@example.com")
    make_user(Role.MANAGER, username="mona", email="mona@example.com")
    make_user(Role.AUDITOR, username="abel", email="abel@example.com")
    make_user(Role.MANAGER, username="gone", email="gone@example.com", is_active=False)


@pytest.fixture
def ruleset(people: None) -> RuleSet:
    return make_rule_set()


def send(ruleset: RuleSet, now: datetime) -> Proposal:
    return rules.submit(ruleset=ruleset, comment="Two states less.", actor=penny(), now=now)


def letters(now: datetime) -> list[tuple[list[str], str, str]]:
    """Deliver what waits and return whom each letter went to, its subject and its text."""
    mail.outbox.clear()
    outbox.relay(now=now)
    return [(letter.to, str(letter.subject), str(letter.body)) for letter in mail.outbox]


def test_who_may_approve_is_asked_and_told_what_changes_in_sentences(ruleset: RuleSet, now: datetime) -> None:
    proposal = send(ruleset, now)

    ((to, subject, text),) = letters(now)

    assert (to, subject) == (["mona@example.com", "quinn@example.com"], "Intake checks: please review what changes")
    assert 'Penny Wells asks you to review Intake checks:\n\n"Two states less."' in text
    assert "Added: We do not work in these states (closed-states)" in text
    assert "  Reject (STATE_CLOSED) when State is one of Alaska or Hawaii." in text
    assert f"/admin/rules_engine/proposal/{proposal.pk}/change/" in text


def test_the_author_hears_of_the_approval_with_what_changes(ruleset: RuleSet, now: datetime) -> None:
    proposal = send(ruleset, now)
    letters(now)
    rules.approve(proposal=proposal, actor=quinn(), now=now, comment="Good.")

    ((to, subject, text),) = letters(now)

    assert (to, subject) == (["penny@example.com"], "Intake checks: approved")
    assert "Quinn Abbott has approved what you sent." in text
    assert '"Good."' in text
    assert "  Reject (STATE_CLOSED) when State is one of Alaska or Hawaii." in text


def test_the_author_hears_why_it_was_sent_back(ruleset: RuleSet, now: datetime) -> None:
    proposal = send(ruleset, now)
    letters(now)
    rules.reject(proposal=proposal, reason="Alaska stays & so does Hawaii.", actor=quinn(), now=now)

    ((to, subject, text),) = letters(now)

    assert (to, subject) == (["penny@example.com"], "Intake checks: sent back")
    assert "Alaska stays & so does Hawaii." in text


def test_author_and_approver_hear_that_an_edit_voided_it(ruleset: RuleSet, now: datetime) -> None:
    proposal = send(ruleset, now)
    rules.approve(proposal=proposal, actor=quinn(), now=now)
    letters(now)
    rules.save_rule(rule=ruleset.rules.get(), document={**GATE_RULE, "name": "X"}, actor=penny(), now=now)

    ((to, subject, text),) = letters(now)

    assert (to, subject) == (
        ["penny@example.com", "quinn@example.com"],
        "Intake checks: the approval no longer holds",
    )
    assert "The draft was changed after it was sent." in text


def test_author_and_approver_hear_that_it_was_not_published_on_time(people: None, house: Pool, now: datetime) -> None:
    route = {"id": "rest", "name": "Everybody else", "route": {"pool": "house"}}
    proposal = send(make_rule_set("routes", [route], stage="route"), now)
    rules.approve(proposal=proposal, actor=quinn(), now=now)
    rules.schedule(proposal=proposal, publish_at=now + HOUR, actor=penny(), now=now)
    letters(now)
    house.delete()
    rules.publish_due(now=now + HOUR)

    ((to, subject, text),) = letters(now + HOUR)

    assert (to, subject) == (["penny@example.com", "quinn@example.com"], "Routes: not published on time")
    assert "points at “house”, which is not there or switched off." in text


def test_others_are_asked_to_confirm_an_emergency(ruleset: RuleSet, now: datetime) -> None:
    publish_draft(ruleset, now=now)
    rules.save_rule(rule=ruleset.rules.get(), document={**GATE_RULE, "name": "X"}, actor=penny(), now=now)
    publish_draft(ruleset, now=now)
    letters(now)
    rules.roll_back_now(ruleset=ruleset, number=1, comment="It rejects all.", actor=penny(), now=now)

    ((to, subject, text),) = letters(now)

    assert to == ["mona@example.com", "quinn@example.com"]
    assert subject == "Intake checks: an emergency roll back waits for you to confirm it"
    assert "It rejects all." in text


def test_whoever_may_roll_back_hears_of_an_alarm(ruleset: RuleSet, now: datetime) -> None:
    publish_draft(ruleset, now=now)
    rules.save_rule(rule=ruleset.rules.get(), document={**GATE_RULE, "name": "X"}, actor=penny(), now=now)
    publish_draft(ruleset, now=now)
    letters(now)
    watch = Watch.objects.get()
    before, since = ({"decisions": 100, "fallback": fallback, "unknown": 0, "errors": 0} for fallback in (2, 40))
    Watch.objects.update(state="ALARMED", before=before, since=since, worse=["fallback"])
    outbox.publish(topic="rule_set.alarmed", payload={"watch": watch.pk}, at=now)

    ((to, subject, text),) = letters(now)

    assert (to, subject) == (
        ["penny@example.com", "quinn@example.com"],
        "Intake checks v2 comes out worse than before",
    )
    assert "Since: 100 decisions, 40 to fallback" in text


def test_a_proposal_that_is_gone_is_nothing_to_write_about(ruleset: RuleSet, now: datetime) -> None:
    proposal = send(ruleset, now)
    message = outbox.publish(topic="rule_set.approved", payload={"proposal": proposal.pk + 1}, at=now)

    tell(message_id=message.id, topic=message.topic, payload=message.payload, at=now)

    assert mail.outbox == []
