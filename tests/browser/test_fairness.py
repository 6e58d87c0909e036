"""Shares in the browser: the manager's chart and the producer's own page, in light and dark, wide and narrow."""

from typing import Literal

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Cap
from routing.services import roster
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.functional.routing_screens.agency import SmallAgency, user_of

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture
def agency(transactional_db: None) -> SmallAgency:
    """Return an agency that has given out a few leads."""
    roster.forget()
    agency = SmallAgency()
    for _ in range(3):
        agency.receive()
    return agency


def assert_clean(page: Page) -> None:
    """Let axe look at the page in every dress."""
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        for width in (1200, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert_accessible(page)


def test_a_manager_finds_the_shares_of_a_pool(sign_in: SignIn, live_server: LiveServer, agency: SmallAgency) -> None:
    page = sign_in(agency.manager)

    page.goto(live_server.url + reverse("admin:routing_pool_changelist"))
    page.get_by_role("link", name=f"Shares in {agency.pool}").click()

    expect(page.get_by_role("img", name="Leads had against exact shares")).to_be_visible()
    expect(page.get_by_role("row", name="Lee Diaz").first).to_be_visible()
    assert_clean(page)


def test_a_producer_finds_the_own_share_and_caps(sign_in: SignIn, live_server: LiveServer, agency: SmallAgency) -> None:
    Cap.objects.create(profile=agency.lee.profile, period="DAY", most=1, is_paced=True)
    page = sign_in(user_of(agency.lee))

    page.goto(live_server.url + reverse("admin:my_leads"))
    expect(page.get_by_role("list", name="Your caps")).to_contain_text("of 1 today")
    assert_clean(page)
    page.get_by_role("link", name="Why not me?").click()

    expect(page.get_by_role("heading", name="Why not me?")).to_be_visible()
    assert_clean(page)
