"""Two at once: the second waits for the first, sees what it wrote, and both count."""

from datetime import UTC, datetime
from functools import partial

import pytest

from accounts.actor import system
from audit.models import Entry
from licenses import services as licenses
from licenses.models import License, LineOfAuthority, Producer, ProducerChange
from licenses.sources.fake import FakeSource
from licenses.sources.records import SourceLine, SourceRecord
from outbox.models import Message
from tests.factories import make_license, make_producer
from tests.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
NOW = datetime(2026, 5, 12, 17, tzinfo=UTC)
ACTOR = system("test")


def test_two_refreshes_of_a_new_licence_add_it_once() -> None:
    make_producer(npn="42")
    record = SourceRecord("42", "TX", "PRODUCER", "1", "R", "ACTIVE", is_perpetual=True, lines=(SourceLine("LIFE"),))

    def refresh() -> None:
        licenses.refresh(source=FakeSource([record]), actor=ACTOR, now=NOW)

    together([refresh] * 3)

    assert (License.objects.count(), LineOfAuthority.objects.count()) == (1, 1)
    assert Producer.objects.get().facts_version == 1
    assert ProducerChange.objects.filter(what__startswith="license").count() == 1


def test_changes_of_different_facts_all_count() -> None:
    producer = make_producer()
    held = [make_license(producer, number=str(number)) for number in range(4)]

    def suspend(license_: License) -> None:
        license_.status = "SUSPENDED"
        licenses.save(facts=(license_,), actor=ACTOR, now=NOW)

    together([partial(suspend, each) for each in held])

    assert set(License.objects.values_list("status", flat=True)) == {"SUSPENDED"}
    assert Producer.objects.get().facts_version == 4
    assert Entry.objects.filter(action="license.changed").count() == 4


def test_a_licence_is_announced_once_however_many_look() -> None:
    make_license(make_producer(), expiry_date=NOW.date())

    def notify() -> None:
        licenses.notify_expiring(actor=ACTOR, now=NOW)

    together([notify] * 4)

    assert Message.objects.filter(topic="license.expiring").count() == 1
