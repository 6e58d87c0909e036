"""Publishing and rolling back, against the database."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from accounts.actor import Actor
from accounts.errors import Forbidden, Invalid, Missing
from audit.models import Entry
from outbox.models import Message
from rules_engine import queries
from rules_engine import services as rules
from rules_engine.documents import content_hash
from rules_engine.mappers import document_of
from rules_engine.models import RuleSet, RuleSetVersion
from tests.factories import GATE_RULE, make_rule_set

CATCH_ALL = {"id": "rest", "name": "Everybody else", "route": {"pool": "house"}}
OTHER = {
    "id": "no-phone",
    "name": "No phone",
    "effect": "warn",
    "when": {"field": "lead.has_phone", "op": "eq", "value": False},
}


def changed(**parts: Any) -> dict[str, Any]:
    return {**GATE_RULE, **parts}


def test_publish_issues_the_next_version_and_tells_ledger_and_outbox(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set()

    version = rules.publish(ruleset=ruleset, comment=" First rules. ", actor=ops, now=now)

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
    entry = Entry.objects.get()
    assert (entry.action, entry.target_id) == ("rule_set.published", str(ruleset.pk))
    assert entry.detail == {**told, "restored_from": None, "comment": "First rules."}
    message = Message.objects.get()
    assert (message.topic, message.payload) == ("rule_set.published", {**told, "restored_from": None})


def test_publish_refuses_what_is_live_already(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set()
    rules.publish(ruleset=ruleset, comment="One.", actor=ops, now=now)

    with pytest.raises(rules.Unchanged):
        rules.publish(ruleset=ruleset, comment="Again.", actor=ops, now=now)

    assert (RuleSetVersion.objects.count(), Entry.objects.count(), Message.objects.count()) == (1, 1, 1)


def test_publish_refuses_a_draft_with_problems_and_says_where(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set(rules=[changed(when={"field": "lead.sate", "op": "eq", "value": "FL"}), OTHER])

    with pytest.raises(rules.Unpublishable) as refused:
        rules.publish(ruleset=ruleset, comment="Try.", actor=ops, now=now)

    assert [(problem.pointer, problem.code) for problem in refused.value.problems] == [
        ("/rules/0/when/field", "field.unknown")
    ]
    assert (RuleSetVersion.objects.count(), Entry.objects.count(), Message.objects.count()) == (0, 0, 0)


def test_publish_refuses_a_failing_example(ops: Actor, now: datetime) -> None:
    failing = {"facts": {"lead.state": "FL"}, "at": "2026-06-01T12:00:00Z", "expect": "reject"}
    ruleset = make_rule_set(rules=[OTHER, changed(examples=[*GATE_RULE["examples"], failing])])

    with pytest.raises(rules.Unpublishable) as refused:
        rules.publish(ruleset=ruleset, comment="Try.", actor=ops, now=now)

    (problem,) = refused.value.problems
    assert (problem.pointer, problem.code) == ("/rules/1/examples/1", "example.failed")
    assert problem.detail == "Example 2 of closed-states expects reject and gives none."


def test_publish_refuses_muted_conditions(ops: Actor, now: datetime) -> None:
    leaf = {"field": "lead.state", "op": "eq", "value": "AK"}
    ruleset = make_rule_set(rules=[changed(when={"all": [leaf, {**leaf, "muted": True}]})])

    with pytest.raises(rules.Unpublishable) as refused:
        rules.publish(ruleset=ruleset, comment="Try.", actor=ops, now=now)

    assert [problem.code for problem in refused.value.problems] == ["condition.muted"]


@pytest.mark.parametrize("comment", ["", "  \n"])
def test_publish_wants_a_comment(ops: Actor, now: datetime, comment: str) -> None:
    ruleset = make_rule_set()

    with pytest.raises(Invalid) as refused:
        rules.publish(ruleset=ruleset, comment=comment, actor=ops, now=now)

    assert [problem.code for problem in refused.value.problems] == ["comment.required"]


def test_publish_refuses_a_draft_nobody_reviewed(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set()
    reviewed = queries.draft_hash(ruleset)
    rules.create_rule(ruleset=ruleset, document=OTHER, actor=ops, now=now)

    with pytest.raises(rules.DraftMoved):
        rules.publish(ruleset=ruleset, comment="Looked at it.", actor=ops, now=now, reviewed_hash=reviewed)

    assert not RuleSetVersion.objects.exists()


def test_only_one_route_set_goes_live(ops: Actor, now: datetime) -> None:
    rules.publish(ruleset=make_rule_set("main", [CATCH_ALL], stage="route"), comment="Live.", actor=ops, now=now)
    second = make_rule_set("other", [CATCH_ALL], stage="route")

    with pytest.raises(rules.RouteTaken, match="Main is the live route set"):
        rules.publish(ruleset=second, comment="Also.", actor=ops, now=now)

    second.refresh_from_db()
    assert second.live_version is None


def test_the_database_itself_refuses_a_second_live_route_set(ops: Actor, now: datetime) -> None:
    first = make_rule_set("main", [CATCH_ALL], stage="route")
    version = rules.publish(ruleset=first, comment="Live.", actor=ops, now=now)
    second = make_rule_set("other", [CATCH_ALL], stage="route")

    with pytest.raises(IntegrityError), transaction.atomic():
        RuleSet.objects.filter(pk=second.pk).update(live_version=version)


def test_roll_back_publishes_an_older_document_again(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set()
    first = rules.publish(ruleset=ruleset, comment="One.", actor=ops, now=now)
    rules.create_rule(ruleset=ruleset, document=OTHER, actor=ops, now=now)
    rules.publish(ruleset=ruleset, comment="Two.", actor=ops, now=now)

    third = rules.roll_back(
        ruleset=ruleset, number=1, comment="Two was wrong.", actor=ops, now=now + timedelta(hours=1)
    )

    ruleset.refresh_from_db()
    assert (third.number, third.restored_from, third.content_hash) == (3, first, first.content_hash)
    assert ruleset.live_version == third
    assert [rule.rule_id for rule in ruleset.rules.all()] == ["closed-states", "no-phone"]
    assert list(Entry.objects.order_by("seq").values_list("action", flat=True)) == [
        "rule_set.published",
        "rule_set.published",
        "rule_set.rolled_back",
    ]
    assert Message.objects.latest("at").payload["restored_from"] == 1


def test_roll_back_refuses_what_is_live_and_what_never_was(ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set()
    rules.publish(ruleset=ruleset, comment="One.", actor=ops, now=now)

    with pytest.raises(rules.Unchanged):
        rules.roll_back(ruleset=ruleset, number=1, comment="Why not.", actor=ops, now=now)
    with pytest.raises(Missing):
        rules.roll_back(ruleset=ruleset, number=7, comment="Why not.", actor=ops, now=now)

    assert RuleSetVersion.objects.count() == 1


def test_who_may_not_publish_is_refused_by_the_service(auditor: Actor, ops: Actor, now: datetime) -> None:
    ruleset = make_rule_set()
    rules.publish(ruleset=ruleset, comment="One.", actor=ops, now=now)

    with pytest.raises(Forbidden):
        rules.publish(ruleset=ruleset, comment="Mine.", actor=auditor, now=now)
    with pytest.raises(Forbidden):
        rules.roll_back(ruleset=ruleset, number=1, comment="Mine.", actor=auditor, now=now)


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_a_version(ops: Actor, now: datetime, change: str) -> None:
    version = rules.publish(ruleset=make_rule_set(), comment="One.", actor=ops, now=now)
    row = RuleSetVersion.objects.filter(pk=version.pk)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        row.update(comment="Two.") if change == "update" else row._raw_delete(row.db)

    assert row.get().comment == "One."


def test_live_sets_come_in_the_order_they_speak_ready_to_run(ops: Actor, now: datetime) -> None:
    late, early = make_rule_set("a-late", position=2), make_rule_set("b-early", position=1)
    make_rule_set("draft-only")
    versions = [rules.publish(ruleset=each, comment="Go.", actor=ops, now=now) for each in (late, early)]

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
