"""A producer's desk on a phone and on a desktop: offers, calls, notes, the end of a lead, time away, new leads."""

import re
from datetime import time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from routing import reach
from routing.models import Assignment, Lead, Note, Pool, PoolMember, Touch
from routing.services import roster
from tests.browser.axe import assert_clean
from tests.browser.conftest import PHONE, SignIn
from tests.functional.routing_screens.agency import SmallAgency, user_of

DESK = "/admin/routing/lead/desk/"


@pytest.fixture
def agency(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> SmallAgency:
    """Return an agency in which Kim gets every lead, and may call at whatever hour the tests run."""
    monkeypatch.setattr(reach, "OPENS", time.min)
    monkeypatch.setattr(reach, "CLOSES", time.max)
    roster.forget()
    agency = SmallAgency()
    set_members(agency, kim=True, lee=False)
    return agency


def set_members(agency: SmallAgency, *, kim: bool, lee: bool) -> None:
    """Say who gets leads from the pool."""
    for producer, is_active in ((agency.kim, kim), (agency.lee, lee), (agency.ray, False)):
        PoolMember.objects.filter(producer=producer).update(is_active=is_active)
        roster.changed(roster.producer_subject(producer.pk), at=agency.now)


@pytest.fixture
def desk(sign_in: SignIn, agency: SmallAgency, size: ViewportSize) -> Page:
    """Return Kim's browser, of either size."""
    page = sign_in(user_of(agency.kim))
    page.set_viewport_size(size)
    return page


def offer_to_both(agency: SmallAgency) -> None:
    """Ask Kim and Lee at once about whatever comes."""
    set_members(agency, kim=True, lee=True)
    Pool.objects.filter(pk=agency.pool.pk).update(method={"pick": {"step": "first", "several": 2, "seconds": 600}})
    roster.changed(roster.pool_subject(agency.pool.slug), at=agency.now)


def seconds_of(clock: Locator) -> int:
    """Return what a countdown shows, in seconds."""
    minutes, seconds = re.findall(r"\d+", clock.inner_text())
    return int(minutes) * 60 + int(seconds)


def test_a_producer_works_a_lead_from_the_desk_to_its_end(
    desk: Page, live_server: LiveServer, agency: SmallAgency
) -> None:
    consent = {"text": "You may call me."}
    lead = agency.receive(first_name="Ada", last_name="Byron", phone="214-555-0101", consent=consent)

    desk.goto(f"{live_server.url}{DESK}")
    expect(desk.get_by_text(re.compile(r"^59:\d\d left$"))).to_be_visible()
    expect(desk.get_by_role("link", name="Call (214) 555-0101")).to_have_attribute("href", "tel:+12145550101")
    desk.get_by_role("button", name="Accept Ada Byron").click()
    expect(desk.get_by_text("Accepted. The clock runs until you reach out.")).to_be_visible()
    desk.get_by_role("combobox", name="What happened").select_option("CALL_CONNECTED")
    desk.get_by_role("button", name="Log a contact").click()
    expect(desk.get_by_text("Logged; the clock has stopped.")).to_be_visible()
    expect(desk.locator(".fr-clock")).to_have_count(0)
    desk.get_by_text("Add a note").first.click()
    desk.get_by_label("Note", exact=True).fill("Call back on Friday.")
    desk.get_by_role("button", name="Add a note").click()
    expect(desk.get_by_text("Call back on Friday.")).to_be_visible()
    desk.get_by_text("Close the lead").first.click()
    desk.get_by_label("How it ended").select_option("QUOTED")
    desk.get_by_role("button", name="Close the lead").click()

    expect(desk.get_by_text("Your desk is clear.")).to_be_visible()
    assert Touch.objects.get().kind == "CALL_CONNECTED"
    assert Note.objects.get().text == "Call back on Friday."
    assert (Lead.objects.get(pk=lead.pk).state, Lead.objects.get(pk=lead.pk).disposition) == ("CLOSED", "QUOTED")


def test_declining_asks_why_and_says_so_at_the_field(desk: Page, live_server: LiveServer, agency: SmallAgency) -> None:
    lead = agency.receive()

    desk.goto(f"{live_server.url}/admin/routing/lead/{lead.pk}/desk/")
    desk.get_by_text("Decline").first.click()
    desk.get_by_role("button", name="Decline").click()
    expect(desk.get_by_text("Say why, in a few words.")).to_be_visible()
    desk.get_by_label("Reason").fill("On a flight.")
    desk.get_by_role("button", name="Decline").click()

    expect(desk.get_by_text("Your desk is clear.")).to_be_visible()
    assert Lead.objects.get(pk=lead.pk).state == "FALLBACK"
    assert Assignment.objects.get(lead=lead).end == "DECLINED"


def test_a_new_lead_appears_by_itself_and_focus_stays(desk: Page, live_server: LiveServer, agency: SmallAgency) -> None:
    first = agency.receive(first_name="Ada", last_name="Byron")
    desk.clock.install(time=timezone.now())
    desk.goto(f"{live_server.url}{DESK}")
    desk.get_by_role("button", name="Accept Ada Byron").focus()

    agency.receive(first_name="Grace", last_name="Hopper")
    desk.clock.fast_forward(21_000)

    expect(desk.get_by_role("link", name="Grace Hopper").first).to_be_visible()
    expect(desk.locator(f"#accept-{first.pk}")).to_be_focused()


def test_a_countdown_ticks_each_second_and_then_says_by_how_much_it_is_over(
    desk: Page, live_server: LiveServer, agency: SmallAgency
) -> None:
    agency.receive()
    now = timezone.now()
    desk.clock.install(time=now)
    desk.goto(f"{live_server.url}{DESK}")
    clock = desk.locator(".fr-clock")
    expect(clock).to_have_text(re.compile(r"^59:\d\d left$"))
    desk.clock.pause_at(now + timedelta(minutes=2))
    before = seconds_of(clock)

    desk.clock.run_for(3_000)
    after = seconds_of(clock)
    desk.clock.fast_forward(timedelta(hours=1).seconds * 1_000)

    assert before - after == 3
    expect(clock).to_have_text(re.compile(r"^Overdue by [12]:\d\d$"))
    expect(clock).to_have_attribute("data-tone", "bad")


def test_of_two_who_are_asked_the_second_hears_that_another_has_it(
    desk: Page, sign_in_beside: SignIn, live_server: LiveServer, agency: SmallAgency
) -> None:
    offer_to_both(agency)
    second = sign_in_beside(user_of(agency.lee))
    desk.clock.install(time=timezone.now())
    for page in (desk, second):
        page.goto(f"{live_server.url}{DESK}")
    lead = agency.receive(first_name="Ada", last_name="Byron")

    desk.clock.fast_forward(11_000)
    expect(desk.get_by_text("1 other asked: the first to accept gets it")).to_be_visible()
    expect(desk.get_by_text("Ada Byron")).to_have_count(0)
    second.reload()
    expect(second.get_by_role("heading", name="Offered to you (1)")).to_be_visible()
    desk.get_by_role("button", name="Accept TX · Life").click()
    expect(desk.get_by_role("heading", name="Ada Byron", level=1)).to_be_visible()
    second.get_by_role("button", name="Accept TX · Life").click()

    expect(second.get_by_text("Taken by another.")).to_be_visible()
    expect(second.get_by_text("Your desk is clear.")).to_be_visible()
    assert Lead.objects.get(pk=lead.pk).owner == agency.kim


def test_whoever_steps_away_gets_no_leads_until_they_are_back(
    desk: Page, live_server: LiveServer, agency: SmallAgency
) -> None:
    desk.goto(f"{live_server.url}{DESK}")
    desk.get_by_label("For how long").select_option("three-hours")
    desk.get_by_role("button", name="Step away").click()
    expect(desk.get_by_text("You take no leads until")).to_be_visible()
    meanwhile = agency.receive()

    desk.get_by_role("button", name="I am back").click()
    expect(desk.get_by_text("You take leads again.")).to_be_visible()
    later = agency.receive(first_name="Grace", last_name="Hopper")
    desk.reload()

    expect(desk.get_by_role("heading", name="Grace Hopper")).to_be_visible()
    assert [Lead.objects.get(pk=each.pk).state for each in (meanwhile, later)] == ["FALLBACK", "ASSIGNED"]


def test_the_desk_is_accessible_in_each_of_its_states(desk: Page, live_server: LiveServer, agency: SmallAgency) -> None:
    desk.goto(f"{live_server.url}{DESK}")
    assert_clean(desk)  # nothing in hand
    lead = agency.receive(first_name="Maximiliana Alexandra", last_name="Featherstonehaugh-Cholmondeley")
    offer_to_both(agency)
    agency.receive()

    for page in (DESK, f"/admin/routing/lead/{lead.pk}/desk/"):
        desk.goto(f"{live_server.url}{page}")
        assert_clean(desk)
    desk.goto(f"{live_server.url}{DESK}")
    desk.get_by_role("button", name="Step away").click()
    expect(desk.get_by_text("You take no leads until")).to_be_visible()
    assert_clean(desk)


def test_on_a_phone_the_leads_come_before_the_figures(
    sign_in: SignIn, live_server: LiveServer, agency: SmallAgency
) -> None:
    agency.receive(first_name="Ada", last_name="Byron")
    phone = sign_in(user_of(agency.kim))
    phone.set_viewport_size(PHONE)

    phone.goto(f"{live_server.url}{DESK}")
    lead = phone.get_by_role("heading", name="Ada Byron").bounding_box()
    share = phone.get_by_role("list", name="Your share").bounding_box()

    assert lead is not None
    assert share is not None
    assert lead["y"] < share["y"]


def test_a_long_address_stays_within_the_width_of_a_phone(
    desk: Page, live_server: LiveServer, agency: SmallAgency
) -> None:
    desk.set_viewport_size(PHONE)
    lead = agency.receive(email="somebody.with.a.very.long.name.indeed@example.com", consent={"text": "Write to me."})

    for path in (DESK, f"/admin/routing/lead/{lead.pk}/desk/"):
        desk.goto(f"{live_server.url}{path}")
        expect(desk.get_by_role("link", name="Write to somebody.with")).to_be_visible()
        assert desk.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
