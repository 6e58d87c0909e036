"""Rules in the browser: build one without typing JSON, see it in words, mend it, publish it."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.policy import Role
from rules_engine.models import Rule, RuleSet
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.factories import GATE_RULE, make_rule_set, make_user

PHONE = {"width": 390, "height": 844}
FLORIDA = {"field": "lead.state", "op": "eq", "value": "FL"}
NESTED = {
    **GATE_RULE,
    "id": "nested",
    "when": {
        "all": [
            {"field": "lead.consent_at", "op": "older_than_days", "value": 30},
            {
                "any": [
                    {"field": "lead.premium", "op": "between", "value": [100, 2000]},
                    {"not": {"field": "lead.is_repeat", "op": "eq", "value": True}},
                    {"field": "lead.state", "op": "eq", "ref": "lead.declared_state"},
                    {"field": "now.local_time", "op": "between", "value": ["08:00", "20:00"]},
                ]
            },
        ]
    },
    "examples": [],
}
LICENSED = {
    "id": "licensed",
    "name": "Licensed for the lead",
    "require": {"field": "producer.authorities", "op": "contains", "key": [{"ref": "lead.state"}, {"value": "LIFE"}]},
    "reason": "NOT_LICENSED",
}


@pytest.fixture
def ruleset(transactional_db: None) -> RuleSet:
    return make_rule_set(rules=[GATE_RULE, NESTED])


@pytest.fixture
def ops(sign_in: SignIn, ruleset: RuleSet) -> Page:
    return sign_in(make_user(Role.OPERATIONS, first_name="Olga", last_name="Ops"))


def document(page: Page) -> Any:
    """Return what would be saved."""
    return json.loads(page.locator("#body").input_value())


def open_rule(page: Page, server: LiveServer, rule_id: str) -> None:
    rule = Rule.objects.get(rule_id=rule_id)
    page.goto(f"{server.url}/admin/rules_engine/rule/{rule.pk}/change/")
    expect(page.locator("[data-problems]")).not_to_be_empty()


def test_operations_build_a_rule_from_nothing_and_publish_it(
    ops: Page, ruleset: RuleSet, live_server: LiveServer
) -> None:
    ops.goto(f"{live_server.url}/admin/rules_engine/ruleset/{ruleset.pk}/change/")
    ops.get_by_role("link", name="Add a rule").click()
    ops.get_by_label("Name", exact=True).fill("Florida asks for a phone number")
    ops.get_by_label("What happens").select_option("Reject the lead")
    ops.get_by_label("Reason code").fill("NO_PHONE")
    ops.get_by_role("button", name="Add a condition").click()
    ops.get_by_label("Comparison, row 1 of 1 in all").select_option("is one of")
    ops.locator(".fl-choices summary").click()
    ops.get_by_label("Filter State").fill("flo")
    ops.get_by_label("Florida").check()
    ops.keyboard.press("Escape")
    ops.get_by_role("button", name="Add a condition").click()
    ops.get_by_label("Field, row 2 of 2 in all").select_option("Has a phone number")
    ops.get_by_label("Has a phone number, row 2 of 2 in all, value").select_option("no")
    ops.get_by_role("button", name="Add an example").click()
    ops.get_by_role("button", name="Add a fact").click()
    ops.get_by_label("State, example 1", exact=True).select_option("Florida")
    ops.get_by_role("button", name="Add a fact").click()
    ops.get_by_label("Fact of example 1: State as given").select_option("Has a phone number")
    ops.get_by_label("Has a phone number, example 1", exact=True).select_option("no")

    expect(ops.locator("[data-sentence]")).to_have_text(
        "Reject (NO_PHONE) when State is one of Florida and Has a phone number is no."
    )
    expect(ops.locator("[data-result]")).to_have_text("Holds")
    ops.get_by_role("button", name="Save", exact=True).click()
    ops.get_by_role("link", name="Publish …").click()
    ops.get_by_label("What changes, and why").fill("Florida wants a number to call.")
    ops.get_by_role("button", name="Publish v1").click()

    expect(ops.get_by_text("Intake checks v1 is live.")).to_be_visible()
    rule = Rule.objects.get(rule_id="florida-asks-for-a-phone-number")
    assert rule.body["when"] == {
        "all": [
            {"field": "lead.state", "op": "in", "value": ["FL"]},
            {"field": "lead.has_phone", "op": "eq", "value": False},
        ]
    }
    assert rule.body["examples"][0]["facts"] == {"lead.state": "FL", "lead.has_phone": False}


def test_opening_a_rule_changes_nothing_in_it(ops: Page, ruleset: RuleSet, live_server: LiveServer) -> None:
    open_rule(ops, live_server, "nested")
    ops.get_by_label("Name", exact=True).fill("Nested")

    expected = {key: value for key, value in NESTED.items() if key != "examples"}
    assert document(ops) == {**expected, "name": "Nested"}


def test_rows_move_in_and_out_of_groups_by_key_and_say_so(ops: Page, ruleset: RuleSet, live_server: LiveServer) -> None:
    open_rule(ops, live_server, "closed-states")
    ops.get_by_role("button", name="Copy: condition 1 of 1 in all").click()
    expect(ops.get_by_label("Field, row 2 of 2 in all")).to_be_focused()
    ops.keyboard.press("Alt+ArrowRight")
    expect(ops.locator("[data-live]")).to_have_text("Put into a group.")
    states = GATE_RULE["when"]
    assert document(ops)["when"] == {"all": [states, {"any": [states]}]}

    ops.get_by_label("Field, row 1 of 1 in at least one").focus()
    ops.keyboard.press("Alt+ArrowLeft")
    ops.keyboard.press("Alt+ArrowUp")
    assert document(ops)["when"] == {"all": [states, states]}
    ops.get_by_role("button", name="Remove: condition 1 of 2 in all").click()

    expect(ops.get_by_label("Field, row 1 of 1 in all")).to_be_focused()
    assert document(ops)["when"] == states


def test_a_problem_stands_on_its_row_and_is_told_to_a_screen_reader(
    ops: Page, ruleset: RuleSet, live_server: LiveServer
) -> None:
    open_rule(ops, live_server, "nested")
    amount = ops.get_by_label(re.compile("Premium, row 1 of 4.*, to$"))
    amount.fill("50")

    said = ops.locator("[data-row] .fl-problem")
    expect(said).to_have_text("Nothing lies between these two; write the lower one first.")
    control = ops.locator("[data-row] [aria-invalid]")
    assert str(said.get_attribute("id")) in str(control.get_attribute("aria-describedby"))
    assert_accessible(ops)

    ops.get_by_role("button", name="Save", exact=True).click()
    expect(ops.get_by_role("alert")).to_contain_text("One thing needs mending. Nothing was saved.")
    expect(ops.locator("[data-row] [aria-invalid]")).to_be_focused()
    ops.get_by_label(re.compile("Premium, row 1 of 4.*, to$")).fill("5000")
    expect(ops.locator(".fl-problem")).to_have_count(0)
    ops.get_by_role("button", name="Save", exact=True).click()

    expect(ops.get_by_text("is saved in the draft")).to_be_visible()
    assert Rule.objects.get(rule_id="nested").body["when"]["all"][1]["any"][0]["value"] == [100, 5000]


def test_an_operator_on_another_kind_of_field_brings_its_own_editor(
    ops: Page, ruleset: RuleSet, live_server: LiveServer
) -> None:
    open_rule(ops, live_server, "closed-states")
    row = ops.locator("[data-row=leaf]")
    row.locator("[data-field]").select_option("Consent captured")
    row.locator("[data-op]").select_option("is more than N days ago")
    row.get_by_label("number of days").fill("45")
    assert document(ops)["when"] == {"field": "lead.consent_at", "op": "older_than_days", "value": 45}

    row.locator("[data-field]").select_option("State")
    row.locator("[data-op]").select_option("is")
    row.locator(".fl-sort").select_option("field")
    row.locator("[data-operand] select").last.select_option("State as given")

    assert document(ops)["when"] == {"field": "lead.state", "op": "eq", "ref": "lead.declared_state"}


def test_a_requirement_becomes_a_preference(sign_in: SignIn, live_server: LiveServer) -> None:
    make_rule_set("eligible", [LICENSED], stage="eligibility")
    page = sign_in(make_user(Role.OPERATIONS))
    open_rule(page, live_server, "licensed")
    page.get_by_label("where state comes from").select_option("this text:")
    page.get_by_label(re.compile("in all, state$")).fill("TX")
    page.get_by_label("For producers").select_option("Prefer those who meet it")
    page.get_by_label("Weight").fill("5")

    expect(page.locator("[data-sentence]")).to_contain_text("prefer producers by 5 if")
    assert document(page) == {
        "id": "licensed",
        "name": "Licensed for the lead",
        "prefer": {**LICENSED["require"], "key": [{"value": "TX"}, {"value": "LIFE"}]},  # type: ignore[dict-item]
        "weight": 5,
    }


def test_json_typed_by_hand_fills_the_form_and_what_it_cannot_show_stays_text(
    ops: Page, ruleset: RuleSet, live_server: LiveServer
) -> None:
    open_rule(ops, live_server, "closed-states")
    ops.get_by_text("The rule as JSON").click()
    ops.locator("#body").fill(json.dumps({**GATE_RULE, "when": FLORIDA}))
    ops.locator("#body").blur()
    expect(ops.get_by_label("State, row 1 of 1 in all, value")).to_have_value("FL")

    ops.locator("#body").fill('{"when": {"all": 7}}')
    ops.locator("#body").blur()

    expect(ops.locator("[data-builder]")).to_be_hidden()
    expect(ops.locator("#body")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_rule_page_is_accessible(ops: Page, ruleset: RuleSet, live_server: LiveServer, theme: str) -> None:
    ops.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    first = ruleset.rules.get(rule_id="closed-states").pk
    for address in (
        "ruleset/",
        f"ruleset/{ruleset.pk}/change/",
        f"ruleset/{ruleset.pk}/publish/",
        f"ruleset/{ruleset.pk}/compare/",
        f"ruleset/{ruleset.pk}/import/",
        "rule/",
        f"rule/{first}/change/",
        f"rule/new/{ruleset.pk}/",
        "rulesetversion/",
    ):
        ops.goto(f"{live_server.url}/admin/rules_engine/{address}")
        expect(ops.locator("main h1")).to_be_visible()
        assert_accessible(ops)


def test_the_builder_fits_a_phone(ops: Page, ruleset: RuleSet, live_server: LiveServer) -> None:
    ops.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a TypedDict of the same keys
    open_rule(ops, live_server, "nested")

    assert ops.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
