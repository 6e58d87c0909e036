"""Who may do what: an auditor reads every page and changes nothing, and no state changes by GET."""

from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from accounts.policy import Role
from audit.models import Entry
from outbox.models import Message
from routing.admin import desk, empty_desk, lead_page, queue_item
from routing.models import Lead
from tests.factories import make_user
from tests.functional.routing_screens.agency import SmallAgency

LEAD_MOVES = [f"routing_lead_desk_{name}" for name in desk.MOVES]
LEAD_MOVES += ["routing_lead_assign", "routing_lead_reassign", "routing_lead_retry", "routing_lead_note"]
LEAD_MOVES += ["routing_lead_hold", "routing_lead_lift", "routing_lead_erase"]
OFFER_MOVES = ["routing_offer_accept", "routing_offer_decline"]
ITEM_MOVES = [f"routing_queueitem_{name}" for name in queue_item.WORKS]
MOVES = [*LEAD_MOVES, *ITEM_MOVES, *OFFER_MOVES, "routing_queueitem_next", "routing_queueitem_retry_all"]
MOVES += ["routing_empty_desk", "routing_lead_add", "routing_take_next", "desk_away", "desk_back"]
ASKING_FIRST = {"routing_lead_assign", "routing_empty_desk", "routing_lead_add"}  # these show a page on GET
SENT = {"reason": "x", "text": "x", "kind": "CALL_CONNECTED", "disposition": "SOLD", "resolution": "x", "producer": "1"}


@pytest.fixture
def places(agency: SmallAgency) -> dict[str, str]:
    """Return the address of everything that changes something, for a lead in hand and one that waits."""
    held, item, offer = agency.receive(), agency.receive_waiting(), agency.offer()
    arguments: dict[str, list[Any]] = {
        **{name: [held.pk] for name in LEAD_MOVES},
        **{name: [item.pk] for name in ITEM_MOVES},
        **{name: [offer.pk] for name in OFFER_MOVES},
        "routing_empty_desk": [agency.kim.pk],
    }
    return {name: reverse(f"admin:{name}", args=arguments.get(name, [])) for name in MOVES}


def test_every_address_of_these_screens_is_walked_here() -> None:
    patterns = [*desk.urls(), *empty_desk.urls(), *lead_page.urls()]
    named = {str(each.name) for each in patterns if isinstance(each, URLPattern)}

    assert named - set(MOVES) == {"my_leads", "my_share", "routing_lead_desk"}


@pytest.mark.parametrize("name", MOVES)
def test_an_auditor_changes_nothing(client: Client, places: dict[str, str], name: str) -> None:
    client.force_login(make_user(Role.AUDITOR))
    before = [Lead.objects.order_by("pk").values(), Entry.objects.count(), Message.objects.count()]
    states = list(before[0])  # type: ignore[call-overload]  # a query set

    answer = client.post(places[name], SENT)

    assert answer.status_code == 403
    assert list(Lead.objects.order_by("pk").values()) == states
    assert [Entry.objects.count(), Message.objects.count()] == before[1:]


@pytest.mark.parametrize("name", [name for name in MOVES if name not in ASKING_FIRST])
def test_nothing_changes_by_get(client: Client, agency: SmallAgency, places: dict[str, str], name: str) -> None:
    client.force_login(agency.manager)
    entries = Entry.objects.count()

    assert client.get(places[name]).status_code == 405
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("name", [*ITEM_MOVES, "routing_queueitem_next", "routing_queueitem_retry_all"])
def test_a_producer_has_no_business_in_the_queue(
    client: Client, agency: SmallAgency, places: dict[str, str], name: str
) -> None:
    assert agency.kim.user is not None
    client.force_login(agency.kim.user)

    assert client.post(places[name], SENT).status_code == 403


def test_an_auditor_reads_every_page(client: Client, agency: SmallAgency) -> None:
    lead, item = agency.receive(), agency.receive_waiting()
    client.force_login(make_user(Role.AUDITOR))
    pages = [
        "/admin/routing/lead/",
        f"/admin/routing/lead/{lead.pk}/change/",
        f"/admin/routing/lead/{lead.pk}/desk/",
        "/admin/routing/queueitem/",
        f"/admin/routing/queueitem/{item.pk}/change/",
        "/admin/routing/decision/",
        f"/admin/routing/decision/{lead.decision_id}/change/",
    ]

    answers = [client.get(page) for page in pages]

    assert [answer.status_code for answer in answers] == [200] * len(pages)
    bodies = [answer.content.decode().split('id="content"')[1] for answer in answers]
    buttons = [body.count('<button type="submit"') for body in bodies]
    assert buttons == [0] * len(pages)


@pytest.mark.parametrize("page", ["/admin/routing/queueitem/", "/admin/routing/lead/", "/admin/routing/lead/desk/"])
def test_whoever_is_not_signed_in_is_asked_to(client: Client, agency: SmallAgency, page: str) -> None:
    answer = client.get(page)

    assert (answer.status_code, answer.headers["Location"]) == (302, f"/admin/login/?next={page}")
