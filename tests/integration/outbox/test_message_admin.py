"""The page of outgoing messages: to look at, and to revive the dead."""

from datetime import UTC, datetime
from typing import Final

import pytest
from django.test import Client

from accounts.policy import Role
from audit.models import Entry
from outbox import services as outbox
from outbox.models import Message
from tests.integration.accounts.cast import make_person

pytestmark = pytest.mark.django_db

NOON: Final = datetime(2026, 5, 13, 16, 0, tzinfo=UTC)
LIST: Final = "/admin/outbox/message/"


def browser_of(role: Role) -> Client:
    """Return the browser of somebody with this role."""
    browser = Client()
    browser.force_login(make_person("otto", role))
    return browser


def dead_message() -> Message:
    """Publish a message and give it up."""
    message = outbox.publish(topic="lead.assigned", payload={"lead": "<b>L1</b>"}, at=NOON)
    Message.objects.filter(pk=message.pk).update(dead_at=NOON, attempts=24)
    return message


def test_an_administrator_revives_a_dead_message() -> None:
    message = dead_message()
    browser = browser_of(Role.ADMINISTRATOR)

    page = browser.get(f"{LIST}{message.pk}/change/").content
    response = browser.post(f"{LIST}{message.pk}/revive/")

    message.refresh_from_db()
    assert b"Try again" in page
    assert b"&lt;b&gt;L1&lt;/b&gt;" in page
    assert (response.status_code, message.dead_at, message.attempts) == (302, None, 0)
    assert Entry.objects.get().action == "outbox.message_revived"


def test_what_is_not_dead_is_refused_with_a_word() -> None:
    message = outbox.publish(topic="lead.assigned", payload={}, at=NOON)

    page = browser_of(Role.ADMINISTRATOR).post(f"{LIST}{message.pk}/revive/", follow=True)

    assert b"This message is not dead" in page.content
    assert not Entry.objects.exists()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATIONS])
def test_others_look_and_do_not_revive(role: Role) -> None:
    message = dead_message()
    browser = browser_of(role)

    assert browser.get(LIST).status_code == 200
    assert b"Try again" not in browser.get(f"{LIST}{message.pk}/change/").content
    assert browser.post(f"{LIST}{message.pk}/revive/").status_code == 403
    message.refresh_from_db()
    assert message.dead_at == NOON


@pytest.mark.parametrize("role", [Role.PRODUCER, Role.MANAGER])
def test_who_may_not_look_is_kept_out(role: Role) -> None:
    message = dead_message()
    browser = browser_of(role)

    assert [browser.get(url).status_code for url in (LIST, f"{LIST}{message.pk}/change/")] == [403, 403]


def test_get_revives_nothing() -> None:
    message = dead_message()

    assert browser_of(Role.ADMINISTRATOR).get(f"{LIST}{message.pk}/revive/").status_code == 405
    message.refresh_from_db()
    assert message.dead_at == NOON


@pytest.mark.parametrize(("state", "number"), [("waiting", 1), ("delivered", 1), ("dead", 1), ("odd", 3)])
def test_the_list_is_filtered_by_state(state: str, number: int) -> None:
    dead_message()
    outbox.publish(topic="lead.assigned", payload={}, at=NOON)
    Message.objects.filter(pk=outbox.publish(topic="lead.assigned", payload={}, at=NOON).pk).update(done_at=NOON)

    page = browser_of(Role.ADMINISTRATOR).get(LIST, {"state": state}).content

    assert page.count(b'class="field-topic"') == number
