"""The pages of rules in the browser: from an empty form to the reviewers."""

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.policy import Role
from rules_engine.models import Rule, RuleSet
from tests.browser.conftest import SignIn
from tests.factories import make_rule_set, make_user


@pytest.fixture
def ruleset(transactional_db: None) -> RuleSet:
    return make_rule_set()


@pytest.fixture
def ops(sign_in: SignIn, ruleset: RuleSet) -> Page:
    return sign_in(make_user(Role.OPERATIONS, first_name="Olga", last_name="Ops"))


def test_operations_build_a_rule_from_nothing_and_send_it_for_review(
    ops: Page, ruleset: RuleSet, live_server: LiveServer
) -> None:
    ops.goto(f"{live_server.url}/admin/rules_engine/ruleset/{ruleset.pk}/change/")
    ops.get_by_role("link", name="Add a rule").click()
    ops.get_by_label("Name", exact=True).fill("Florida asks for a phone number")
    ops.get_by_label("What happens").select_option("Reject the lead")
    ops.get_by_label("Reason code").fill("NO_PHONE")
    ops.get_by_role("button", name="Add a condition").click()
    ops.get_by_label("Field", exact=True).fill("has a phone")
    ops.keyboard.press("Enter")
    ops.get_by_label("Has a phone number, value").select_option("no")

    expect(ops.locator("[data-sentence]")).to_have_text("Reject (NO_PHONE) when Has a phone number is no.")
    ops.get_by_role("button", name="Save", exact=True).click()
    ops.get_by_role("link", name="Send for review …").click()
    ops.get_by_label("What changes, and why").fill("Florida wants a number to call.")
    ops.get_by_role("button", name="Send for review").click()

    expect(ops.get_by_text("In review").first).to_be_visible()
    rule = Rule.objects.get(rule_id="florida-asks-for-a-phone-number")
    assert rule.body["when"] == {"field": "lead.has_phone", "op": "eq", "value": False}
