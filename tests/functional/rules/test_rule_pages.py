"""Operations edit, publish and roll back rules through the pages, with scripts off; auditors read them."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.policy import Role
from rules_engine import comparison, queries
from rules_engine.documents import content_hash
from rules_engine.engine.parse import parse_rule
from rules_engine.mappers import document_of
from rules_engine.models import Proposal, Rule, RuleSet, RuleSetVersion
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


def sent(ops: Client, ruleset: RuleSet, comment: str = "First.") -> Proposal:
    """Send the draft for review by its page."""
    said = {"comment": comment, "reviewed": queries.draft_hash(ruleset)}
    answer = ops.post(url("ruleset_send", ruleset.pk), said)
    proposal = ruleset.proposals.open().get()
    assert answer["Location"] == url("proposal_change", proposal.pk)
    return proposal


def published(ops: Client, ruleset: RuleSet, comment: str = "First.") -> RuleSetVersion:
    """Publish the draft by its pages, as two people do."""
    proposal = sent(ops, ruleset, comment)
    second = Client()
    second.force_login(manager())
    second.post(url("proposal_approve", proposal.pk), {"reviewed": proposal.content_hash, "comment": "Good."})
    ops.post(url("proposal_publish", proposal.pk), {"when": "now", "reviewed": proposal.content_hash})
    return ruleset.versions.latest("number")


def manager() -> User:
    """Return Mona, who approves."""
    found = User.objects.filter(username="mona").first()
    return found or make_user(Role.MANAGER, username="mona", first_name="Mona", last_name="Reyes")


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
        "findings": [],
        "examples": [
            {"passed": True, "got": "reject", "trace": [seen("TRUE", "Yes: State is one of … (Alaska: yes).")]},
            {"passed": False, "got": "none", "trace": [seen("FALSE", "No: State is one of … (Florida: no).")]},
        ],
    }


def seen(verdict: str, text: str, depth: int = 0) -> dict[str, Any]:
    return {"depth": depth, "verdict": verdict, "text": text.replace("…", "Alaska or Hawaii")}


def test_the_preview_shows_group_by_group_what_an_example_met(ops: Client, ruleset: RuleSet) -> None:
    florida = {"field": "lead.state", "op": "eq", "value": "FL"}
    called = {"field": "lead.has_phone", "op": "eq", "value": True}
    example = {"facts": {"lead.state": "GA"}, "at": "2026-06-01T12:00:00Z", "expect": "none"}
    body = changed(when={"any": [florida, {"not": called}]}, active_from="2027-01-01", examples=[example])

    answer = ops.post(url("rule_preview", ruleset.pk), {"body": body}).json()

    assert answer["examples"][0]["trace"] == [
        seen("FALSE", "The rule is not in force on that day."),
        seen("UNKNOWN", "At least one of these: not known."),
        seen("FALSE", "No: State is Florida (Georgia: no).", 1),
        seen("UNKNOWN", "Not so that: not known.", 1),
        seen("UNKNOWN", "Not known: Has a phone number is yes (not known without Has a phone number).", 2),
    ]


def test_the_preview_tells_what_a_producer_met_apart_from_what_the_lead_did(ops: Client) -> None:
    eligible = make_rule_set("eligible", [], stage="eligibility")
    body = {
        "id": "licensed",
        "name": "Licensed",
        "when": {"field": "lead.line", "op": "eq", "value": "LIFE"},
        "require": {
            "field": "producer.authorities",
            "op": "contains",
            "key": [{"ref": "lead.state"}, {"ref": "lead.line"}],
        },
        "reason": "NOT_LICENSED",
        "examples": [
            {
                "facts": {"lead.line": "LIFE", "lead.state": "FL", "producer.authorities": []},
                "at": "2026-06-01T12:00:00Z",
                "expect": "BLOCK",
            }
        ],
    }

    answer = ops.post(url("rule_preview", eligible.pk), {"body": json.dumps(body)}).json()

    assert answer["sentence"] == (
        "When Line is Life, exclude producers unless Licensed for the lead’s state and line (NOT_LICENSED)."
    )
    assert answer["examples"][0]["trace"] == [
        seen("TRUE", "It applies: yes."),
        seen("TRUE", "Yes: Line is Life (Life: yes).", 1),
        seen("FALSE", "The producer meets it: no."),
        seen("FALSE", "No: Licensed for the lead’s state and line (none: no).", 1),
    ]


def test_the_preview_shows_the_rows_of_a_table_that_speak(ops: Client, ruleset: RuleSet) -> None:
    rows = [{"id": code.lower(), "if": [[code]], "then": ["warn", "SEEN"]} for code in ("FL", "GA")]
    table = {
        "inputs": [{"field": "lead.state", "op": "in"}],
        "outputs": ["effect", "reason"],
        "hit": "first",
        "rows": rows,
    }
    met = [{"facts": {"lead.state": state}, "at": "2026-06-01T12:00:00Z", "expect": "warn"} for state in ("GA", "NY")]
    body = {"id": "states", "name": "States", "table": table, "examples": met}

    answer = ops.post(url("rule_preview", ruleset.pk), {"body": json.dumps(body)}).json()

    assert [each["trace"] for each in answer["examples"]] == [
        [seen("TRUE", "Row ga: yes."), seen("TRUE", "Yes: State is one of Georgia (Georgia: yes).", 1)],
        [seen("FALSE", "No row holds.")],
    ]


def test_the_preview_names_the_rows_that_clash(ops: Client, ruleset: RuleSet) -> None:
    rows = [{"field": "lead.state", "op": "eq", "value": state} for state in ("FL", "GA")]

    answer = ops.post(url("rule_preview", ruleset.pk), {"body": changed(when={"all": rows}, examples=[])}).json()

    assert [(found["code"], found["pointers"]) for found in answer["findings"]] == [
        ("condition.impossible", ["/when/all/0", "/when/all/1"])
    ]


def test_the_preview_finds_what_a_producer_cannot_meet(ops: Client) -> None:
    eligible = make_rule_set("eligible", [], stage="eligibility")
    rows = [{"field": "producer.capacity", "op": op, "value": 5} for op in ("lt", "gt")]
    body = {"id": "a", "name": "A", "require": {"all": rows}, "reason": "TOO_BUSY"}

    answer = ops.post(url("rule_preview", eligible.pk), {"body": json.dumps(body)}).json()

    assert [found["pointers"] for found in answer["findings"]] == [["/require/all/0", "/require/all/1"]]


def test_who_has_a_rule_open_is_told_taken_over_and_forgotten(ops: Client, ruleset: RuleSet, client: Client) -> None:
    page = url("rule_presence", ruleset.rules.get().pk)
    assert ops.post(page, {"act": "stay"}).json() == {"holder": "", "since": ""}
    mona = Client()
    mona.force_login(make_user(Role.OPERATIONS, username="mona", first_name="Mona", last_name="Reyes"))

    assert mona.post(page, {"act": "stay"}).json()["holder"] == "Olga Ops"
    shown = mona.get(url("rule_change", ruleset.rules.get().pk)).content.decode()
    assert "Olga Ops has had this rule open since" in shown
    assert mona.post(page, {"act": "take"}).json()["holder"] == ""
    assert ops.post(page, {"act": "stay"}).json()["holder"] == "Mona Reyes"
    mona.post(page, {"act": "leave"})

    assert ops.post(page, {"act": "stay"}).json()["holder"] == ""


def test_a_save_over_somebody_elses_names_it_and_can_be_insisted_on(ops: Client, ruleset: RuleSet) -> None:
    rule = ruleset.rules.get()
    rule.body = {**rule.body, "effect": "warn"}
    rule.save()
    stale = {"body": changed(name="Mine"), "seen": content_hash(GATE_RULE)}

    refused = ops.post(url("rule_change", rule.pk), stale)

    assert refused.context["theirs"]["sentence"] == "Warn (STATE_CLOSED) when State is one of Alaska or Hawaii."
    assert Rule.objects.get().name == GATE_RULE["name"]
    ops.post(url("rule_change", rule.pk), {**stale, "over": refused.context["theirs"]["seen"]})
    assert Rule.objects.get().name == "Mine"


def test_rules_move_and_go_by_buttons(ops: Client) -> None:
    ruleset = make_rule_set(rules=[{**GATE_RULE, "id": rule_id} for rule_id in "ab"])
    ops.post(url("rule_move", ruleset.rules.get(rule_id="b").pk), {"to": "0"})
    assert list(ruleset.rules.values_list("rule_id", flat=True)) == ["b", "a"]

    answer = ops.post(url("rule_delete", ruleset.rules.get(rule_id="b").pk), {"post": "yes"})

    assert answer["Location"] == url("ruleset_change", ruleset.pk)
    assert list(ruleset.rules.values_list("rule_id", flat=True)) == ["a"]


def test_sending_shows_what_changes_and_wants_a_comment(ops: Client, ruleset: RuleSet) -> None:
    published(ops, ruleset)
    ops.post(url("rule_change", ruleset.rules.get().pk), {"body": changed(reason="NOT_HERE")})

    page = ops.get(url("ruleset_send", ruleset.pk))
    silent = ops.post(url("ruleset_send", ruleset.pk), {"comment": " ", "reviewed": page.context["reviewed"]})
    ops.post(url("ruleset_send", ruleset.pk), {"comment": "Renamed.", "reviewed": page.context["reviewed"]})

    assert "<ins>Reject (NOT_HERE) when State is one of Alaska or Hawaii.</ins>" in page.content.decode()
    assert "Say what changes and why." in silent.content.decode()
    assert [proposal.comment for proposal in ruleset.proposals.open()] == ["Renamed."]


def test_a_failing_example_is_named_and_keeps_the_button_away(ops: Client) -> None:
    failing = {"facts": {}, "at": "2026-06-01T12:00:00Z", "expect": "reject"}
    ruleset = make_rule_set(rules=[{**GATE_RULE, "examples": [failing]}])

    page = ops.get(url("ruleset_send", ruleset.pk)).content.decode()
    answer = ops.post(url("ruleset_send", ruleset.pk), {"comment": "Anyway."})

    assert "Example 1 of closed-states expects reject and gives review." in page
    assert ">Send for review</button>" not in page
    assert "Example 1 of closed-states" in answer.content.decode()
    assert not ruleset.proposals.exists()


def test_roll_back_shows_what_goes_back_and_waits_for_a_second_person(ops: Client, ruleset: RuleSet) -> None:
    first = published(ops, ruleset)
    ops.post(url("rule_change", ruleset.rules.get().pk), {"body": changed(reason="NOT_HERE")})
    published(ops, ruleset, "Two.")

    page = ops.get(url("rulesetversion_roll_back", first.pk)).content.decode()
    ops.post(url("rulesetversion_roll_back", first.pk), {"comment": "Two was wrong.", "how": "ask"})
    asked = ruleset.proposals.open().get()
    ops.force_login(manager())
    ops.post(url("proposal_approve", asked.pk), {"reviewed": asked.content_hash})

    assert "<ins>Reject (STATE_CLOSED) when State is one of Alaska or Hawaii.</ins>" in page
    ruleset.refresh_from_db()
    live = ruleset.live_version
    assert live is not None
    assert (live.number, live.restored_from, live.content_hash) == (3, first, first.content_hash)


def test_in_an_emergency_it_goes_back_at_once_and_asks_for_a_confirmation(ops: Client, ruleset: RuleSet) -> None:
    first = published(ops, ruleset)
    ops.post(url("rule_change", ruleset.rules.get().pk), {"body": changed(reason="NOT_HERE")})
    published(ops, ruleset, "Two.")

    ops.post(url("rulesetversion_roll_back", first.pk), {"comment": "It rejects all.", "how": "now"})
    task = Proposal.objects.unconfirmed().get()
    mine = ops.get(url("proposal_change", task.pk)).content.decode()
    ops.force_login(manager())
    asked = ops.get(url("proposal_change", task.pk)).content.decode()
    ops.post(url("proposal_confirm", task.pk), {"comment": "Right to go back."})

    assert "Somebody else must still look at it" in mine
    assert ">Confirm</button>" in asked
    assert not Proposal.objects.unconfirmed().exists()
    assert ruleset.versions.count() == 3


def import_into(client: Client, ruleset: RuleSet, **offered: object) -> Any:
    """Import as people do: look at the preview, then send back what its form holds."""
    shown = client.post(url("ruleset_import", ruleset.pk), offered).context
    plan = shown["plan"]
    seen = {"document": shown["text"], "document_hash": plan.document_hash, "draft_hash": plan.draft_hash}
    return client.post(url("ruleset_import", ruleset.pk), seen)


def test_what_is_exported_can_be_imported_as_text_and_as_a_file(ops: Client, ruleset: RuleSet) -> None:
    version = published(ops, ruleset)
    exported = ops.get(url("rulesetversion_export", version.pk))
    other = make_rule_set("other", [])

    import_into(ops, other, document=exported.content.decode())
    assert other.rules.get().body == GATE_RULE
    other.rules.all().delete()
    import_into(ops, other, file=SimpleUploadedFile("rules.json", exported.content))

    assert other.rules.get().body == GATE_RULE
    assert exported["Content-Disposition"] == 'attachment; filename="intake-checks-v1.json"'


def test_an_import_is_shown_first_and_then_taken_as_it_was_shown(ops: Client, ruleset: RuleSet) -> None:
    added = {"id": "poor", "name": "Low premium", "effect": "warn"}
    text = json.dumps({**document_of(ruleset), "rules": [added]})

    shown = ops.post(url("ruleset_import", ruleset.pk), {"document": text})
    told = shown.content.decode()
    assert [change.kind for change in shown.context["plan"].comparison.rules] == ["added", "removed"]
    assert "<ins>Warn always.</ins>" in told
    assert "Put into the draft" in told
    assert ruleset.rules.get().body == GATE_RULE

    taken = import_into(ops, ruleset, document=text)
    assert (taken.status_code, ruleset.rules.get().body) == (302, added)
    again = ops.post(url("ruleset_import", ruleset.pk), {"document": text}).content.decode()
    assert "says what the draft says already" in again


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({}, "The draft has changed since you looked at it."),
        ({"document_hash": "0" * 64}, "This is not the document whose preview you looked at."),
        ({"document_hash": "", "draft_hash": ""}, "This is not the document whose preview you looked at."),
    ],
    ids=["an edit in between", "another document", "no hashes"],
)
def test_what_was_not_shown_is_not_imported(ops: Client, ruleset: RuleSet, other: dict[str, str], told: str) -> None:
    text = json.dumps({**document_of(ruleset), "rules": [{"id": "poor", "name": "Low premium", "effect": "warn"}]})
    plan = ops.post(url("ruleset_import", ruleset.pk), {"document": text}).context["plan"]
    rule = ruleset.rules.get()
    ops.post(url("rule_change", rule.pk), {"body": changed(name="Theirs"), "seen": content_hash(rule.body)})
    seen = {"document": text, "document_hash": plan.document_hash, "draft_hash": plan.draft_hash, **other}

    heard = ops.post(url("ruleset_import", ruleset.pk), seen)

    assert told in heard.content.decode()
    assert heard.context["text"] == text
    assert ruleset.rules.get().body == {**GATE_RULE, "name": "Theirs"}


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
        url("proposal_changelist"),
        url("proposal_change", version.proposal_id),
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
        url("ruleset_send", ruleset.pk),
        *(
            url(f"proposal_{step}", version.proposal_id)
            for step in ("publish", "approve", "reject", "withdraw", "comment", "confirm", "unschedule")
        ),
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


def test_a_set_looked_at_again_reads_only_what_was_changed(ops: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    ruleset = make_rule_set(rules=[GATE_RULE, {**GATE_RULE, "id": "second", "name": "Second"}])
    url = reverse("admin:rules_engine_ruleset_change", args=[ruleset.pk])
    first = ops.get(url)
    read: list[str] = []

    def counted(body: Any, *args: Any, **kwargs: Any) -> Any:
        read.append(body["id"])
        return parse_rule(body, *args, **kwargs)

    monkeypatch.setattr(comparison, "parse_rule", counted)
    again = ops.get(url)
    Rule.objects.filter(rule_id="second").update(body={**GATE_RULE, "id": "second", "name": "Second", "effect": "warn"})
    changed = ops.get(url)

    assert [row["sentence"] for row in first.context["rows"]] == [row["sentence"] for row in again.context["rows"]]
    assert changed.context["rows"][1]["sentence"].startswith("Warn (STATE_CLOSED) when")
    assert read == ["second"]
