"""Notices before a licence ends: once a licence and threshold, whoever runs how often."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage

from accounts.actor import system
from audit.models import Entry
from licenses import letters
from licenses import services as licenses
from outbox.models import Message
from tests.factories import make_license, make_producer

pytestmark = pytest.mark.django_db
ENDS = date(2026, 7, 31)


def notify(days_before: int) -> int:
    day = ENDS - timedelta(days=days_before)
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return licenses.notify_expiring(actor=system("test"), now=now)


def told() -> list[tuple[int, int]]:
    """Return (threshold, days left) of the messages, oldest first."""
    messages = Message.objects.filter(topic="license.expiring").order_by("seq")
    return [(message.payload["threshold"], message.payload["days_left"]) for message in messages]


def test_each_threshold_is_announced_once() -> None:
    make_license(make_producer(), expiry_date=ENDS)

    sent = [notify(days) for days in (61, 60, 60, 45, 31, 30, 8, 7, 7, 1, 0)]

    assert sent == [0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0]
    assert told() == [(60, 60), (30, 30), (7, 7)]


def test_a_licence_first_seen_late_gets_the_nearest_notice_only() -> None:
    make_license(make_producer(), expiry_date=ENDS)

    assert [notify(5), notify(4)] == [1, 0]

    assert told() == [(7, 5)]


def test_the_notice_names_the_licence_and_nobody() -> None:
    producer = make_producer()
    license_ = make_license(producer, expiry_date=ENDS)

    notify(30)

    facts = {
        "license_id": license_.pk,
        "producer_id": producer.pk,
        "state": "TX",
        "expiry_date": "2026-07-31",
        "days_left": 30,
        "threshold": 30,
    }
    assert Message.objects.get().payload == facts
    assert Entry.objects.get().detail == facts


@pytest.mark.parametrize(
    "fields",
    [{"status": "SUSPENDED", "expiry_date": ENDS}, {"is_perpetual": True}],
    ids=["not active", "perpetual"],
)
def test_what_is_not_active_or_does_not_end_is_not_announced(fields: dict[str, Any]) -> None:
    make_license(make_producer(), **fields)

    assert notify(5) == 0


def test_nobody_is_told_of_the_licences_of_those_who_left() -> None:
    make_license(make_producer(status="OFFBOARDED"), expiry_date=ENDS)

    assert notify(5) == 0


@pytest.mark.parametrize(
    ("days", "subject"),
    [(7, "Your TX license ends in 7 days"), (1, "Your TX license ends in 1 day"), (0, "Your TX license ends today")],
)
def test_the_producer_gets_a_letter(days: int, subject: str, mailoutbox: list[EmailMessage]) -> None:
    make_license(make_producer(), number="ZZ7", expiry_date=ENDS)
    notify(days)

    tell(Message.objects.get())

    [letter] = mailoutbox
    assert (letter.to, letter.subject) == (["ana@example.com"], subject)
    assert "Your TX license ZZ7 ends" in letter.body
    assert "Jul 31, 2026 is its last day." in letter.body


@pytest.mark.parametrize("change", ["renewed", "no address"])
def test_no_letter_where_it_would_be_wrong_or_cannot_arrive(change: str, mailoutbox: list[EmailMessage]) -> None:
    producer = make_producer(email="" if change == "no address" else "ana@example.com")
    license_ = make_license(producer, expiry_date=ENDS)
    notify(7)
    if change == "renewed":
        license_.expiry_date = date(2028, 7, 31)
        license_.save()

    tell(Message.objects.get())

    assert mailoutbox == []


def tell(message: Message) -> None:
    """Deliver a message as the relay does."""
    letters.tell_of_expiry(message_id=message.pk, topic=message.topic, payload=message.payload, at=message.at)


def test_an_ended_licence_is_not_announced() -> None:
    make_license(make_producer(), expiry_date=ENDS)

    assert notify(-1) == 0
