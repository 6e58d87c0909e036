"""An auditor's workspace: the ledger narrowed, views kept, an instant, a sample, an export with proof, a time line."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from accounts.policy import Role
from audit.models import Export
from audit.services import exporting
from routing.models import Lead
from routing.services import desk, handing, roster
from rules_engine import services as rules
from rules_engine.models import RuleSet
from tests.browser.axe import assert_clean
from tests.browser.conftest import SignIn
from tests.factories import make_user
from tests.functional.routing_screens.agency import SmallAgency, user_of
from tests.ledger import seal_all
from tests.publishing import penny, publish_draft

LEDGER = "/admin/audit/entry/"
FOUNDED = timedelta(hours=3)  # ago
NO_TEXAS = {
    "id": "closed",
    "name": "Texas is closed",
    "when": {"field": "lead.state", "op": "eq", "value": "TX"},
    "effect": "reject",
    "reason": "STATE_CLOSED",
    "message": "Texas is closed.",
    "examples": [{"facts": {"lead.state": "TX"}, "at": "2026-06-01T12:00:00Z", "expect": "reject"}],
}


@pytest.fixture
def agency(transactional_db: None) -> SmallAgency:
    """Return an agency founded three hours ago, with three leads since."""
    roster.forget()
    with time_machine.travel(timezone.now() - FOUNDED):
        agency = SmallAgency()
    for first_name in ("Ada", "Grace", "Mary"):
        agency.receive(first_name=first_name, last_name="Byron", now=agency.now + timedelta(hours=1))
    return agency


@pytest.fixture
def auditor(sign_in: SignIn, agency: SmallAgency, size: ViewportSize) -> Page:
    """Return the auditor's browser, of either size."""
    page = sign_in(make_user(Role.AUDITOR, username="abel", first_name="Abel", last_name="Ledger"))
    page.set_viewport_size(size)
    return page


@pytest.fixture
def lead(agency: SmallAgency) -> Lead:
    """Return Ada's lead, answered by its producer and then handed to the other by the manager."""
    lead = Lead.objects.select_related("owner__user").get(person__first_name="Ada")
    assert lead.owner is not None
    owner, other = lead.owner, agency.lee if lead.owner == agency.kim else agency.kim
    desk.accept(lead=lead, actor=user_of(owner).actor(), now=timezone.now())
    handing.assign(
        lead=lead, producer_id=other.pk, reason="A friend.", actor=agency.manager.actor(), now=timezone.now()
    )
    return lead


def narrow(page: Page, fill: Callable[[], object]) -> None:
    """Ask the ledger for less."""
    page.get_by_role("heading", name=re.compile("^Narrow")).click()
    fill()
    page.get_by_role("button", name="Show", exact=True).click()


def entries(page: Page) -> list[str]:
    """Return the actions listed, the latest first."""
    expect(page.get_by_role("region", name="Entries")).to_be_visible()
    return page.locator(".fa-action").all_inner_texts()


def told_at(at: datetime) -> str:
    """Return an instant as pages tell it, in the agency's time."""
    here = timezone.localtime(at, ZoneInfo(settings.AGENCY_TIME_ZONE))
    return f"{here:%b} {here.day}, {here:%H:%M %Z}"


def local(at: datetime) -> str:
    """Return an instant as the browser's field takes it, in the agency's time."""
    return f"{timezone.localtime(at, ZoneInfo(settings.AGENCY_TIME_ZONE)):%Y-%m-%dT%H:%M}"


def test_the_ledger_is_narrowed_by_what_happened_by_who_and_by_lead(
    auditor: Page, live_server: LiveServer, agency: SmallAgency, lead: Lead
) -> None:
    auditor.goto(f"{live_server.url}{LEDGER}")
    assert_clean(auditor)
    narrow(auditor, lambda: auditor.get_by_label("What happened").select_option("lead.received"))
    expect(auditor.get_by_text("What happened: lead.received")).to_be_visible()
    assert entries(auditor) == ["lead.received"] * 3

    auditor.goto(f"{live_server.url}{LEDGER}")
    narrow(auditor, lambda: auditor.get_by_label("Who did it").fill("Mona Reyes"))
    expect(auditor.get_by_text("Who did it: Mona Reyes")).to_be_visible()
    assert entries(auditor) == ["lead.assigned", "lead.decided", "assignment.ended"]

    auditor.goto(f"{live_server.url}{LEDGER}")
    narrow(auditor, lambda: auditor.get_by_label("Lead", exact=True).fill(str(lead.pk)))
    assert entries(auditor) == [
        *("lead.assigned", "lead.decided", "assignment.ended", "lead.accepted"),
        *("lead.assigned", "lead.decided", "lead.received"),
    ]
    assert_clean(auditor)


