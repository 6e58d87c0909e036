"""The managers' queue, worked by two people at once, on a desktop and on a phone."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from licenses.models import License
from routing.models import Lead, Override, QueueItem
from routing.services import fallback, roster
from tests.browser.axe import assert_clean
from tests.browser.conftest import SignIn
from tests.functional.routing_screens.agency import SmallAgency
from tests.functional.routing_screens.test_overrides import SPANISH

QUEUE = "/admin/routing/queueitem/"
POLLED = 6_000  # milliseconds after which an open queue has asked again


@pytest.fixture
def agency(transactional_db: None) -> SmallAgency:
    """Return an agency that routes for real."""
    roster.forget()
    return SmallAgency()


@pytest.fixture
def manager(sign_in: SignIn, agency: SmallAgency, size: ViewportSize) -> Page:
    """Return Mona's browser, of either size."""
    page = sign_in(agency.manager)
    page.set_viewport_size(size)
    return page


@pytest.fixture
def deputy(sign_in_beside: SignIn, manager: Page, agency: SmallAgency) -> Page:
    """Return Dora's browser, open beside it."""
    return sign_in_beside(agency.deputy)


def take(item: QueueItem, agency: SmallAgency) -> str:
    """Let the manager take an item, and return the address of its page."""
    fallback.take(item=item, user_id=agency.manager.pk, actor=agency.manager.actor(), now=timezone.now())
    return f"{QUEUE}{item.pk}/change/"


def test_take_next_and_a_picker_in_three_parts(manager: Page, live_server: LiveServer, agency: SmallAgency) -> None:
    agency.receive_waiting(first_name="Ada", last_name="Byron")
    agency.receive(first_name="Grace", last_name="Hopper")
    agency.set_capacity(5, agency.lee)

    manager.goto(f"{live_server.url}{QUEUE}")
    manager.get_by_role("button", name="Take next").click()
    expect(manager.get_by_text("You have taken it.")).to_be_visible()
    expect(manager.get_by_role("group", name="May take it (1)").get_by_role("radio")).to_have_count(1)
    full = manager.get_by_role("list", name="Could take it, but full")
    expect(full.get_by_role("listitem")).to_have_text([re.compile("Kim Park.*At capacity")])
    manager.get_by_text("May not have it (1)").click()
    barred = manager.get_by_role("list", name="May not have it")
    expect(barred.get_by_role("listitem")).to_have_text([re.compile("Ray Moss.*License ended May 12, 2025")])
    assert_clean(manager)
    manager.get_by_role("radio", name=re.compile("Lee Diaz")).check()
    manager.get_by_label("Remark").fill("Speaks her language.")
    manager.get_by_role("button", name="Assign").click()

    expect(manager.get_by_role("status")).to_contain_text("Assigned to Lee Diaz, to be answered by")
    expect(manager.get_by_role("link", name="Grace Hopper")).to_be_visible()
    expect(manager.get_by_role("link", name="Ada Byron")).to_have_count(0)
    assert Lead.objects.get(person__first_name="Ada").owner == agency.lee


def test_a_second_manager_sees_who_holds_a_lead_and_hears_the_name(
    manager: Page, deputy: Page, live_server: LiveServer, agency: SmallAgency
) -> None:
    item = agency.receive_waiting(first_name="Ada", last_name="Byron")
    deputy.clock.install(time=timezone.now())
    deputy.goto(f"{live_server.url}{QUEUE}")
    late = deputy.context.new_page()
    late.goto(f"{live_server.url}{QUEUE}{item.pk}/change/")

    manager.goto(f"{live_server.url}{QUEUE}")
    manager.get_by_role("button", name="Take Ada Byron").click()
    expect(manager.get_by_text("Yours. Put it back if you cannot finish it.")).to_be_visible()
    deputy.clock.fast_forward(POLLED)

    expect(deputy.get_by_text("With Mona Reyes")).to_be_visible()
    expect(deputy.get_by_role("button", name="Take Ada Byron")).to_have_count(0)
    late.get_by_role("button", name="Take it to work on it").click()
    expect(late.get_by_text("Mona Reyes took this item; ask them, or wait until it is put back.")).to_be_visible()
    expect(late.get_by_role("button", name="Assign")).to_have_count(0)
    manager.get_by_role("button", name="Put back").click()
    expect(manager.get_by_text("Ada Byron waits for somebody else now.")).to_be_visible()
    deputy.clock.fast_forward(POLLED)
    expect(deputy.get_by_role("button", name="Take Ada Byron")).to_be_visible()


