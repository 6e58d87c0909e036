"""The shell around every page: readable in both themes, on a phone, by keyboard and under the content policy."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.policy import Role
from licenses.models import Carrier
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.factories import make_user

pytestmark = pytest.mark.urls("tests.carrier_pages")

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def signed_in(sign_in: SignIn) -> Page:
    """A page whose visitor is an administrator, and a carrier that was renamed once."""
    carrier = Carrier.objects.create(pk=1, name="Harbor Mutual", cocode="10001")
    carrier.name = "Harbor Life"
    carrier.save()
    return sign_in(make_user(Role.ADMINISTRATOR))


def test_a_form_with_errors_is_accessible_and_leads_to_its_fields(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.goto(f"{live_server.url}/admin/licenses/carrier/add/")
    signed_in.get_by_label("NAIC company code").fill("no")
    signed_in.get_by_role("button", name="Save", exact=True).click()

    alert = signed_in.get_by_role("alert")
    expect(alert).to_contain_text("2 things need mending.")
    assert_accessible(signed_in)
    alert.get_by_role("link", name="Name").click()
    expect(signed_in).to_have_url(f"{live_server.url}/admin/licenses/carrier/add/#id_name")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_signing_in_is_accessible_and_says_what_is_wrong(page: Page, live_server: LiveServer, theme: str) -> None:
    make_user(Role.MANAGER, username="ida")
    page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    page.goto(f"{live_server.url}/admin/login/")
    assert_accessible(page)

    page.get_by_label("Username").fill("ida")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("alert")).to_contain_text("Please enter a correct username and password.")
    assert_accessible(page)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{live_server.url}/admin/")


def test_the_menu_of_a_phone_opens_and_closes_by_keyboard(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.set_viewport_size(PHONE)  # type: ignore[arg-type]  # a literal of the right shape
    signed_in.goto(f"{live_server.url}/admin/")
    menu, today = signed_in.get_by_role("button", name="Menu"), signed_in.get_by_role("link", name="Today", exact=True)
    expect(today).to_be_hidden()

    menu.press("Enter")
    expect(today).to_be_visible()
    assert_accessible(signed_in)

    today.press("Escape")
    expect(today).to_be_hidden()
    expect(menu).to_be_focused()


def test_the_first_tab_offers_the_way_past_the_navigation(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.goto(f"{live_server.url}/admin/")

    signed_in.keyboard.press("Tab")
    signed_in.keyboard.press("Enter")

    expect(signed_in.locator("main")).to_be_focused()


def test_the_theme_can_be_chosen_and_stays(signed_in: Page, live_server: LiveServer) -> None:
    signed_in.emulate_media(color_scheme="light")
    signed_in.goto(f"{live_server.url}/admin/")
    light = signed_in.evaluate("getComputedStyle(document.body).backgroundColor")

    signed_in.get_by_role("button", name="Toggle theme").click()
    signed_in.reload()

    assert signed_in.evaluate("document.documentElement.dataset.theme") == "dark"
    assert signed_in.evaluate("getComputedStyle(document.body).backgroundColor") != light
