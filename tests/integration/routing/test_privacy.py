"""Erasure, legal hold and retention: who somebody is goes, what was decided and its proof stays."""

from datetime import timedelta
from typing import Any, Final

import pytest
from django.test import Client

from accounts.actor import Actor
from accounts.errors import Forbidden
from accounts.models import User
from accounts.policy import Role
from audit import services as audit
from audit.models import Entry
from routing.models import Decision, IntakeRecord, Lead, LegalHold, Note, Person, Pool, RetentionPolicy
from routing.services import desk, erasing, holding, retaining
from routing.services.replaying import Answer, replay
from tests.agency import NOW, hire, lead_of, open_agency, receive
from tests.factories import make_user

pytestmark = pytest.mark.django_db

LATER: Final = NOW + timedelta(days=40)


@pytest.fixture(autouse=True)
def agency(db: None) -> Pool:
    pool = open_agency()
    hire("Kim")
    return pool


@pytest.fixture
def owen() -> User:
    return make_user(Role.OPERATIONS, username="owen")


@pytest.fixture
def ada() -> User:
    return make_user(Role.ADMINISTRATOR, username="adam")


def closed(**fields: Any) -> Lead:
    """Return a lead that was assigned, noted about and closed."""
    lead = lead_of(receive(**fields))
    manager = User.objects.get(username="mona")
    desk.note(lead=lead, text="Call Ada at six.", author_id=manager.pk, actor=manager.actor(), now=NOW)
    desk.dispose(lead=lead, disposition=next(iter(desk.DISPOSITIONS)), actor=manager.actor(), now=NOW)
    lead.refresh_from_db()
    return lead


def kept(lead: Lead) -> tuple[int, int, int]:
    """Return how many rows still say who is behind the lead."""
    lead.refresh_from_db()
    bodies = IntakeRecord.objects.filter(lead_id=lead.pk, raw_body__isnull=False)
    return Person.objects.filter(leads=lead).count(), bodies.count(), Note.objects.filter(lead=lead).count()


def erase(lead: Lead, actor: Actor, reason: str = "REQUESTED") -> int:
    return erasing.erase(lead=lead, reason=reason, actor=actor, now=LATER)


def test_an_erased_person_is_gone_and_the_proofs_hold(owen: User) -> None:
    lead = closed(email="ada@example.com")
    decision = Decision.objects.get(lead=lead)
    assert kept(lead) == (1, 1, 1)

    assert erase(lead, owen.actor()) == 1

    assert kept(lead) == (0, 0, 0)
    assert replay(decision=Decision.objects.get(pk=decision.pk)).answer == Answer.ERASED
    audit.seal()
    assert audit.verify().is_sound
    told = Entry.objects.get(action="lead.erased")
    assert told.detail == {"why": "REQUESTED", "people": 1, "raw_bodies": 1, "notes": 1}
    assert "Ada" not in f"{told.target_label} {told.detail}"
    with pytest.raises(erasing.Erased):
        erase(lead, owen.actor())


def test_every_lead_of_the_same_person_goes_and_nobody_elses(owen: User) -> None:
    first, second = closed(email="ada@example.com"), closed(email="ADA@example.com", product="term_life", key="again")
    other = closed(email="bob@example.com")
    assert [each.pk for each in erasing.same_person(first)] == [second.pk]

    assert erase(first, owen.actor()) == 2

    assert [kept(each) for each in (first, second, other)] == [(0, 0, 0), (0, 0, 0), (1, 1, 1)]


def test_an_open_lead_keeps_its_person(owen: User) -> None:
    lead = lead_of(receive(email="ada@example.com"))

    with pytest.raises(erasing.StillOpen):
        erase(lead, owen.actor())

    assert kept(lead) == (1, 1, 0)


