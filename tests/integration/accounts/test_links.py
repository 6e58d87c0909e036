"""A link to set a password works once, for its own person, on our own host."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import LazySettings
from django.core.mail import EmailMessage
from django.test import Client

from accounts import letters, people
from accounts.links import link_for
from accounts.models import User
from accounts.policy import Role
from audit.models import Entry
from outbox import services as outbox
from outbox.models import Message
from tests.integration.accounts.cast import NOON, PASSWORD, make_person

pytestmark = pytest.mark.django_db

NEW = "another horse battery"


def path_of(link: str) -> str:
    """Return the path of a link."""
    return re.sub(r"^https?://[^/]+", "", link)


def set_password(link: str, password: str = NEW) -> bool:
    """Follow a link to its end; say whether the password was taken."""
    browser = Client()
    page = browser.get(path_of(link))
    if page.status_code != 302:
        return False
    form = {"new_password1": password, "new_password2": password}
    return bool(browser.post(page["location"], form).status_code == 302)


def test_a_link_sets_the_password_ends_sessions_and_is_told() -> None:
    kim = make_person()
    signed_in = Client()
    signed_in.force_login(kim)
    kim.refresh_from_db()

    done = set_password(link_for(kim))

    kim.refresh_from_db()
    assert (done, kim.check_password(NEW)) == (True, True)
    assert signed_in.get("/admin/").status_code == 302
    entry = Entry.objects.get()
    assert (entry.action, entry.actor_id) == ("person.password_set", str(kim.pk))


def test_a_link_works_once() -> None:
    link = link_for(make_person())

    assert (set_password(link), set_password(link, "third horse battery")) == (True, False)


def test_a_link_is_too_old_after_three_days() -> None:
    kim = make_person()
    with time_machine.travel(NOON, tick=False):
        link = link_for(kim)

    with time_machine.travel(NOON + timedelta(days=3, seconds=1), tick=False):
        assert not set_password(link)


@pytest.mark.parametrize("change", ["deactivated", "given another role", "given another address"])
def test_a_link_dies_when_its_person_is(change: str) -> None:
    admin, kim = make_person("ada", Role.ADMINISTRATOR), make_person()
    link = link_for(kim)

    if change == "deactivated":
        people.deactivate(person=kim, actor=admin.actor(), now=NOON)
    elif change == "given another role":
        people.change_role(person=kim, role=Role.MANAGER, actor=admin.actor(), now=NOON)
    else:
        names = {"first_name": kim.first_name, "last_name": kim.last_name}
        people.edit(person=kim, email="kim@new.example", **names, actor=admin.actor(), now=NOON)

    assert not set_password(link)


def test_a_link_is_not_anothers() -> None:
    kim, lee = make_person("kim"), make_person("lee")
    of_kim, of_lee = (path_of(link_for(person)).split("/") for person in (kim, lee))

    mixed = "/".join([*of_lee[:-2], of_kim[-2], ""])

    assert not set_password(mixed)


def test_a_weak_password_is_refused() -> None:
    kim = make_person()

    assert not set_password(link_for(kim), "password1")
    kim.refresh_from_db()
    assert kim.check_password(PASSWORD)


def test_the_letter_leads_to_our_own_host_whatever_the_request_claimed(
    settings: LazySettings, mailoutbox: list[EmailMessage]
) -> None:
    settings.PUBLIC_BASE_URL, settings.ALLOWED_HOSTS = "https://leads.agency.example", ["*"]
    make_person()

    Client(headers={"Host": "evil.example"}).post("/password/", {"email": "KIM@agency.example"})
    outbox.relay(now=Message.objects.get().at)

    [letter] = mailoutbox
    assert letter.to == ["kim@agency.example"]
    assert letter.subject == "Set your Fairlead password"
    assert re.findall(r"https?://\S+?/", str(letter.body)) == ["https://leads.agency.example/"]
    assert set_password(re.findall(r"https?://\S+", str(letter.body))[0])


def test_an_invitation_tells_the_username(mailoutbox: list[EmailMessage]) -> None:
    admin = make_person("ada", Role.ADMINISTRATOR)
    lee = people.invite(
        email="lee@agency.example", username="lee", role=Role.PRODUCER, actor=admin.actor(), now=NOON, first_name="L&e"
    )

    outbox.relay(now=NOON)

    [letter] = mailoutbox
    assert letter.to == ["lee@agency.example"]
    assert letter.body.startswith("Hello L&e,\n")
    assert "Your username is lee." in letter.body
    assert set_password(re.findall(r"https?://\S+", str(letter.body))[0])
    lee.refresh_from_db()
    assert lee.check_password(NEW)


@pytest.mark.parametrize("topic", letters.LETTERS)
def test_nobody_is_written_to_who_is_gone(topic: str, mailoutbox: list[EmailMessage]) -> None:
    kim = make_person()
    User.objects.filter(pk=kim.pk).update(is_active=False)

    letters.send_link(message_id=uuid4(), topic=topic, payload={"person_id": kim.pk}, at=NOON)
    letters.send_link(message_id=uuid4(), topic=topic, payload={"person_id": 987654}, at=NOON)

    assert mailoutbox == []


def test_the_page_answers_the_same_for_known_and_unknown_addresses() -> None:
    make_person()
    browser = Client()

    known = browser.post("/password/", {"email": "kim@agency.example"})
    unknown = browser.post("/password/", {"email": "nobody@agency.example"})

    assert (known.status_code, known["location"]) == (302, "/password/sent/")
    assert (unknown.status_code, unknown["location"]) == (302, "/password/sent/")
    assert Message.objects.count() == 1


def test_letters_cannot_be_ordered_without_end() -> None:
    make_person()
    browser = Client()

    answers = [browser.post("/password/", {"email": "kim@agency.example"}).status_code for _ in range(6)]

    assert answers == [302] * 5 + [200]
    assert Message.objects.count() == 5


@pytest.mark.parametrize("path", ["/password/", "/password/sent/", "/password/done/", "/password/set/x/y-z/"])
def test_the_pages_open_without_signing_in(path: str) -> None:
    assert Client().get(path).status_code == 200
