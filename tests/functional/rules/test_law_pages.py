"""Compliance people see what nobody has confirmed, read the source, and say so; it decides once it is published."""

from datetime import date
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.policy import Role
from audit.models import Entry
from rules_engine.documents import content_hash
from rules_engine.models import Rule, RuleSet
from tests.agency import publish
from tests.factories import GATE_RULE, make_rule_set, make_user
from tests.functional.api.described import DescribedDoor
from tests.functional.api.people import door_of

LAW: dict[str, Any] = {
    **GATE_RULE,
    "id": "florida",
    "name": "Florida asks for it",
    "jurisdiction": "FL",
    "status": "provisional",
    "citation": {"source": "A trade site", "verified_on": "2026-11-01", "confidence": "low"},
}
OLD: dict[str, Any] = {
    **GATE_RULE,
    "id": "texas",
    "name": "Texas asks for it",
    "jurisdiction": "TX",
    "citation": {"source": "Tex. Ins. Code", "verified_on": "2026-05-24"},
}
NEVER: dict[str, Any] = {**GATE_RULE, "id": "ohio", "name": "Ohio asks for it", "jurisdiction": "OH"}

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("today")]


@pytest.fixture
def today() -> Any:
    with time_machine.travel("2026-11-21T15:00:00Z", tick=False):
        yield


@pytest.fixture
def ops(client: Client) -> Client:
    client.force_login(make_user(Role.OPERATIONS, first_name="Olga", last_name="Ops"))
    return client


@pytest.fixture
def ruleset() -> RuleSet:
    return make_rule_set(rules=[LAW, OLD, NEVER, GATE_RULE])


def url(name: str, *args: object) -> str:
    return reverse(f"admin:rules_engine_rule_{name}", args=args)


def confirm(client: Client, rule: Rule, **given: str) -> Any:
    seen = client.get(url("confirm", rule.pk)).context["seen"]
    return client.post(
        url("confirm", rule.pk), {"source": "Fla. Stat. 1.23", "verified_on": "2026-11-21", "seen": seen, **given}
    )


def test_provisional_rules_are_listed_with_law_source_and_age(ops: Client, ruleset: RuleSet) -> None:
    (row,) = ops.get(url("provisional")).context["rows"]

    assert (row.rule.rule_id, row.jurisdiction, row.source) == ("florida", "FL", "A trade site")
    assert (row.verified_on, row.days, row.confidence, row.is_live) == (date(2026, 11, 1), 20, "low", False)


def test_sources_read_more_than_180_days_ago_or_never_are_reported(ops: Client, ruleset: RuleSet) -> None:
    rows = ops.get(url("overdue")).context["rows"]

    assert [(row.rule.rule_id, row.days) for row in rows] == [("ohio", None), ("texas", 181)]


def test_confirming_writes_who_read_what_and_when_into_draft_and_ledger(ops: Client, ruleset: RuleSet) -> None:
    rule = ruleset.rules.get(rule_id="florida")

    answer = confirm(ops, rule)

    body = Rule.objects.get(pk=rule.pk).body
    assert answer["Location"] == url("provisional")
    assert "status" not in body
    assert body["citation"] == {"source": "Fla. Stat. 1.23", "verified_on": "2026-11-21", "confidence": "high"}
    told = Entry.objects.get(action="rule.confirmed")
    assert (told.actor_label, told.detail["rule"], told.detail["was_provisional"]) == ("Olga Ops", "florida", True)
    assert str(rule.history.first().history_user) == "Olga Ops"


def test_looking_again_moves_the_day_of_a_confirmed_rule(ops: Client, ruleset: RuleSet) -> None:
    confirm(ops, ruleset.rules.get(rule_id="texas"), source="Tex. Ins. Code")

    assert [row.rule.rule_id for row in ops.get(url("overdue")).context["rows"]] == ["ohio"]
    assert Entry.objects.get(action="rule.confirmed").detail["was_provisional"] is False


