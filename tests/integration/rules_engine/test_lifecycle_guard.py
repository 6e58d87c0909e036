"""What the database refuses of itself, whoever asks: statements by hand, around every service."""

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from rules_engine import services as rules
from rules_engine.lifecycle_guard import LifecycleGuard
from rules_engine.models import Proposal, RuleSet, RuleSetVersion
from tests.factories import GATE_RULE, make_rule_set
from tests.publishing import approved, penny, publish_draft, quinn

OTHER = {**GATE_RULE, "name": "Not in these states"}
BAD_PROPOSALS = {
    "what was sent": ({"document": {}}, "stays as it was sent"),
    "its hash": ({"content_hash": "0" * 64}, "stays as it was sent"),
    "who wrote it": ({"contributors": []}, "stays as it was sent"),
    "why": ({"comment": "Something else."}, "stays as it was sent"),
    "an emergency afterwards": ({"is_emergency": True}, "stays as it was sent|proposal_emergency_goes_back"),
    "publishing it unapproved": ({"state": "PUBLISHED"}, "does not move this way|proposal_second_person"),
    "scheduling it unapproved": ({"state": "SCHEDULED"}, "does not move this way|proposal_second_person"),
    "approving it by nobody": ({"state": "APPROVED"}, "proposal_second_person"),
    "rejecting it without a reason": ({"state": "REJECTED"}, "proposal_rejected_with_reason"),
}


@pytest.fixture
def ruleset(db: None) -> RuleSet:
    return make_rule_set()


@pytest.fixture
def sent(ruleset: RuleSet, now: datetime) -> Proposal:
    return rules.submit(ruleset=ruleset, comment="Go.", actor=penny(), now=now)


def refuses(proposal: Proposal, text: str, **fields: Any) -> None:
    """Write these columns by hand and expect to be refused with the text."""
    with pytest.raises(DatabaseError, match=text), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(**fields)


def issue(asked: Proposal, now: datetime, **fields: Any) -> RuleSetVersion:
    """Insert a version by hand."""
    return RuleSetVersion.objects.create(
        **{
            "ruleset": asked.ruleset,
            "proposal": asked,
            "number": 9,
            "document": asked.document,
            "content_hash": asked.content_hash,
            "catalog_hash": "",
            "language": 1,
            "comment": "By hand.",
            "published_at": now,
            **fields,
        }
    )


def test_every_trigger_stands(db: None) -> None:
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgenabled = 'A'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        standing = {name for (name,) in cursor.fetchall()}

    assert set(LifecycleGuard().names()) - standing == set()


@pytest.mark.parametrize(("fields", "text"), BAD_PROPOSALS.values(), ids=BAD_PROPOSALS)
def test_a_proposal_is_not_rewritten(sent: Proposal, fields: dict[str, Any], text: str) -> None:
    refuses(sent, text, **fields)

    assert Proposal.objects.get() == sent
    assert Proposal.objects.get().state == "IN_REVIEW"


@pytest.mark.parametrize("state", ["APPROVED", "REJECTED"])
def test_its_author_is_not_its_reviewer(sent: Proposal, state: str) -> None:
    refuses(
        sent,
        "nobody approves what they wrote part of|proposal_author_is_not_approver",
        state=state,
        review_comment="x",
        reviewer=sent.author_id,
    )


def test_who_wrote_part_of_it_is_not_its_reviewer(ruleset: RuleSet, now: datetime) -> None:
    rules.save_rule(rule=ruleset.rules.get(), document=OTHER, actor=quinn(), now=now)
    sent = rules.submit(ruleset=ruleset, comment="Quinn's.", actor=penny(), now=now)

    refuses(sent, "nobody approves what they wrote part of", state="APPROVED", reviewer=int(quinn().id))


def test_a_reviewer_is_not_exchanged(ruleset: RuleSet, now: datetime) -> None:
    proposal = approved(ruleset, now=now)

    refuses(proposal, "nobody approves what they wrote part of", reviewer=None)


@pytest.mark.parametrize("end", ["REJECTED", "WITHDRAWN", "VOID"])
def test_what_is_settled_stays_settled(sent: Proposal, now: datetime, end: str) -> None:
    if end == "REJECTED":
        rules.reject(proposal=sent, reason="No.", actor=quinn(), now=now)
    else:
        Proposal.objects.filter(pk=sent.pk).update(state=end)

    refuses(sent, "does not move this way", state="IN_REVIEW")


