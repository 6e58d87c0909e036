"""The numbers of the home page."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings

from accounts.errors import Forbidden
from accounts.policy import Role
from licenses.models import License, Producer
from routing.models import Assignment, Decision, Lead, LeadSource, ProducerProfile, QueueItem
from routing.queries import own_desk, today
from tests.factories import make_user

pytestmark = pytest.mark.django_db

# 10:30 in New York, whose day began at 05:00 UTC.
NOW = datetime(2026, 1, 15, 15, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 1, 15, 5, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _zone(settings: LazySettings) -> None:
    settings.AGENCY_TIME_ZONE = "America/New_York"


@pytest.fixture
def source() -> LeadSource:
    """Where the leads come from."""
    return LeadSource.objects.create(slug="web", name="Web form")


@pytest.fixture
def kim() -> Producer:
    """A producer."""
    return make_producer("Kim")


def make_producer(first_name: str, **fields: Any) -> Producer:
    """Return a producer with room for many leads."""
    npn = str(1_000_000 + Producer.objects.count())
    producer = Producer.objects.create(npn=npn, first_name=first_name, resident_state="TX", **fields)
    ProducerProfile.objects.create(producer=producer, capacity=100)
    return producer


def assign(lead: Lead, producer: Producer, **fields: Any) -> Assignment:
    """Put a lead into a producer's hands at its receipt, due fifteen minutes later."""
    decision = Decision.objects.create(
        lead=lead, trigger="INTAKE", made_at=lead.received_at, roster_version=1, receipt={}, receipt_sha256="0" * 64
    )
    due_at = lead.received_at + timedelta(minutes=15)
    defaults = {"assigned_at": lead.received_at, "clock_starts_at": lead.received_at, "due_at": due_at}
    Lead.objects.filter(pk=lead.pk).update(owner=producer, due_at=due_at)
    return Assignment.objects.create(lead=lead, producer=producer, decision=decision, **{**defaults, **fields})


def queue(source: LeadSource, kind: str, created_at: datetime, state: str = "OPEN") -> QueueItem:
    """Put a lead before a manager."""
    lead = Lead.objects.create(source=source, state="FALLBACK", received_at=created_at)
    return QueueItem.objects.create(
        lead=lead, kind=kind, reason="NO_CAPACITY", text="All full.", state=state, created_at=created_at
    )


def numbers() -> today.Today:
    """Ask as an auditor, who sees the numbers like everybody with reports."""
    return today.numbers(now=NOW, actor=make_user(Role.AUDITOR).actor())


def test_speed_to_lead_is_the_median_and_the_ninth_tenth_of_todays_waits(source: LeadSource) -> None:
    for minutes in range(1, 12):
        Lead.objects.create(
            source=source, received_at=MIDNIGHT, first_touch_at=MIDNIGHT + timedelta(minutes=minutes), state="WORKING"
        )
    yesterday = MIDNIGHT - timedelta(seconds=1)
    Lead.objects.create(source=source, received_at=yesterday, first_touch_at=NOW, state="WORKING")

    speed = numbers().speed

    assert speed == today.Speed(11, timedelta(minutes=6), timedelta(minutes=10))


def test_a_day_without_leads_has_no_speed_and_no_share() -> None:
    found = numbers()

    assert found.speed == today.Speed(0, None, None)
    assert found.promises.kept_share is None
    assert {kind: waiting.count for kind, waiting in found.waiting.items()} == {
        "FALLBACK": 0,
        "REVIEW": 0,
        "QUARANTINE": 0,
    }


def test_a_promise_is_kept_missed_or_not_yet_decided(source: LeadSource, kim: Producer) -> None:
    def lead(received_at: datetime = MIDNIGHT) -> Lead:
        return Lead.objects.create(source=source, received_at=received_at, state="ASSIGNED")

    assign(lead(), kim, first_touch_at=MIDNIGHT + timedelta(minutes=15))
    assign(lead(), kim, first_touch_at=MIDNIGHT + timedelta(minutes=16))
    assign(lead(), kim, end="BREACHED", ended_at=MIDNIGHT + timedelta(minutes=15))
    assign(lead(), kim, end="BREACHED", ended_at=MIDNIGHT + timedelta(minutes=15), excuse="OUTAGE")
    assign(lead(), kim)
    assign(lead(NOW), kim)
    assign(lead(), kim, end="DECLINED", ended_at=MIDNIGHT + timedelta(minutes=2))

    promises = numbers().promises

    assert promises == today.Promises(leads=7, kept=1, missed=3)
    assert promises.kept_share == 0.25