def test_a_misspelt_name_is_said_to_be_one(auditor: Page, live_server: LiveServer) -> None:
    auditor.goto(f"{live_server.url}{LEDGER}")
    narrow(auditor, lambda: auditor.get_by_label("Producer").fill("Kim Parc"))

    expect(auditor.get_by_role("alert").get_by_role("link", name="Producer")).to_be_visible()
    expect(auditor.get_by_text("Nothing is called that.").first).to_be_visible()
    assert_clean(auditor)


def test_a_view_is_kept_and_its_address_shows_it_to_a_colleague(
    auditor: Page, sign_in_beside: SignIn, live_server: LiveServer, agency: SmallAgency
) -> None:
    auditor.goto(f"{live_server.url}{LEDGER}")
    narrow(auditor, lambda: auditor.get_by_label("What happened").select_option("lead.assigned"))
    auditor.get_by_text("Keep this view").click()
    auditor.get_by_label("Name", exact=True).fill("Hand-overs")
    auditor.get_by_label("Others may use it too").check()
    auditor.get_by_role("button", name="Keep it").click()
    expect(auditor.get_by_text("“Hand-overs” is kept.")).to_be_visible()
    link = auditor.get_by_role("link", name="Link to this view").get_attribute("href")
    assert link == "?action=lead.assigned"
    colleague = sign_in_beside(make_user(Role.AUDITOR, username="bea", first_name="Bea", last_name="Count"))

    colleague.goto(f"{live_server.url}{LEDGER}{link}")
    assert entries(colleague) == ["lead.assigned"] * 3
    colleague.goto(f"{live_server.url}{LEDGER}")
    colleague.get_by_role("link", name="Hand-overs").click()

    expect(colleague).to_have_url(f"{live_server.url}{LEDGER}{link}")
    expect(colleague.get_by_text("by Abel Ledger")).to_be_visible()
    expect(colleague.get_by_role("button", name="Drop the filter Hand-overs")).to_have_count(0)
    assert_clean(colleague)
    auditor.get_by_role("button", name="Drop the filter Hand-overs").click()
    expect(auditor.get_by_text("“Hand-overs” is gone.")).to_be_visible()


def test_a_lead_is_decided_by_what_was_live_then(
    auditor: Page, live_server: LiveServer, agency: SmallAgency, lead: Lead
) -> None:
    checks = RuleSet.objects.get(slug="checks")
    rules.create_rule(ruleset=checks, document=NO_TEXAS, actor=penny(), now=timezone.now())
    publish_draft(checks, now=timezone.now())

    auditor.goto(f"{live_server.url}/admin/routing/decision/as-of/")
    assert_clean(auditor)
    auditor.get_by_label("Instant").fill(local(timezone.now() - timedelta(hours=1)))
    auditor.get_by_label("Lead").fill(str(lead.pk))
    auditor.get_by_role("button", name="Show").click()
    live = auditor.get_by_role("region", name=re.compile("^Rules live at"))
    expect(live.get_by_role("listitem").filter(has_text="Checks")).to_contain_text("version 1")
    assert_clean(auditor)
    auditor.get_by_role("link", name="Decide the lead by those rules, beside what is live").click()

    goes = auditor.get_by_role("row", name=re.compile("^Goes to")).get_by_role("cell")
    expect(goes).to_contain_text(["To a producer", "Rejected"])