def test_a_proposal_does_not_start_approved(sent: Proposal, now: datetime) -> None:
    rules.withdraw(proposal=sent, actor=penny(), now=now)
    sent.pk, sent.state, sent.reviewer_id = None, "APPROVED", int(quinn().id)

    with pytest.raises(DatabaseError, match="a proposal starts in review"), transaction.atomic():
        sent.save(force_insert=True)


def test_a_roll_back_does_not_ask_for_what_was_never_published(ruleset: RuleSet, now: datetime) -> None:
    first = publish_draft(ruleset, now=now)
    asked = Proposal(
        ruleset=ruleset, document=OTHER, content_hash="0" * 64, restored_from=first, is_emergency=True, comment="x",
        author_id=int(penny().id), author_label="Penny", contributors=[], sent_at=now,
    )  # fmt: skip

    with pytest.raises(DatabaseError, match="that was published"), transaction.atomic():
        asked.save()


@pytest.mark.parametrize("fields", [{"document": OTHER}, {"content_hash": "0" * 64}, {"proposal": None}])
def test_a_version_says_what_was_approved(ruleset: RuleSet, now: datetime, fields: dict[str, Any]) -> None:
    proposal = approved(ruleset, now=now)

    with pytest.raises(DatabaseError, match="what a second person approved"), transaction.atomic():
        issue(proposal, now, **fields)

    assert not RuleSetVersion.objects.exists()


def test_a_version_waits_for_the_approval(sent: Proposal, now: datetime) -> None:
    with pytest.raises(DatabaseError, match="what a second person approved"), transaction.atomic():
        issue(sent, now)


def test_a_version_is_of_the_set_it_was_approved_for(ruleset: RuleSet, now: datetime) -> None:
    proposal = approved(ruleset, now=now)

    with pytest.raises(DatabaseError, match="what a second person approved"), transaction.atomic():
        issue(proposal, now, ruleset=make_rule_set("other"))


def test_a_proposal_becomes_one_version(ruleset: RuleSet, now: datetime) -> None:
    version = publish_draft(ruleset, now=now)
    assert version.proposal is not None

    with pytest.raises(DatabaseError), transaction.atomic():
        issue(version.proposal, now)


def test_a_proposal_is_not_published_without_its_version(ruleset: RuleSet, now: datetime) -> None:
    refuses(approved(ruleset, now=now), "has its version", state="PUBLISHED")


def test_what_is_live_is_the_newest_version_of_its_own_set(ruleset: RuleSet, now: datetime) -> None:
    first = publish_draft(ruleset, now=now)
    rules.save_rule(rule=ruleset.rules.get(), document=OTHER, actor=penny(), now=now)
    second = publish_draft(ruleset, now=now)

    for wrong in (first, None, publish_draft(make_rule_set("other"), now=now)):
        with pytest.raises(DatabaseError, match="what is live is the newest version"), transaction.atomic():
            RuleSet.objects.filter(pk=ruleset.pk).update(live_version=wrong)

    ruleset.refresh_from_db()
    assert ruleset.live_version == second


def test_a_set_does_not_start_with_a_version_live(ruleset: RuleSet, now: datetime) -> None:
    version = publish_draft(ruleset, now=now)
    new = RuleSet(slug="new", name="New", stage="gate", live_version=version)

    with pytest.raises(DatabaseError, match="what is live is the newest version"), transaction.atomic():
        new.save(force_insert=True)

    assert not RuleSet.objects.filter(slug="new").exists()


def test_who_rolled_back_in_an_emergency_does_not_confirm_it(ruleset: RuleSet, now: datetime) -> None:
    publish_draft(ruleset, now=now)
    rules.save_rule(rule=ruleset.rules.get(), document=OTHER, actor=penny(), now=now)
    publish_draft(ruleset, now=now)
    rules.roll_back_now(ruleset=ruleset, number=1, comment="Wrong.", actor=penny(), now=now)

    refuses(
        Proposal.objects.unconfirmed().get(),
        "nobody confirms what they did|proposal_author_does_not_confirm",
        confirmed_by=int(penny().id),
    )
