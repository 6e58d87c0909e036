"""Findings of a draft, and the map of states and lines, in the browser: in light, dark and on a phone."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.policy import Role
from routing.services import selling
from rules_engine.models import RuleSet
from tests.agency import hire, open_agency
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.factories import GATE_RULE, make_rule_set, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FL = {"field": "lead.state", "op": "eq", "value": "FL"}
GA = {"field": "lead.state", "op": "eq", "value": "GA"}
YOUNG = {"field": "lead.age", "op": "lt", "value": 30}


@pytest.fixture
def ops(sign_in: SignIn) -> Page:
    return sign_in(make_user(Role.OPERATIONS, first_name="Olga", last_name="Ops"))


@pytest.fixture
def ruleset() -> RuleSet:
    never = {**GATE_RULE, "id": "never", "name": "Two states", "when": {"all": [FL, GA]}}
    wide = {**GATE_RULE, "id": "wide", "name": "Florida", "when": FL}
    narrow = {**GATE_RULE, "id": "narrow", "name": "Young Florida", "when": {"all": [FL, YOUNG]}}
    return make_rule_set(rules=[never, wide, narrow])


def check(page: Page) -> None:
    """Hold the page to axe in light and in dark, and to the width of a phone."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.reload()  # colours that are still on their way from one scheme to the other are neither
        assert_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.set_viewport_size({"width": 1280, "height": 720})


def test_findings_lead_from_the_set_to_the_rule_with_a_lead_in_words(
    ops: Page, live_server: LiveServer, ruleset: RuleSet
) -> None:
    ops.goto(f"{live_server.url}/admin/rules_engine/ruleset/{ruleset.pk}/change/")
    ops.get_by_role("link", name="Findings: 1 broken, 1 likely wrong").click()
    ops.get_by_text("A lead that shows it").click()

    expect(ops.get_by_text("Florida", exact=True)).to_be_visible()
    check(ops)
    ops.get_by_role("link", name="narrow").click()
    expect(ops.get_by_role("heading", level=1)).to_contain_text("Young Florida")


def test_the_map_leads_to_what_stands_in_the_way(ops: Page, live_server: LiveServer) -> None:
    open_agency()
    hire("Kim")
    selling.known_cells.cache_clear()

    ops.goto(f"{live_server.url}/admin/")
    ops.get_by_role("link", name="Pools & people").click()
    ops.get_by_role("link", name="Where we can sell").click()
    check(ops)
    ops.get_by_role("link", name="Open: Life in Georgia").click()

    expect(ops.get_by_text("Some leads can go to Kim Park")).to_be_visible()
    check(ops)
