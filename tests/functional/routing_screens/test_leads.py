"""Leads: the list and its search, one lead with all that happened, entering one by hand, moving one."""

import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.policy import Role
from audit.models import Entry
from routing.models import Assignment, Lead, LeadSource, Note
from routing.services import desk
from tests.factories import make_user
from tests.functional.routing_screens.agency import LEAD, SmallAgency, user_of

LIST = "/admin/routing/lead/"
ENTER = "/admin/routing/lead/add/"


@pytest.fixture
def manager(agency: SmallAgency, client: Client) -> Client:
    """Return a browser signed in as the manager."""
    client.force_login(agency.manager)
    return client


def address(lead: Lead, move: str = "change") -> str:
    """Return an address of one lead."""
    return f"/admin/routing/lead/{lead.pk}/{move}/"


def form(**fields: Any) -> dict[str, Any]:
    """Return the entry form as a browser sends it."""
    person = {name: value for name, value in LEAD.items() if name != "product"}
    return {**person, "products": ["term_life"], "key": str(uuid.uuid4()), **fields}


@pytest.mark.parametrize("term", ["byron", "ada by", "(214) 555-0101", "ada@example.com"])
def test_a_lead_is_found_by_what_one_remembers_of_it(agency: SmallAgency, manager: Client, term: str) -> None:
    agency.receive(first_name="Other", last_name="Person")
    ada = agency.receive(phone="214-555-0101", email="ada@example.com")

    page = manager.get(LIST, {"q": term})

    assert list(page.context["cl"].queryset) == [ada]


def test_a_lead_is_found_by_its_id(agency: SmallAgency, manager: Client) -> None:
    agency.receive()
    lead = agency.receive()

    assert list(manager.get(LIST, {"q": str(lead.pk)}).context["cl"].queryset) == [lead]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"state": "open"}, 2),
        ({"state": "FALLBACK"}, 1),
        ({"pool": "texas-life"}, 2),
        ({"governing_state": "FL"}, 0),
        ({"tier": "low"}, 2),
        ({"received_at__gte": "2026-01-01T00:00:00+00:00"}, 2),
    ],
)
def test_the_list_narrows(agency: SmallAgency, manager: Client, query: dict[str, str], found: int) -> None:
    agency.receive()
    agency.receive_waiting()

    assert manager.get(LIST, query).context["cl"].result_count == found


def test_the_list_asks_as_many_questions_for_many_leads_as_for_one(
    agency: SmallAgency, manager: Client, django_assert_num_queries: Any
) -> None:
    for _ in range(4):
        agency.receive()
    manager.get(LIST)

    with django_assert_num_queries(7):
        manager.get(LIST)


def test_producers_find_their_own_leads_in_the_list(agency: SmallAgency, client: Client) -> None:
    leads = [agency.receive(), agency.receive()]
    client.force_login(user_of(agency.kim))

    found = list(client.get(LIST).context["cl"].queryset)

    assert found == [lead for lead in leads if lead.owner == agency.kim]
    assert len(found) == 1


def test_the_page_tells_what_happened_oldest_first(agency: SmallAgency, manager: Client) -> None:
    lead = agency.receive(language="vi")
    owner = lead.owner
    assert owner is not None
    desk.accept(lead=lead, actor=user_of(owner).actor(), now=agency.now)

    page = manager.get(address(lead))

    told = [event["text"] for event in page.context["events"]]
    assert told[:2] == ["Received: Web form.", "Decided, because the lead came in."]
    assert told[2].startswith(f"Assigned to {owner}, to be answered by ")
    assert told[3] == "Accepted."
    assert f"{owner} has it." in page.content.decode()
    assert "<dt>Language</dt><dd>Vietnamese</dd>" in page.content.decode()
    assert f"/admin/routing/decision/{lead.decision_id}/change/" in page.content.decode()


@pytest.mark.parametrize("pk", ["nonsense", "01a1ffce-0000-7000-8000-00000000dead"])
def test_a_lead_that_is_not_there_is_not_found(manager: Client, pk: str) -> None:
    assert manager.get(f"/admin/routing/lead/{pk}/change/").status_code == 404


def test_a_lead_entered_by_hand_goes_the_way_every_lead_goes(agency: SmallAgency, manager: Client) -> None:
    answer = manager.post(ENTER, form(consent_text="May call.", consent_channels=["call"], attributes="roof: new"))

    lead = Lead.objects.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, address(lead))
    assert (lead.state, lead.source.slug, lead.governing_state) == ("ASSIGNED", "manual", "TX")
    assert lead.person is not None
    assert (lead.person.phone, lead.person.attributes) == ("+12145550101", {"roof": "new"})
    assert lead.person.consent == {"text": "May call.", "channels": ["call"]}
    assert Entry.objects.get(action="lead.received").actor_label == "Mona Reyes"


def test_a_double_click_enters_one_lead(agency: SmallAgency, manager: Client) -> None:
    sent = form()

    answers = [manager.post(ENTER, sent) for _ in range(2)]

    assert Lead.objects.count() == 1
    assert [answer.headers["Location"] for answer in answers] == [address(Lead.objects.get())] * 2


