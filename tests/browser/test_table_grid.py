"""The grid of a decision table in the browser: keys, blocks from a spreadsheet, columns, problems in their cells."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.policy import Role
from rules_engine.models import Rule, RuleSet
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.factories import make_rule_set, make_user

PHONE = {"width": 390, "height": 844}
FL = {
    "id": "fl-night",
    "if": [["FL"], ["21:00", "08:00"]],
    "then": ["quarantine", "NIGHT"],
    "comment": "As agreed with the carrier",
    "citation": {"source": "Bulletin 24-07", "verified_on": "2026-10-02", "confidence": "high"},
}
AK = {"id": "ak", "if": [["AK", "HI"], "-"], "then": ["reject", "STATE_CLOSED"]}
CLOSINGS: Mapping[str, Any] = {
    "id": "closings",
    "name": "State closings",
    "table": {
        "inputs": [{"field": "lead.state", "op": "in"}, {"field": "now.local_time", "op": "between"}],
        "outputs": ["effect", "reason"],
        "hit": "first",
        "rows": [FL, AK],
    },
}


def big(rows: int) -> dict[str, Any]:
    """Return a table of eight columns."""
    fields = ("lead.state", "lead.product", "lead.premium", "lead.is_repeat", "lead.has_phone", "lead.zip")
    inputs = [{"field": field, "op": "eq"} for field in fields]
    row = {"if": ["TX", "-", 100, True, "-", "75001"], "then": ["review", "CHECK"]}
    table = {
        "inputs": inputs,
        "outputs": ["effect", "reason"],
        "hit": "first",
        "rows": [{**row, "id": f"r-{at}"} for at in range(rows)],
    }
    return {"id": f"big-{rows}", "name": f"{rows} rows", "table": table}


@pytest.fixture
def ruleset(transactional_db: None) -> RuleSet:
    return make_rule_set(rules=[CLOSINGS])


@pytest.fixture
def ops(sign_in: SignIn, ruleset: RuleSet) -> Page:
    return sign_in(make_user(Role.OPERATIONS, first_name="Olga", last_name="Ops"))


@pytest.fixture
def grid(ops: Page, live_server: LiveServer) -> Page:
    open_table(ops, live_server, "closings")
    return ops


def open_table(page: Page, server: LiveServer, rule_id: str) -> None:
    rule = Rule.objects.get(rule_id=rule_id)
    page.goto(f"{server.url}/admin/rules_engine/rule/{rule.pk}/change/")
    expect(page.locator("[data-problems]")).not_to_have_text("Reading the table …")


def table(page: Page) -> Any:
    """Return the table as it would be saved."""
    return json.loads(page.locator("#body").input_value())["table"]


def cell(page: Page, row: int, column: str) -> Locator:
    """Return a cell by the number of its row and the heading of its column."""
    headings = [text.split("\n")[0] for text in page.locator("thead th").all_inner_texts()]
    return page.locator("tbody tr").nth(row - 1).locator("th, td").nth(headings.index(column))


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_operations_build_a_table_by_keyboard_alone(ops: Page, ruleset: RuleSet, live_server: LiveServer) -> None:
    ops.goto(f"{live_server.url}/admin/rules_engine/ruleset/{ruleset.pk}/change/")
    ops.get_by_role("link", name="Add a table").press("Enter")
    ops.get_by_label("Name", exact=True).fill("Leads we send on")
    cell(ops, 1, "State").focus()
    press(ops, "f", "l", "o", "ArrowDown", "Space", "Tab")
    expect(cell(ops, 1, "What happens")).to_be_focused()
    press(ops, "F2", "r", "Tab")
    ops.keyboard.type("STATE_CLOSED")
    press(ops, "Tab")
    ops.keyboard.type("Bulletin 24-07")
    press(ops, "Enter")
    expect(ops.locator("[data-live]")).to_have_text("")
    press(ops, "Control+Enter")
    expect(ops.locator("[data-live]")).to_have_text("Row added.")
    expect(cell(ops, 2, "State")).to_be_focused()
    press(ops, "Home")
    ops.keyboard.type("everybody")
    press(ops, "Tab", "ArrowRight", "Enter")
    ops.keyboard.type("Warn")
    press(ops, "Enter")

    expect(ops.locator("[data-problems]")).to_have_text("The table is sound.")
    ops.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(ops.get_by_text("is saved in the draft")).to_be_visible()
    assert Rule.objects.get(rule_id="leads-we-send-on").body["table"] == {
        "inputs": [{"field": "lead.state", "op": "in"}],
        "outputs": ["effect", "reason"],
        "hit": "first",
        "rows": [
            {"id": "row-1", "if": [["FL"]], "then": ["reject", "STATE_CLOSED"], "comment": "Bulletin 24-07"},
            {"id": "everybody", "if": ["-"], "then": ["warn", "-"]},
        ],
    }


def test_opening_a_table_changes_nothing_in_it(grid: Page) -> None:
    grid.get_by_label("Name", exact=True).fill("Closings")

    assert json.loads(grid.locator("#body").input_value()) == {**CLOSINGS, "name": "Closings"}


def test_escape_leaves_a_cell_as_it_was_and_delete_empties_it(grid: Page) -> None:
    reason = cell(grid, 2, "Reason code")
    reason.focus()
    grid.keyboard.type("OTHER")
    press(grid, "Escape")
    expect(reason).to_be_focused()
    assert table(grid) == CLOSINGS["table"]

    press(grid, "Home", "ArrowRight", "Shift+ArrowRight", "Delete")
    assert table(grid)["rows"][1]["if"] == ["-", "-"]
    press(grid, "Control+z")

    expect(grid.locator("[data-live]")).to_have_text("Undone: Emptied.")
    assert table(grid) == CLOSINGS["table"]


def test_tab_goes_through_both_ends_of_a_range_before_the_next_cell(ops: Page, live_server: LiveServer) -> None:
    row = {"id": "dear", "if": [[100, 200]], "then": ["warn"]}
    premiums = {
        "inputs": [{"field": "lead.premium", "op": "between"}],
        "outputs": ["effect"],
        "hit": "first",
        "rows": [row],
    }
    make_rule_set("premiums", [{"id": "premiums", "name": "Premiums", "table": premiums}])
    open_table(ops, live_server, "premiums")
    cell(ops, 1, "Premium").focus()
    press(ops, "Enter")
    ops.keyboard.type("150")
    press(ops, "Tab")
    expect(ops.locator(".fl-cell-editor input").last).to_be_focused()
    press(ops, "Tab")

    expect(cell(ops, 1, "What happens")).to_be_focused()
    assert table(ops)["rows"][0]["if"] == [[150, 200]]


def test_a_block_from_a_spreadsheet_is_pasted_and_a_block_copied_out(grid: Page) -> None:
    grid.context.grant_permissions(["clipboard-read", "clipboard-write"])
    block = 'Texas; NY\t8:00 AM to 5:00 PM\tWarn\r\n"CA,\nNV"\t\treject\tNO_CA\r\nOhio\tnever\twarn\r\n'
    grid.evaluate("text => navigator.clipboard.writeText(text)", block)
    cell(grid, 2, "State").focus()
    press(grid, "Control+v")

    expect(grid.locator("[data-live]")).to_have_text("3 rows by 4 columns pasted.")
    rows = table(grid)["rows"]
    assert [(row["id"], *row["if"], *row["then"]) for row in rows[1:]] == [
        ("ak", ["TX", "NY"], ["08:00", "17:00"], "warn", "STATE_CLOSED"),
        ("row-3", ["CA", "NV"], "-", "reject", "NO_CA"),
        ("row-4", ["OH"], "never", "warn", "-"),
    ]
    expect(cell(grid, 4, "Local time of the lead").locator(".fl-problem")).to_be_visible()

    cell(grid, 1, "State").click()
    press(grid, "Shift+ArrowDown", "Shift+ArrowRight", "Control+c")
    copied = grid.evaluate("navigator.clipboard.readText()")
    assert copied == "FL\t21:00..08:00\nTX, NY\t08:00..17:00"


def test_rows_move_by_key_and_by_mouse_and_are_copied_and_removed(grid: Page) -> None:
    cell(grid, 1, "Reason code").focus()
    press(grid, "Alt+ArrowDown")
    expect(grid.locator("[data-live]")).to_have_text("Row moved down.")
    expect(cell(grid, 2, "Reason code")).to_be_focused()
    assert [row["id"] for row in table(grid)["rows"]] == ["ak", "fl-night"]

    grid.locator("tbody th").nth(1).drag_to(grid.locator("tbody th").first, target_position={"x": 5, "y": 2})
    expect(grid.locator("[data-live]")).to_have_text("Row moved to place 1.")
    press(grid, "Alt+d")
    assert table(grid)["rows"] == [FL, {**FL, "id": "row-3"}, AK]
    press(grid, "Alt+Delete")

    expect(grid.locator("[data-live]")).to_have_text("Row removed.")
    expect(cell(grid, 2, "Reason code")).to_be_focused()
    assert table(grid)["rows"] == [FL, AK]


def test_a_column_is_found_added_changed_moved_and_removed_by_keyboard(grid: Page) -> None:
    grid.get_by_role("button", name="Add question").press("Enter")
    grid.get_by_label("Find a field").fill("premium")
    grid.get_by_label("Comparison").select_option("is at least")
    press(grid, "Enter")
    expect(grid.locator("[data-live]")).to_have_text("Column added.")
    expect(cell(grid, 1, "Premium")).to_be_focused()
    grid.keyboard.type("250")
    press(grid, "Enter", "Alt+ArrowLeft")
    assert table(grid)["inputs"][1] == {"field": "lead.premium", "op": "gte"}
    assert [row["if"][1] for row in table(grid)["rows"]] == [250, "-"]

    press(grid, "Control+Home", "ArrowUp", "ArrowRight", "ArrowRight", "Enter")
    expect(grid.get_by_role("heading", name="Column Premium")).to_be_visible()
    grid.get_by_label("Comparison").select_option("is between")
    press(grid, "Enter")
    assert table(grid)["rows"][0]["if"][1] == [250, ""]
    expect(grid.locator("thead button", has_text="Premium")).to_be_focused()
    press(grid, "Enter")
    grid.get_by_role("button", name="Remove", exact=True).press("Enter")

    assert table(grid) == CLOSINGS["table"]


def test_a_problem_stands_in_its_cell_and_a_link_leads_there(grid: Page) -> None:
    cell(grid, 1, "Reason code").focus()
    grid.keyboard.type("no capitals")
    press(grid, "Enter")
    said = cell(grid, 1, "Reason code").locator(".fl-problem")
    expect(said).to_be_visible()
    assert said.get_attribute("id") == cell(grid, 1, "Reason code").get_attribute("aria-describedby")
    assert_accessible(grid)

    grid.get_by_placeholder("Filter rows").fill("hawaii")
    expect(grid.locator("tbody tr")).to_have_count(1)
    expect(grid.locator("tbody th")).to_have_text("2")
    grid.get_by_text("1 thing to mend.").click()
    grid.get_by_role("button", name="Row 1, Reason code").click()

    expect(cell(grid, 1, "Reason code")).to_be_focused()
    grid.get_by_role("button", name="Save", exact=True).click()
    expect(grid.get_by_role("alert")).to_contain_text("One thing needs mending. Nothing was saved.")


def test_an_overlap_is_found_with_a_lead_and_links_to_its_rows(ops: Page, live_server: LiveServer) -> None:
    rows = [
        {"id": "south", "if": [["FL", "GA"], "-"], "then": ["review", "ONE"]},
        {"id": "night", "if": ["-", ["21:00", "08:00"]], "then": ["review", "TWO"]},
        {"id": "rest", "if": ["-", "-"], "then": ["warn", "-"]},
    ]
    make_rule_set("overlap", [{**CLOSINGS, "id": "overlap", "table": {**CLOSINGS["table"], "rows": rows}}])
    open_table(ops, live_server, "overlap")

    found = ops.locator("[data-found]")
    expect(found.locator("> summary")).to_have_text("1 finding.")
    found.locator("> summary").click()
    expect(found).to_contain_text("Rows that answer the same lead differently")
    found.get_by_text("Example lead").click()
    expect(found.locator("dl")).to_contain_text("State")
    assert_accessible(ops)
    found.get_by_role("button", name="Row 2").click()
    expect(ops.locator("tbody tr").nth(1).locator("td:focus")).to_have_count(1)
    press(ops, "Alt+Delete")

    expect(found.locator("> summary")).to_have_text("No overlaps, gaps or idle rows.")


def test_json_typed_by_hand_fills_the_grid_and_what_it_cannot_show_stays_text(grid: Page) -> None:
    grid.get_by_text("The table as JSON").click()
    shorter = {**CLOSINGS, "table": {**CLOSINGS["table"], "rows": [AK]}}
    grid.locator("#body").fill(json.dumps(shorter))
    grid.locator("#body").blur()
    expect(grid.locator("tbody tr")).to_have_count(1)

    grid.locator("#body").fill('{"table": {"rows": 7}}')
    grid.locator("#body").blur()

    expect(grid.locator("[data-builder]")).to_be_hidden()
    expect(grid.locator("#body")).to_be_visible()


def test_rows_of_a_file_are_previewed_before_they_go_into_the_draft(grid: Page) -> None:
    grid.get_by_role("link", name="Import", exact=True).click()
    headings = "id,lead.state in,now.local_time between,effect,reason"
    mended = f"{headings}\nak,AK,-,reject,STATE_CLOSED\ntx,TX,21:00..08:00,quarantine,NIGHT\n"
    grid.get_by_label("File").set_input_files(
        {"name": "rows.csv", "mimeType": "text/csv", "buffer": mended.encode()},
    )
    grid.get_by_role("button", name="Show what changes").press("Enter")
    expect(grid.get_by_text("1 added, 1 changed, 1 removed")).to_be_visible()
    expect(grid.get_by_role("row", name="fl-night")).to_contain_text("Removed")
    assert Rule.objects.get(rule_id="closings").body == CLOSINGS
    assert_accessible(grid)

    grid.get_by_role("button", name="Put into the draft").press("Enter")

    expect(grid.get_by_text("has the rows of the file, in the draft")).to_be_visible()
    expect(cell(grid, 2, "Row id")).to_have_text("tx")


def test_a_file_that_cannot_be_taken_says_where(grid: Page) -> None:
    grid.get_by_role("link", name="Import", exact=True).click()
    faulty = b"id,lead.state in,now.local_time between,effect,reason\nak,Alaska,-,reject,STATE_CLOSED\n"
    grid.get_by_label("File").set_input_files({"name": "rows.csv", "mimeType": "text/csv", "buffer": faulty})
    grid.get_by_role("button", name="Show what changes").click()

    expect(grid.get_by_role("alert")).to_contain_text("Row 2, column lead.state in:")
    assert_accessible(grid)


# Which rows of the grid a key press draws anew.
REDRAWN = """async (key) => {
    const rows = new Set();
    const seen = new MutationObserver((changes) => changes.forEach((change) => {
        const node = change.target.nodeType === Node.ELEMENT_NODE ? change.target : change.target.parentElement;
        const row = node?.closest("tr");
        if (row) rows.add(row);
    }));
    seen.observe(document.querySelector("[role=grid]"),
        { subtree: true, childList: true, characterData: true, attributes: true });
    document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
    seen.disconnect();
    return rows.size;
}"""


def test_of_three_hundred_rows_an_edit_draws_its_own_anew(ops: Page, live_server: LiveServer) -> None:
    make_rule_set("large", [big(300)])
    open_table(ops, live_server, "big-300")
    cell(ops, 150, "Premium").click()

    emptied, moved = (ops.evaluate(REDRAWN, key) for key in ("Delete", "ArrowDown"))

    assert (emptied, moved) == (1, 2)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_grid_its_editors_and_its_dialog_are_accessible(grid: Page, theme: str) -> None:
    grid.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    assert_accessible(grid)
    for column in ("State", "Local time of the lead", "What happens", "Reason code", "Verified on"):
        cell(grid, 1, column).focus()
        press(grid, "Enter")
        expect(grid.locator(".fl-cell-editor")).to_be_visible()
        assert_accessible(grid)
        press(grid, "Escape")
    grid.get_by_role("button", name="Add question").click()
    assert_accessible(grid)


def test_the_page_of_a_table_fits_a_phone(ops: Page, live_server: LiveServer) -> None:
    ops.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a TypedDict of the same keys
    open_table(ops, live_server, "closings")

    assert ops.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
