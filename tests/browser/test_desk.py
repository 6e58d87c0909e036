"""A producer with a phone in hand: accept, call, log it, note, close; new leads appear by themselves."""

import re
from datetime import time

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from routing import reach
from routing.models import Lead, Touch
from routing.services import roster
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.functional.routing_screens.agency import SmallAgency, user_of

DESK = "/admin/routing/lead/desk/"


@pytest.fixture
def agency(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> SmallAgency:
    """Return an agency in which Kim gets every lead, and may call at whatever hour the tests run."""
    monkeypatch.setattr(reach, "OPENS", time.min)
    monkeypatch.setattr(reach, "CLOSES", time.max)
    roster.forget()
    agency = SmallAgency()
    agency.pool.members.exclude(producer=agency.kim).update(is_active=False)
    roster.changed(*[roster.producer_subject(each.pk) for each in (agency.lee, agency.ray)], at=agency.now)
    return agency


@pytest.fixture
def phone(sign_in: SignIn, agency: SmallAgency) -> Page:
    """Return Kim's phone."""
    page = sign_in(user_of(agency.kim))
    page.set_viewport_size({"width": 390, "height": 844})
    return page


def test_a_producer_works_a_lead_from_the_desk_to_its_end(
    phone: Page, live_server: LiveServer, agency: SmallAgency
) -> None:
    consent = {"text": "You may call me."}
    lead = agency.receive(first_name="Ada", last_name="Byron", phone="214-555-0101", consent=consent)

    phone.goto(f"{live_server.url}{DESK}")
    expect(phone.get_by_text(re.compile(r"^59:\d\d left$"))).to_be_visible()
    expect(phone.get_by_role("link", name="Call (214) 555-0101")).to_have_attribute("href", "tel:+12145550101")
    phone.get_by_role("button", name="Accept Ada Byron").click()
    expect(phone.get_by_text("Accepted. The clock runs until you reach out.")).to_be_visible()
    phone.get_by_role("button", name="Log a contact").click()
    expect(phone.get_by_text("Logged; the clock has stopped.")).to_be_visible()
    phone.get_by_text("Add a note").first.click()
    phone.get_by_label("Note", exact=True).fill("Call back on Friday.")
    phone.get_by_role("button", name="Add a note").click()
    expect(phone.get_by_text("Call back on Friday.")).to_be_visible()
    phone.get_by_text("Close the lead").first.click()
    phone.get_by_label("How it ended").select_option("QUOTED")
    phone.get_by_role("button", name="Close the lead").click()

    expect(phone.get_by_text("Your desk is clear.")).to_be_visible()
    assert Touch.objects.get().kind == "CALL_CONNECTED"
    assert (Lead.objects.get(pk=lead.pk).state, Lead.objects.get(pk=lead.pk).disposition) == ("CLOSED", "QUOTED")


def test_declining_asks_why_and_says_so_at_the_field(phone: Page, live_server: LiveServer, agency: SmallAgency) -> None:
    lead = agency.receive()

    phone.goto(f"{live_server.url}/admin/routing/lead/{lead.pk}/desk/")
    phone.get_by_text("Decline").first.click()
    phone.get_by_role("button", name="Decline").click()
    expect(phone.get_by_text("Say why, in a few words.")).to_be_visible()
    phone.get_by_label("Reason").fill("On a flight.")
    phone.get_by_role("button", name="Decline").click()

    expect(phone.get_by_text("Your desk is clear.")).to_be_visible()
    assert Lead.objects.get(pk=lead.pk).state == "FALLBACK"


def test_a_new_lead_appears_by_itself_and_focus_stays(
    phone: Page, live_server: LiveServer, agency: SmallAgency
) -> None:
    first = agency.receive(first_name="Ada", last_name="Byron")
    phone.clock.install(time=timezone.now())
    phone.goto(f"{live_server.url}{DESK}")
    button = phone.get_by_role("button", name="Accept Ada Byron")
    button.focus()

    agency.receive(first_name="Grace", last_name="Hopper")
    phone.clock.fast_forward(21_000)

    expect(phone.get_by_role("link", name="Grace Hopper").first).to_be_visible()
    expect(phone.locator(f"#accept-{first.pk}")).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_desk_is_accessible_and_fits_a_phone(
    phone: Page, live_server: LiveServer, agency: SmallAgency, theme: str
) -> None:
    lead = agency.receive(first_name="Maximiliana Alexandra", last_name="Featherstonehaugh-Cholmondeley")
    phone.emulate_media(color_scheme="dark" if theme == "dark" else "light")

    for page in (DESK, f"/admin/routing/lead/{lead.pk}/desk/"):
        phone.goto(f"{live_server.url}{page}")
        assert_accessible(phone)
        assert phone.evaluate("document.documentElement.scrollWidth") == 390