def test_a_hold_stops_erasure_and_age_until_two_people_lift_it(owen: User, ada: User) -> None:
    lead = closed(email="ada@example.com")
    hold = holding.place(lead=lead, reason="A complaint.", actor=owen.actor(), now=NOW)
    for kind in RetentionPolicy.Kind.values:
        retaining.set_days(kind=kind, days=30, actor=owen.actor(), now=NOW)

    with pytest.raises(erasing.Held):
        erase(lead, ada.actor())
    assert [retaining.apply_due(now=LATER) for _ in range(4)] == [0, 0, 0, 0]
    assert holding.lift(hold=hold, actor=owen.actor(), now=NOW) is False
    with pytest.raises(holding.SamePerson):
        holding.lift(hold=hold, actor=owen.actor(), now=NOW)
    assert kept(lead) == (1, 1, 1)

    assert holding.lift(hold=hold, actor=ada.actor(), now=NOW) is True
    with pytest.raises(holding.NotHeld):
        holding.lift(hold=hold, actor=owen.actor(), now=NOW)
    assert erase(lead, ada.actor()) == 1


def test_one_hold_stands_at_a_time(owen: User) -> None:
    lead = closed(email="ada@example.com")
    holding.place(lead=lead, reason="A complaint.", actor=owen.actor(), now=NOW)

    with pytest.raises(holding.AlreadyHeld):
        holding.place(lead=lead, reason="Another.", actor=owen.actor(), now=NOW)

    assert LegalHold.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "left"), [("RAW_BODIES", (1, 0, 1)), ("NOTES", (1, 1, 0)), ("PEOPLE", (0, 0, 0))], ids=str
)
def test_age_takes_what_its_policy_names_and_the_ledger_tells(
    owen: User, kind: str, left: tuple[int, int, int]
) -> None:
    old, open_still = closed(email="ada@example.com"), lead_of(receive(email="bob@example.com"))
    retaining.set_days(kind=kind, days=30, actor=owen.actor(), now=NOW)

    assert retaining.apply_due(now=NOW + timedelta(days=30)) == 0
    assert retaining.apply_due(now=LATER) == 1

    assert kept(old) == left
    assert kept(open_still) == (1, 1, 0)
    told = Entry.objects.get(action="retention.applied")
    assert (told.detail["count"], told.detail["days"], told.target_label) == (1, 30, str(RetentionPolicy.objects.get()))


def test_a_policy_that_found_little_rests_for_an_hour(owen: User) -> None:
    retaining.set_days(kind="NOTES", days=30, actor=owen.actor(), now=NOW)
    retaining.apply_due(now=LATER)
    lead = closed(email="ada@example.com")

    assert retaining.apply_due(now=LATER + timedelta(minutes=59)) == 0
    assert retaining.apply_due(now=LATER + timedelta(minutes=60)) == 1
    assert kept(lead) == (1, 1, 0)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.AUDITOR, Role.PRODUCER])
def test_others_neither_erase_nor_hold_nor_set_days(role: Role, client: Client) -> None:
    lead = closed(email="ada@example.com")
    other = make_user(role, username="otto")
    client.force_login(other)

    with pytest.raises(Forbidden):
        erase(lead, other.actor())
    pages = [f"/admin/routing/lead/{lead.pk}/{deed}/" for deed in ("hold", "lift", "erase")]
    pages.append("/admin/routing/retentionpolicy/days/")
    assert {client.post(page, {"reason": "REQUESTED", "NOTES": "1"}).status_code for page in pages} == {403}
    assert kept(lead) == (1, 1, 1)
    assert not RetentionPolicy.objects.exists()


def test_the_leads_page_erases_after_a_hold_was_lifted_by_two(owen: User, ada: User, client: Client) -> None:
    lead = closed(email="ada@example.com")
    page = f"/admin/routing/lead/{lead.pk}"

    for person, deed in ((owen, "hold"), (owen, "lift"), (ada, "lift"), (ada, "erase")):
        client.force_login(person)
        shown = client.get(f"{page}/change/").content.decode()
        assert f'action="{page}/{deed}/"' in shown
        assert client.post(f"{page}/{deed}/", {"reason": "REQUESTED"}).status_code == 302

    assert kept(lead) == (0, 0, 0)
    assert "Erased. What was decided" in client.get(f"{page}/change/").content.decode()


def test_the_days_are_set_on_their_page(owen: User, client: Client) -> None:
    client.force_login(owen)

    assert client.post("/admin/routing/retentionpolicy/days/", {"NOTES": "0"}).status_code == 200
    assert client.post("/admin/routing/retentionpolicy/days/", {"NOTES": "365", "PEOPLE": ""}).status_code == 302

    assert dict(RetentionPolicy.objects.values_list("kind", "days")) == {"NOTES": 365}