def test_a_bulk_move_answers_for_each_row(
    manager: Page, deputy: Page, live_server: LiveServer, agency: SmallAgency
) -> None:
    for first_name in ("Ada", "Grace", "Mary"):
        agency.receive_waiting(first_name=first_name, last_name="Byron")
    manager.goto(f"{live_server.url}{QUEUE}")
    deputy.goto(f"{live_server.url}{QUEUE}")
    deputy.get_by_role("button", name="Take Grace Byron").click()
    expect(deputy.get_by_text("You have taken it.")).to_be_visible()

    for first_name in ("Ada", "Grace", "Mary"):
        manager.get_by_role("checkbox", name=f"Tick {first_name} Byron").check()
    manager.get_by_role("heading", name="With those ticked").click()
    assert_clean(manager)
    manager.get_by_label("With those ticked", exact=True).select_option("close")
    manager.get_by_label("Remark").fill("They asked us not to call.")
    manager.get_by_role("button", name="Do it").click()

    expect(manager.get_by_role("heading", name="2 done, 1 left as they are")).to_be_visible()
    rows = manager.get_by_role("region", name="2 done, 1 left as they are").get_by_role("listitem")
    expect(rows).to_have_text(
        [
            re.compile(r"^Ada Byron\s*Closed$"),
            re.compile(r"^Grace Byron\s*Dora Lind took this item;.*Left as it is$"),
            re.compile(r"^Mary Byron\s*Closed$"),
        ]
    )
    assert_clean(manager)
    states = QueueItem.objects.order_by("lead__person__first_name").values_list("state", flat=True)
    assert list(states) == ["RESOLVED", "CLAIMED", "RESOLVED"]


def test_a_rule_of_law_is_set_aside_by_two_people(
    manager: Page, deputy: Page, live_server: LiveServer, agency: SmallAgency
) -> None:
    agency._publish("language", "eligibility", SPANISH)
    item = agency.receive(first_name="Ada", last_name="Byron").queue_items.select_related("lead").get()
    manager.goto(f"{live_server.url}{take(item, agency)}")
    manager.get_by_role("link", name="Set rules aside for Kim Park").click()
    expect(manager.get_by_text("speaks no Spanish")).to_be_visible()
    assert_clean(manager)
    manager.get_by_label("Why").select_option("RELATIONSHIP")
    manager.get_by_label("In your words").fill("They went to school together.")
    manager.get_by_role("button", name="Ask a second person").click()
    expect(manager.get_by_text("Asked. A law is cited, so somebody else must agree by")).to_be_visible()

    asked = f"{live_server.url}/admin/routing/override/{Override.objects.get().pk}/change/"
    manager.goto(asked)
    expect(manager.get_by_text("You asked for it, so somebody else must agree.")).to_be_visible()
    expect(manager.get_by_role("button", name="Agree, and assign")).to_have_count(0)
    deputy.goto(f"{live_server.url}/admin/routing/override/")
    deputy.get_by_role("row", name=re.compile("Ada Byron")).get_by_role("link").first.click()
    expect(deputy.get_by_text("They went to school together.")).to_be_visible()
    assert_clean(deputy)
    assert Lead.objects.get(pk=item.lead_id).owner is None
    deputy.get_by_role("button", name="Agree, and assign").click()

    expect(deputy.get_by_text("Agreed. Assigned to Kim Park, to be answered by")).to_be_visible()
    assert Lead.objects.get(pk=item.lead_id).owner == agency.kim


def test_what_is_put_off_goes_behind_all_others(manager: Page, live_server: LiveServer, agency: SmallAgency) -> None:
    first = agency.receive_waiting(first_name="Ada", last_name="Byron")
    agency.receive_waiting(first_name="Grace", last_name="Hopper")

    manager.goto(f"{live_server.url}{QUEUE}")
    expect(manager.locator(".fr-turn > li").first).to_contain_text("Ada Byron")
    manager.get_by_role("link", name="Ada Byron").click()
    manager.get_by_text("Put it off").first.click()
    manager.get_by_label("Put it off").select_option("three-hours")
    manager.get_by_role("button", name="Put off").click()

    expect(manager.get_by_text("Ada Byron is put off until")).to_be_visible()
    expect(manager.locator(".fr-turn > li").first).to_contain_text("Grace Hopper")
    expect(manager.locator(".fr-turn > li").last).to_contain_text("Put off until")
    put_off = QueueItem.objects.get(pk=first.pk).snoozed_until
    assert put_off is not None
    assert timedelta(hours=2) < put_off - timezone.now() <= timedelta(hours=3)


def test_the_reason_board_says_what_would_free_the_most_and_tries_it(
    manager: Page, live_server: LiveServer, agency: SmallAgency
) -> None:
    License.objects.filter(producer=agency.kim).update(expiry_date="2026-05-12")
    for first_name in ("Ada", "Grace"):
        agency.receive_waiting(first_name=first_name, last_name="Byron")

    manager.goto(f"{live_server.url}{QUEUE}")
    manager.get_by_role("link", name="By what stands in the way").click()
    board = manager.get_by_role("region", name=re.compile("^Everyone who could take it is at capacity"))
    expect(board).to_contain_text("Kim Park: license ended May 12, 2026: putting this right would free 2 of 2")
    expect(board).to_contain_text("Room in the pool Texas life: putting this right would free 2 of 2")
    assert_clean(manager)
    agency.set_capacity(5)
    manager.get_by_role("button", name="Try all again: Everyone who could take it is at capacity.").click()

    expect(manager.get_by_text("2 tried again: 2 moved on, 0 still wait.")).to_be_visible()
    expect(manager.get_by_role("heading", name="Nothing waits here.")).to_be_visible()
    assert_clean(manager)