def test_a_queue_tells_what_waits_since_when_and_what_came_today(source: LeadSource) -> None:
    yesterday = MIDNIGHT - timedelta(hours=3)
    queue(source, "FALLBACK", yesterday)
    queue(source, "FALLBACK", MIDNIGHT)
    queue(source, "FALLBACK", MIDNIGHT, state="RESOLVED")
    queue(source, "QUARANTINE", MIDNIGHT, state="CLAIMED")

    found = numbers()

    assert found.waiting["FALLBACK"] == today.Waiting(count=2, oldest=yesterday, new=2)
    assert found.waiting["QUARANTINE"] == today.Waiting(count=1, oldest=MIDNIGHT, new=1)
    assert found.reasons == [("NO_CAPACITY", 3)]


def test_leads_are_counted_in_the_agencys_hours(source: LeadSource) -> None:
    for state in ("ASSIGNED", "CLOSED", "REVIEW", "QUARANTINED", "DUPLICATE"):
        Lead.objects.create(source=source, received_at=MIDNIGHT + timedelta(hours=9, minutes=59), state=state)
    Lead.objects.create(source=source, received_at=MIDNIGHT - timedelta(minutes=1), state="ASSIGNED")

    hours = numbers().hours

    counted = {hour.hour: dict(hour.outcomes) for hour in hours if hour.outcomes}
    assert counted == {9: {"assigned": 2, "fallback": 1, "quarantined": 1, "other": 1}}


def test_a_licence_counts_until_its_last_valid_day(kim: Producer) -> None:
    def license_until(day: date, **fields: Any) -> None:
        License.objects.create(producer=kim, state="TX", number=str(day), expiry_date=day, **fields)

    license_until(date(2026, 1, 14))
    license_until(date(2026, 1, 15))
    license_until(date(2026, 1, 22), license_class="AGENCY")
    license_until(date(2026, 2, 14))
    license_until(date(2026, 2, 15))

    assert numbers().licenses == today.Licenses(within_7_days=2, within_30_days=3)


def test_the_numbers_take_the_same_statements_however_much_there_is(
    source: LeadSource, kim: Producer, django_assert_num_queries: Callable[[int], Any]
) -> None:
    auditor = make_user(Role.AUDITOR).actor()
    for minute in range(30):
        assign(
            Lead.objects.create(source=source, received_at=MIDNIGHT + timedelta(minutes=minute), state="ASSIGNED"), kim
        )
        queue(source, "REVIEW", MIDNIGHT)

    with django_assert_num_queries(8):
        today.numbers(now=NOW, actor=auditor)


def test_a_producer_may_not_see_the_agencys_numbers() -> None:
    producer = make_user(Role.PRODUCER).actor()

    with pytest.raises(Forbidden):
        today.numbers(now=NOW, actor=producer)


def test_a_desk_holds_the_producers_own_leads_and_the_unanswered_first(source: LeadSource, kim: Producer) -> None:
    user = make_user(Role.PRODUCER)
    Producer.objects.filter(pk=kim.pk).update(user=user)
    other = make_producer("Bo")
    answered = Lead.objects.create(source=source, received_at=MIDNIGHT, first_touch_at=MIDNIGHT, state="WORKING")
    late = Lead.objects.create(source=source, received_at=NOW - timedelta(minutes=20), state="ASSIGNED")
    soon = Lead.objects.create(source=source, received_at=NOW - timedelta(minutes=5), state="ACCEPTED")
    not_hers = Lead.objects.create(source=source, received_at=NOW, state="ASSIGNED")
    for lead in (answered, late, soon):
        assign(lead, kim)
    assign(not_hers, other)

    desk = own_desk.contents(now=NOW, actor=user.actor())

    assert [lead.pk for lead in desk.leads] == [late.pk, soon.pk, answered.pk]
    assert (desk.open_leads, desk.unanswered, desk.overdue, desk.new_today) == (3, 2, 1, 3)
    assert desk.next_due == NOW + timedelta(minutes=10)


def test_a_desk_is_not_for_those_who_hold_no_leads() -> None:
    with pytest.raises(Forbidden):
        own_desk.contents(now=NOW, actor=make_user(Role.AUDITOR).actor())
