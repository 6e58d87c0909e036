"""The test bench in the browser: try a lead without scripts, read what would help, keep a case, see what it covers."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.policy import Role
from routing.models import SavedCase
from routing.services import roster
from rules_engine import services as rules
from rules_engine.models import RuleSet
from tests.agency import SETUP
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.factories import make_user
from tests.functional.routing_screens.agency import MINORS, SmallAgency

PHONE_WIDTH = 390


@pytest.fixture
def agency(transactional_db: None) -> SmallAgency:
    """Return an agency that routes for real, whose draft lets minors pass."""
    roster.forget()
    made = SmallAgency()
    body = {name: MINORS[name] for name in ("id", "name", "when", "message")} | {"effect": "warn"}
    draft = RuleSet.objects.get(slug="checks").rules.get()
    rules.save_rule(rule=draft, document=body, actor=SETUP, now=timezone.now())
    return made


@pytest.fixture
def ops(sign_in: SignIn, agency: SmallAgency) -> Page:
    """Return a browser signed in as operations."""
    return sign_in(make_user(Role.OPERATIONS, username="olena", first_name="Olena", last_name="Ops"))


def try_a_minor(page: Page, server: LiveServer) -> None:
    """Make up a lead of a minor, and try it on what is live beside the draft."""
    page.goto(f"{server.url}/admin/")
    tasks = page.get_by_role("navigation", name="Tasks")
    tasks.get_by_role("link", name="Rules").click()
    tasks.get_by_role("link", name="Test bench").click()
    page.get_by_label("Beside", exact=True).select_option("checks=draft")
    page.get_by_role("checkbox", name="Term life").check()
    page.get_by_label("State", exact=True).select_option("TX")
    page.get_by_label("Birth date").fill("2015-05-12")
    page.get_by_role("button", name="Try it").first.click()


def test_a_made_up_lead_is_tried_and_kept_as_a_case(ops: Page, live_server: LiveServer) -> None:
    try_a_minor(ops, live_server)
    assert ops.url == f"{live_server.url}/admin/routing/savedcase/bench/#outcome"
    verdict = ops.get_by_role("region", name="What becomes of it")
    expect(verdict.get_by_role("row", name=re.compile("^Goes to"))).to_contain_text("To a producer")
    expect(verdict.get_by_role("row", name=re.compile("^Goes to"))).to_contain_text("differs")
    expect(ops.get_by_role("row", name=re.compile("^Ray Moss"))).to_contain_text(
        "Ray Moss: renew the TX license (ended May 12, 2025)"
    )

    ops.get_by_text("Save as a case").click()
    ops.get_by_label("Name", exact=True).last.fill("A minor is looked at")
    ops.get_by_role("button", name="Save the case").click()

    ops.get_by_role("button", name="Try all cases").click()
    expect(ops.get_by_role("heading", name="1 of 1 as expected")).to_be_visible()
    ops.get_by_label("Under these rules").select_option("checks=draft")
    ops.get_by_role("button", name="Show").click()
    expect(ops.get_by_role("heading", name="Not tried under these rules yet")).to_be_visible()
    ops.get_by_role("button", name="Try all cases").click()
    expect(ops.get_by_role("heading", name="0 of 1 as expected")).to_be_visible()
    ops.get_by_role("link", name="What they cover").click()
    ops.get_by_label("Rule set").select_option("checks")
    ops.get_by_role("button", name="Count").click()
    expect(ops.get_by_text("Never false")).to_be_visible()
    assert SavedCase.objects.get().reason == "MINOR"


def test_the_bench_works_without_scripts(
    ops: Page, browser: Browser, live_server: LiveServer, agency: SmallAgency
) -> None:
    lead = agency.receive()
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(ops.context.cookies())  # type: ignore[arg-type]  # what one context gives another takes
    bare = context.new_page()

    bare.goto(f"{live_server.url}/admin/routing/savedcase/bench/")
    bare.get_by_label("Load a lead").fill(str(lead.pk))
    bare.get_by_role("button", name="Load").click()
    bare.get_by_label("Show").select_option("blocked")
    bare.get_by_role("button", name="Filter").click()

    expect(bare.get_by_text("1 of 3 producers")).to_be_visible()
    expect(bare.get_by_role("row", name=re.compile("^Ray Moss"))).to_be_visible()
    assert f"?lead={lead.pk}&" in bare.url

    bare.get_by_role("link", name="Make one up instead").click()
    bare.get_by_role("checkbox", name="Term life").check()
    bare.get_by_label("State", exact=True).select_option("TX")
    bare.get_by_role("button", name="Try it").first.click()
    bare.get_by_label("Show").select_option("blocked")
    bare.get_by_role("button", name="Filter").click()

    expect(bare.get_by_text("1 of 3 producers")).to_be_visible()
    assert bare.url == f"{live_server.url}/admin/routing/savedcase/bench/#producers"
    context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit_a_phone(ops: Page, live_server: LiveServer, theme: str) -> None:
    ops.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    try_a_minor(ops, live_server)
    ops.get_by_text("Save as a case").click()
    assert_accessible(ops)
    ops.get_by_label("Name", exact=True).last.fill("A minor is looked at")
    ops.get_by_role("button", name="Save the case").click()
    for path in ("bench/", "", "?rules=checks=draft", "coverage/?set=checks"):
        ops.goto(f"{live_server.url}/admin/routing/savedcase/{path}")
        assert_accessible(ops)
        ops.set_viewport_size({"width": PHONE_WIDTH, "height": 844})
        assert ops.evaluate("document.documentElement.scrollWidth") == PHONE_WIDTH
        ops.set_viewport_size({"width": 1280, "height": 800})


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_way_through_the_pools_is_read_on_bench_and_receipt(
    ops: Page, live_server: LiveServer, agency: SmallAgency, theme: str
) -> None:
    agency.go_on_to("Everywhere life", agency.lee)
    agency.set_capacity(0, agency.kim)
    lead = agency.receive()
    ops.emulate_media(color_scheme="dark" if theme == "dark" else "light")

    for path in (f"savedcase/bench/?lead={lead.pk}", f"decision/{lead.decision_id}/change/"):
        ops.goto(f"{live_server.url}/admin/routing/{path}")
        way = ops.locator(".fr-way > li")
        expect(way).to_have_count(2)
        expect(way.first).to_contain_text("went on to Everywhere life")
        expect(way.first).to_contain_text("Kim Park: at capacity")
        assert_accessible(ops)
        ops.set_viewport_size({"width": PHONE_WIDTH, "height": 844})
        assert ops.evaluate("document.documentElement.scrollWidth") == PHONE_WIDTH
        ops.set_viewport_size({"width": 1280, "height": 800})
