"""Tables go out as files and come back by way of a preview; a file that cannot be taken whole changes nothing."""

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from accounts.policy import Role
from rules_engine.documents import content_hash
from rules_engine.models import Rule
from tests.factories import GATE_RULE, make_rule_set, make_user

HEADINGS = ["id", "lead.state in", "effect", "reason"]
AK: dict[str, Any] = {
    "id": "ak",
    "if": [["AK", "HI"]],
    "then": ["reject", "STATE_CLOSED"],
    "comment": "No carrier there",
    "citation": {"source": "Bulletin 24-07", "verified_on": "2026-10-02"},
}
REST: dict[str, Any] = {"id": "rest", "if": ["-"], "then": ["warn", "-"]}
CLOSINGS: dict[str, Any] = {
    "id": "closings",
    "name": "State closings",
    "table": {
        "inputs": [{"field": "lead.state", "op": "in"}],
        "outputs": ["effect", "reason"],
        "hit": "first",
        "rows": [AK, REST],
    },
}


@pytest.fixture
def ops(client: Client, db: None) -> Client:
    client.force_login(make_user(Role.OPERATIONS))
    return client


@pytest.fixture
def rule(db: None) -> Rule:
    return make_rule_set(rules=[CLOSINGS]).rules.get()


def url(name: str, rule: Rule) -> str:
    return reverse(f"admin:rules_engine_rule_{name}", args=[rule.pk])


def csv(*lines: list[str]) -> bytes:
    return "\n".join(",".join(f'"{cell}"' for cell in line) for line in (HEADINGS, *lines)).encode()


def xlsx(mark: Callable[[Any], object] = lambda sheet: None) -> bytes:
    """Return a workbook of the headings and one row, after somebody has been at its sheet."""
    book = Workbook()
    sheet = book.worksheets[0]
    for line in (HEADINGS, ["ak", "AK", "reject", "STATE_CLOSED"]):
        sheet.append(line)
    mark(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def send(ops: Client, rule: Rule, data: bytes) -> Any:
    return ops.post(url("import", rule), {"file": SimpleUploadedFile("rows", data)})


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_is_exported_comes_back_as_no_change(ops: Client, rule: Rule, kind: str) -> None:
    exported = ops.get(url(kind, rule))

    page = send(ops, rule, exported.content)

    assert exported["Content-Disposition"] == f'attachment; filename="closings.{kind}"'
    assert "The file says what the draft says already." in page.content.decode()
    assert page.context["found"].body == CLOSINGS


def test_a_preview_shows_every_row_that_differs_and_changes_nothing(ops: Client, rule: Rule) -> None:
    data = csv(["tx", "TX", "review", "TEXAS"], ["ak", "AK", "reject", "STATE_CLOSED"])

    page = send(ops, rule, data)

    changes = page.context["found"].changes
    assert [(row.kind, row.id, row.number) for row in changes.rows] == [
        ("added", "tx", 1),
        ("changed", "ak", 2),
        ("removed", "rest", 2),
    ]
    assert "1 added, 1 changed, 1 removed" in page.content.decode()
    assert Rule.objects.get().body == CLOSINGS


def test_a_preview_accepted_goes_into_the_draft(ops: Client, rule: Rule) -> None:
    page = send(ops, rule, csv(["ak", "AK", "reject", "STATE_CLOSED"], ["rest", "-", "warn", "-"]))

    answer = ops.post(url("import", rule), {"body": page.context["body"], "seen": page.context["seen"]})

    assert answer["Location"] == url("change", rule)
    assert Rule.objects.get().body["table"]["rows"] == [
        {"id": "ak", "if": [["AK"]], "then": ["reject", "STATE_CLOSED"]},
        REST,
    ]
    assert rule.ruleset.live_version is None


@pytest.mark.parametrize("seen", ["", "0" * 64], ids=["left out", "another"])
def test_a_draft_changed_meanwhile_is_not_written_over(ops: Client, rule: Rule, seen: str) -> None:
    body = {**CLOSINGS, "table": {**CLOSINGS["table"], "rows": [REST]}}

    page = ops.post(url("import", rule), {"body": json.dumps(body), "seen": seen})

    assert "Somebody else has changed this meanwhile." in page.content.decode()
    assert Rule.objects.get().body == CLOSINGS


def test_a_body_tampered_with_is_judged_again(ops: Client, rule: Rule) -> None:
    page = ops.post(url("import", rule), {"body": '{"id": "closings"', "seen": content_hash(rule.body)})

    assert "Nothing was imported." in page.content.decode()
    assert Rule.objects.get().body == CLOSINGS


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (xlsx(lambda sheet: sheet.cell(2, 4, "=A1")), "Row 2, column D holds a formula; put in its value."),
        (xlsx(lambda sheet: sheet.merge_cells("A2:B2")), "The cells A2:B2 are merged; part them."),
        (xlsx(lambda sheet: sheet.cell(1, 3, "effekt")), "Row 1 has the heading “effekt”, which the table does not"),
        (csv(["ak", "XX", "reject", "STATE_CLOSED"]), "Row 2, column lead.state in: "),
        (csv([], ["ak", "AK", "reject", "lower"]), "Row 3, column reason: "),
        (csv(["Not an id", "AK", "reject", "STATE_CLOSED"]), "Row 2, column id: "),
        (csv(["ak", "AK", "warn", "-"], ["ak", "HI", "warn", "-"]), "Row 3, column id"),
        (b"PK\x03\x04 nonsense", "The file cannot be read as XLSX"),
        (b"", "The file is empty;"),
    ],
    ids=["formula", "merged", "heading", "option", "reason", "id", "twice", "damaged", "empty"],
)
def test_a_file_that_cannot_be_taken_is_refused_by_row_and_column(
    ops: Client, rule: Rule, data: bytes, told: str
) -> None:
    page = send(ops, rule, data)

    assert "Nothing was imported." in page.content.decode()
    assert told in " ".join(problem.detail for problem in page.context["problems"])
    assert Rule.objects.get().body == CLOSINGS


def test_no_file_at_all_is_asked_for(ops: Client, rule: Rule) -> None:
    page = ops.post(url("import", rule))

    assert [problem.detail for problem in page.context["problems"]] == ["Choose a CSV or Excel file."]


def test_an_auditor_exports_and_does_not_import(client: Client, rule: Rule) -> None:
    client.force_login(make_user(Role.AUDITOR))

    book = load_workbook(io.BytesIO(client.get(url("xlsx", rule)).content))

    assert [cell.value for cell in book.worksheets[0][2]][:4] == ["ak", "AK, HI", "reject", "STATE_CLOSED"]
    assert client.get(url("import", rule)).status_code == 403
    assert client.post(url("import", rule), {"body": json.dumps(CLOSINGS)}).status_code == 403


@pytest.mark.parametrize("page", ["csv", "xlsx", "import"])
def test_a_rule_of_conditions_has_no_rows_to_exchange(ops: Client, page: str) -> None:
    rule = make_rule_set("other", [GATE_RULE]).rules.get()

    assert ops.get(url(page, rule)).status_code == 404
