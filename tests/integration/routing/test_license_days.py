"""A licence day ends in the lead's local time, and a licence that ends while a lead is handed over counts no more."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction

from licenses import services as licenses
from licenses.models import License, LineOfAuthority, Producer
from routing.decision import Decided
from routing.models import Lead, ProducerLoad, ProducerProfile
from routing.services import claim, deciding, replaying
from tests.agency import (
    CLERK,
    NOW,
    TODAY,
    held,
    hire,
    make_source,
    open_agency,
    receive,
    receive_lead,
    set_license,
    tell,
)
from tests.races import Aside, until_somebody_waits

GEORGIA = ZoneInfo("America/New_York")
YESTERDAY = TODAY - timedelta(days=1)


def local(hour: int, minute: int, day: date = TODAY) -> datetime:
    """Return an instant by the clocks of Georgia, as the server sees it."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=GEORGIA).astimezone(UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("expiry_date", "at", "status"),
    [
        pytest.param(YESTERDAY, local(0, 1), "fallback", id="ended yesterday, a minute past midnight"),
        pytest.param(YESTERDAY, local(12, 0), "fallback", id="ended yesterday, at noon"),
        pytest.param(TODAY, local(0, 1), "assigned", id="ends today, a minute past midnight"),
        pytest.param(TODAY, local(23, 30), "assigned", id="ends today, at 23:30 while it is tomorrow in Greenwich"),
        pytest.param(TODAY, local(23, 59), "assigned", id="ends today, a minute before midnight"),
        pytest.param(TODAY, local(0, 0, TODAY + timedelta(days=1)), "fallback", id="ended at midnight"),
    ],
)
def test_a_licence_counts_to_the_last_minute_of_its_last_day(expiry_date: date, at: datetime, status: str) -> None:
    open_agency()
    kim = hire(expiry_date=expiry_date)

    answer = receive(now=at)

    assert answer.body["status"] == status
    assert held(kim) == (1 if status == "assigned" else 0)
    if status == "fallback":
        nobody = "Nobody in the pool is licensed for this state and line."
        nearest = f"Nearest: Kim Park: license ended Nov {expiry_date.day}, 2026."
        assert answer.body["reason"] == {"code": "NO_LICENSED_PRODUCER", "text": f"{nobody} {nearest}"}


def expire_behind_our_back(kim: Producer) -> None:
    License.objects.filter(producer=kim).update(expiry_date=YESTERDAY)


def suspend_behind_our_back(kim: Producer) -> None:
    License.objects.filter(producer=kim).update(status="SUSPENDED")


def surrender_the_line(kim: Producer) -> None:
    LineOfAuthority.objects.filter(license__producer=kim).update(status="SURRENDERED")


def suspend_by_service(kim: Producer) -> None:
    set_license(kim, status="SUSPENDED")


def remove_by_service(kim: Producer) -> None:
    licenses.delete(fact=License.objects.select_related("producer").get(producer=kim), actor=CLERK, now=NOW)


def leave_by_service(kim: Producer) -> None:
    producer = Producer.objects.get(pk=kim.pk)
    producer.status = "OFFBOARDED"
    licenses.save(facts=[producer], actor=CLERK, now=NOW)


def change_the_name(kim: Producer) -> None:
    producer = Producer.objects.get(pk=kim.pk)
    producer.first_name = "Kimberly"
    licenses.save(facts=[producer], actor=CLERK, now=NOW)


CHANGES: list[Callable[[Producer], None]] = [
    expire_behind_our_back,
    suspend_behind_our_back,
    surrender_the_line,
    suspend_by_service,
    remove_by_service,
    leave_by_service,
    change_the_name,
]


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_what_changes_between_decision_and_claim_passes_the_seat_on(change: Callable[[Producer], None]) -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee", weight=0)  # a stand-in comes last
    decided = decide(receive_lead_for_nobody())
    assert [each.producer_id for each in decided.chosen.ranked] == [kim.pk, lee.pk]

    change(kim)
    with transaction.atomic():
        taken = claim.take(decided=decided, effort=claim.EFFORT)

    assert taken.producer is not None
    assert (taken.producer.id, taken.skipped) == (lee.pk, [{"producer": kim.pk, "why": "LICENSE_CHANGED"}])
    loads = {load.producer_id: int(load.open_effort) for load in ProducerLoad.objects.all()}
    assert loads == {kim.pk: 0, lee.pk: 1}


def receive_lead_for_nobody() -> Lead:
    """Take in a lead while everybody is full, and make room again."""
    ProducerProfile.objects.update(capacity=0)
    tell(*Producer.objects.all())
    lead = receive_lead()
    ProducerProfile.objects.update(capacity=5)
    tell(*Producer.objects.all())
    return lead


def decide(lead: Lead) -> Decided:
    """Decide about a lead, and claim nobody yet."""
    return deciding.decide(deciding.inquiry(lead, lead.person, deciding.context(), now=NOW), seed=str(lead.pk))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("others", "status", "reason"),
    [
        pytest.param(["Lee"], "assigned", "ASSIGNED", id="another producer"),
        pytest.param([], "fallback", "LOST_RACE", id="the pool"),
    ],
)
def test_a_licence_suspended_while_the_lead_is_handed_over_sends_it_to(
    others: list[str], status: str, reason: str
) -> None:
    open_agency()
    kim = hire("Kim")
    for name in others:
        hire(name, weight=0)
    make_source()
    deciding.context()

    with transaction.atomic():
        set_license(kim, status="SUSPENDED")  # not committed: the decision still sees a sound licence
        arriving = Aside(receive)
        until_somebody_waits()
    arriving.result()

    lead = Lead.objects.get()
    decision = lead.decisions.get()
    assert (lead.state, lead.reason) == (status.upper(), reason)
    assert [each.first_name for each in Producer.objects.filter(assignments__lead=lead)] == others
    assert held(kim) == 0
    assert decision.receipt["claim"] == {"skipped": [{"producer": kim.pk, "why": "LICENSE_CHANGED"}]}
    assert replaying.replay(decision=decision).answer == "SAME"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_who_suspends_a_licence_waits_for_the_hand_over_that_stands_on_it() -> None:
    open_agency()
    kim = hire()
    make_source()

    with transaction.atomic():
        lead = receive_lead()
        suspending = Aside(partial(set_license, kim, status="SUSPENDED"))
        until_somebody_waits()
    suspending.result()

    assert Lead.objects.get(pk=lead.pk).owner_id == kim.pk
    assert License.objects.get(producer=kim).status == "SUSPENDED"
    assert receive().body["status"] == "fallback"
