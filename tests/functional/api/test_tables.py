"""Tables as files over HTTP: what goes out comes back as no change, and exactly what was previewed is taken."""

from typing import Any

import pytest

from accounts.policy import Role
from rules_engine.documents import content_hash
from rules_engine.models import Rule, RuleSet
from tests.factories import GATE_RULE, make_rule_set
from tests.functional.api.described import DescribedDoor
from tests.functional.api.door import Heard
from tests.functional.api.people import SETS, person
from tests.functional.api.test_drafts import written
from tests.functional.rules.test_table_files_pages import CLOSINGS, REST, csv, xlsx

RULE = f"{SETS}intake-checks/rules/closings/"
PREVIEW, IMPORT = f"{RULE}table/preview/", f"{RULE}table/import/"
NEW = csv(["tx", "TX", "review", "TEXAS"], ["ak", "AK", "reject", "STATE_CLOSED"])


@pytest.fixture
def olga(db: None) -> DescribedDoor:
    return person(Role.OPERATIONS, "Olga")


@pytest.fixture
def ruleset(db: None) -> RuleSet:
    return make_rule_set(rules=[CLOSINGS, GATE_RULE])


def body() -> Any:
    return Rule.objects.get(rule_id="closings").body


def take(door: DescribedDoor, data: bytes, seen: Heard, **other: str) -> Heard:
    hashes = {key: seen.body[key] for key in ("rule_hash", "table_hash")}
    return door.send_file(IMPORT, "rows", data, **{**hashes, **other})


@pytest.mark.usefixtures("ruleset")
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_is_exported_comes_back_as_no_change(olga: DescribedDoor, suffix: str) -> None:
    file = olga.get(f"{RULE}table.{suffix}")

    seen = olga.send_file(PREVIEW, "rows", file.body)

    assert file.headers["Content-Disposition"] == f'attachment; filename="closings.{suffix}"'
    assert file.headers["ETag"] == f'"{content_hash(CLOSINGS)}"'
    same = content_hash(CLOSINGS)
    assert seen.body == {
        "rule_hash": same,
        "table_hash": same,
        "added": 0,
        "changed": 0,
        "removed": 0,
        "reordered": False,
        "rows": [],
    }


@pytest.mark.usefixtures("ruleset")
def test_the_preview_tells_cell_by_cell_and_writes_nothing(olga: DescribedDoor) -> None:
    before = written()

    seen = olga.send_file(PREVIEW, "rows.csv", NEW)

    assert [seen.body[each] for each in ("added", "changed", "removed", "reordered")] == [1, 1, 1, False]
    assert [(row["change"], row["id"], row["number"]) for row in seen.body["rows"]] == [
        ("added", "tx", 1),
        ("changed", "ak", 2),
        ("removed", "rest", 2),
    ]
    assert seen.body["rows"][0]["cells"][0] == {"column": "State is one of", "old": "", "new": "Texas"}
    assert seen.body["rows"][0]["text"].startswith("Row tx added: State is one of: Texas;")
    assert written() == before


def test_what_was_previewed_goes_into_the_draft_alone(olga: DescribedDoor, ruleset: RuleSet) -> None:
    data = csv(["ak", "AK", "reject", "STATE_CLOSED"], ["rest", "-", "warn", "-"])

    taken = take(olga, data, olga.send_file(PREVIEW, "rows", data))

    assert (taken.status, taken.headers["ETag"]) == (200, f'"{content_hash(body())}"')
    assert body()["table"]["rows"] == [{"id": "ak", "if": [["AK"]], "then": ["reject", "STATE_CLOSED"]}, REST]
    assert ruleset.live_version is None


@pytest.mark.usefixtures("ruleset")
def test_a_table_edited_in_between_is_not_written_over(olga: DescribedDoor) -> None:
    seen = olga.send_file(PREVIEW, "rows", NEW)
    etag = f'"{content_hash(CLOSINGS)}"'
    person(Role.OPERATIONS, "Oscar").call("PATCH", RULE, {"name": "Theirs"}, If_Match=etag)
    before = written()

    heard = take(olga, NEW, seen)

    assert (heard.status, heard.code) == (409, "rule.edited_meanwhile")
    assert "Oscar Ops has changed it" in heard.body["detail"]
    assert written() == before


@pytest.mark.usefixtures("ruleset")
def test_another_file_than_was_previewed_is_refused(olga: DescribedDoor) -> None:
    seen, before = olga.send_file(PREVIEW, "rows", NEW), written()

    heard = take(olga, csv(["tx", "TX", "review", "TEXAS"]), seen)

    assert (heard.status, heard.code) == (409, "import.other_document")
    assert written() == before


BAD = {
    "formula": (xlsx(lambda sheet: sheet.cell(2, 4, "=A1")), "file.formula", "Row 2, column D holds a formula"),
    "merged": (xlsx(lambda sheet: sheet.merge_cells("A2:B2")), "file.merged", "The cells A2:B2 are merged"),
    "heading": (xlsx(lambda sheet: sheet.cell(1, 3, "effekt")), "file.heading", "Row 1 has the heading “effekt”"),
    "option": (csv(["ak", "XX", "reject", "STATE_CLOSED"]), "value.option", "Row 2, column lead.state in: "),
    "damaged": (b"PK\x03\x04 nonsense", "file.unreadable", "The file cannot be read as XLSX"),
    "empty": (b"", "empty", "The submitted file is empty."),
}


@pytest.mark.usefixtures("ruleset")
@pytest.mark.parametrize("call", [PREVIEW, IMPORT], ids=["preview", "take"])
@pytest.mark.parametrize(("data", "code", "told"), BAD.values(), ids=BAD)
def test_a_file_that_cannot_be_taken_is_refused_by_row_and_column(
    olga: DescribedDoor, call: str, data: bytes, code: str, told: str
) -> None:
    before = written()

    heard = olga.send_file(call, "rows", data, rule_hash=content_hash(CLOSINGS), table_hash="0" * 64)

    assert (heard.status, heard.body["errors"][0]["code"]) == (400, code)
    assert heard.body["errors"][0]["detail"].startswith(told)
    assert written() == before


@pytest.mark.usefixtures("ruleset")
def test_nothing_is_taken_without_the_hashes_of_its_preview(olga: DescribedDoor) -> None:
    before = written()

    assert olga.send_file(IMPORT, "rows", NEW).faults == {("/rule_hash", "required"), ("/table_hash", "required")}
    assert olga.post(IMPORT, {"file": "x"}).status == 415
    assert written() == before


@pytest.mark.usefixtures("ruleset")
def test_roles_decide_who_exports_and_imports() -> None:
    auditor, producer = person(Role.AUDITOR, "Audrey"), person(Role.PRODUCER, "Pedro")
    before = written()

    assert [door.get(f"{RULE}table.csv").status for door in (auditor, producer)] == [200, 403]
    assert [auditor.send_file(path, "rows", NEW).status for path in (PREVIEW, IMPORT)] == [403, 403]
    assert written() == before


@pytest.mark.usefixtures("ruleset")
@pytest.mark.parametrize("rule", ["closed-states", "nothing"])
def test_what_is_no_table_has_no_file(olga: DescribedDoor, rule: str) -> None:
    at = f"{SETS}intake-checks/rules/{rule}/"

    answers = [olga.get(f"{at}table.csv"), olga.get(f"{at}table.xlsx"), olga.send_file(f"{at}table/preview/", "x", NEW)]

    assert [heard.status for heard in answers] == [404] * 3
