"""The whole way of a rule by keyboard alone: built, mended, reviewed, published, met by a lead, named as the reason."""

import re
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.mail import EmailMessage
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.policy import Role
from licenses.models import AppointmentRegime, Product
from outbox import services as outbox
from routing.models import Pool, PoolMember
from routing.services import roster
from rules_engine import services as rules
from rules_engine.models import Rule, RuleSet
from tests.browser.conftest import SignIn
from tests.browser.keyboard import Keyboard
from tests.factories import make_license, make_rule_set, make_user
from tests.functional.routing_screens.agency import EVERYWHERE, SmallAgency
from tests.publishing import penny, publish_draft

NAME = "Florida annuities need best-interest training"
WHY = "Florida wants the training since January."
SENTENCE = (
    "When State is Florida and Product is one of “fixed_annuity” or “indexed_annuity”, exclude producers unless "
    "Certifications include “ANNUITY_BI” (TRAINING_MISSING), from Jan 1, 2026."
)
# The rule of the language's own description, without its examples.
RULE = {
    "id": "fl-annuity-training",
    "name": NAME,
    "when": {
        "all": [
            {"field": "lead.state", "op": "eq", "value": "FL"},
            {"field": "lead.product", "op": "in", "value": ["fixed_annuity", "indexed_annuity"]},
        ]
    },
    "require": {"field": "producer.certifications", "op": "contains", "value": "ANNUITY_BI"},
    "reason": "TRAINING_MISSING",
    "active_from": "2026-01-01",
    "jurisdiction": "FL",
    "citation": {"source": "Fla. Stat. § 627.4554", "verified_on": "2026-10-02"},
}
NEIGHBORS = {
    "id": "neighbors",
    "name": "Neighbors first",
    "prefer": {"field": "producer.resident_state", "op": "eq", "ref": "lead.state"},
    "weight": 1,
}
LEAD = {"last_name": "Byron", "state": "FL", "zip": "33101", "product": "fixed_annuity"}


@pytest.fixture
def agency(transactional_db: None) -> SmallAgency:
    """Return an agency that sends Florida to a pool of two who are licensed there, neither with the training."""
    roster.forget()
    agency = SmallAgency()
    Product.objects.create(code="fixed_annuity", label="Fixed annuity", lines_any_of=[["LIFE"]])
    AppointmentRegime.objects.create(state="FL", regime="NONE", status="confirmed", source="Florida, for the test")
    pool = Pool.objects.create(slug="florida", name="Florida")
    for producer in (agency.kim, agency.lee):
        make_license(producer, "FL")
        PoolMember.objects.create(pool=pool, producer=producer)
        roster.changed(roster.producer_subject(producer.pk), at=agency.now)
    roster.changed("agency", roster.pool_subject("florida"), at=agency.now)
    routes = RuleSet.objects.get(slug="routes")
    to_florida = {**EVERYWHERE, "route": {"pool": "florida"}}
    rules.save_rule(rule=routes.rules.get(rule_id="rest"), document=to_florida, actor=penny(), now=agency.now)
    publish_draft(routes, now=agency.now)
    publish_draft(make_rule_set("training", [NEIGHBORS], stage="eligibility"), now=agency.now)
    return agency


@pytest.fixture
def olga(transactional_db: None) -> User:
    return make_user(Role.OPERATIONS, username="olga", first_name="Olga", last_name="Ops", email="olga@example.com")


@pytest.fixture
def mona(agency: SmallAgency) -> User:
    agency.manager.email = "mona@example.com"
    agency.manager.save()
    return agency.manager


def test_a_rule_goes_from_an_empty_form_to_the_decision_it_makes_with_the_keyboard_alone(
    sign_in: SignIn,
    live_server: LiveServer,
    settings: LazySettings,
    mailoutbox: list[EmailMessage],
    agency: SmallAgency,
    olga: User,
    mona: User,
) -> None:
    settings.PUBLIC_BASE_URL = live_server.url
    page, key = sign_in(olga), issue_key(agency)
    assert post_lead(page, live_server, key, "Ada")["status"] == "assigned"

    page.goto(f"{live_server.url}/admin/")
    build(page)
    send(page)
    page = sign_in(mona)
    page.goto(address_mailed_to(mona, mailoutbox, says=SENTENCE))
    approve(page)
    page = sign_in(olga)
    page.goto(address_mailed_to(olga, mailoutbox, says="Read the statute."))
    publish(page)
    outcome = post_lead(page, live_server, key, "Bea")
    assert (outcome["status"], outcome["reason"]["code"]) == ("fallback", "NO_ELIGIBLE_PRODUCER")
    page = sign_in(mona)
    page.goto(f"{live_server.url}/admin/")
    read_why(page, "Bea Byron")