def test_a_sample_is_drawn_again_by_its_address(auditor: Page, live_server: LiveServer, agency: SmallAgency) -> None:
    auditor.goto(f"{live_server.url}/admin/routing/decision/sample/")
    auditor.get_by_label("Received from").fill(local(agency.now))
    auditor.get_by_label("Before").fill(local(timezone.now()))
    auditor.get_by_label("How many").fill("2")
    auditor.get_by_label("Seed").fill("november")
    auditor.get_by_role("button", name="Draw").click()
    expect(auditor.get_by_role("heading", name="2 of 3 leads")).to_be_visible()
    drawn = auditor.get_by_role("rowheader").all_inner_texts()
    assert_clean(auditor)

    auditor.goto(auditor.url)
    again = auditor.get_by_role("rowheader").all_inner_texts()
    auditor.get_by_role("link", name=re.compile("^Receipt of")).first.click()

    assert len(set(drawn)) == 2
    assert again == drawn
    expect(auditor.get_by_role("heading", name="4. Who could take it: 2 of 3")).to_be_visible()
    assert_clean(auditor)


def test_an_export_is_written_by_a_worker_and_proves_itself(
    auditor: Page, live_server: LiveServer, agency: SmallAgency, tmp_path: Path
) -> None:
    seal_all()
    auditor.goto(f"{live_server.url}{LEDGER}?action=lead.received")
    auditor.get_by_label("Export what is shown, all pages of it, as").select_option("jsonl")
    auditor.get_by_role("button", name="Export", exact=True).click()
    expect(auditor.get_by_text("The export is asked for; it begins as soon as a worker is free.")).to_be_visible()
    assert_clean(auditor)
    exporting.work(now=timezone.now())
    with auditor.expect_download() as fetched:
        auditor.get_by_role("button", name="Fetch the file").click()
    with auditor.expect_download() as proved:
        auditor.get_by_role("link", name="Its manifest").click()

    content = Path(fetched.value.path()).read_bytes()
    manifest = json.loads(Path(proved.value.path()).read_text())
    digest = hashlib.sha256(content).hexdigest()
    expect(auditor.get_by_role("definition").filter(has_text=digest)).to_be_visible()
    assert manifest["sha256"] == digest
    assert fetched.value.suggested_filename == Export.objects.get().file_name
    assert [json.loads(line)["action"] for line in content.splitlines()] == ["lead.received"] * 3
    assert_clean(auditor)
    auditor.goto(f"{live_server.url}{LEDGER}?actor=Abel+Ledger")
    assert entries(auditor) == ["export.fetched", "export.asked"]


def test_one_time_line_tells_all_that_happened_to_a_lead(auditor: Page, live_server: LiveServer, lead: Lead) -> None:
    hands = list(lead.assignments.select_related("producer").order_by("assigned_at"))
    first, second = (str(each.producer) for each in hands)
    due = [told_at(each.due_at) for each in hands]
    halfway = hands[0].assigned_at + (hands[0].due_at - hands[0].assigned_at) / 2

    auditor.goto(f"{live_server.url}/admin/routing/lead/{lead.pk}/change/")

    line = auditor.get_by_role("region", name="What happened").get_by_role("listitem")
    told = [re.sub(r"\s+", " ", each).partition(" · ")[2] for each in line.all_inner_texts()]
    assert [each for each in told if not each.startswith(("the clock ", "the delivery of messages "))] == [
        "Web form Intake Received: Web form.",
        "Web form Rules Decided, because the lead came in. Under Checks v1, Routes v1; roster 1. Receipt",
        f"Web form Hands Assigned to {first}, to be answered by {due[0]}.",
        f"{first} Hands Accepted.",
        "Mona Reyes Hands Taken from the producer: moved by a manager.",
        "Mona Reyes Rules Decided, because a manager moved it. Under Checks v1, Routes v1; roster 1. Receipt",
        f"Mona Reyes Hands Assigned to {second}, to be answered by {due[1]}.",
    ]
    assert [each for each in told if each.startswith("the clock ")] == [
        "the clock Clock A clock runs: by then the manager is told.",
        f"the clock Clock A clock stopped before the producer is reminded: it was due {told_at(halfway)}.",
        f"the clock Clock A clock stopped before it must be answered: it was due {due[0]}.",
        "the clock Clock A clock runs: by then the producer is reminded.",
        "the clock Clock A clock runs: by then it must be answered.",
    ]
    assert_clean(auditor)
