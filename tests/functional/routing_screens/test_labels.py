"""What a lead asks for is called by its name wherever people read of it, and never by its code."""

import re
from html import unescape

import pytest
from django.test import Client

from accounts.policy import Role
from licenses.models import Product
from routing.models import Lead
from tests.factories import make_user
from tests.functional.routing_screens.agency import SmallAgency, user_of

CODES = re.compile(r"\b(term_life|whole_life|LIFE)\b")
BENCH = "/admin/routing/savedcase/bench/"


@pytest.fixture
def lead(agency: SmallAgency) -> Lead:
    """Return a lead for two products."""
    Product.objects.create(code="whole_life", label="Whole life insurance", lines_any_of=[["LIFE"]])
    return agency.receive(products=["whole_life", "term_life"], product="")


def browser_of(*, of: SmallAgency, lead: Lead, role: Role) -> Client:
    """Return a browser signed in as the lead's producer, or as somebody else of a role."""
    client = Client()
    owner = lead.owner
    client.force_login(user_of(owner) if role is Role.PRODUCER and owner else make_user(role, username="reader"))
    return client


def read(client: Client, address: str) -> str:
    """Return what is read on a page, without the JSON of receipts."""
    page = client.get(address, follow=True)
    assert page.status_code == 200
    text = re.sub(r"(?s)<(pre|script|style)\b.*?</\1>", " ", page.content.decode())
    return " ".join(unescape(re.sub("<[^>]*>", " ", text)).split())


@pytest.mark.parametrize(
    ("role", "address", "says"),
    [
        pytest.param(Role.MANAGER, "/admin/routing/lead/{lead}/change/", "Whole life insurance, Term life", id="lead"),
        pytest.param(Role.MANAGER, "/admin/routing/lead/", "TX · Life", id="leads"),
        pytest.param(
            Role.MANAGER,
            "/admin/routing/decision/{decision}/",
            "Products Term life, Whole life insurance",
            id="receipt",
        ),
        pytest.param(Role.MANAGER, "/admin/routing/decision/{decision}/", "Line Life", id="line on the receipt"),
        pytest.param(Role.OPERATIONS, BENCH + "?lead={lead}", "Whole life insurance, Term life", id="bench"),
        pytest.param(Role.PRODUCER, "/admin/", "TX · Life", id="home"),
        pytest.param(Role.PRODUCER, "/admin/routing/lead/desk/", "TX · Life", id="desk"),
        pytest.param(
            Role.PRODUCER, "/admin/routing/lead/{lead}/desk/", "Whole life insurance, Term life", id="desk of one lead"
        ),
    ],
)
def test_a_lead_that_was_assigned(agency: SmallAgency, lead: Lead, role: Role, address: str, says: str) -> None:
    client = browser_of(of=agency, lead=lead, role=role)

    text = read(client, address.format(lead=lead.pk, decision=lead.decision_id))

    assert says in text
    assert CODES.findall(text) == []


@pytest.mark.parametrize(
    ("address", "says"),
    [
        pytest.param("/admin/routing/queueitem/", "TX · Life", id="queue"),
        pytest.param("/admin/routing/queueitem/?view=reasons", "TX · Life", id="reasons"),
        pytest.param("/admin/routing/queueitem/{item}/", "Asks for Term life", id="item"),
    ],
)
def test_a_lead_that_waits(agency: SmallAgency, address: str, says: str) -> None:
    item = agency.receive_waiting()
    client = browser_of(of=agency, lead=item.lead, role=Role.MANAGER)

    text = read(client, address.format(item=item.pk))

    assert says in text
    assert CODES.findall(text) == []


def test_a_lead_no_rule_routes_names_the_route_it_lacks(agency: SmallAgency) -> None:
    lead = agency.receive(state="GA", zip="30301")
    lead.queue_items.update(reason="NO_ROUTE")

    text = read(browser_of(of=agency, lead=lead, role=Role.MANAGER), "/admin/routing/queueitem/?view=reasons")

    assert "A route for GA · Life" in text
    assert CODES.findall(text) == []


def test_a_product_that_is_gone_is_called_by_its_code_as_words(agency: SmallAgency, lead: Lead) -> None:
    Product.objects.filter(code="whole_life").delete()

    text = read(browser_of(of=agency, lead=lead, role=Role.MANAGER), f"/admin/routing/lead/{lead.pk}/change/")

    assert "Asks for Whole life, Term life" in text


def test_what_a_source_sent_is_told_by_the_name_it_was_read_as(agency: SmallAgency, lead: Lead) -> None:
    Lead.objects.filter(pk=lead.pk).update(
        readings=[
            {"field": "product", "sent": "WL", "read_as": "whole_life"},
            {"field": "line", "sent": "L", "read_as": "LIFE"},
            {"field": "state", "sent": "Tex.", "read_as": "TX"},
            {"field": "carrier", "sent": "Alder", "read_as": "00101"},
        ]
    )

    text = read(browser_of(of=agency, lead=lead, role=Role.MANAGER), f"/admin/routing/lead/{lead.pk}/change/")

    said = "Product “WL” as Whole life insurance; Line “L” as Life; State “Tex.” as Texas; Carrier “Alder” as 00101"
    assert said in text
