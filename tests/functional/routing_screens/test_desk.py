"""A producer's day: see what is in hand, accept, log a contact, note, hand back, close."""

from datetime import datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.policy import Role
from audit.models import Entry
from licenses.models import Producer
from outbox.models import Message
from routing.models import Assignment, Cap, FairnessEntry, Lead, Note, ProducerProfile, Touch
from routing.services import sla
from tests.factories import make_user
from tests.functional.routing_screens.agency import SmallAgency, user_of

DESK = "/admin/routing/lead/desk/"


@pytest.fixture
def lead(agency: SmallAgency) -> Lead:
    """Return a lead in somebody's hands."""
    return agency.receive()


@pytest.fixture
def owner(lead: Lead) -> Producer:
    """Return who holds the lead."""
    assert lead.owner is not None
    return lead.owner


@pytest.fixture
def mine(client: Client, owner: Producer) -> Client:
    """Return a browser signed in as the lead's owner."""
    client.force_login(user_of(owner))
    return client


def page_of(lead: Lead) -> str:
    """Return the address of the lead's desk."""
    return f"/admin/routing/lead/{lead.pk}/desk/"


def state_of(lead: Lead) -> str:
    """Return where the lead stands now."""
    return Lead.objects.values_list("state", flat=True).get(pk=lead.pk)


def test_the_desk_shows_what_is_in_hand_with_its_clock_in_words(mine: Client, lead: Lead) -> None:
    page = mine.get(DESK)

    assert [card.lead for card in page.context["waiting"]] == [lead]
    assert "59 minutes left" in page.content.decode()


def test_the_most_urgent_lead_comes_first_and_says_that_it_is_overdue(agency: SmallAgency, client: Client) -> None:
    now = timezone.now()
    leads = [agency.receive(now - timedelta(minutes=minutes)) for minutes in (10, 20, 70, 80)]
    kims = [lead for lead in leads if lead.owner == agency.kim]
    client.force_login(user_of(agency.kim))

    page = client.get(DESK)

    assert [card.lead for card in page.context["waiting"]] == sorted(kims, key=lambda lead: lead.received_at)
    assert page.context["waiting"][0].due.text.startswith("Overdue by ")


def test_an_empty_desk_says_so(agency: SmallAgency, client: Client) -> None:
    client.force_login(user_of(agency.kim))

    assert "Your desk is clear." in client.get(DESK).content.decode()


def test_a_producer_without_a_licence_file_is_told_whom_to_ask(agency: SmallAgency, client: Client) -> None:
    client.force_login(make_user(Role.PRODUCER, username="new"))

    assert "You are not linked to a producer." in client.get(DESK).content.decode()


def test_accepting_keeps_the_clock_running(mine: Client, lead: Lead) -> None:
    answer = mine.post(f"{page_of(lead)}accept/", follow=True)

    assert "Accepted. The clock runs until you reach out." in answer.content.decode()
    assert state_of(lead) == "ACCEPTED"
    assert Assignment.objects.get(lead=lead).first_touch_at is None


def test_a_contact_stops_the_clock_and_moves_the_lead_to_the_work(mine: Client, lead: Lead) -> None:
    answer = mine.post(f"{page_of(lead)}touch/", {"kind": "CALL_CONNECTED", "evidence": "call-7"}, follow=True)

    touch = Touch.objects.get()
    assert (touch.kind, touch.evidence, touch.stops_clock) == ("CALL_CONNECTED", "call-7", True)
    assert state_of(lead) == "WORKING"
    assert "Logged; the clock has stopped." in answer.content.decode()
    assert [card.lead for card in mine.get(DESK).context["answered"]] == [lead]


def test_an_e_mail_is_logged_but_the_policy_lets_the_clock_run(mine: Client, lead: Lead) -> None:
    answer = mine.post(f"{page_of(lead)}touch/", {"kind": "EMAIL", "evidence": ""}, follow=True)

    assert "this kind does not stop the clock" in answer.content.decode()
    assert Lead.objects.get(pk=lead.pk).first_touch_at is None