def build(page: Page) -> None:
    """Find the set, build the rule in it with two examples, mend the one that fails, and save the draft."""
    keys = Keyboard(page)
    keys.follow("Rules")
    keys.follow("Training")
    keys.follow("Add a rule")
    expect(page.locator("[data-problems]")).not_to_be_empty()
    keys.fill("Name", NAME)
    keys.fill("Id", "fl-annuity-training")
    keys.fill("Reason code", "TRAINING_MISSING")
    add_conditions(keys)
    for certificate in ("", "ANNUITY_BI"):
        add_example(keys, State="Florida", Product="fixed_annuity", Certifications=certificate)
    mend_the_first_example(page, keys)
    keys.fill("Active from", "01012026")
    keys.fill("Jurisdiction", "FL")
    keys.fill("Citation", "Fla. Stat. § 627.4554")
    keys.fill("Verified on", "10022026")
    expect(page.locator("[data-sentence]")).to_have_text(SENTENCE)
    keys.follow("Save")

    expect(page.get_by_text("is saved in the draft")).to_be_visible()
    body = dict(Rule.objects.get(rule_id="fl-annuity-training").body)
    assert [(each["facts"]["producer.certifications"], each["expect"]) for each in body.pop("examples")] == [
        ([], "BLOCK"),
        (["ANNUITY_BI"], "ALLOW"),
    ]
    assert body == RULE


def add_conditions(keys: Keyboard) -> None:
    """Say when the rule applies, and what it asks of the producer."""
    keys.activate("Add a condition")
    keys.pick_field("state")
    keys.choose("State, value", "Florida")
    keys.press("Alt+Enter")
    keys.pick_field("product")
    keys.choose("Comparison", "is one of")
    keys.fill("Product, value", "fixed_annuity, indexed_annuity")
    keys.tab_to("Add a group")
    keys.activate("Add a condition")
    keys.pick_field("certifications")
    keys.fill("Certifications, value", "ANNUITY_BI")


def add_example(keys: Keyboard, **facts: str) -> None:
    """Add an example of these facts, by their labels."""
    keys.activate("Add an example")
    assert keys.focused == "Add a fact"
    for label, value in facts.items():
        keys.press("Enter")
        assert keys.focused == "Fact"
        keys.choose(label, value)
        keys.tab_to("Add a fact")


def mend_the_first_example(page: Page, keys: Keyboard) -> None:
    """See that the first of two examples fails and why, and expect of it what the rule gives."""
    first, second = page.get_by_role("listitem", name="Example").all()
    expect(first.locator("[data-result]")).to_have_text("Gives block")
    expect(first.locator("[data-trace]")).to_contain_text("Certifications include “ANNUITY_BI” (none: no)")
    expect(second.locator("[data-result]")).to_have_text("Holds")
    keys.tab_to("Copy", back=True)
    keys.activate("Expect block", back=True)
    expect(first.locator("[data-result]")).to_have_text("Holds")
    expect(page.locator("[data-problems]")).to_have_text("The rule is sound.")


def send(page: Page) -> None:
    """Send the draft for review; its author is offered no approval."""
    keys = Keyboard(page)
    keys.follow("Send for review …")
    keys.fill("What changes, and why", WHY)
    keys.follow("Send for review")

    expect(page.get_by_text("somebody else must approve it")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)


def approve(page: Page) -> None:
    """Read what changes, in sentences, and why; approve it."""
    keys = Keyboard(page)
    expect(page.get_by_role("heading", name="What changes against v1")).to_be_visible()
    expect(page.locator("ins").first).to_have_text(SENTENCE)  # what the sentence does not tell follows it
    expect(page.get_by_text(WHY)).to_be_visible()
    keys.fill("Comment, or the reason for sending it back", "Read the statute.")
    keys.follow("Approve")

    expect(page.get_by_text("It is approved, and can be published.")).to_be_visible()


def publish(page: Page) -> None:
    """Publish what is approved."""
    keys = Keyboard(page)
    keys.follow("Publish …")
    approval = page.get_by_role("listitem").filter(has_text="A second person has approved it")
    expect(approval).to_contain_text("Mona Reyes")
    keys.follow("Publish v2")

    expect(page.get_by_text("Training v2 is live.")).to_be_visible()


def read_why(page: Page, lead: str) -> None:
    """Find a lead's decision, and see the rule named as what excludes everybody."""
    keys = Keyboard(page)
    keys.follow("Leads")
    keys.follow(lead)
    keys.follow("Licensed producers exist, but a rule excludes each of them.")

    eligible = page.get_by_role("region", name="Who could take it: 0 of 2")
    expect(eligible.get_by_role("listitem").filter(has_text=NAME)).to_have_text(re.compile("2$"))
    stood_on = page.get_by_role("region", name="What it stood on").get_by_role("listitem")
    expect(stood_on.filter(has_text="Training")).to_contain_text("version 2")


def issue_key(agency: SmallAgency) -> str:
    """Let the agency's source write leads, and return its key."""
    agency.source.scopes = ["leads:write"]
    key = agency.source.issue_key()
    agency.source.save()
    return key


def post_lead(page: Page, live_server: LiveServer, key: str, first_name: str) -> Any:
    """Post an annuity lead from Florida by the API, and return where it went."""
    lead = {**LEAD, "first_name": first_name, "email": f"{first_name.lower()}@example.com"}
    headers = {"Authorization": f"Api-Key {key}", "Idempotency-Key": first_name}
    return page.request.post(f"{live_server.url}/api/v1/leads/", headers=headers, data=lead).json()


def address_mailed_to(user: User, mailoutbox: list[EmailMessage], *, says: str) -> str:
    """Deliver what waits, and return the address in the last letter to a person, which says this."""
    outbox.relay(now=timezone.now())
    letter = str([each for each in mailoutbox if user.email in each.to][-1].body)
    assert says in letter
    return letter.rsplit(maxsplit=1)[-1]
