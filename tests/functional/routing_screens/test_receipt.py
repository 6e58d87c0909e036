"""The receipt of a decision, as people read it."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from accounts.policy import Role
from routing.models import Decision, Lead
from routing.services import handing, sla
from tests.functional.routing_screens.agency import SmallAgency, user_of


@pytest.fixture
def manager(agency: SmallAgency, client: Client) -> Client:
    """Return a browser signed in as the manager."""
    client.force_login(agency.manager)
    return client


def address(lead: Lead) -> str:
    """Return the address of the receipt of the lead's last decision."""
    return f"/admin/routing/decision/{lead.decision_id}/"


def test_a_receipt_says_who_got_the_lead_among_whom_and_who_was_excluded_by_what(
    agency: SmallAgency, manager: Client
) -> None:
    lead = agency.receive()

    page = manager.get(address(lead), follow=True)

    receipt = page.context["receipt"]
    assert (receipt.chosen, receipt.asked.considered, receipt.asked.eligible) == (str(lead.owner), 3, 2)
    assert receipt.asked.excluded_by == (("License ended", 1),)
    assert receipt.route.rule == "Texas life goes to its pool"
    assert [(each.rank, each.chosen) for each in receipt.asked.candidates] == [(1, True), (2, False)]
    assert {(version.slug, version.number) for version in receipt.versions} == {("routes", 1), ("checks", 1)}
    assert receipt.sound is True


def test_a_receipt_says_how_each_producer_stood(agency: SmallAgency, manager: Client) -> None:
    lead = agency.receive()

    standings = manager.get(address(lead), follow=True).context["standings"]

    assert [(each.name, each.eligible, each.first) for each in standings] == [
        ("Kim Park", True, ""),
        ("Lee Diaz", True, ""),
        ("Ray Moss", False, "license ended May 12, 2025"),
    ]


@pytest.mark.parametrize(("role", "leads_there"), [("manager", True), ("producer", False)])
def test_the_rules_a_receipt_stood_on_are_linked_for_those_who_may_see_them(
    agency: SmallAgency, client: Client, role: str, leads_there: bool
) -> None:
    lead = agency.receive()
    assert lead.owner is not None
    assert lead.owner.user is not None
    client.force_login(agency.manager if role == "manager" else lead.owner.user)

    page = client.get(address(lead), follow=True)

    assert "<strong>version 1</strong>" in page.content.decode()
    assert ("/admin/rules_engine/rulesetversion/" in page.content.decode()) is leads_there


def test_a_gate_that_spoke_is_shown_with_its_words(agency: SmallAgency, manager: Client) -> None:
    lead = agency.receive(birth_date="2019-01-01")

    receipt = manager.get(address(lead), follow=True).context["receipt"]

    assert [(gate.name, gate.effect, gate.text) for gate in receipt.gates] == [
        ("A person looks at minors", "Asks for review", "The person may be a minor.")
    ]
    assert receipt.route is None


def test_a_receipt_of_a_decision_without_rules_says_so(agency: SmallAgency, manager: Client) -> None:
    lead = agency.receive()
    Lead.objects.filter(pk=lead.pk).update(hop=3)
    sla.sweep_due(now=lead.due_at or timezone.now())
    lead.refresh_from_db()

    page = manager.get(address(lead), follow=True)

    assert page.status_code == 200
    assert "The rules were not asked" in page.content.decode()


def test_a_receipt_of_a_move_by_hand_names_the_manager_as_its_cause(agency: SmallAgency, manager: Client) -> None:
    lead = agency.receive()
    other = agency.lee if lead.owner == agency.kim else agency.kim
    handing.assign(lead=lead, producer_id=other.pk, reason="Swap.", actor=agency.manager.actor(), now=timezone.now())
    lead.refresh_from_db()

    page = manager.get(address(lead), follow=True)

    assert "Decided because a manager moved it." in page.content.decode()
    assert [each.name for each in page.context["standings"]] == [str(other)]


def test_a_receipt_survives_the_erasure_of_the_person(agency: SmallAgency, manager: Client) -> None:
    lead = agency.receive()
    assert lead.person is not None
    lead.person.delete()

    page = manager.get(address(lead), follow=True)

    assert (page.status_code, page.context["standings"]) == (200, [])


def test_nothing_can_be_changed_on_a_receipt(agency: SmallAgency, manager: Client) -> None:
    decision = Decision.objects.get(lead=agency.receive())

    answers = [
        manager.post(f"/admin/routing/decision/{decision.pk}/change/", {"trigger": "MANUAL"}),
        manager.post("/admin/routing/decision/add/", {}),
        manager.post(f"/admin/routing/decision/{decision.pk}/delete/", {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [405, 403, 403]
    assert Decision.objects.get().receipt_sha256 == decision.receipt_sha256


def test_what_was_known_is_told_in_words_and_by_the_readers_clock(agency: SmallAgency) -> None:
    came = datetime(2026, 11, 20, 20, 5, tzinfo=UTC)
    lead = agency.receive(now=came, premium="1200.00", zip="75201", language="es")
    facts = {}
    for user in (agency.manager, user_of(lead.owner or agency.kim)):
        reader = Client()
        reader.force_login(user)
        facts[user.role] = dict(reader.get(address(lead), follow=True).context["receipt"].facts)

    assert facts[Role.MANAGER.value]["Received"] == "Nov 20, 2026, 15:05 EST"
    assert facts[Role.PRODUCER.value]["Received"] == "Nov 20, 2026, 14:05 CST"
    told = facts[Role.MANAGER.value]
    assert [
        told[each] for each in ("State", "Line", "Product", "Premium", "Language", "Source", "Has a phone number")
    ] == [
        "Texas",
        "Life",
        "Term life",
        "$1,200",
        "Spanish",
        "Web form",
        "no",
    ]
    assert (told["Date at the agency"], told["Weekday at the agency"]) == ("Nov 20, 2026", "Friday")