def test_every_field_at_fault_is_named_at_its_place(agency: SmallAgency, manager: Client) -> None:
    page = manager.post(ENTER, form(phone="555", zip="100011", products=[], consent_captured_at="2099-01-01T10:00"))

    assert page.status_code == 200
    assert set(page.context["form"].errors) == {"phone", "zip", "products", "consent_captured_at"}
    assert Lead.objects.count() == 0


def test_an_empty_form_is_told_what_a_lead_needs(agency: SmallAgency, manager: Client) -> None:
    page = manager.post(ENTER, {"key": str(uuid.uuid4())})

    assert set(page.context["form"].errors) == {"last_name", "phone", "state", "products"}
    assert LeadSource.objects.filter(slug="manual").count() == 1


def test_a_manager_gives_a_held_lead_to_another_producer(agency: SmallAgency, manager: Client) -> None:
    lead = agency.receive()
    other = agency.lee if lead.owner == agency.kim else agency.kim

    choices = manager.get(address(lead, "assign")).context["candidates"]
    answer = manager.post(
        address(lead, "assign"), {"producer": other.pk, "reason": "Speaks her language."}, follow=True
    )

    assert [each.name for each in choices.eligible] == [str(other)]
    assert [(each.name, each.blocks) for each in choices.excluded] == [("Ray Moss", ("license ended May 12, 2025",))]
    assert Lead.objects.get(pk=lead.pk).owner == other
    assert f"Assigned to {other}, to be answered by " in answer.content.decode()


def test_a_producer_who_may_not_have_the_lead_does_not_get_it(agency: SmallAgency, manager: Client) -> None:
    lead = agency.receive()

    page = manager.post(address(lead, "assign"), {"producer": agency.ray.pk, "reason": "A favour."}, follow=True)

    assert "Ray Moss may not have this lead: license ended May 12, 2025." in page.content.decode()
    assert Lead.objects.get(pk=lead.pk).owner == lead.owner
    assert Assignment.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    [({"reason": "Why not."}, "Choose a producer first."), ({"producer": "1"}, "Say why you move it.")],
)
def test_moving_asks_for_a_producer_and_a_reason(
    agency: SmallAgency, manager: Client, sent: dict[str, str], said: str
) -> None:
    lead = agency.receive()

    page = manager.post(address(lead, "assign"), sent)

    assert said in page.content.decode()
    assert Assignment.objects.count() == 1


def test_taking_a_lead_away_lets_the_rules_find_the_next(agency: SmallAgency, manager: Client) -> None:
    lead = agency.receive()

    manager.post(address(lead, "reassign"), {"reason": "On the phone all day."})

    now = Lead.objects.get(pk=lead.pk)
    assert (now.state, {lead.owner, now.owner}) == ("ASSIGNED", {agency.kim, agency.lee})


def test_taking_a_lead_away_asks_why(agency: SmallAgency, manager: Client) -> None:
    lead = agency.receive()

    page = manager.post(address(lead, "reassign"), {"reason": ""})

    assert "Say why, in a few words." in page.content.decode()
    assert Assignment.objects.get().ended_at is None


def test_a_waiting_lead_is_tried_again_from_its_page(agency: SmallAgency, manager: Client) -> None:
    lead = agency.receive_waiting().lead
    agency.set_capacity(5)

    page = manager.post(address(lead, "retry"), follow=True)

    assert Lead.objects.get(pk=lead.pk).state == "ASSIGNED"
    assert "Assigned to " in page.content.decode()


def test_a_manager_notes_something_on_the_lead(agency: SmallAgency, manager: Client) -> None:
    lead = agency.receive()

    manager.post(address(lead, "note"), {"text": "Called the office."})

    assert Note.objects.get(lead=lead).author == agency.manager


def test_everything_of_one_producer_is_moved_at_once_with_a_line_for_each(agency: SmallAgency, manager: Client) -> None:
    leads = [agency.receive() for _ in range(4)]
    kims = [lead for lead in leads if lead.owner == agency.kim]

    before = manager.get(f"/admin/routing/lead/empty-desk/{agency.kim.pk}/")
    page = manager.post(f"/admin/routing/lead/empty-desk/{agency.kim.pk}/", {"reason": "Leaves the agency."})

    assert {each.lead for each in before.context["held"]} == set(kims)
    assert "new leads keep coming" in before.content.decode()
    assert [result["badge"] for result in page.context["results"]] == ["Assigned", "Assigned"]
    assert not Assignment.objects.filter(producer=agency.kim, ended_at__isnull=True).exists()


def test_operations_enter_leads_but_do_not_move_them(agency: SmallAgency, client: Client) -> None:
    lead = agency.receive()
    client.force_login(make_user(Role.OPERATIONS))

    answers = [client.get(ENTER), client.get(address(lead, "assign")), client.post(address(lead, "reassign"))]

    assert [answer.status_code for answer in answers] == [200, 403, 403]
