"""The link in the letter to a producer who was set away: it brings them back on a click, and opens nothing else."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core import mail, signing
from django.test import Client
from django.utils import timezone

from audit.models import Entry
from outbox import services as outbox
from routing.models import Leave
from routing.services import availability, coming_back, one_tap, roster
from tests.functional.routing_screens.agency import SmallAgency, user_of

MINUTE = timedelta(minutes=1)


def send_away(agency: SmallAgency, reason: str = availability.MISSED, **fields: object) -> Leave:
    """Let the clock have set Kim away a minute ago, for half an hour."""
    now = timezone.now()
    given = {"starts_at": now - MINUTE, "ends_at": now + 30 * MINUTE, **fields}
    leave = Leave.objects.create(profile=agency.kim.profile, reason=reason, **given)
    roster.changed(roster.producer_subject(agency.kim.pk), at=now)
    return leave


@pytest.fixture
def leave(agency: SmallAgency) -> Leave:
    """Return Kim's absence; nobody else has room."""
    agency.set_capacity(0, agency.lee, agency.ray)
    return send_away(agency)


def link_of(leave: Leave, salt: str = coming_back.SALT) -> str:
    return f"/back/{signing.dumps(leave.pk, salt=salt)}/"


def is_away(leave: Leave) -> bool:
    """Say whether the absence still runs; where it does, nothing was told of a return either."""
    leave.refresh_from_db()
    runs = leave.ends_at > timezone.now()
    assert Entry.objects.filter(action="producer.came_back").count() == (0 if runs else 1)
    return runs


def letters(agency: SmallAgency, leave: Leave) -> list[str]:
    """Return what is written to Kim of an absence."""
    agency.kim.email = "kim@example.com"
    agency.kim.save()
    payload = {"producer_id": agency.kim.pk, "until": leave.ends_at.isoformat(), "missed": 2}
    outbox.publish(topic="producer.set_away", payload=payload, at=timezone.now())
    outbox.relay(now=timezone.now())
    return [str(each.body) for each in mail.outbox if each.subject == "You take no leads for a while"]


def test_the_letter_carries_the_link(leave: Leave, agency: SmallAgency, client: Client) -> None:
    [letter] = letters(agency, leave)

    link = re.search(r"Be back with one tap: https?://[^/\s]+(/back/[\w:-]+/)\n", letter)
    assert link is not None
    assert (client.post(link[1]).status_code, is_away(leave)) == (200, False)


def test_whoever_is_back_before_the_letter_goes_gets_none(leave: Leave, agency: SmallAgency, client: Client) -> None:
    client.post(link_of(leave))

    assert letters(agency, leave) == []


def test_opening_the_link_brings_nobody_back_and_names_nobody(leave: Leave, client: Client) -> None:
    page = client.get(link_of(leave))

    assert (page.status_code, is_away(leave)) == (200, True)
    assert "I am back" in page.text
    assert "Park" not in page.text
    assert "no-store" in page.headers["Cache-Control"]


def test_a_click_brings_back_in_their_own_name_and_the_next_lead_is_theirs(
    leave: Leave, agency: SmallAgency, client: Client
) -> None:
    assert agency.receive().owner is None

    page = client.post(link_of(leave))

    assert (page.status_code, is_away(leave)) == (200, False)
    assert "You take leads again." in page.text
    assert Entry.objects.get(action="producer.came_back").actor_label == str(user_of(agency.kim))
    assert agency.receive().owner == agency.kim


def test_a_link_that_was_used_says_so_and_does_nothing(leave: Leave, client: Client) -> None:
    client.post(link_of(leave))

    again, looked = client.post(link_of(leave)), client.get(link_of(leave))

    assert [again.status_code, looked.status_code, is_away(leave)] == [404, 404, False]
    assert "This link no longer works." in again.text
    assert "Whether you take leads now is on your desk." in again.text


def test_whoever_came_back_by_the_desk_between_look_and_click_is_told_the_same(
    leave: Leave, agency: SmallAgency, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(*, token: str, now: datetime) -> Leave:
        found = get(token=token, now=now)
        availability.come_back(producer=agency.kim, actor=user_of(agency.kim).actor(), now=now)
        return found

    get = coming_back.get
    monkeypatch.setattr(coming_back, "get", late)

    answer = client.post(link_of(leave))

    assert (answer.status_code, is_away(leave)) == (404, False)
    assert "This link no longer works." in answer.text


def test_the_click_is_protected_against_other_sites(leave: Leave) -> None:
    assert Client(enforce_csrf_checks=True).post(link_of(leave)).status_code == 403
    assert is_away(leave)


def test_it_ends_with_the_absence_and_after_a_day_however_long_that_lasts(leave: Leave, client: Client) -> None:
    link = link_of(leave)

    with time_machine.travel(leave.ends_at, tick=False):
        over = client.post(link)
    Leave.objects.filter(pk=leave.pk).update(ends_at=leave.ends_at + timedelta(days=9))
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1), tick=False):
        old = client.post(link)

    assert [over.status_code, old.status_code, is_away(leave)] == [404, 404, True]


@pytest.mark.parametrize("reason", ["", availability.OWN])
def test_it_ends_no_leave_that_the_clock_did_not_set(agency: SmallAgency, client: Client, reason: str) -> None:
    leave = send_away(agency, reason)

    assert client.post(link_of(leave)).status_code == 404
    assert is_away(leave)


def test_a_leave_that_a_manager_entered_stays_and_is_told(leave: Leave, agency: SmallAgency, client: Client) -> None:
    other = send_away(agency, "", ends_at=timezone.now() + timedelta(days=3))

    page = client.post(link_of(leave))

    assert "A leave a manager entered still runs" in page.text
    assert availability.find(producer=agency.kim, now=timezone.now()) == other
    assert not is_away(leave)


@pytest.mark.parametrize(
    "token",
    ["x", "eyJ", *(signing.dumps(key, salt=coming_back.SALT) for key in ("no", [1], 99))],
    ids=["x", "eyJ", "a word", "a list", "nobody's"],
)
def test_what_we_did_not_sign_opens_nothing(db: None, client: Client, token: str) -> None:
    assert client.post(f"/back/{token}/").status_code == 404


def test_a_letters_other_link_brings_nobody_back(leave: Leave, client: Client) -> None:
    assert client.post(link_of(leave, salt=one_tap.SALT)).status_code == 404
    assert is_away(leave)


def test_who_has_left_does_not_come_back(leave: Leave, agency: SmallAgency, client: Client) -> None:
    user = user_of(agency.kim)
    user.is_active = False
    user.save()

    assert client.post(link_of(leave)).status_code == 404
    assert is_away(leave)