def test_a_note_is_kept_with_its_author(mine: Client, lead: Lead, owner: Producer) -> None:
    mine.post(f"{page_of(lead)}note/", {"text": "Prefers mornings."})

    note = Note.objects.get()
    assert (note.lead, note.text, note.author) == (lead, "Prefers mornings.", owner.user)


def test_declining_hands_the_lead_to_the_next_who_may_have_it(mine: Client, lead: Lead, owner: Producer) -> None:
    answer = mine.post(f"{page_of(lead)}decline/", {"reason": "A relative of mine."})

    assert (answer.status_code, answer.headers["Location"]) == (302, DESK)
    now = Lead.objects.get(pk=lead.pk)
    assert now.state == "ASSIGNED"
    assert now.owner != owner
    ended = Assignment.objects.get(producer=owner)
    assert (ended.end, ended.end_reason) == ("DECLINED", "A relative of mine.")


@pytest.mark.parametrize(
    ("move", "sent", "said"),
    [
        ("decline", {"reason": " "}, "Say why, in a few words."),
        ("note", {"text": ""}, "Write a note first."),
        ("dispose", {"disposition": ""}, "Choose how it ended."),
        ("dispose", {"disposition": "EATEN"}, "EATEN is not one of the available choices."),
        ("touch", {"kind": "SMOKE", "evidence": ""}, "SMOKE is not one of the available choices."),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_changes(
    mine: Client, lead: Lead, move: str, sent: dict[str, str], said: str
) -> None:
    before = Entry.objects.count()

    page = mine.post(f"{page_of(lead)}{move}/", sent)

    assert page.status_code == 200
    assert said in page.content.decode()
    assert state_of(lead) == "ASSIGNED"
    assert Entry.objects.count() == before


def test_closing_says_how_it_ended_and_frees_the_desk(mine: Client, lead: Lead) -> None:
    answer = mine.post(f"{page_of(lead)}dispose/", {"disposition": "SOLD"}, follow=True)

    assert (Lead.objects.get(pk=lead.pk).state, Lead.objects.get(pk=lead.pk).disposition) == ("CLOSED", "SOLD")
    assert "Your desk is clear." in answer.content.decode()


def test_a_lead_that_went_to_somebody_else_is_explained_and_not_a_dead_end(mine: Client, lead: Lead) -> None:
    sla.sweep_due(now=lead.due_at or timezone.now())

    answer = mine.post(f"{page_of(lead)}accept/", follow=True)

    assert "was not answered in time and went to somebody else" in answer.content.decode()
    assert answer.redirect_chain == [(DESK, 302)]


def test_the_lead_of_a_colleague_does_not_exist(agency: SmallAgency, lead: Lead, client: Client) -> None:
    other = agency.lee if lead.owner == agency.kim else agency.kim
    client.force_login(user_of(other))

    answers = [
        client.get(page_of(lead)),
        client.post(f"{page_of(lead)}accept/"),
        client.get(f"/admin/routing/lead/{lead.pk}/change/"),
        client.get(f"/admin/routing/decision/{lead.decision_id}/change/"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 404]
    assert state_of(lead) == "ASSIGNED"


def test_a_producer_reads_the_receipt_of_an_own_lead_without_the_colleagues(mine: Client, lead: Lead) -> None:
    page = mine.get(f"/admin/routing/decision/{lead.decision_id}/change/")

    assert [stood.name for stood in page.context["standings"]] == [str(lead.owner)]
    assert "Ray Moss" not in page.content.decode()


def test_a_manager_may_log_a_contact_on_behalf(agency: SmallAgency, lead: Lead, client: Client) -> None:
    client.force_login(agency.manager)

    page = client.get(page_of(lead))
    client.post(f"{page_of(lead)}touch/", {"kind": "VOICEMAIL", "evidence": ""})

    assert "what you do here is done in your own name" in page.content.decode()
    assert Entry.objects.filter(action="lead.touched").get().actor_label == "Mona Reyes"


def test_a_producer_sees_how_much_of_the_caps_is_used(mine: Client, owner: Producer) -> None:
    Cap.objects.create(profile=owner.profile, period="DAY", most=3)
    Cap.objects.create(profile=owner.profile, period="MONTH", most=1, line="LIFE")
    for profile in ProducerProfile.objects.exclude(producer=owner):
        Cap.objects.create(profile=profile, period="DAY", most=77)

    page = mine.get(DESK).text

    assert "1 of 3 today" in page
    assert "1 of 1 this month, Life <span" in page
    assert "of 77" not in page


def test_a_desk_that_asks_again_hears_nothing_until_something_changes(
    agency: SmallAgency, mine: Client, lead: Lead, owner: Producer
) -> None:
    polled = {"HX-Request": "true"}
    with time_machine.travel(timezone.now(), tick=False):
        seen = mine.get(DESK).context["seen"]

        same = mine.get(DESK, {"seen": seen}, headers=polled)
        mine.post(f"{page_of(lead)}accept/")
        other = mine.get(DESK, {"seen": seen}, headers=polled)

    assert (same.status_code, other.status_code) == (204, 200)
    assert [card.lead.state for card in other.context["waiting"]] == ["ACCEPTED"]


CONSENT = {"text": "You may call me.", "channels": ["call"]}


@pytest.mark.parametrize(
    ("hour", "consent", "off"),
    [
        pytest.param(15, CONSENT, {"E-mail"}, id="by day, to calls alone"),
        pytest.param(23, CONSENT, {"Call", "E-mail"}, id="by night"),
        pytest.param(15, {}, {"Call", "E-mail"}, id="without consent"),
    ],
)
def test_what_may_not_be_done_now_is_off_with_the_reason(
    agency: SmallAgency, client: Client, hour: int, consent: dict[str, object], off: set[str]
) -> None:
    there = datetime(2026, 11, 23, hour, tzinfo=ZoneInfo("America/Chicago"))
    lead = agency.receive(there, phone="214-555-0101", **({"consent": consent} if consent else {}))
    assert lead.owner is not None
    with time_machine.travel(there, tick=False):
        client.force_login(user_of(lead.owner))
        page = client.get(page_of(lead))

    names = {"Call (214) 555-0101": "Call", "Text": "Text"}
    ways = {names.get(way.label, "E-mail"): way.refusal for way in page.context["card"].ways}
    assert {name for name, refusal in ways.items() if refusal} == off | {"Text"}
    assert ("tel:" in page.text) == ("Call" not in off)
    assert "mailto:" not in page.text


def test_a_lead_goes_back_to_its_vendor_and_counts_for_nobody(mine: Client, lead: Lead, owner: Producer) -> None:
    answer = mine.post(f"{page_of(lead)}return/", {"why": "NEVER_ASKED"}, follow=True)

    assert f"{lead} goes back to Web form; it does not count as yours." in unescape(answer.text)
    closed, held = Lead.objects.get(pk=lead.pk), Assignment.objects.get(lead=lead)
    assert (closed.state, closed.disposition, held.is_returned) == ("CLOSED", "RETURNED", True)
    assert Message.objects.get(topic="lead.returned").payload == {
        "lead_id": str(lead.pk),
        "external_id": "",
        "why": "NEVER_ASKED",
        "source": "web-form",
    }
    assert FairnessEntry.objects.filter(assignment=held, kind="BAD_LEAD").count() == 1


def test_returning_asks_what_is_wrong(mine: Client, lead: Lead) -> None:
    page = mine.post(f"{page_of(lead)}return/", {"why": ""})

    assert "Choose what is wrong with it." in page.text
    assert state_of(lead) == "ASSIGNED"


def test_the_owner_reads_why_the_lead_came_to_them(mine: Client, lead: Lead) -> None:
    page = mine.get(page_of(lead))

    assert page.context["why_me"] == [
        "2 producers of the pool could have it, you among them; 1 could not.",
        "Of those with room you stood at place 1 by round robin.",
    ]


def test_the_switch_on_the_desk_says_what_it_did(agency: SmallAgency, mine: Client, owner: Producer) -> None:
    away = mine.post(f"{DESK}away/", {"span": "hour"}, follow=True).text
    nonsense = mine.post(f"{DESK}away/", {"span": "ever"}, follow=True).text
    back = mine.post(f"{DESK}back/", follow=True).text

    assert "You take no leads" in away
    assert "Some fields need mending" in nonsense
    assert "You take leads again." in back
    assert "You keep the agency's hours." in back
