"""Tables go out as CSV and XLSX and come back the same; files that cannot be told are refused, saying where."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from accounts.errors import Invalid
from rules_engine.engine.parse import parse_rule, rule_document
from rules_engine.engine.stages import STAGES
from rules_engine.spreadsheets import MAX_BYTES, MAX_CELL, MAX_LINES, to_csv
from rules_engine.table_files import as_csv, as_xlsx, read_table
from tests.unit.engine import strategies
from tests.unit.engine.vocabulary import CATALOG

HEAD = "id,lead.state in,lead.age between,effect,reason"
TABLE: dict[str, Any] = {
    "inputs": [{"field": "lead.state", "op": "in"}, {"field": "lead.age", "op": "between"}],
    "outputs": ["effect", "reason"],
    "hit": "first",
    "rows": [
        {"id": "south", "if": [["FL", "TX"], [18, 64.5]], "then": ["review", "SOUTH"], "comment": "As agreed"},
        {
            "id": "strict",
            "if": [{"list": "strict-states"}, "-"],
            "then": ["warn", "-"],
            "citation": {"source": "Fla. Stat. 1", "verified_on": "2026-10-02", "confidence": "high"},
        },
    ],
}
FORMS: list[Callable[..., bytes]] = [as_csv, as_xlsx]
AWKWARD = [
    "-", "=1+1", "+1", "@cmd", "'quoted", "a, b", "{x}", "[x]", " edge ", "tab\tbed", "line\nbreak", "cr\rhere",
    '="00123"', "00123", "true", "1..2", "Núñez", "\x01", "\ufffe", '"', "a" * 2000, "2026-11-21", "=HYPERLINK(\"x\")",
]  # fmt: skip


def _read(text: str, table: dict[str, Any] = TABLE) -> dict[str, Any]:
    return read_table(text.encode(), table, CATALOG)


def _workbook(*lines: list[Any]) -> Workbook:
    book = Workbook()
    for line in lines:
        book.worksheets[0].append(line)
    return book


def _bytes(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _refused(data: bytes) -> list[tuple[str, str]]:
    with pytest.raises(Invalid) as refusal:
        read_table(data, TABLE, CATALOG)
    return [(problem.code, problem.detail) for problem in refusal.value.problems]


@pytest.mark.parametrize("form", FORMS)
def test_a_table_comes_back_as_it_went_out(form: Callable[..., bytes]) -> None:
    assert read_table(form(TABLE, CATALOG), TABLE, CATALOG) == TABLE


def test_a_file_reads_as_people_expect() -> None:
    head, south, strict = as_csv(TABLE, CATALOG).decode("utf-8-sig").splitlines()

    assert head == f"{HEAD},comment,citation,verified on,confidence"
    assert south == 'south,"FL, TX",18..64.5,review,SOUTH,As agreed,-,-,-'
    assert strict == 'strict,"{""list"": ""strict-states""}",-,warn,-,-,Fla. Stat. 1,2026-10-02,high'


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", AWKWARD, ids=repr)
def test_no_text_is_lost_or_taken_for_a_formula(form: Callable[..., bytes], text: str) -> None:
    first = {"value": text} if text == "-" else text  # in braces: a bare dash means any
    note = {} if text == "-" else {"comment": text}
    row = {"id": "a", "if": [first, [text, "LIFE"]], "then": ["warn", text], **note}
    table = {
        "inputs": [{"field": "lead.name", "op": "eq"}, {"field": "lead.line", "op": "in"}],
        "outputs": ["effect", "message"],
        "hit": "first",
        "rows": [row],
    }

    data = form(table, CATALOG)

    assert read_table(data, table, CATALOG) == table
    assert not [cell for cell in _texts(data) if cell != "-" and cell.startswith(("=", "+", "-", "@"))]


def _texts(data: bytes) -> list[str]:
    if not data.startswith(b"PK"):
        return [cell for line in data.decode("utf-8-sig").split("\r\n") for cell in line.replace('"', "").split(",")]
    return [str(cell.value) for row in load_workbook(io.BytesIO(data)).worksheets[0].iter_rows() for cell in row]


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_whatever_table_parses_comes_back_the_same(form: Callable[..., bytes], stage: str, data: st.DataObject) -> None:
    rule = parse_rule(data.draw(strategies.tables(stage)), stage, CATALOG).rule
    assert rule is not None
    table: Any = json.loads(json.dumps(rule_document(rule)["table"]))

    assert read_table(form(table, CATALOG), table, CATALOG) == table


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("a,FL,,reject,X", {"if": [["FL"], "-"], "then": ["reject", "X"]}),
        ('a,"FL , TX", 18 .. 64 ,reject,X', {"if": [["FL", "TX"], [18, 64]], "then": ["reject", "X"]}),
        ('a,"=""FL""",-,reject,\'=X', {"if": [["FL"], "-"], "then": ["reject", "=X"]}),
        ("a,XX,old,reject", {"if": [["XX"], "old"], "then": ["reject", "-"]}),
        ('a,{"list": broken,-,reject,X', {"if": ['{"list": broken', "-"], "then": ["reject", "X"]}),
    ],
    ids=["blank is any", "spaces", "guards", "what cannot be read stays", "broken braces stay"],
)
def test_cells_typed_by_people_are_read(line: str, row: dict[str, Any]) -> None:
    assert _read(f"{HEAD}\n{line}\n")["rows"] == [{"id": "a"} | row]


