"""A draft is rehearsed in the browser: asked for from its set, watched while a worker is at it, and read."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.policy import Role
from routing.models import Rehearsal, Shadow
from routing.services import rehearsing, roster, shadowing
from rules_engine.models import Rule, RuleSet
from tests.agency import hire, lead_of, open_agency, publish, receive
from tests.browser.axe import assert_accessible
from tests.browser.conftest import SignIn
from tests.factories import make_user
from tests.integration.routing.test_rehearsing import SAY_SO, STRICTER


@pytest.fixture
def ops(sign_in: SignIn, transactional_db: None) -> Page:
    """Return a browser signed in as operations, at an agency with three recent decisions."""
    roster.forget()
    open_agency()
    publish("checks", SAY_SO, stage="gate")
    hire("Kim")
    Rule.objects.filter(ruleset=RuleSet.objects.get(slug="checks")).update(body=STRICTER)
    for born in ("1955-05-05", "1985-05-05", "1986-05-05"):
        receive(birth_date=born, now=timezone.now() - timedelta(hours=1))
    return sign_in(make_user(Role.OPERATIONS))


def in_both_themes(page: Page) -> None:
    """Look at the page anew in each theme: half way from one to the other nothing has its contrast."""
    for theme in ("dark", "light"):
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.reload()
        assert_accessible(page)


def test_a_rehearsal_from_asking_to_the_lead_that_moves(ops: Page, live_server: LiveServer) -> None:
    ruleset = RuleSet.objects.get(slug="checks")
    ops.goto(f"{live_server.url}/admin/rules_engine/ruleset/{ruleset.pk}/change/")
    ops.get_by_role("link", name="Rehearse", exact=True).click()
    in_both_themes(ops)
    ops.get_by_role("button", name="Rehearse").click()
    expect(ops.get_by_text("Waiting for a worker")).to_be_visible()
    in_both_themes(ops)

    rehearsing.work(now=timezone.now())

    expect(ops.get_by_role("heading", name="Where leads go")).to_be_visible()  # by itself: nothing was clicked
    expect(ops.get_by_role("progressbar")).to_have_count(0)
    in_both_themes(ops)
    row = ops.get_by_role("row").filter(has_text="“Old people” now sends it to review.")
    row.get_by_role("link", name="Ada Byron").click()
    expect(ops.get_by_role("heading", name="Ada Byron").first).to_be_visible()


def test_a_rehearsal_is_cancelled_while_it_waits(ops: Page, live_server: LiveServer) -> None:
    ops.goto(f"{live_server.url}/admin/routing/rehearsal/new/?rule_set=checks")
    ops.get_by_role("button", name="Rehearse").click()

    ops.get_by_role("button", name="Cancel the rehearsal").click()

    expect(ops.get_by_text("The rehearsal was cancelled; what it found so far stays.")).to_be_visible()
    assert Rehearsal.objects.get().state == "CANCELLED"
    ops.goto(f"{live_server.url}/admin/routing/rehearsal/")
    expect(ops.get_by_role("row").filter(has_text="Checks")).to_contain_text("Cancelled")
    in_both_themes(ops)


def test_a_shadow_shows_where_it_disagrees(ops: Page, live_server: LiveServer) -> None:
    ops.goto(f"{live_server.url}/admin/routing/shadow/")
    ops.get_by_role("link", name="Start a shadow …").click()
    ops.get_by_label("Rule set").select_option("checks")
    ops.get_by_role("button", name="Start").click()
    expect(ops.get_by_text("No lead has come since it began.")).to_be_visible()
    decision = lead_of(receive(birth_date="1955-05-05", now=timezone.now())).decision_id
    assert decision is not None
    shadowing.follow(decision_id=decision)

    ops.reload()

    expect(ops.get_by_text("“Old people” now sends it to review.")).to_be_visible()
    in_both_themes(ops)
    ops.get_by_role("button", name="End it now").click()
    expect(ops.get_by_text("The shadow has ended; what it read stays.")).to_be_visible()
    assert Shadow.objects.get().state == "CANCELLED"
