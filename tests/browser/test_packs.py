"""Rule packs and provisional law in the browser: compared, decided rule by rule, confirmed with source and day."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.actor import system
from accounts.policy import Role
from routing.services import packs
from rules_engine import services as rules
from rules_engine.models import Rule
from tests.agency import NOW
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.factories import GATE_RULE, make_rule_set, make_user
from tests.packs import Write, version

OURS: dict[str, Any] = {**GATE_RULE, "name": "Closed for us"}
NEXT: dict[str, Any] = {**GATE_RULE, "name": "Closed for good"}
LAW: dict[str, Any] = {
    "id": "numbers",
    "name": "Numbers presumed in-state",
    "table": {
        "inputs": [{"field": "lead.also_states", "op": "contains"}],
        "outputs": ["effect", "reason"],
        "hit": "collect",
        "rows": [{"id": "fl", "if": ["FL"], "then": ["warn", "FLORIDA"]}],
    },
    "jurisdiction": "FL",
    "status": "provisional",
    "citation": {"source": "A trade site", "verified_on": "2026-11-01", "confidence": "low"},
}


@pytest.fixture
def ops(sign_in: SignIn) -> Page:
    return sign_in(make_user(Role.OPERATIONS, first_name="Olga", last_name="Ops"))


def look(page: Page) -> None:
    """Hold the page to axe in light and in dark, and to the width of a phone."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.reload()  # colours that are still on their way from one scheme to the other are neither
        assert_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.set_viewport_size({"width": 1280, "height": 900})


def test_an_update_is_compared_decided_and_taken(ops: Page, live_server: LiveServer, write_pack: Write) -> None:
    write_pack()
    packs.install(slug="desk", actor=system("set-up"), now=NOW, unreviewed=True)
    rules.save_rule(rule=Rule.objects.get(), document=OURS, actor=system("set-up"), now=NOW)
    write_pack(**version("1.1", NEXT, {"id": "no-phone", "name": "No phone", "effect": "warn"}))

    ops.goto(f"{live_server.url}/admin/routing/packedset/")
    look(ops)
    expect(ops.get_by_role("listitem").filter(has_text="Desk")).to_contain_text("1 to decide")
    ops.get_by_role("link", name="Desk", exact=True).click()
    look(ops)
    ops.get_by_role("button", name="Take into drafts").click()
    expect(ops.get_by_text("You and the pack both changed it")).to_be_visible()  # the browser asks for an answer
    ops.get_by_role("radio", name=re.compile("Take the pack's")).focus()
    ops.keyboard.press("Space")
    ops.keyboard.press("Enter")

    expect(ops.get_by_text("Desk 1.1 is in the drafts.")).to_be_visible()
    assert list(Rule.objects.order_by("position").values_list("name", flat=True)) == ["Closed for good", "No phone"]


def test_a_pack_in_a_newer_language_says_so(ops: Page, live_server: LiveServer, write_pack: Write) -> None:
    write_pack(pack='{"language": 2}')

    ops.goto(f"{live_server.url}/admin/routing/packedset/desk/")

    expect(ops.get_by_role("alert")).to_contain_text("written in version 2 of the rule language")
    expect(ops.get_by_role("button", name="Take into drafts")).to_have_count(0)
    look(ops)


def test_provisional_law_is_found_read_and_confirmed(ops: Page, live_server: LiveServer) -> None:
    make_rule_set(rules=[LAW, GATE_RULE])

    ops.goto(f"{live_server.url}/admin/rules_engine/rule/provisional/")
    look(ops)
    ops.get_by_role("link", name="Confirm Numbers presumed in-state").click()
    look(ops)
    expect(ops.get_by_text("Warn (FLORIDA) when Other states involved include Florida.")).to_be_visible()
    ops.get_by_label("The source you looked at").fill("Fla. Stat. 501.616")
    ops.get_by_role("button", name="Confirm in the draft").click()

    expect(ops.get_by_text("Numbers presumed in-state is confirmed in the draft")).to_be_visible()
    expect(ops.get_by_text("No rule waits to be confirmed.")).to_be_visible()
    assert Rule.objects.get(rule_id="numbers").body["citation"]["source"] == "Fla. Stat. 501.616"
