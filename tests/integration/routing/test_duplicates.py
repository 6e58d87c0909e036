"""The same person again: attached to an open lead, back to the former owner of a closed one, never dropped."""

from datetime import timedelta
from typing import Any

import pytest

from outbox.models import Message
from routing.models import Lead
from routing.services import desk
from tests.agency import (
    MINUTE,
    NOW,
    actor_of,
    held,
    hire,
    lead_of,
    make_source,
    open_agency,
    owners,
    receive,
    receive_lead,
    send_on_leave,
    set_license,
)

pytestmark = pytest.mark.django_db

ADA: dict[str, Any] = {"email": "ada@example.com", "phone": "404-555-0123"}


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(ADA, id="both"),
        pytest.param({"email": "ADA@EXAMPLE.com", "phone": "404-555-0199"}, id="the e-mail, in capitals"),
        pytest.param({"email": "other@example.com", "phone": "+1 (404) 555 0123"}, id="the phone, written otherwise"),
    ],
)
def test_a_repeat_of_an_open_lead_is_kept_beside_it_and_its_owner_told(again: dict[str, Any]) -> None:
    open_agency()
    kim = hire()
    original = receive_lead(**ADA)

    answer = receive(now=NOW + MINUTE, **again)

    repeat = lead_of(answer)
    assert (repeat.state, repeat.duplicate_of, repeat.reason) == ("DUPLICATE", original, "DUPLICATE_OPEN")
    assert (repeat.person is not None, repeat.decisions.count(), held(kim)) == (True, 0, 1)
    message = Message.objects.get(topic="lead.duplicated")
    assert message.payload == {
        "lead_id": str(original.pk),
        "duplicate_id": str(repeat.pk),
        "producer_id": kim.pk,
    }


def test_a_repeat_from_another_source_is_a_repeat_all_the_same() -> None:
    open_agency()
    hire()
    original = receive_lead(**ADA)
    vendor, _ = make_source("vendor")

    assert receive(source=vendor, now=NOW + MINUTE, **ADA).body["duplicate_of"] == str(original.pk)


def test_a_repeat_of_a_waiting_lead_is_attached_as_well() -> None:
    open_agency()
    original = receive_lead(**ADA)

    assert receive(now=NOW + MINUTE, **ADA).body["duplicate_of"] == str(original.pk)


def test_another_line_is_another_lead() -> None:
    open_agency()
    hire()
    receive_lead(**ADA)

    answer = receive(now=NOW + MINUTE, product=None, line="HEALTH", **ADA)

    assert answer.body["duplicate_of"] is None


@pytest.mark.parametrize(
    ("days", "is_repeat"),
    [pytest.param(30, True, id="within the window"), pytest.param(31, False, id="after it")],
)
def test_the_receiving_sources_window_decides(days: int, is_repeat: bool) -> None:
    open_agency()
    hire()
    receive_lead(**ADA)
    vendor, _ = make_source("vendor", duplicate_window_days=30)

    answer = receive(source=vendor, now=NOW + timedelta(days=days), **ADA)

    assert (answer.body["duplicate_of"] is not None) is is_repeat


def closed_lead(kim: Any) -> Lead:
    """Return a lead Kim has sold."""
    lead = receive_lead(**ADA)
    assert lead.owner_id == kim.pk
    desk.dispose(lead=lead, disposition="SOLD", actor=actor_of(kim), now=NOW + MINUTE)
    return lead


def test_whoever_asks_again_after_a_closed_lead_gets_the_former_owner() -> None:
    open_agency()
    kim = hire("Kim")
    closed = closed_lead(kim)
    hire("Lee")
    assert [owners(receive_lead())[0] for _ in range(2)] == ["Lee", "Kim"]

    again = [receive_lead(now=NOW + 2 * MINUTE, **ADA)]

    assert owners(*again) == ["Kim"]
    assert again[0].duplicate_of == closed
    receipt = again[0].decisions.get().receipt
    assert (receipt["former_owner"], receipt["facts"]["lead.is_repeat"]) == (kim.pk, True)


def lose_the_licence(kim: Any) -> None:
    set_license(kim, status="REVOKED")


def go_on_leave(kim: Any) -> None:
    send_on_leave(kim, until=NOW + timedelta(days=9))


@pytest.mark.parametrize("change", [lose_the_licence, go_on_leave])
def test_the_former_owner_gets_it_only_where_lawful_and_there(change: Any) -> None:
    open_agency()
    kim = hire("Kim")
    closed = closed_lead(kim)
    hire("Lee")
    change(kim)

    again = receive_lead(now=NOW + 2 * MINUTE, **ADA)

    assert (owners(again), again.duplicate_of) == (["Lee"], closed)


def test_an_open_lead_comes_before_a_newer_closed_one() -> None:
    open_agency()
    kim = hire("Kim")
    still_open = receive_lead(**ADA)
    newer = receive_lead(now=NOW + MINUTE, email="someone@example.com")
    Lead.objects.filter(pk=newer.pk).update(person=still_open.person, state="CLOSED")

    assert receive(now=NOW + 2 * MINUTE, **ADA).body["duplicate_of"] == str(still_open.pk)
    assert held(kim) == 2
