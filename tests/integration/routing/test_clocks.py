"""Promises are rows: reminded at half time, reassigned on breach, at most three times, then the manager's."""

import logging
from datetime import UTC, date, datetime, time, timedelta

import pytest

from audit.models import Entry
from outbox.models import Message
from routing import waits
from routing.models import Agency, AgencyHoliday, AgencyHours, Lead, SlaPolicy, SlaTimer
from routing.services import desk, roster, sla, sweeping
from tests.agency import (
    MINUTE,
    NOW,
    actor_of,
    fresh,
    held,
    hire,
    hire_many,
    keep_hours,
    open_agency,
    owners,
    publish,
    receive,
    receive_lead,
    set_profile,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_new_york")]

HOUR = 60 * MINUTE


def set_hours(*spans: tuple[int, int, int]) -> None:
    """Open the agency at these (weekday, opening hour, closing hour)."""
    agency = Agency.objects.get()
    for weekday, opens, closes in spans:
        AgencyHours.objects.create(agency=agency, weekday=weekday, opens=time(opens), closes=time(closes))
    roster.changed(roster.AGENCY, at=NOW)


def set_policy(tier: str, **fields: object) -> None:
    """Change how fast a tier must be answered."""
    SlaPolicy.objects.filter(tier=tier).update(**fields)
    roster.changed(roster.AGENCY, at=NOW)


def running(lead: Lead) -> dict[str, timedelta]:
    """Return the clocks that still run, by how long after NOW they fall due."""
    return {timer.kind: timer.due_at - NOW for timer in lead.timers.filter(state="RUNNING").order_by("due_at")}


def told(topic: str) -> int:
    """Return how many messages of a topic were left for the outbox."""
    return Message.objects.filter(topic=topic).count()


@pytest.mark.parametrize(
    ("score", "tier", "minutes"),
    [
        pytest.param(70, "hot", 5, id="hot"),
        pytest.param(69, "warm", 15, id="warm"),
        pytest.param(40, "warm", 15, id="barely warm"),
        pytest.param(39, "low", 60, id="low"),
    ],
)
def test_the_tier_of_the_score_sets_the_time(score: int, tier: str, minutes: int) -> None:
    open_agency()
    publish("scores", {"id": "all", "name": "So many points", "add": score}, stage="score")
    hire()

    lead = receive_lead()

    assert (lead.tier, lead.score, lead.due_at) == (tier, score, NOW + minutes * MINUTE)
    assert running(lead) == {"REMIND": minutes * MINUTE / 2, "BREACH": minutes * MINUTE, "ALARM": 120 * MINUTE}


def test_the_owner_is_reminded_at_half_time_and_not_before() -> None:
    open_agency()
    kim = hire()
    lead = receive_lead()

    early = sla.sweep_due(now=NOW + 30 * MINUTE - timedelta(seconds=1))
    on_time = sla.sweep_due(now=NOW + 30 * MINUTE)
    again = sla.sweep_due(now=NOW + 31 * MINUTE)

    assert (early, on_time, again) == (0, 1, 0)
    message = Message.objects.get(topic="sla.reminded")
    assert (message.payload["producer_id"], message.payload["lead_id"]) == (kim.pk, str(lead.pk))
    assert fresh(lead).owner_id == kim.pk


def test_a_breach_takes_the_lead_to_the_next_who_has_not_had_it() -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee", weight=0)
    lead = receive_lead()

    sla.sweep_due(now=NOW + HOUR)

    moved = fresh(lead)
    first, second = lead.assignments.order_by("assigned_at")
    assert (first.producer_id, first.end, first.ended_at) == (kim.pk, "BREACHED", NOW + HOUR)
    assert (second.producer_id, second.hop, second.assigned_at) == (lee.pk, 1, NOW + HOUR)
    assert (moved.owner_id, moved.state, moved.hop, moved.due_at) == (lee.pk, "ASSIGNED", 1, NOW + 2 * HOUR)
    assert (held(kim), held(lee)) == (0, 1)
    assert (told("sla.breached"), told("capacity.freed")) == (1, 1)


def test_the_lead_clock_never_restarts() -> None:
    open_agency()
    hire("Kim"), hire("Lee")
    lead = receive_lead()

    sla.sweep_due(now=NOW + HOUR)

    assert fresh(lead).received_at == NOW
    assert running(lead) == {"ALARM": 2 * HOUR, "REMIND": HOUR + HOUR / 2, "BREACH": 2 * HOUR}
    assert lead.timers.filter(kind="ALARM").count() == 1


def test_after_three_hops_the_manager_gets_it() -> None:
    open_agency()
    hire_many(6)
    lead = receive_lead()

    for hop in range(1, 5):
        sla.sweep_due(now=NOW + hop * HOUR)

    waiting = fresh(lead)
    assert lead.assignments.values("producer").distinct().count() == 4
    assert (waiting.state, waiting.reason, waiting.owner_id, waiting.hop) == ("FALLBACK", "HOPS_EXHAUSTED", None, 3)
    item = lead.queue_items.get()
    assert (item.kind, item.reason, str(item.owner), item.rerun_at) == (
        "FALLBACK",
        "HOPS_EXHAUSTED",
        "Mona Reyes",
        None,
    )
    assert SlaTimer.objects.filter(kind__in=["REMIND", "BREACH"], state="RUNNING").count() == 0


def test_where_everybody_has_had_it_the_manager_gets_it_sooner() -> None:
    open_agency()
    hire("Kim"), hire("Lee")
    lead = receive_lead()

    sla.sweep_due(now=NOW + HOUR)
    sla.sweep_due(now=NOW + 2 * HOUR)

    assert (fresh(lead).state, fresh(lead).reason) == ("FALLBACK", "EVERYONE_HAD_IT")


def test_the_alarm_tells_the_manager_once_that_nobody_answered() -> None:
    open_agency()
    hire_many(3)
    lead = receive_lead()

    for hour in range(1, 4):
        sla.sweep_due(now=NOW + hour * HOUR)

    [alarm] = Entry.objects.filter(action="sla.alarmed", target_id=str(lead.pk))
    assert alarm.occurred_at == NOW + 2 * HOUR
    assert told("sla.alarmed") == 1


@pytest.mark.parametrize(
    ("kind", "stops"),
    [
        pytest.param("CALL_CONNECTED", True, id="a call"),
        pytest.param("CALL_ATTEMPT", True, id="an attempt"),
        pytest.param("VOICEMAIL", True, id="a voicemail"),
        pytest.param("MEETING", True, id="a meeting"),
        pytest.param("SMS", False, id="a text"),
        pytest.param("EMAIL", False, id="an e-mail"),
    ],
)
def test_a_touch_stops_the_clock_if_the_policy_takes_it_as_evidence(kind: str, stops: bool) -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee", weight=0)
    lead = receive_lead()

    logged = desk.touch(lead=lead, kind=kind, actor=actor_of(kim), now=NOW + MINUTE)
    sla.sweep_due(now=NOW + HOUR)

    assert logged.stops_clock is stops
    assert owners(lead) == ["Kim" if stops else "Lee"]
    assert fresh(lead).first_touch_at == (NOW + MINUTE if stops else None)
    assert held(lee) == (0 if stops else 1)


def test_what_counts_as_evidence_is_the_policys_to_say() -> None:
    open_agency()
    set_policy("low", evidence=["SMS"])
    kim = hire()
    lead = receive_lead()

    desk.touch(lead=lead, kind="CALL_CONNECTED", actor=actor_of(kim), now=NOW + MINUTE)
    assert set(running(lead)) == {"REMIND", "BREACH", "ALARM"}
    desk.touch(lead=lead, kind="SMS", actor=actor_of(kim), now=NOW + 2 * MINUTE)

    assert running(lead) == {}
    assert fresh(lead).first_touch_at == NOW + 2 * MINUTE


def test_accepting_alone_stops_no_clock() -> None:
    open_agency()
    kim = hire("Kim")
    hire("Lee", weight=0)
    lead = receive_lead()

    desk.accept(lead=lead, actor=actor_of(kim), now=NOW + MINUTE)
    sla.sweep_due(now=NOW + HOUR)

    assert owners(lead) == ["Lee"]


@pytest.mark.parametrize(
    ("at", "starts", "due"),
    [
        pytest.param(
            datetime(2026, 11, 23, 13, 0, tzinfo=UTC),
            datetime(2026, 11, 23, 14, 0, tzinfo=UTC),
            datetime(2026, 11, 23, 15, 0, tzinfo=UTC),
            id="before opening: from opening",
        ),
        pytest.param(
            datetime(2026, 11, 23, 21, 30, tzinfo=UTC),
            datetime(2026, 11, 23, 21, 30, tzinfo=UTC),
            datetime(2026, 11, 24, 14, 30, tzinfo=UTC),
            id="half an hour before closing: the rest in the morning",
        ),
        pytest.param(
            datetime(2026, 11, 27, 23, 0, tzinfo=UTC),
            datetime(2026, 11, 30, 14, 0, tzinfo=UTC),
            datetime(2026, 11, 30, 15, 0, tzinfo=UTC),
            id="Friday evening: Monday morning",
        ),
        pytest.param(
            datetime(2026, 11, 25, 23, 0, tzinfo=UTC),
            datetime(2026, 11, 27, 14, 0, tzinfo=UTC),
            datetime(2026, 11, 27, 15, 0, tzinfo=UTC),
            id="the eve of a holiday: the day after",
        ),
    ],
)
def test_outside_the_agencys_hours_the_owner_clock_starts_at_opening(
    at: datetime, starts: datetime, due: datetime
) -> None:
    open_agency()
    set_hours(*((day, 9, 17) for day in range(5)))
    AgencyHoliday.objects.create(agency=Agency.objects.get(), date=date(2026, 11, 26), name="Thanksgiving")
    kim = hire()
    keep_hours(kim, *((day, 0, 0) for day in range(7)))

    lead = receive_lead(now=at)

    assignment = lead.assignments.get()
    assert (assignment.assigned_at, assignment.clock_starts_at, assignment.due_at) == (at, starts, due)
    assert fresh(lead).due_at == due


def test_a_running_timer_keeps_the_policy_it_was_set_under() -> None:
    open_agency()
    hire()
    lead = receive_lead()

    set_policy("low", target_minutes=5)

    assert running(lead)["BREACH"] == HOUR
    assert running(receive_lead())["BREACH"] == 5 * MINUTE


def test_a_hand_over_uses_the_policy_of_its_own_time() -> None:
    open_agency()
    hire("Kim"), hire("Lee")
    lead = receive_lead()
    set_policy("low", target_minutes=20)

    sla.sweep_due(now=NOW + HOUR)

    assert running(lead)["BREACH"] == HOUR + 20 * MINUTE


def test_a_row_that_fails_is_put_off_and_holds_nobody_up(caplog: pytest.LogCaptureFixture) -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee")
    broken, sound = receive_lead(), receive_lead()
    Lead.objects.filter(pk=broken.pk).update(state="CLOSED")  # as no path through the code leaves it

    with caplog.at_level(logging.ERROR, "routing.services.sla"):
        sla.sweep_due(now=NOW + HOUR)

    assert fresh(sound).hop == 1
    timer = broken.timers.get(kind="BREACH")
    assert (timer.state, timer.failures, timer.due_at, timer.try_at) == (
        "RUNNING",
        1,
        NOW + HOUR,
        NOW + HOUR + 5 * MINUTE,
    )
    assert [record.message for record in caplog.records] == ["sla.breaches_failed", "sla.timer_failed"]
    assert held(kim) + held(lee) == 2


def test_a_waiting_lead_that_fails_is_put_off_and_holds_nobody_up(caplog: pytest.LogCaptureFixture) -> None:
    open_agency()
    kim = hire(capacity=0)
    broken, sound = receive_lead(), receive_lead()
    Lead.objects.filter(pk=broken.pk).update(zones=["Mars/Olympus_Mons"])
    set_profile(kim, capacity=2)

    with caplog.at_level(logging.ERROR, "routing.services.fallback"):
        moved = sweeping.sweep(now=NOW + MINUTE)

    assert (moved, owners(broken, sound)) == (1, ["", "Kim"])
    assert [record.message for record in caplog.records] == ["queue.rerun_failed"]
    assert broken.queue_items.get().rerun_at == NOW + MINUTE + waits.NEXT_LOOK


def test_the_next_due_timer_is_known_to_whoever_sleeps() -> None:
    open_agency()
    assert sla.next_due() is None
    hire()
    receive()

    assert sla.next_due() == NOW + 30 * MINUTE


def test_a_closed_lead_leaves_no_clock_running() -> None:
    open_agency()
    kim = hire()
    lead = receive_lead()

    desk.dispose(lead=lead, disposition="SOLD", actor=actor_of(kim), now=NOW + MINUTE)

    assert running(lead) == {}
    assert sla.sweep_due(now=NOW + 5 * HOUR) == 0
