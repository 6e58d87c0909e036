"""Operations edit, publish and roll back rules through the pages, with scripts off; auditors read them."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.policy import Role
from rules_engine import queries
from rules_engine.documents import content_hash
from rules_engine.models import Rule, RuleSet, RuleSetVersion
from tests.factories import GATE_RULE, make_rule_set, make_user


@pytest.fixture
def ops(client: Client, db: None) -> Client:
    client.force_login(make_user(Role.OPERATIONS, first_name="Olga", last_name="Ops"))
    return client


@pytest.fixture
def ruleset(db: None) -> RuleSet:
    return make_rule_set()


def url(name: str, *args: object) -> str:
    return reverse(f"admin:rules_engine_{name}", args=args)


def changed(**parts: Any) -> str:
    return json.dumps({**GATE_RULE, **parts})


def published(ops: Client, ruleset: RuleSet) -> RuleSetVersion:
    ops.post(url("ruleset_publish", ruleset.pk), {"comment": "First.", "reviewed": queries.draft_hash(ruleset)})
    return ruleset.versions.get()


def test_a_set_is_made_and_leads_on_to_its_rules(ops: Client) -> None:
    answer = ops.post(
        url("ruleset_add"),
        {"name": "Extra", "slug": "extra", "stage": "score", "position": 1, "time_zone": "America/Denver"},
    )

    made = RuleSet.objects.get()
    assert (made.slug, made.stage, made.time_zone) == ("extra", "score", "America/Denver")
    assert answer["Location"] == url("ruleset_change", made.pk)


def test_a_rule_is_added_edited_and_its_history_told(ops: Client, ruleset: RuleSet) -> None:
    body = {"id": "no-phone", "name": "No phone", "effect": "warn"}
    ops.post(url("rule_new", ruleset.pk), {"body": json.dumps(body)})
    rule = ruleset.rules.get(rule_id="no-phone")
    ops.post(
        url("rule_change", rule.pk),
        {
            "body": json.dumps({**body, "when": {"field": "lead.has_phone", "op": "eq", "value": False}}),
            "seen": content_hash(rule.body),
        },
    )

    states = list(rule.history.order_by("history_id"))
    page = ops.get(url("rule_history", rule.pk), {"old": states[0].pk, "new": states[1].pk}).content.decode()
    assert "<del>Warn always.</del>" in page
    assert "<ins>Warn when Has a phone number is no.</ins>" in page
    assert [str(state.history_user) for state in states] == ["Olga Ops", "Olga Ops"]


def test_a_failed_save_keeps_the_text_and_names_the_place(ops: Client, ruleset: RuleSet) -> None:
    rule = ruleset.rules.get()
    text = changed(when={"all": [{"field": "lead.state", "op": "eq", "value": "XX"}]})

    answer = ops.post(url("rule_change", rule.pk), {"body": text, "seen": content_hash(rule.body)})

    assert answer.context["text"] == text
    assert [problem.pointer for problem in answer.context["problems"]] == ["/when/all/0/value"]
    assert "/when/all/0/value" in answer.content.decode()
    assert Rule.objects.get().body == GATE_RULE


def test_a_save_over_somebody_elses_is_refused(ops: Client, ruleset: RuleSet) -> None:
    rule = ruleset.rules.get()

    answer = ops.post(url("rule_change", rule.pk), {"body": changed(name="Mine"), "seen": "0" * 64})

    assert "Somebody else has changed this meanwhile." in answer.content.decode()
    assert Rule.objects.get().name == GATE_RULE["name"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[" * 100_000,
        '{"a":1,"a":2}',
        '{"add": 1e999}',
        '{"name": "\\u0000"}',
        '{"name": "\\ud800"}',
        "9" * 5000,
        "null",
        json.dumps({"not": {"not": "x"}}),
        json.dumps({**GATE_RULE, "when": {"field": "lead.zip", "op": "matches", "value": "(a*)*" * 60}}),
        "x" * 1_100_000,
    ],
    ids=["empty", "cut", "deep", "doubled", "infinite", "nul", "half", "long", "null", "other", "pattern", "huge"],
)
def test_hostile_text_is_a_problem_on_the_page_and_in_the_preview(ops: Client, ruleset: RuleSet, text: str) -> None:
    rule = ruleset.rules.get()

    saved = ops.post(url("rule_change", rule.pk), {"body": text})
    previewed = ops.post(url("rule_preview", ruleset.pk), {"body": text})
    imported = ops.post(url("ruleset_import", ruleset.pk), {"document": text})

    assert saved.context["problems"]
    assert previewed.json()["problems"]
    assert imported.context["problems"]
    assert Rule.objects.get().body == GATE_RULE


def test_a_deep_tree_is_a_problem_with_its_place(ops: Client, ruleset: RuleSet) -> None:
    condition: Any = {"field": "lead.state", "op": "eq", "value": "FL"}
    for _ in range(40):
        condition = {"not": condition}

    answer = ops.post(url("rule_preview", ruleset.pk), {"body": changed(when=condition)}).json()

    assert [problem["code"] for problem in answer["problems"]] == ["condition.too_deep"]


def test_the_preview_says_the_sentence_and_the_examples(ops: Client, ruleset: RuleSet) -> None:
    failing = {"facts": {"lead.state": "FL"}, "at": "2026-06-01T12:00:00Z", "expect": "reject"}

    answer = ops.post(
        url("rule_preview", ruleset.pk), {"body": changed(examples=[*GATE_RULE["examples"], failing])}
    ).json()

    assert answer == {
        "sentence": "Reject (STATE_CLOSED) when State is one of Alaska or Hawaii.",
        "problems": [],
        "examples": [{"passed": True, "got": "reject"}, {"passed": False, "got": "none"}],
    }


def test_rules_move_and_go_by_buttons(ops: Client) -> None:
    ruleset = make_rule_set(rules=[{**GATE_RULE, "id": rule_id} for rule_id in "ab"])
    ops.post(url("rule_move", ruleset.rules.get(rule_id="b").pk), {"to": "0"})
    assert list(ruleset.rules.values_list("rule_id", flat=True)) == ["b", "a"]

    answer = ops.post(url("rule_delete", ruleset.rules.get(rule_id="b").pk), {"post": "yes"})

    assert answer["Location"] == url("ruleset_change", ruleset.pk)
    assert list(ruleset.rules.values_list("rule_id", flat=True)) == ["a"]


def test_publishing_shows_what_changes_and_wants_a_comment(ops: Client, ruleset: RuleSet) -> None:
    published(ops, ruleset)
    ops.post(url("rule_change", ruleset.rules.get().pk), {"body": changed(reason="NOT_HERE")})

    page = ops.get(url("ruleset_publish", ruleset.pk))
    silent = ops.post(url("ruleset_publish", ruleset.pk), {"comment": " ", "reviewed": page.context["reviewed"]})
    told = ops.post(url("ruleset_publish", ruleset.pk), {"comment": "Renamed.", "reviewed": page.context["reviewed"]})

    assert "<ins>Reject (NOT_HERE) when State is one of Alaska or Hawaii.</ins>" in page.content.decode()
    assert "Say what changes and why." in silent.content.decode()
    assert told["Location"] == url("ruleset_change", ruleset.pk)
    assert list(ruleset.versions.values_list("number", "comment")) == [(2, "Renamed."), (1, "First.")]


def test_a_failing_example_is_named_and_keeps_the_button_away(ops: Client) -> None:
    failing = {"facts": {}, "at": "2026-06-01T12:00:00Z", "expect": "reject"}
    ruleset = make_rule_set(rules=[{**GATE_RULE, "examples": [failing]}])

    page = ops.get(url("ruleset_publish", ruleset.pk)).content.decode()
    answer = ops.post(url("ruleset_publish", ruleset.pk), {"comment": "Anyway."})

    assert "Example 1 of closed-states expects reject and gives review." in page
    assert "Publish v1" not in page
    assert "Example 1 of closed-states" in answer.content.decode()
    assert not RuleSetVersion.objects.exists()


def test_roll_back_shows_what_goes_back_and_publishes_it_again(ops: Client, ruleset: RuleSet) -> None:
    first = published(ops, ruleset)
    ops.post(url("rule_change", ruleset.rules.get().pk), {"body": changed(reason="NOT_HERE")})
    ops.post(url("ruleset_publish", ruleset.pk), {"comment": "Two."})

    page = ops.get(url("rulesetversion_roll_back", first.pk)).content.decode()
    ops.post(url("rulesetversion_roll_back", first.pk), {"comment": "Two was wrong."})

    assert "<ins>Reject (STATE_CLOSED) when State is one of Alaska or Hawaii.</ins>" in page
    ruleset.refresh_from_db()
    live = ruleset.live_version
    assert live is not None
    assert (live.number, live.restored_from, live.content_hash) == (3, first, first.content_hash)


def test_what_is_exported_can_be_imported_as_text_and_as_a_file(ops: Client, ruleset: RuleSet) -> None:
    version = published(ops, ruleset)
    exported = ops.get(url("rulesetversion_export", version.pk))
    other = make_rule_set("other", [])

    ops.post(url("ruleset_import", other.pk), {"document": exported.content.decode()})
    assert other.rules.get().body == GATE_RULE
    other.rules.all().delete()
    ops.post(url("ruleset_import", other.pk), {"file": SimpleUploadedFile("rules.json", exported.content)})

    assert other.rules.get().body == GATE_RULE
    assert exported["Content-Disposition"] == 'attachment; filename="intake-checks-v1.json"'


@pytest.mark.parametrize("state", ["77", "x", "9" * 30, "-1"])
def test_comparing_with_a_version_that_never_was_is_not_found(ops: Client, ruleset: RuleSet, state: str) -> None:
    assert ops.get(url("ruleset_compare", ruleset.pk), {"old": state}).status_code == 404


def test_the_auditor_reads_every_page_and_changes_nothing(ops: Client, ruleset: RuleSet) -> None:
    version, rule = published(ops, ruleset), ruleset.rules.get()
    ops.force_login(User.objects.create_user("auditor", role=Role.AUDITOR.value))
    reads = [
        url("ruleset_changelist"),
        url("ruleset_change", ruleset.pk),
        url("ruleset_compare", ruleset.pk),
        url("ruleset_export", ruleset.pk),
        url("rule_changelist"),
        url("rule_change", rule.pk),
        url("rule_history", rule.pk),
        url("rulesetversion_changelist"),
        url("rulesetversion_change", version.pk),
        url("rulesetversion_export", version.pk),
    ]
    writes = [
        url("ruleset_add"),
        url("ruleset_change", ruleset.pk),
        url("ruleset_publish", ruleset.pk),
        url("ruleset_import", ruleset.pk),
        url("rule_new", ruleset.pk),
        url("rule_preview", ruleset.pk),
        url("rule_change", rule.pk),
        url("rule_move", rule.pk),
        url("rule_delete", rule.pk),
        url("rule_history", rule.pk),
        url("rulesetversion_roll_back", version.pk),
    ]

    assert {address: ops.get(address).status_code for address in reads} == dict.fromkeys(reads, 200)
    sent = {"comment": "x", "body": changed(name="Y"), "to": "0", "post": "yes"}
    assert {address: ops.post(address, sent).status_code for address in writes} == dict.fromkeys(writes, 403)
    assert (Rule.objects.get().body, RuleSetVersion.objects.count()) == (GATE_RULE, 1)
    assert "data-rule" not in ops.get(url("rule_change", rule.pk)).content.decode()


@pytest.mark.parametrize(("asked", "found"), [("STATE_CLOSED", 1), ("closed-st", 1), ("do not work", 1), ("xyzzy", 0)])
def test_rules_are_found_by_name_id_and_content(ops: Client, ruleset: RuleSet, asked: str, found: int) -> None:
    answer = ops.get(url("rule_changelist"), {"q": asked})

    assert len(answer.context["cl"].result_list) == found


def test_lists_show_what_is_live_and_what_the_draft_changes(ops: Client, ruleset: RuleSet) -> None:
    published(ops, ruleset)
    make_rule_set("untouched")

    page = ops.get(url("ruleset_changelist")).content.decode()

    assert "LIVE v1" in page
    assert "Same as live" in page
    assert "Never published" in page
