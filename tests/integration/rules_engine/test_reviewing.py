"""One person sends a draft, another approves exactly what was sent, and any edit voids it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.actor import Actor, system
from accounts.errors import Forbidden, Invalid, Refused
from accounts.policy import Role
from audit.models import Entry
from outbox.models import Message
from rules_engine import services as rules
from rules_engine.mappers import document_of
from rules_engine.models import NamedList, Proposal, Rule, RuleComment, RuleSet, RuleSetVersion
from tests.factories import GATE_RULE, make_rule_set, make_user
from tests.publishing import approved, penny, publish_draft, quinn

OTHER = {**GATE_RULE, "name": "Not in these states", "reason": "NOT_HERE"}


@pytest.fixture
def ruleset(db: None) -> RuleSet:
    return make_rule_set()


@pytest.fixture
def sent(ruleset: RuleSet, now: datetime) -> Proposal:
    return rules.submit(ruleset=ruleset, comment="Two states less.", actor=penny(), now=now)


def state_of(proposal: Proposal) -> str:
    return Proposal.objects.values_list("state", flat=True).get(pk=proposal.pk)


def actions() -> list[str]:
    return list(Entry.objects.order_by("seq").values_list("action", flat=True))


def test_what_is_sent_is_frozen_and_waits(sent: Proposal, ruleset: RuleSet) -> None:
    assert (sent.state, sent.author_label, sent.document) == ("IN_REVIEW", "Penny Wells", document_of(ruleset))
    assert sent.contributors == [sent.author_id]
    assert actions() == ["rule_set.sent_for_review"]
    assert Message.objects.get().topic == "rule_set.sent_for_review"


def test_a_second_person_approves_and_it_goes_live(sent: Proposal, ruleset: RuleSet, now: datetime) -> None:
    rules.approve(proposal=sent, actor=quinn(), now=now, reviewed_hash=sent.content_hash, comment="Good.")
    version = rules.publish(proposal=sent, actor=penny(), now=now)

    ruleset.refresh_from_db()
    assert (ruleset.live_version, version.document) == (version, sent.document)
    assert actions() == ["rule_set.sent_for_review", "rule_set.approved", "rule_set.published"]


def test_nothing_is_published_unapproved(sent: Proposal, now: datetime) -> None:
    with pytest.raises(rules.NotApproved, match="in review"):
        rules.publish(proposal=sent, actor=penny(), now=now)

    assert not RuleSetVersion.objects.exists()


def test_the_author_approves_nothing_of_their_own(sent: Proposal, now: datetime) -> None:
    with pytest.raises(rules.OwnWork):
        rules.approve(proposal=sent, actor=penny(), now=now)

    assert state_of(sent) == "IN_REVIEW"


def test_who_edited_a_rule_does_not_approve_it_when_another_sends_it(
    ruleset: RuleSet, ops: Actor, now: datetime
) -> None:
    rules.save_rule(rule=ruleset.rules.get(), document=OTHER, actor=ops, now=now)
    sent = rules.submit(ruleset=ruleset, comment="Olga's change.", actor=penny(), now=now)

    with pytest.raises(rules.OwnWork):
        rules.approve(proposal=sent, actor=ops, now=now)

    assert rules.approve(proposal=sent, actor=quinn(), now=now).state == "APPROVED"


def test_who_edited_what_is_live_by_now_may_approve_the_next_change(
    ruleset: RuleSet, ops: Actor, now: datetime
) -> None:
    rules.save_rule(rule=ruleset.rules.get(), document=OTHER, actor=ops, now=now - timedelta(days=1))
    publish_draft(ruleset, now=now)
    later = now + timedelta(days=1)
    rules.save_rule(rule=ruleset.rules.get(), document=dict(GATE_RULE), actor=penny(), now=later)
    sent = rules.submit(ruleset=ruleset, comment="Back again.", actor=penny(), now=later)

    assert rules.approve(proposal=sent, actor=ops, now=later).state == "APPROVED"


def test_who_edited_in_the_instant_of_the_sending_has_written_part_of_what_follows(
    ruleset: RuleSet, ops: Actor, now: datetime
) -> None:
    publish_draft(ruleset, now=now)
    rules.save_rule(rule=ruleset.rules.get(), document=OTHER, actor=ops, now=now)
    sent = rules.submit(ruleset=ruleset, comment="Olga's.", actor=penny(), now=now)

    with pytest.raises(rules.OwnWork):
        rules.approve(proposal=sent, actor=ops, now=now)


def test_after_a_roll_back_what_went_live_before_it_still_has_its_authors(
    ruleset: RuleSet, ops: Actor, now: datetime
) -> None:
    publish_draft(ruleset, now=now)
    later = now + timedelta(days=1)
    rules.save_rule(rule=ruleset.rules.get(), document=OTHER, actor=ops, now=later)
    publish_draft(ruleset, now=later)
    rules.roll_back_now(ruleset=ruleset, number=1, comment="Wrong.", actor=penny(), now=later)
    sent = rules.submit(ruleset=ruleset, comment="Once more.", actor=penny(), now=later)

    with pytest.raises(rules.OwnWork):
        rules.approve(proposal=sent, actor=ops, now=later)


def test_another_document_than_was_looked_at_is_not_approved(sent: Proposal, now: datetime) -> None:
    with pytest.raises(rules.DraftMoved):
        rules.approve(proposal=sent, actor=quinn(), now=now, reviewed_hash="0" * 64)

    assert state_of(sent) == "IN_REVIEW"


def test_a_rejection_wants_a_reason_and_keeps_the_draft(sent: Proposal, ruleset: RuleSet, now: datetime) -> None:
    with pytest.raises(Invalid):
        rules.reject(proposal=sent, reason=" ", actor=quinn(), now=now)

    rejected = rules.reject(proposal=sent, reason="Alaska stays.", actor=quinn(), now=now)

    assert (rejected.state, rejected.review_comment, rejected.reviewer_label) == (
        "REJECTED",
        "Alaska stays.",
        "Quinn Abbott",
    )
    assert ruleset.rules.get().body == GATE_RULE
    with pytest.raises(rules.NotInReview, match="rejected"):
        rules.approve(proposal=sent, actor=quinn(), now=now)


def test_what_was_taken_back_goes_nowhere_and_may_be_sent_again(
    sent: Proposal, ruleset: RuleSet, now: datetime
) -> None:
    rules.approve(proposal=sent, actor=quinn(), now=now)
    rules.withdraw(proposal=sent, actor=penny(), now=now)

    with pytest.raises(rules.NotApproved, match="withdrawn"):
        rules.publish(proposal=sent, actor=penny(), now=now)
    with pytest.raises(rules.NotOpen):
        rules.withdraw(proposal=sent, actor=penny(), now=now)
    assert rules.submit(ruleset=ruleset, comment="Again.", actor=penny(), now=now).state == "IN_REVIEW"


def test_a_draft_is_with_its_reviewers_once(sent: Proposal, ruleset: RuleSet, now: datetime) -> None:
    with pytest.raises(rules.SentAlready):
        rules.submit(ruleset=ruleset, comment="Again.", actor=penny(), now=now)


def test_the_system_neither_sends_nor_approves(ruleset: RuleSet, now: datetime) -> None:
    with pytest.raises(rules.PersonRequired):
        rules.submit(ruleset=ruleset, comment="By itself.", actor=system("cron"), now=now)
    sent = rules.submit(ruleset=ruleset, comment="By Penny.", actor=penny(), now=now)
    with pytest.raises(rules.PersonRequired):
        rules.approve(proposal=sent, actor=system("cron"), now=now)


@pytest.mark.parametrize(("role", "may"), [("OPERATIONS", True), ("MANAGER", True), ("AUDITOR", False)])
def test_roles_decide_who_approves(sent: Proposal, now: datetime, role: str, may: bool) -> None:
    somebody = make_user(Role[role]).actor()

    if may:
        assert rules.approve(proposal=sent, actor=somebody, now=now).reviewer_id == int(somebody.id)
    else:
        with pytest.raises(Forbidden):
            rules.approve(proposal=sent, actor=somebody, now=now)


def save(ruleset: RuleSet, actor: Actor, now: datetime) -> None:
    rules.save_rule(rule=ruleset.rules.get(), document=OTHER, actor=actor, now=now)


def add(ruleset: RuleSet, actor: Actor, now: datetime) -> None:
    body = {"id": "more", "name": "More", "effect": "warn"}
    rules.create_rule(ruleset=ruleset, document=body, actor=actor, now=now)


def delete(ruleset: RuleSet, actor: Actor, now: datetime) -> None:
    rules.delete_rule(rule=ruleset.rules.get(), actor=actor, now=now)


def bring_in(ruleset: RuleSet, actor: Actor, now: datetime) -> None:
    rules.import_document(ruleset=ruleset, document={**document_of(ruleset), "rules": [OTHER]}, actor=actor, now=now)


def move_zone(ruleset: RuleSet, actor: Actor, now: datetime) -> None:
    rules.describe_rule_set(
        ruleset=ruleset, name=ruleset.name, position=0, time_zone="America/Denver", actor=actor, now=now
    )


def bring_in_zone(ruleset: RuleSet, actor: Actor, now: datetime) -> None:
    document = {**document_of(ruleset), "time_zone": "America/Denver"}
    rules.import_document(ruleset=ruleset, document=document, actor=actor, now=now)


@pytest.mark.parametrize("edit", [move_zone, bring_in_zone])
def test_who_moved_the_zone_does_not_approve_it(
    ruleset: RuleSet, ops: Actor, now: datetime, edit: Callable[..., None]
) -> None:
    publish_draft(ruleset, now=now)
    later = now + timedelta(days=1)
    edit(ruleset, ops, later)
    sent = rules.submit(ruleset=ruleset, comment="To Denver.", actor=penny(), now=later)

    with pytest.raises(rules.OwnWork):
        rules.approve(proposal=sent, actor=ops, now=later)


def test_who_only_renamed_the_set_may_approve_it(ruleset: RuleSet, ops: Actor, now: datetime) -> None:
    zone = ruleset.time_zone
    rules.describe_rule_set(ruleset=ruleset, name="Other", position=1, time_zone=zone, actor=ops, now=now)
    sent = rules.submit(ruleset=ruleset, comment="Go.", actor=penny(), now=now)

    assert rules.approve(proposal=sent, actor=ops, now=now).state == "APPROVED"


@pytest.mark.parametrize("edit", [save, add, delete, bring_in, move_zone])
@pytest.mark.parametrize("stands", ["in review", "approved", "scheduled"])
def test_any_edit_voids_it_and_tells(
    sent: Proposal, ruleset: RuleSet, ops: Actor, now: datetime, edit: Callable[..., None], stands: str
) -> None:
    if stands != "in review":
        rules.approve(proposal=sent, actor=quinn(), now=now)
    if stands == "scheduled":
        rules.schedule(proposal=sent, publish_at=now + timedelta(hours=1), actor=penny(), now=now)

    edit(ruleset, ops, now)

    sent.refresh_from_db()
    assert (sent.state, sent.failure) == ("VOID", "The draft was changed after it was sent.")
    assert actions().count("rule_set.proposal_voided") == 1
    assert Message.objects.filter(topic="rule_set.proposal_voided").count() == 1
    with pytest.raises(rules.NotApproved):
        rules.publish(proposal=sent, actor=penny(), now=now)
    rules.publish_due(now=now + timedelta(hours=2))
    assert not RuleSetVersion.objects.exists()


def test_a_save_that_changes_nothing_voids_nothing(sent: Proposal, ruleset: RuleSet, ops: Actor, now: datetime) -> None:
    rules.save_rule(rule=ruleset.rules.get(), document=dict(GATE_RULE), actor=ops, now=now)

    assert state_of(sent) == "IN_REVIEW"


WRITES = {
    "a body": 'UPDATE rules_engine_rule SET body = \'{"id": "closed-states", "name": "Open", "effect": "warn"}\'',
    "an order": "UPDATE rules_engine_rule SET position = 7",
    "a deletion": "DELETE FROM rules_engine_rule",
    "an addition": (
        "INSERT INTO rules_engine_rule (ruleset_id, rule_id, position, name, body)"
        " SELECT ruleset_id, 'more', 9, name, body FROM rules_engine_rule"
    ),
    "a zone": "UPDATE rules_engine_ruleset SET time_zone = 'America/Denver'",
}


@pytest.mark.parametrize("statement", WRITES.values(), ids=WRITES)
def test_a_direct_database_write_voids_an_approval(ruleset: RuleSet, now: datetime, statement: str) -> None:
    proposal = approved(ruleset, now=now)

    with connection.cursor() as cursor:
        cursor.execute(statement)

    assert state_of(proposal) == "VOID"
    with pytest.raises(rules.NotApproved, match="void"):
        rules.publish(proposal=proposal, actor=penny(), now=now)
    assert not RuleSetVersion.objects.exists()


LISTED = {
    **GATE_RULE,
    "when": {"field": "lead.state", "op": "in", "list": "strict"},
    "examples": [{"facts": {"lead.state": "CA"}, "at": "2026-06-01T12:00:00Z", "expect": "reject"}],
}


@pytest.fixture
def strict(ops: Actor, now: datetime) -> NamedList:
    return rules.create_list(slug="strict", name="Strict", field="lead.state", values=["CA"], actor=ops, now=now)


def test_a_named_list_that_changes_voids_what_uses_it_and_nothing_else(
    strict: NamedList, ruleset: RuleSet, ops: Actor, now: datetime
) -> None:
    using, other = (
        rules.submit(ruleset=each, comment="Go.", actor=penny(), now=now)
        for each in (make_rule_set("listed", [LISTED]), ruleset)
    )
    assert using.document["lists"] == {"strict": ["CA"]}

    rules.save_list(named_list=strict, name="Strictest", values=["CA"], actor=ops, now=now)
    assert (state_of(using), state_of(other)) == ("IN_REVIEW", "IN_REVIEW")
    rules.save_list(named_list=strict, name="Strictest", values=["CA", "FL"], actor=ops, now=now)

    using.refresh_from_db()
    assert (using.state, using.failure) == ("VOID", "The draft was changed after it was sent.")
    assert state_of(other) == "IN_REVIEW"


def test_a_named_list_changed_by_hand_voids_an_approval(strict: NamedList, now: datetime) -> None:
    proposal = approved(make_rule_set("listed", [LISTED]), now=now)

    with connection.cursor() as cursor:
        cursor.execute("""UPDATE rules_engine_namedlist SET "values" = '["FL"]'""")

    assert state_of(proposal) == "VOID"


def test_who_changed_a_list_does_not_approve_the_rules_that_use_it(
    strict: NamedList, ops: Actor, now: datetime
) -> None:
    sent = rules.submit(ruleset=make_rule_set("listed", [LISTED]), comment="Go.", actor=penny(), now=now)

    with pytest.raises(rules.OwnWork):
        rules.approve(proposal=sent, actor=ops, now=now)


def test_a_list_from_before_what_is_live_has_its_writers_when_a_rule_first_uses_it(
    strict: NamedList, ruleset: RuleSet, ops: Actor, now: datetime
) -> None:
    later = now + timedelta(days=1)
    publish_draft(ruleset, now=later)
    rules.save_rule(rule=ruleset.rules.get(), document=LISTED, actor=penny(), now=later)
    sent = rules.submit(ruleset=ruleset, comment="By the list.", actor=penny(), now=later)

    with pytest.raises(rules.OwnWork):
        rules.approve(proposal=sent, actor=ops, now=later)


def test_the_writers_of_a_list_that_is_live_may_approve_the_next_change(
    strict: NamedList, ops: Actor, now: datetime
) -> None:
    listed, later = make_rule_set("listed", [LISTED]), now + timedelta(days=1)
    publish_draft(listed, now=later)
    rules.save_rule(rule=listed.rules.get(), document={**LISTED, "name": "By list"}, actor=penny(), now=later)
    sent = rules.submit(ruleset=listed, comment="Its name.", actor=penny(), now=later)

    assert rules.approve(proposal=sent, actor=ops, now=later).state == "APPROVED"


def test_each_row_of_a_table_may_carry_the_source_of_its_law(ops: Actor, now: datetime) -> None:
    row = {"id": "fl", "if": [["FL"]], "then": ["warn"], "citation": {"source": "Invented bulletin 7"}}
    table = {"inputs": [{"field": "lead.state", "op": "in"}], "outputs": ["effect"], "hit": "collect", "rows": [row]}
    bare = {**table, "rows": [row, {"id": "ga", "if": [["GA"]], "then": ["warn"]}]}
    law = {"id": "by-state", "name": "By state", "jurisdiction": "US"}

    with pytest.raises(rules.Unpublishable) as refused:
        rules.submit(ruleset=make_rule_set("bare", [{**law, "table": bare}]), comment="Go.", actor=ops, now=now)
    sent = rules.submit(ruleset=make_rule_set("cited", [{**law, "table": table}]), comment="Go.", actor=ops, now=now)

    assert [each.code for each in refused.value.problems] == ["citation.missing"]
    assert sent.state == "IN_REVIEW"


def test_law_without_its_source_is_not_sent(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set("law", [{**GATE_RULE, "jurisdiction": "FL"}])

    with pytest.raises(rules.Unpublishable) as refused:
        rules.submit(ruleset=ruleset, comment="Go.", actor=ops, now=now)

    assert [(each.pointer, each.code) for each in refused.value.problems] == [("/rules/0/citation", "citation.missing")]
    assert not Proposal.objects.exists()


def test_comments_stay_with_the_rule_and_the_proposal(sent: Proposal, ruleset: RuleSet, now: datetime) -> None:
    rules.comment(ruleset=ruleset, rule_id="closed-states", text=" Why Alaska? ", actor=quinn(), now=now)

    said = RuleComment.objects.get()
    assert (said.text, said.author_label, said.proposal) == ("Why Alaska?", "Quinn Abbott", sent)


@pytest.mark.parametrize(("rule_id", "text"), [("closed-states", " "), ("nothing", "Why?")])
def test_a_comment_wants_words_and_a_rule(
    sent: Proposal, ruleset: RuleSet, now: datetime, rule_id: str, text: str
) -> None:
    with pytest.raises(Invalid):
        rules.comment(ruleset=ruleset, rule_id=rule_id, text=text, actor=quinn(), now=now)

    assert not RuleComment.objects.exists()


@pytest.mark.parametrize("text", ["No\x00", "x" * 4001], ids=["a NUL", "too long"])
def test_words_that_cannot_be_kept_are_refused_at_every_step(
    sent: Proposal, ruleset: RuleSet, now: datetime, text: str
) -> None:
    who: dict[str, Any] = {"actor": quinn(), "now": now}
    for step in (
        lambda: rules.submit(ruleset=make_rule_set("other"), comment=text, **who),
        lambda: rules.comment(ruleset=ruleset, rule_id="closed-states", text=text, **who),
        lambda: rules.reject(proposal=sent, reason=text, **who),
        lambda: rules.approve(proposal=sent, comment=text, **who),
    ):
        with pytest.raises(Invalid) as refused:
            step()
        assert [problem.code for problem in refused.value.problems] == ["text.bad"]

    assert state_of(sent) == "IN_REVIEW"
    assert rules.comment(ruleset=ruleset, rule_id="closed-states", text="x" * 4000, **who).pk


def test_an_auditor_comments_on_nothing(ruleset: RuleSet, auditor: Actor, now: datetime) -> None:
    with pytest.raises(Refused):
        rules.comment(ruleset=ruleset, rule_id="closed-states", text="Hm.", actor=auditor, now=now)

    assert Rule.objects.count() == 1
    assert not RuleComment.objects.exists()