def test_a_confirmed_rule_waits_for_publication_where_it_is_live_as_provisional(ops: Client, ruleset: RuleSet) -> None:
    publish(ruleset.slug, LAW, OLD)
    before = ops.get(url("provisional")).context["rows"]
    confirm(ops, ruleset.rules.get(rule_id="florida"))
    after = ops.get(url("provisional")).context

    assert [row.is_live for row in before] == [True]
    assert ([row.rule_id for row in after["waiting"]], after["rows"]) == (["florida"], [])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"source": "  "}, "This field is required."),
        ({"verified_on": ""}, "This field is required."),
        ({"verified_on": "2026-11-22"}, "Nobody has looked on a day that is yet to come."),
        ({"seen": "0" * 64}, "Somebody else has changed this meanwhile."),
        ({"seen": ""}, "Somebody else has changed this meanwhile."),
    ],
    ids=["no source", "no day", "a day to come", "edited meanwhile", "never shown"],
)
def test_what_cannot_be_confirmed_changes_nothing(
    ops: Client, ruleset: RuleSet, given: dict[str, str], told: str
) -> None:
    rule = ruleset.rules.get(rule_id="florida")

    answer = confirm(ops, rule, **given).content.decode()

    assert told in answer
    assert Rule.objects.get(pk=rule.pk).body == LAW
    assert not Entry.objects.filter(action="rule.confirmed").exists()


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AUDITOR])
def test_others_look_and_do_not_confirm(client: Client, ruleset: RuleSet, role: Role) -> None:
    client.force_login(make_user(role))
    rule = ruleset.rules.get(rule_id="florida")

    assert "Confirm …" not in client.get(url("provisional")).content.decode()
    assert client.get(url("confirm", rule.pk)).status_code == 403
    assert client.post(url("confirm", rule.pk), {}).status_code == 403


CONFIRM = "/api/v1/rulesets/intake-checks/rules/florida/confirm/"
READ: dict[str, Any] = {"source": "Fla. Stat. 1.23", "verified_on": "2026-11-21", "reviewed_hash": content_hash(LAW)}


@pytest.fixture
def door(ruleset: RuleSet) -> DescribedDoor:
    return door_of(make_user(Role.OPERATIONS, first_name="Olga", last_name="Ops"))


def test_the_api_lists_and_confirms(door: DescribedDoor) -> None:
    listed = door.get("/api/v1/law/").body
    confirmed = door.post(CONFIRM, READ)

    assert listed["provisional"] == [
        {
            "rule_set": "intake-checks",
            "rule": "florida",
            "name": "Florida asks for it",
            "jurisdiction": "FL",
            "citation": "A trade site",
            "confidence": "low",
            "verified_on": "2026-11-01",
            "days": 20,
            "content_hash": content_hash(LAW),
        }
    ]
    assert [(each["rule"], each["days"]) for each in listed["overdue"]] == [("ohio", None), ("texas", 181)]
    assert (confirmed.status, confirmed.body["body"]["citation"]["source"]) == (200, "Fla. Stat. 1.23")
    assert confirmed.headers["ETag"] == f'"{confirmed.body["content_hash"]}"'
    assert door.get("/api/v1/law/").body["provisional"] == []


@pytest.mark.parametrize(
    ("parts", "status", "told"),
    [
        ({"reviewed_hash": "0" * 64}, 409, "rule.edited_meanwhile"),
        ({"reviewed_hash": ""}, 400, "/reviewed_hash"),
        ({"verified_on": "2026-11-22"}, 400, "/verified_on"),
        ({"source": " "}, 400, "/source"),
    ],
    ids=["another rule than was seen", "no hash", "a day to come", "no source"],
)
def test_the_api_confirms_nothing_but_what_was_seen(
    door: DescribedDoor, ruleset: RuleSet, parts: dict[str, Any], status: int, told: str
) -> None:
    heard = door.post(CONFIRM, {**READ, **parts})

    assert (heard.status, heard.code if status == 409 else heard.body["errors"][0]["pointer"]) == (status, told)
    assert ruleset.rules.get(rule_id="florida").body == LAW
    assert not Entry.objects.filter(action="rule.confirmed").exists()


def test_a_law_edited_after_it_was_read_is_not_confirmed_and_its_editor_is_named(
    door: DescribedDoor, ruleset: RuleSet
) -> None:
    other = door_of(make_user(Role.ADMINISTRATOR, first_name="Oscar", last_name="Adams"))
    seen = {"If_Match": f'"{content_hash(LAW)}"'}
    other.call("PATCH", CONFIRM.removesuffix("confirm/"), {"reason": "OTHER"}, **seen)

    heard = door.post(CONFIRM, READ)

    assert (heard.status, heard.code) == (409, "rule.edited_meanwhile")
    assert heard.body["detail"].startswith("Oscar Adams has changed it")
    assert ruleset.rules.get(rule_id="florida").body["status"] == "provisional"


def test_the_api_confirms_no_rule_that_is_not_there(door: DescribedDoor) -> None:
    assert door.post("/api/v1/rulesets/intake-checks/rules/utah/confirm/", READ).status == 404
