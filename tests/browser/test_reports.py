"""Reports in the browser: from the glance to a chart, its table and the leads, in light and dark, wide and narrow."""

from datetime import timedelta
from typing import Literal

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from routing.services import desk, roster
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.functional.routing_screens.agency import SmallAgency, user_of

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture
def agency(transactional_db: None) -> SmallAgency:
    """Return an agency that sold two leads, answered after two minutes and twenty, has one open and one waiting."""
    roster.forget()
    agency = SmallAgency()
    for minutes in (2, 20):
        lead = agency.receive()
        assert lead.owner is not None
        at, actor = lead.received_at + timedelta(minutes=minutes), user_of(lead.owner).actor()
        desk.touch(lead=lead, kind="CALL_CONNECTED", actor=actor, now=at)
        desk.dispose(lead=lead, disposition="SOLD", actor=actor, now=at)
    agency.receive()
    agency.receive_waiting()
    return agency


def assert_clean(page: Page) -> None:
    """Let axe look at the page in every dress; on a phone nothing may stand out to the side."""
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_manager_goes_from_the_glance_to_the_leads_behind_a_number(
    sign_in: SignIn, live_server: LiveServer, agency: SmallAgency
) -> None:
    page = sign_in(agency.manager)

    page.goto(live_server.url + reverse("admin:index"))
    page.get_by_role("navigation").get_by_role("link", name="Reports").click()
    assert_clean(page)
    page.get_by_role("link", name="Speed to lead").click()

    expect(page.get_by_role("img", name="Conversion by response time")).to_be_visible()
    expect(page.get_by_role("row", name="1 to 5 minutes")).to_contain_text("100.0%")
    assert_clean(page)
    page.get_by_role("link", name="1 sold: 15 to 30 minutes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sold: 15 to 30 minutes")
    expect(page.get_by_role("table").get_by_role("row")).to_have_count(2)
    assert_clean(page)


def test_a_period_and_a_pool_stay_chosen_from_report_to_report(
    sign_in: SignIn, live_server: LiveServer, agency: SmallAgency
) -> None:
    page = sign_in(agency.manager)

    page.goto(live_server.url + reverse("admin:report", args=["acceptance"]))
    page.get_by_role("link", name="7 days").click()
    page.get_by_text("Other days, or one pool").click()
    page.get_by_label("Pool", exact=True).select_option(label="Texas life")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Fallback causes").click()

    expect(page.get_by_role("link", name="7 days")).to_have_attribute("aria-current", "true")
    expect(page.get_by_label("Pool", exact=True)).to_have_value("texas-life")
    expect(page.get_by_role("img", name="Leads in fallback by cause")).to_be_visible()
    assert_clean(page)


def test_a_table_is_taken_away_as_a_file(sign_in: SignIn, live_server: LiveServer, agency: SmallAgency) -> None:
    page = sign_in(agency.manager)

    page.goto(live_server.url + reverse("admin:report", args=["sla"]))
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV of Owner clocks, by tier").click()

    assert waiting.value.suggested_filename.startswith("sla-clocks-tier-")
