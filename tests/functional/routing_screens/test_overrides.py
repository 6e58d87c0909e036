"""The pages where rules are set aside: asked by one, agreed to by another, and reported."""

import pytest
from django.test import Client
from django.utils import timezone

from routing.models import Lead, Override, QueueItem
from routing.services import fallback
from tests.functional.routing_screens.agency import SmallAgency

SPANISH = {
    "id": "spanish",
    "name": "Speaks Spanish",
    "require": {"field": "producer.languages", "op": "contains", "value": "es"},
    "reason": "LANGUAGE",
    "message": "speaks no Spanish",
    "citation": {"source": "Invented Code 1-2-3", "verified_on": "2026-06-01", "confidence": "high"},
}
GIVEN = {"code": "RELATIONSHIP", "text": "They went to school together.", "hours": "8"}


@pytest.fixture
def item(agency: SmallAgency) -> QueueItem:
    """Return an item a rule of law keeps everybody from."""
    agency._publish("language", "eligibility", SPANISH)
    return agency.receive().queue_items.select_related("lead").get()


@pytest.fixture
def manager(agency: SmallAgency, client: Client) -> Client:
    client.force_login(agency.manager)
    return client


def page_for(item: QueueItem, producer_id: int) -> str:
    return f"/admin/routing/lead/{item.lead_id}/override/{producer_id}/"


def test_the_picker_offers_it_only_where_the_license_stands(
    agency: SmallAgency, manager: Client, item: QueueItem
) -> None:
    fallback.take(item=item, user_id=agency.manager.pk, actor=agency.manager.actor(), now=timezone.now())

    page = manager.get(f"/admin/routing/queueitem/{item.pk}/change/").text

    assert page_for(item, agency.kim.pk) in page
    assert page_for(item, agency.ray.pk) not in page


def test_the_page_says_what_is_set_aside_and_that_the_guard_never_is(
    agency: SmallAgency, manager: Client, item: QueueItem
) -> None:
    lawful = manager.get(page_for(item, agency.kim.pk)).text
    unlawful = manager.get(page_for(item, agency.ray.pk)).text

    assert "speaks no Spanish" in lawful
    assert "nobody can set it aside" in lawful
    assert "Nobody sets the license guard aside. Ray Moss: " in unlawful
    assert "<textarea" not in unlawful


def test_one_asks_another_agrees_and_the_report_keeps_it(agency: SmallAgency, manager: Client, item: QueueItem) -> None:
    manager.post(page_for(item, agency.kim.pk), GIVEN)
    asked = Override.objects.get()
    own = manager.get(f"/admin/routing/override/{asked.pk}/change/").text
    refused = manager.post(f"/admin/routing/override/{asked.pk}/grant/")
    before = Lead.objects.get(pk=item.lead_id).owner

    manager.force_login(agency.deputy)
    manager.post(f"/admin/routing/override/{asked.pk}/grant/")
    report = manager.get("/admin/routing/override/").text

    assert "somebody else must agree" in own
    assert (refused.status_code, before) == (403, None)
    assert Lead.objects.get(pk=item.lead_id).owner == agency.kim
    assert "speaks no Spanish" in report
    assert "Dora Lind" in report


def test_what_is_wrong_is_said_at_the_field(agency: SmallAgency, manager: Client, item: QueueItem) -> None:
    page = manager.post(page_for(item, agency.kim.pk), {**GIVEN, "text": "Hm."})

    assert "Say why, so that a stranger understands it." in page.text
    assert not Override.objects.exists()


def test_a_refusal_leaves_the_lead_where_it_was(agency: SmallAgency, manager: Client, item: QueueItem) -> None:
    manager.post(page_for(item, agency.kim.pk), GIVEN)

    manager.post(f"/admin/routing/override/{Override.objects.get().pk}/refuse/")

    assert (Override.objects.get().state, Lead.objects.get(pk=item.lead_id).state) == ("REFUSED", "FALLBACK")
