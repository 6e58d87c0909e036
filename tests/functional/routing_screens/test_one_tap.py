"""The link in a producer's letter: it accepts on a click, for as long as the lead is held, and opens nothing else."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail, signing
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from outbox import services as outbox
from routing.models import Assignment, Lead
from routing.services import one_tap
from tests.functional.routing_screens.agency import SmallAgency


@pytest.fixture
def lead(agency: SmallAgency) -> Lead:
    return agency.receive(first_name="Ada", last_name="Byron")


def link_of(lead: Lead) -> str:
    return f"/accept/{signing.dumps(str(Assignment.objects.get(lead=lead).pk), salt=one_tap.SALT)}/"


def state_of(lead: Lead) -> str:
    return Lead.objects.values_list("state", flat=True).get(pk=lead.pk)


def test_the_letter_carries_the_link(agency: SmallAgency) -> None:
    for producer in (agency.kim, agency.lee):
        producer.email = "them@example.com"
        producer.save()
    agency.receive()

    outbox.relay(now=timezone.now())

    (letter,) = [each for each in mail.outbox if each.subject == "A new lead is yours"]
    assert re.search(r"Accept it with one tap: https?://\S+/accept/[\w:-]+/\n", str(letter.body))


def test_opening_the_link_accepts_nothing_and_names_nobody(lead: Lead, client: Client) -> None:
    page = client.get(link_of(lead))

    assert (page.status_code, state_of(lead)) == (200, "ASSIGNED")
    assert "Byron" not in page.text


def test_a_click_accepts_in_the_holders_name_and_twice_is_once(lead: Lead, client: Client) -> None:
    answers = [client.post(link_of(lead)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "Accepted." in answers[1].text
    assert state_of(lead) == "ACCEPTED"
    assert Entry.objects.get(action="lead.accepted").actor_label == str(lead.owner)


def test_the_click_is_protected_against_other_sites(lead: Lead) -> None:
    assert Client(enforce_csrf_checks=True).post(link_of(lead)).status_code == 403


def test_it_ends_with_the_clock_and_with_the_hold(lead: Lead, agency: SmallAgency, client: Client) -> None:
    link, due = link_of(lead), Assignment.objects.get(lead=lead).due_at

    with time_machine.travel(due, tick=False):
        late = client.post(link)
    Assignment.objects.filter(lead=lead).update(due_at=due + timedelta(days=9))
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1), tick=False):
        old = client.post(link)
    Assignment.objects.filter(lead=lead).update(ended_at=timezone.now())
    moved = client.post(link)

    assert [late.status_code, old.status_code, moved.status_code] == [404, 404, 404]
    assert "This link no longer works." in late.text
    assert state_of(lead) == "ASSIGNED"


@pytest.mark.parametrize(
    "token",
    ["x", "eyJ", signing.dumps("nonsense", salt=one_tap.SALT), signing.dumps("1")],
    ids=["x", "eyJ", "nonsense", "otherwise signed"],
)
def test_what_we_did_not_sign_opens_nothing(db: None, client: Client, token: str) -> None:
    assert client.post(f"/accept/{token}/").status_code == 404


def test_who_has_left_accepts_nothing(lead: Lead, client: Client) -> None:
    assert lead.owner is not None
    assert lead.owner.user is not None
    lead.owner.user.is_active = False
    lead.owner.user.save()

    assert client.post(link_of(lead)).status_code == 404