def test_columns_may_stand_in_another_order_and_notes_be_left_out() -> None:
    table = _read("Reason;effect;LEAD.AGE  between;id;lead.state in;\nX;reject;-;a;FL;\n;;;;;\n")

    assert table["rows"] == [{"id": "a", "if": [["FL"], "-"], "then": ["reject", "X"]}]
    assert table["hit"] == "first"


def test_what_excel_holds_as_numbers_and_days_is_read_by_the_column() -> None:
    table = {
        "inputs": [{"field": "lead.birth_date", "op": "lt"}, {"field": "lead.age", "op": "in"}],
        "outputs": ["add"],
        "hit": "sum",
        "rows": [],
    }
    rule = load_workbook(io.BytesIO(as_xlsx(table, CATALOG)))
    rule.worksheets[0].append([7, date(1950, 1, 1), 65.0, -5, 12])

    read = read_table(_bytes(rule), table, CATALOG)

    assert read["rows"] == [{"id": "7", "if": ["1950-01-01", [65]], "then": [-5], "comment": "12"}]


@pytest.mark.parametrize(
    ("text", "code", "detail"),
    [
        ("", "file.empty", "The file is empty; it needs a row of headings and at least one more."),
        (f"{HEAD},colour\n", "file.heading", "Row 1 has the heading “colour”, which the table does not have."),
        (f"{HEAD},effect\n", "file.heading", "Row 1 has the heading “effect” twice."),
        ("id,lead.state in,effect,reason\n", "file.heading", "The heading “lead.age between” is missing."),
        (f"{HEAD}\na,FL,-,=1+1,X\n", "file.formula", "Row 2, column D holds a formula; put in its value."),
        (f"{HEAD}\na,F\x00L,-,warn,X\n", "file.nul", "Row 2, column B holds a NUL character; take it out."),
        (f"{HEAD}\n,FL,-,warn,X\n", "file.row", "Row 2, column id is empty; give the row an id of its own."),
        (
            f"{HEAD}\na,FL,-,warn,X\na,TX,-,warn,X\n",
            "file.row",
            "Row 3, column id: row 2 has the id a already; give one another.",
        ),
        (f"{HEAD}\na,FL,-,warn,X,stray\n", "file.row", "Row 2 holds “stray” under no heading; take it out."),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("file.") else "",
)
def test_a_text_file_that_cannot_be_told_is_refused_where_it_is_wrong(text: str, code: str, detail: str) -> None:
    assert _refused(text.encode()) == [(code, detail)]


def test_every_fault_of_the_headings_is_named_at_once() -> None:
    assert len(_refused(b"id,effect,effect,colour\n")) == 5


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfei\x00d\x00", "file.unreadable"),
        (b"PK\x03\x04 and no more", "file.unreadable"),
        (b"x" * (MAX_BYTES + 1), "file.too_big"),
        (b"a\n" * (MAX_LINES + 1), "file.too_big"),
    ],
    ids=["another encoding", "damaged", "huge", "long"],
)
def test_a_file_of_another_sort_or_size_is_refused(data: bytes, code: str) -> None:
    assert [found for found, _ in _refused(data)] == [code]


def test_formulas_and_merged_cells_of_excel_are_refused() -> None:
    formula = _workbook(HEAD.split(","), ["a", "FL", "=SUM(1,2)", "warn", '="X"'])
    merged = _workbook(HEAD.split(","), ["a", "FL", "-", "warn", "X"])
    merged.worksheets[0].merge_cells("B2:C2")

    assert _refused(_bytes(formula)) == [("file.formula", "Row 2, column C holds a formula; put in its value.")]
    assert _refused(_bytes(merged)) == [("file.merged", "The cells B2:C2 are merged; part them.")]


def test_a_package_that_unpacks_to_too_much_or_brings_definitions_is_refused() -> None:
    big, defined = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(big, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/worksheets/sheet1.xml", b" " * 31_000_000)
    with zipfile.ZipFile(defined, "w") as package:
        package.writestr("xl/workbook.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')

    assert [code for code, _ in _refused(big.getvalue())] == ["file.too_big"]
    assert [code for code, _ in _refused(defined.getvalue())] == ["file.unreadable"]


def test_a_sheet_with_a_lone_cell_far_away_is_refused_at_once() -> None:
    book = _workbook(HEAD.split(","))
    book.worksheets[0]["XFD1048576"] = "far"

    assert [code for code, _ in _refused(_bytes(book))] == ["file.too_big"]


def test_a_cell_longer_than_excel_holds_is_refused_rather_than_cut() -> None:
    row = TABLE["rows"][0] | {"if": [["FL"] * MAX_CELL, "-"]}
    table = TABLE | {"rows": [row]}

    with pytest.raises(Invalid) as refusal:
        as_xlsx(table, CATALOG)

    assert refusal.value.problems[0].code == "file.too_big"
    assert read_table(as_csv(table, CATALOG), table, CATALOG) == table


def test_lines_are_parted_as_spreadsheets_part_them() -> None:
    assert to_csv([["a", True], [1.5, "b,c"]]) == '\ufeffa,true\r\n1.5,"b,c"\r\n'.encode()
