"""A manager at work: clears a fallback item, mends a quarantined lead, moves a lead, enters one."""

import json
import re
import uuid

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from routing.models import Lead, LeadSource, QueueItem
from routing.services import fallback, intake, roster
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.functional.routing_screens.agency import LEAD, SmallAgency


@pytest.fixture
def agency(transactional_db: None) -> SmallAgency:
    """Return an agency that routes for real."""
    roster.forget()
    return SmallAgency()


@pytest.fixture
def manager(sign_in: SignIn, agency: SmallAgency) -> Page:
    """Return a browser signed in as the manager."""
    return sign_in(agency.manager)


def test_a_manager_clears_a_fallback_item(manager: Page, live_server: LiveServer, agency: SmallAgency) -> None:
    item = agency.receive_waiting(first_name="Ada", last_name="Byron")
    agency.set_capacity(5)

    manager.goto(f"{live_server.url}/admin/")
    manager.get_by_role("navigation", name="Tasks").get_by_role("link", name="Queue").click()
    expect(manager.get_by_text("Everyone who could take it is at capacity.")).to_be_visible()
    manager.get_by_role("button", name="Take next").click()
    manager.get_by_role("radio", name=re.compile("Lee Diaz")).check()
    manager.get_by_role("button", name="Assign").click()

    expect(manager.get_by_role("status")).to_contain_text("Assigned to Lee Diaz, to be answered by")
    expect(manager.get_by_text("Nothing waits here.")).to_be_visible()
    assert QueueItem.objects.get(pk=item.pk).state == "RESOLVED"
    assert Lead.objects.get(pk=item.lead_id).owner == agency.lee


def test_those_who_may_not_have_the_lead_stand_there_with_the_reason(
    manager: Page, live_server: LiveServer, agency: SmallAgency
) -> None:
    item = agency.receive_waiting()
    agency.set_capacity(5)
    fallback.take(item=item, user_id=agency.manager.pk, actor=agency.manager.actor(), now=timezone.now())

    manager.goto(f"{live_server.url}/admin/routing/queueitem/{item.pk}/change/")
    manager.get_by_text("May not have it (1)").click()

    expect(manager.get_by_role("radio", name=re.compile("Ray Moss"))).to_have_count(0)
    expect(manager.get_by_role("listitem").filter(has_text="Ray Moss").first).to_contain_text(
        "License ended May 12, 2025"
    )


def test_a_manager_mends_a_quarantined_lead_at_the_fields_at_fault(
    manager: Page, live_server: LiveServer, agency: SmallAgency
) -> None:
    LeadSource.objects.filter(pk=agency.source.pk).update(invalid="QUARANTINE")
    agency.source.refresh_from_db()
    body = json.dumps({**LEAD, "phone": "555"}).encode()
    intake.receive(source=agency.source, body=body, key=str(uuid.uuid4()), now=timezone.now())

    manager.goto(f"{live_server.url}/admin/routing/queueitem/?kind=QUARANTINE")
    manager.get_by_role("button", name="Take Ada Byron").click()
    expect(manager.get_by_text("They sent “555”.")).to_be_visible()
    manager.get_by_label("Phone").fill("214-555-0101")
    manager.get_by_role("button", name="Mend and try again").click()

    expect(manager.get_by_role("status")).to_contain_text("Mended. Assigned to")
    assert Lead.objects.get().state == "ASSIGNED"


def test_a_manager_enters_a_lead_and_is_led_to_the_field_at_fault(manager: Page, live_server: LiveServer) -> None:
    manager.goto(f"{live_server.url}/admin/routing/lead/add/")
    manager.get_by_label("First name").fill("Grace")
    manager.get_by_label("Phone").fill("555")
    manager.get_by_label("State", exact=True).select_option("TX")
    manager.get_by_label("Term life").check()
    manager.get_by_role("button", name="Take the lead in").click()

    assert_accessible(manager)
    manager.get_by_role("alert").get_by_role("link", name="Phone").click()
    expect(manager.get_by_label("Phone")).to_be_focused()
    manager.get_by_label("Phone").fill("214-555-0101")
    manager.get_by_role("button", name="Take the lead in").click()

    expect(manager.get_by_role("heading", name="Grace", level=1)).to_be_visible()
    expect(manager.get_by_text("Received: Entered by hand.")).to_be_visible()


def test_from_a_lead_to_its_receipt_and_to_another_producer(
    manager: Page, live_server: LiveServer, agency: SmallAgency
) -> None:
    lead = agency.receive(first_name="Ada", last_name="Byron")
    other = agency.lee if lead.owner == agency.kim else agency.kim

    manager.goto(f"{live_server.url}/admin/routing/lead/?q=byron")
    manager.get_by_role("link", name="Ada Byron").click()
    manager.get_by_role("link", name="Assigned to a producer licensed for it.").click()
    expect(manager.get_by_role("heading", name="4. Who could take it: 2 of 3")).to_be_visible()
    manager.get_by_role("link", name="Ada Byron").first.click()
    manager.get_by_role("link", name="Give to another…").click()
    manager.get_by_role("radio", name=re.compile(str(other))).check()
    manager.get_by_label("Why you move it").fill("Speaks her language.")
    manager.get_by_role("button", name="Assign").click()

    expect(manager.get_by_text(f"{other} has it.")).to_be_visible()
