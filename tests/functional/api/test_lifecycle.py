"""A draft on its way over HTTP: what two people do, and what is refused with nothing changed."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.policy import Role
from audit.models import Entry
from outbox.models import Message
from routing.models import Pool
from routing.services import sweeping
from rules_engine.models import Proposal, RuleComment, RuleSet, RuleSetVersion
from tests.agency import NOW
from tests.factories import GATE_RULE, make_rule_set
from tests.functional.api.door import Door, Heard
from tests.functional.api.test_rulesets import SETS, change, person, publish
from tests.publishing import publish_draft

HERE = f"{SETS}intake-checks/"


@pytest.fixture
def ops(db: None) -> Door:
    return person(Role.OPERATIONS)


@pytest.fixture
def second(db: None) -> Door:
    return person(Role.MANAGER, username="mona", first_name="Mona", last_name="Reyes")


@pytest.fixture
def ruleset(db: None) -> RuleSet:
    return make_rule_set()


@pytest.fixture
def sent(ops: Door, ruleset: RuleSet) -> dict[str, Any]:
    body: dict[str, Any] = ops.post(f"{HERE}submit/", {"comment": "Two states less."}).body
    return body


def refused(heard: Heard) -> tuple[int, str]:
    return heard.status, heard.code


def written() -> tuple[Any, ...]:
    """Return all that a step could have changed."""
    proposals = Proposal.objects.order_by("pk").values_list("pk", "state", "reviewer_id", "publish_at")
    return (list(proposals), RuleSetVersion.objects.count(), Entry.objects.count(), Message.objects.count())


def test_one_sends_another_approves_and_it_is_published(
    ops: Door, second: Door, ruleset: RuleSet, sent: dict[str, Any]
) -> None:
    before = ops.get(f"{HERE}proposals/{sent['proposal']}/").body
    approved = second.post(f"{HERE}approve/", {"reviewed_hash": sent["content_hash"], "comment": "Good."})
    version = ops.post(f"{HERE}publish/", {"reviewed_hash": sent["content_hash"]})

    shut = [gate["code"] for gate in before["gates"] if gate["blocks"]]
    assert (sent["state"], shut) == ("IN_REVIEW", ["approver"])
    assert [gate["code"] for gate in before["gates"]] == [
        "valid",
        "cases",
        "citation",
        "targets",
        "saved_cases",
        "replay",
        "approver",
        "time",
    ]
    assert (approved.status, approved.body["state"], approved.body["reviewer"]) == (200, "APPROVED", "Mona Reyes")
    assert (version.status, version.body["number"], version.body["is_live"]) == (201, 1, True)
    (listed,) = ops.get(f"{HERE}proposals/").body["results"]
    assert (listed["state"], listed["version"], listed["author"]) == ("PUBLISHED", 1, "Olga Ops")


def test_the_list_takes_as_few_statements_for_many_and_reads_no_document(ops: Door, ruleset: RuleSet) -> None:
    def listing() -> list[str]:
        with CaptureQueriesContext(connection) as seen:
            assert ops.get(f"{HERE}proposals/").status == 200
        return [each["sql"] for each in seen.captured_queries]

    publish_draft(ruleset, now=NOW)
    one = listing()
    for name in ("One", "Two"):
        change(ruleset, name=name)
        publish_draft(ruleset, now=NOW)

    many = listing()
    assert len(many) == len(one)
    assert [sql for sql in many if "rules_engine_proposal" in sql and '"document"' in sql] == []


def test_ones_own_edit_is_not_approved(ops: Door, sent: dict[str, Any]) -> None:
    before = written()

    heard = ops.post(f"{HERE}approve/", {"reviewed_hash": sent["content_hash"]})

    assert refused(heard) == (409, "proposal.own_work")
    assert written() == before


def test_nothing_unapproved_is_published(ops: Door, ruleset: RuleSet) -> None:
    assert refused(ops.post(f"{HERE}publish/")) == (409, "proposal.none_open")
    ops.post(f"{HERE}submit/", {"comment": "Go."})
    before = written()

    assert refused(ops.post(f"{HERE}publish/")) == (409, "proposal.not_approved")
    assert refused(ops.post(f"{HERE}schedule/", {"publish_at": "2026-12-01T12:00:00Z"})) == (
        409,
        "proposal.not_approved",
    )
    assert written() == before


def test_a_stale_hash_is_refused_at_every_step(ops: Door, second: Door, ruleset: RuleSet) -> None:
    stale = {"reviewed_hash": "0" * 64}
    assert refused(ops.post(f"{HERE}submit/", {"comment": "Go.", **stale})) == (409, "rule_set.draft_moved")
    digest = ops.post(f"{HERE}submit/", {"comment": "Go."}).body["content_hash"]
    assert refused(second.post(f"{HERE}approve/", stale)) == (409, "rule_set.draft_moved")
    second.post(f"{HERE}approve/", {"reviewed_hash": digest})
    before = written()

    assert refused(ops.post(f"{HERE}publish/", stale)) == (409, "rule_set.draft_moved")
    assert written() == before


def test_an_edit_over_the_api_voids_the_approval(
    ops: Door, second: Door, ruleset: RuleSet, sent: dict[str, Any]
) -> None:
    second.post(f"{HERE}approve/", {"reviewed_hash": sent["content_hash"]})

    change(ruleset, reason="NOT_HERE")

    assert refused(ops.post(f"{HERE}publish/", {"proposal": sent["proposal"]})) == (409, "proposal.not_approved")
    assert ops.get(f"{HERE}proposals/{sent['proposal']}/").body["state"] == "VOID"
    assert not RuleSetVersion.objects.exists()


def test_a_rejection_carries_its_reason(ops: Door, second: Door, sent: dict[str, Any]) -> None:
    empty = second.post(f"{HERE}reject/", {"reason": ""})
    heard = second.post(f"{HERE}reject/", {"reason": "Alaska stays."})

    assert refused(empty) == (400, "invalid")
    assert (heard.status, heard.body["state"], heard.body["review_comment"]) == (200, "REJECTED", "Alaska stays.")
    assert refused(second.post(f"{HERE}approve/", {"reviewed_hash": sent["content_hash"]})) == (
        409,
        "proposal.none_open",
    )


def test_what_was_sent_is_taken_back(ops: Door, sent: dict[str, Any]) -> None:
    assert refused(ops.post(f"{HERE}submit/", {"comment": "Again."})) == (409, "proposal.sent_already")
    assert ops.post(f"{HERE}withdraw/").body["state"] == "WITHDRAWN"
    assert ops.post(f"{HERE}submit/", {"comment": "Again."}).status == 201


def test_a_publication_is_scheduled_moved_and_taken_back(ops: Door, second: Door, sent: dict[str, Any]) -> None:
    second.post(f"{HERE}approve/", {"reviewed_hash": sent["content_hash"]})

    past = ops.post(f"{HERE}schedule/", {"publish_at": "2020-01-01T00:00:00Z"})
    later = ops.post(f"{HERE}schedule/", {"publish_at": "2026-12-01T12:00:00Z"})
    back = ops.post(f"{HERE}schedule/", {"publish_at": None})

    assert (past.status, past.faults) == (400, {("/publish_at", "publish_at.range")})
    assert (later.body["state"], later.body["publish_at"]) == ("SCHEDULED", "2026-12-01T12:00:00Z")
    assert (back.body["state"], back.body["publish_at"]) == ("APPROVED", None)


def test_a_scheduled_publication_whose_pool_was_deleted_changes_nothing(ops: Door, second: Door) -> None:
    house = Pool.objects.create(slug="house", name="House")
    route = {"id": "rest", "name": "Everybody else", "route": {"pool": "house"}}
    ruleset = make_rule_set("routes", [route], stage="route")
    sent = ops.post(f"{SETS}routes/submit/", {"comment": "Go."}).body
    second.post(f"{SETS}routes/approve/", {"reviewed_hash": sent["content_hash"]})
    ops.post(f"{SETS}routes/schedule/", {"publish_at": (NOW + timedelta(hours=1)).isoformat()})
    house.delete()

    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        sweeping.sweep(now=NOW + timedelta(hours=2))
        told = ops.get(f"{SETS}routes/proposals/{sent['proposal']}/").body

    ruleset.refresh_from_db()
    assert told["state"] == "FAILED"
    assert told["failure"] == "“Everybody else” points at “house”, which is not there or switched off."
    assert ruleset.live_version is None


def test_a_roll_back_waits_for_a_second_person(ops: Door, second: Door, ruleset: RuleSet) -> None:
    publish(ops, second)
    change(ruleset, reason="NOT_HERE")
    publish(ops, second, comment="Two.")

    asked = ops.post(f"{HERE}rollback/", {"number": 1, "comment": "Back."})
    alone = ops.post(f"{HERE}approve/", {"reviewed_hash": asked.body["content_hash"]})
    done = second.post(f"{HERE}approve/", {"reviewed_hash": asked.body["content_hash"]})

    assert (asked.status, asked.body["restored_from"], asked.body["state"]) == (202, 1, "IN_REVIEW")
    assert refused(alone) == (409, "proposal.own_work")
    assert (done.status, done.body["state"], done.body["version"]) == (200, "PUBLISHED", 3)


def test_an_emergency_goes_live_at_once_and_somebody_else_confirms(ops: Door, second: Door, ruleset: RuleSet) -> None:
    publish(ops, second)
    change(ruleset, reason="NOT_HERE")
    publish(ops, second, comment="Two.")

    heard = ops.post(f"{HERE}rollback/", {"number": 1, "comment": "It rejects all.", "emergency": True})
    proposal = Proposal.objects.unconfirmed().get().pk
    body = {"proposal": proposal, "comment": "Right to go back."}
    alone, confirmed, again = ops.post(f"{HERE}confirm/", body), *(second.post(f"{HERE}confirm/", body) for _ in "ab")

    assert (heard.status, heard.body["number"], heard.body["restored_from"]) == (201, 3, 1)
    assert refused(alone) == (409, "proposal.own_work")
    assert (confirmed.status, confirmed.body["confirmed_by"]) == (200, "Mona Reyes")
    assert refused(again) == (409, "proposal.nothing_to_confirm")


def test_with_two_proposals_open_one_must_be_named(ops: Door, second: Door, ruleset: RuleSet) -> None:
    publish(ops, second)
    change(ruleset, reason="NOT_HERE")
    publish(ops, second, comment="Two.")
    change(ruleset, reason="NOWHERE")
    ops.post(f"{HERE}submit/", {"comment": "Three."})
    asked = ops.post(f"{HERE}rollback/", {"number": 1, "comment": "Back."}).body

    assert refused(second.post(f"{HERE}reject/", {"reason": "No."})) == (409, "proposal.ambiguous")
    assert second.post(f"{HERE}reject/", {"reason": "No.", "proposal": asked["proposal"]}).body["state"] == "REJECTED"


def test_any_two_states_are_compared(ops: Door, second: Door, ruleset: RuleSet) -> None:
    publish(ops, second)
    both = {"all": [GATE_RULE["when"], {"field": "lead.has_phone", "op": "eq", "value": False}]}
    rule = ruleset.rules.get()
    rule.body = {**GATE_RULE, "when": both}
    rule.save()

    heard = ops.get(f"{HERE}compare/").body
    same = ops.get(f"{HERE}compare/?old=1&new=1").body
    first = ops.get(f"{HERE}compare/?old=&new=1").body
    missing = [ops.get(f"{HERE}compare/?old={state}").status for state in ("9", "x", "9" * 30, "-1")]

    (change,) = heard["rules"]
    assert (heard["old"], heard["new"]) == ("1", "draft")
    assert (change["change"], change["rule"]) == ("changed", "closed-states")
    assert change["conditions"] == [{"change": "added", "old": "", "new": "Has a phone number is no", "group": ""}]
    assert "  Condition added: Has a phone number is no." in heard["text"]
    assert (same["rules"], same["text"]) == ([], [])
    assert [each["change"] for each in first["rules"]] == ["added"]
    assert missing == [404] * 4


def test_comments_are_written_and_read(ops: Door, second: Door, sent: dict[str, Any]) -> None:
    said = second.post(f"{HERE}comments/", {"rule": "closed-states", "text": "Why Alaska?"})
    unknown = second.post(f"{HERE}comments/", {"rule": "nothing", "text": "Why?"})

    assert said.status == 201
    assert ops.get(f"{HERE}comments/").body["results"] == [said.body]
    assert (said.body["author"], said.body["proposal"]) == ("Mona Reyes", sent["proposal"])
    assert (unknown.status, unknown.faults) == (400, {("/rule", "rule.unknown")})
    assert RuleComment.objects.count() == 1


@pytest.mark.parametrize(
    ("step", "body"),
    [
        ("submit", {}),
        ("submit", {"comment": " "}),
        ("approve", {}),
        ("approve", {"reviewed_hash": "x" * 65}),
        ("approve", {"reviewed_hash": "x", "proposal": -1}),
        ("reject", {}),
        ("schedule", {}),
        ("schedule", {"publish_at": "soon"}),
        ("schedule", {"publish_at": "99999-01-01T00:00:00Z"}),
        ("confirm", {}),
        ("comments", {"rule": "closed-states"}),
        ("submit", []),
        ("approve", "x"),
    ],
)
def test_a_body_of_the_wrong_shape_is_a_400_and_changes_nothing(
    ops: Door, second: Door, sent: dict[str, Any], step: str, body: object
) -> None:
    before = written()
    door = second if step in {"approve", "reject", "confirm"} else ops

    assert door.post(f"{HERE}{step}/", body).status == 400
    assert written() == before


def test_law_without_a_source_names_its_place(ops: Door) -> None:
    make_rule_set("law", [{**GATE_RULE, "jurisdiction": "FL"}])

    heard = ops.post(f"{SETS}law/submit/", {"comment": "Go."})

    assert (heard.status, heard.faults) == (400, {("/rules/0/citation", "citation.missing")})


def test_comments_are_asked_for_by_rule_and_by_proposal(ops: Door, sent: dict[str, Any]) -> None:
    ops.post(f"{HERE}comments/", {"rule": "closed-states", "text": "While it was sent."})
    ops.post(f"{HERE}withdraw/")
    ops.post(f"{HERE}comments/", {"rule": "closed-states", "text": "Afterwards."})

    def said(asked: str) -> list[str]:
        return [each["text"] for each in ops.get(f"{HERE}comments/?{asked}").body["results"]]

    assert said("") == said("rule=closed-states") == ["While it was sent.", "Afterwards."]
    assert said("rule=more") == []
    assert said(f"proposal={sent['proposal']}") == ["While it was sent."]
    assert refused(ops.get(f"{HERE}comments/?proposal=x")) == (400, "invalid")
