"""Operations start, save and read decision tables through the pages, with scripts off."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.policy import Role
from rules_engine.catalog_setting import catalog
from rules_engine.documents import content_hash
from rules_engine.models import Rule
from tests.factories import GATE_RULE, make_rule_set, make_user

CLOSINGS: dict[str, Any] = {
    "id": "closings",
    "name": "State closings",
    "table": {
        "inputs": [{"field": "lead.state", "op": "in"}],
        "outputs": ["effect", "reason"],
        "hit": "first",
        "rows": [
            {"id": "ak", "if": [["AK", "HI"]], "then": ["reject", "STATE_CLOSED"], "comment": "No carrier there"},
            {"id": "rest", "if": ["-"], "then": ["warn", "-"]},
        ],
    },
}


@pytest.fixture
def ops(client: Client, db: None) -> Client:
    client.force_login(make_user(Role.OPERATIONS))
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"admin:rules_engine_{name}", args=args)


@pytest.mark.parametrize("stage", ["gate", "score", "route", "eligibility"])
def test_a_new_table_begins_with_what_rows_of_its_stage_say(ops: Client, stage: str) -> None:
    ruleset = make_rule_set("new", [], stage=stage)

    page = ops.get(url("rule_new", ruleset.pk), {"as": "table"})

    begun = json.loads(page.context["text"])["table"]
    assert page.templates[0].name == "rules_engine/table.html"
    assert [len(row["then"]) for row in begun["rows"]] == [len(begun["outputs"])]
    answer = ops.post(url("rule_preview", ruleset.pk), {"body": json.dumps({"id": "t", "name": "T", "table": begun})})
    assert {problem["pointer"].rpartition("/")[0] for problem in answer.json()["problems"]} <= {
        "/table/rows/0/then",
        "/table/rows/0",
    }


def test_every_output_of_every_stage_is_described(ops: Client) -> None:
    described = {}
    for stage in ("gate", "score", "route", "eligibility"):
        ruleset = make_rule_set(stage, [], stage=stage)
        page = ops.get(url("rule_new", ruleset.pk), {"as": "table"})
        described[stage] = {name: field["kind"] for name, field in page.context["builder"]["outputs"].items()}

    assert described == {
        "gate": {"effect": "choice", "reason": "text", "message": "text", "needs": "text"},
        "score": {"add": "number"},
        "route": {"pool": "text", "strategy": "choice", "tier": "choice"},
        "eligibility": {"reason": "text", "message": "text", "weight": "number"},
    }


def test_a_table_is_saved_from_its_json_and_opens_as_a_table(ops: Client) -> None:
    ruleset = make_rule_set()
    ops.post(url("rule_new", ruleset.pk), {"body": json.dumps(CLOSINGS)})
    rule = ruleset.rules.get(rule_id="closings")

    page = ops.get(url("rule_change", rule.pk))

    assert rule.body == CLOSINGS
    assert json.loads(page.context["text"]) == CLOSINGS
    assert "data-sheet" in page.content.decode()


@pytest.mark.parametrize(
    ("stage", "outputs", "then"),
    [
        ("gate", ["effect", "reason"], ["reject", "CLOSED"]),
        ("score", ["add"], [5]),
        ("route", ["pool"], ["main"]),
        ("eligibility", [{"field": "producer.languages", "op": "contains_any"}, "reason"], [["es"], "LANGUAGE"]),
        ("eligibility", [{"field": "producer.languages", "op": "contains_any"}, "weight"], [["es"], 5]),
    ],
)
def test_the_history_of_a_table_says_it_in_words(ops: Client, stage: str, outputs: list[Any], then: list[Any]) -> None:
    rows = [{"id": "ak", "if": [["AK"]], "then": then}]
    body = {**CLOSINGS, "table": {**CLOSINGS["table"], "outputs": outputs, "rows": rows}}
    rule = make_rule_set("told", [body], stage=stage).rules.get()
    later = {"body": json.dumps({**body, "status": "provisional"}), "seen": content_hash(rule.body)}
    ops.post(url("rule_change", rule.pk), later)

    old, new = rule.history.order_by("history_id")
    page = ops.get(url("rule_history", rule.pk), {"old": old.pk, "new": new.pk}).content.decode()

    said = "Of 1 row by State, the first that holds decides"
    assert f"<del>{said}.</del>" in page
    assert f"<ins>{said}; provisional, so it decides nothing yet.</ins>" in page


def test_a_faulty_cell_is_named_and_nothing_is_saved(ops: Client) -> None:
    rule = make_rule_set(rules=[CLOSINGS]).rules.get()
    rows = [{"id": "ak", "if": [["XX"]], "then": ["reject", "STATE_CLOSED"]}]
    faulty = {**CLOSINGS, "table": {**CLOSINGS["table"], "rows": rows}}

    page = ops.post(url("rule_change", rule.pk), {"body": json.dumps(faulty), "seen": content_hash(rule.body)})

    assert [problem.pointer for problem in page.context["problems"]] == ["/table/rows/0/if/0/0"]
    assert "data-sheet" in page.content.decode()
    assert Rule.objects.get().body == CLOSINGS


def test_a_rule_of_conditions_opens_in_the_builder(ops: Client) -> None:
    rule = make_rule_set(rules=[GATE_RULE]).rules.get()

    assert "data-sheet" not in ops.get(url("rule_change", rule.pk)).content.decode()


def findings(ops: Client, rows: list[Any], **table: Any) -> list[dict[str, Any]]:
    """Return what the page is told about a table of these rows by state and line."""
    ruleset = make_rule_set()
    inputs = [{"field": "lead.state", "op": "in"}, {"field": "lead.line", "op": "in"}]
    body = {**CLOSINGS, "table": {**CLOSINGS["table"], "inputs": inputs, "rows": rows, **table}}
    answer = ops.post(url("rule_findings", ruleset.pk), {"body": json.dumps(body)}).json()
    found: list[dict[str, Any]] = answer["findings"]
    return found


def row(row_id: str, states: Any, lines: Any, reason: str = "CLOSED") -> dict[str, Any]:
    return {"id": row_id, "if": [states, lines], "then": ["review", reason]}


def test_an_overlap_a_gap_and_a_row_never_reached_are_found_with_leads_that_show_them(ops: Client) -> None:
    rows = [
        row("south", ["FL", "GA"], ["LIFE"], "ONE"),
        row("life", ["FL", "TX"], "-", "TWO"),
        row("florida", ["FL"], ["LIFE"], "THREE"),
    ]

    found = {finding["title"]: finding for finding in findings(ops, rows)}

    assert {title: finding["pointers"] for title, finding in found.items()} == {
        "Rules that never get their turn": ["/table/rows/2", "/table/rows/0"],
        "Rows that answer the same lead differently": ["/table/rows/0", "/table/rows/1"],
        "Leads that no row of a table answers": ["/table"],
    }
    assert dict(found["Rows that answer the same lead differently"]["lead"])["State"] == "Florida"


def test_a_clean_table_of_every_state_and_line_has_no_findings(ops: Client) -> None:
    fields = {field.name: [option.value for option in field.options] for field in catalog().fields}
    states, lines = fields["lead.state"], fields["lead.line"]
    rows = [row(f"{state}-{line}".lower().replace("_", "-"), [state], [line]) for state in states for line in lines]

    assert findings(ops, rows, hit="unique") == []


@pytest.mark.parametrize("text", ["", "{", json.dumps(GATE_RULE), json.dumps({**CLOSINGS, "table": {"rows": 7}})])
def test_what_is_no_sound_table_is_not_judged(ops: Client, text: str) -> None:
    ruleset = make_rule_set()

    assert ops.post(url("rule_findings", ruleset.pk), {"body": text}).json() == {"findings": None}


def test_auditors_read_a_table_as_a_table(client: Client, db: None) -> None:
    client.force_login(make_user(Role.AUDITOR))
    rule = make_rule_set(rules=[CLOSINGS]).rules.get()

    page = client.get(url("rule_change", rule.pk))

    assert page.context["sheet"].lines == [
        ("ak", ["Alaska, Hawaii", "reject", "STATE_CLOSED", "No carrier there", ""]),
        ("rest", ["any", "warn", "", "", ""]),
    ]
    assert "Alaska, Hawaii" in page.content.decode()
    assert "data-sheet" not in page.content.decode()
