"""Sending and publishing, against the database."""

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.actor import Actor
from accounts.errors import Forbidden, Invalid, Missing
from audit.models import Entry
from outbox.models import Message
from routing.models import Pool
from rules_engine import queries
from rules_engine import services as rules
from rules_engine.documents import content_hash
from rules_engine.engine import parse_rules
from rules_engine.engine.budget import Budget
from rules_engine.mappers import document_of
from rules_engine.models import Proposal, RuleSetVersion
from tests.factories import GATE_RULE, make_rule_set
from tests.publishing import approved, publish_draft

CATCH_ALL = {"id": "rest", "name": "Everybody else", "route": {"pool": "house"}}
OTHER = {
    "id": "no-phone",
    "name": "No phone",
    "effect": "warn",
    "when": {"field": "lead.has_phone", "op": "eq", "value": False},
}


def written() -> tuple[int, int, int, int]:
    """Count what sending and publishing write."""
    tables = (Proposal, RuleSetVersion, Entry, Message)
    return tuple(table._default_manager.count() for table in tables)  # type: ignore[return-value]  # four of them


def changed(**parts: Any) -> dict[str, Any]:
    return {**GATE_RULE, **parts}


def test_publish_issues_the_next_version_and_tells_ledger_and_outbox(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set()

    version = publish_draft(ruleset, comment=" First rules. ", author=ops, now=now)

    ruleset.refresh_from_db()
    assert (version.number, version.language, version.comment, version.author_label) == (
        1,
        1,
        "First rules.",
        "Olga Ops",
    )
    assert version.document == document_of(ruleset)
    assert version.content_hash == content_hash(version.document)
    assert str(version.author_id) == ops.id
    assert ruleset.live_version_id == version.pk
    told = {"rule_set": "intake-checks", "stage": "gate", "version": 1, "content_hash": version.content_hash}
    entry = Entry.objects.get(action="rule_set.published")
    people = {"author": "Olga Ops", "approver": "Quinn Abbott", "emergency": False}
    assert (entry.actor_label, entry.target_id) == ("Olga Ops", str(ruleset.pk))
    assert entry.detail == {**told, **people, "restored_from": None, "comment": "First rules."}
    message = Message.objects.get(topic="rule_set.published")
    assert message.payload == {**told, "restored_from": None}
    assert version.proposal is not None
    assert (version.proposal.state, version.proposal.closed_at) == ("PUBLISHED", now)


def test_what_is_live_already_is_not_sent_again(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set()
    publish_draft(ruleset, now=now)
    before = written()

    with pytest.raises(rules.Unchanged):
        rules.submit(ruleset=ruleset, comment="Again.", actor=ops, now=now)

    assert written() == before


def test_a_draft_with_problems_is_not_sent_and_they_are_named(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set(rules=[changed(when={"field": "lead.sate", "op": "eq", "value": "FL"}), OTHER])

    with pytest.raises(rules.Unpublishable) as refused:
        rules.submit(ruleset=ruleset, comment="Try.", actor=ops, now=now)

    assert [(problem.pointer, problem.code) for problem in refused.value.problems] == [
        ("/rules/0/when/field", "field.unknown")
    ]
    assert written() == (0, 0, 0, 0)


def test_a_failing_example_is_named_and_nothing_sent(ops: Actor, now: datetime) -> None:
    failing = {"facts": {"lead.state": "FL"}, "at": "2026-06-01T12:00:00Z", "expect": "reject"}
    ruleset = make_rule_set(rules=[OTHER, changed(examples=[*GATE_RULE["examples"], failing])])

    with pytest.raises(rules.Unpublishable) as refused:
        rules.submit(ruleset=ruleset, comment="Try.", actor=ops, now=now)

    (problem,) = refused.value.problems
    assert (problem.pointer, problem.code) == ("/rules/1/examples/1", "example.failed")
    assert problem.detail == "Example 2 of closed-states expects reject and gives none."


def test_muted_conditions_are_not_sent(ops: Actor, now: datetime) -> None:
    leaf = {"field": "lead.state", "op": "eq", "value": "AK"}
    ruleset = make_rule_set(rules=[changed(when={"all": [leaf, {**leaf, "muted": True}]})])

    with pytest.raises(rules.Unpublishable) as refused:
        rules.submit(ruleset=ruleset, comment="Try.", actor=ops, now=now)

    assert [problem.code for problem in refused.value.problems] == ["condition.muted"]


@pytest.mark.parametrize("comment", ["", "  \n"])
def test_sending_wants_a_comment(ops: Actor, now: datetime, comment: str) -> None:
    ruleset = make_rule_set()

    with pytest.raises(Invalid) as refused:
        rules.submit(ruleset=ruleset, comment=comment, actor=ops, now=now)

    assert [problem.code for problem in refused.value.problems] == ["comment.required"]


def test_another_draft_than_its_sender_looked_at_is_not_sent(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set()
    reviewed = queries.draft_hash(ruleset)
    rules.create_rule(ruleset=ruleset, document=OTHER, actor=ops, now=now)

    with pytest.raises(rules.DraftMoved):
        rules.submit(ruleset=ruleset, comment="Looked at it.", actor=ops, now=now, reviewed_hash=reviewed)

    assert not Proposal.objects.exists()


def test_only_one_route_set_goes_live(house: Pool, ops: Actor, now: datetime) -> None:
    publish_draft(make_rule_set("main", [CATCH_ALL], stage="route"), now=now)
    second = make_rule_set("other", [CATCH_ALL], stage="route")

    with pytest.raises(rules.RouteTaken, match="Main is the live route set"):
        rules.submit(ruleset=second, comment="Also.", actor=ops, now=now)

    second.refresh_from_db()
    assert second.live_version is None


def test_who_may_not_publish_is_refused_by_the_service(auditor: Actor, ops: Actor, now: datetime) -> None:
    proposal = approved(make_rule_set(), now=now)

    with pytest.raises(Forbidden):
        rules.publish(proposal=proposal, actor=auditor, now=now)

    assert not RuleSetVersion.objects.exists()


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_a_version(ops: Actor, now: datetime, change: str) -> None:
    version = publish_draft(make_rule_set(), comment="One.", now=now)
    row = RuleSetVersion.objects.filter(pk=version.pk)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        row.update(comment="Two.") if change == "update" else row._raw_delete(row.db)

    assert row.get().comment == "One."


def test_live_sets_come_in_the_order_they_speak_ready_to_run(ops: Actor, now: datetime) -> None:
    late, early = make_rule_set("a-late", position=2), make_rule_set("b-early", position=1)
    make_rule_set("draft-only")
    versions = [publish_draft(each, now=now) for each in (late, early)]

    live = queries.live()

    assert [(one.slug, one.stage, one.number, one.version_id) for one in live] == [
        ("b-early", "gate", 1, versions[1].pk),
        ("a-late", "gate", 1, versions[0].pk),
    ]
    compiled = queries.compiled(live[0].version_id)
    assert compiled.rules[0].key == "b-early:closed-states"
    assert queries.compiled(live[0].version_id) is compiled


def test_compiled_refuses_a_version_that_is_not_there(db: None) -> None:
    with pytest.raises(Missing):
        queries.compiled(404)


def test_a_published_version_is_compiled_without_proving_its_tables_again(
    db: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = publish_draft(make_rule_set(), now=now)
    budgets: list[Budget] = []
    monkeypatch.setattr(parse_rules, "refuse_overlaps", lambda _rule, reading, _at: budgets.append(reading.proofs))
    queries.compiled.cache_clear()

    queries.compiled(version.pk)
    queries.is_readable(version)

    assert [budget.is_spent for budget in budgets] == [True, True]
