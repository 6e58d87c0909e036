"""Promises beside the first touch: what keeps them, how late they really were, and clocks that pause for a reason."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from accounts.errors import Invalid
from audit.models import Entry
from outbox.models import Message
from routing.errors import NotYours, WrongState
from routing.models import Agency, AgencyHoliday, AgencyHours, ClockPause, Lead, Promise, SlaPolicy, SlaTarget
from routing.services import desk, pausing, roster, sla
from tests.agency import MINUTE, NOW, actor_of, fresh, hire, keep_hours, open_agency, receive_lead

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_new_york")]

HOUR = 60 * MINUTE


def promise(kind: str, minutes: int, *evidence: str, **fields: Any) -> None:
    """Promise something more of low leads."""
    policy = SlaPolicy.objects.get(tier="low")
    SlaTarget.objects.create(policy=policy, kind=kind, minutes=minutes, evidence=list(evidence), **fields)
    roster.changed(roster.AGENCY, at=NOW)


def results(lead: Lead) -> dict[tuple[str, str], tuple[str, int | None]]:
    """Return how each promise stands, and by how many seconds it was late."""
    return {(each.kind, each.clock): (each.result, each.late_seconds) for each in lead.promises.all()}


def test_only_the_touches_a_promise_names_keep_it() -> None:
    open_agency()
    promise("QUOTE", 120, "QUOTE")
    kim = hire()
    lead = receive_lead()

    desk.touch(lead=lead, kind="CALL_CONNECTED", actor=actor_of(kim), now=NOW + MINUTE)
    before = results(lead)
    desk.touch(lead=lead, kind="QUOTE", actor=actor_of(kim), now=NOW + HOUR)

    assert before == {("FIRST_TOUCH", "OWNER"): ("MET", 0), ("QUOTE", "LEAD"): ("RUNNING", None)}
    assert results(lead)["QUOTE", "LEAD"] == ("MET", 0)
    assert sla.sweep_due(now=NOW + 3 * HOUR) == 0


def test_a_promise_kept_late_is_missed_and_its_lateness_stays() -> None:
    open_agency()
    promise("QUOTE", 30, "QUOTE", clock="OWNER")
    kim = hire()
    lead = receive_lead()
    desk.touch(lead=lead, kind="VOICEMAIL", actor=actor_of(kim), now=NOW + MINUTE)

    sla.sweep_due(now=NOW + HOUR / 2)
    noticed = results(lead)["QUOTE", "OWNER"]
    desk.touch(lead=lead, kind="QUOTE", actor=actor_of(kim), now=NOW + HOUR / 2 + timedelta(seconds=90))
    desk.touch(lead=lead, kind="QUOTE", actor=actor_of(kim), now=NOW + 2 * HOUR)

    assert noticed == ("MISSED", None)
    assert results(lead)["QUOTE", "OWNER"] == ("MISSED", 90)
    assert Message.objects.filter(topic="sla.missed").count() == 1


def test_a_first_touch_after_its_time_is_missed_by_as_much() -> None:
    open_agency()
    kim = hire()
    lead = receive_lead()

    desk.touch(lead=lead, kind="CALL_CONNECTED", actor=actor_of(kim), now=NOW + HOUR + timedelta(seconds=7))

    assert results(lead) == {("FIRST_TOUCH", "OWNER"): ("MISSED", 7)}
    entry = Entry.objects.get(action="lead.touched")
    assert entry.detail["promises"] == [{"kind": "FIRST_TOUCH", "clock": "OWNER", "result": "MISSED", "late": 7}]


def test_who_loses_the_lead_has_missed_and_who_hands_it_back_in_time_has_not() -> None:
    open_agency()
    team = {each.pk: each for each in (hire("Kim"), hire("Lee"), hire("Max"))}
    lead = receive_lead()

    sla.sweep_due(now=NOW + HOUR)
    held = fresh(lead)
    desk.decline(lead=held, reason="No", actor=actor_of(team[held.owner_id or 0]), now=NOW + HOUR + MINUTE)

    ended = lead.promises.order_by("starts_at").values_list("result", flat=True)
    assert list(ended) == ["MISSED", "VOID"]


def test_the_leads_own_promise_runs_on_from_producer_to_producer() -> None:
    open_agency()
    promise("QUOTE", 150, "QUOTE", hours="ALWAYS")
    hire("Kim"), hire("Lee")
    lead = receive_lead()

    sla.sweep_due(now=NOW + HOUR)

    running = lead.promises.get(kind="QUOTE")
    assert (running.result, running.due_at) == ("RUNNING", NOW + 150 * MINUTE)


def test_a_follow_up_is_promised_from_the_first_touch_on() -> None:
    open_agency()
    promise("FOLLOW_UP", 60, "SMS", "CALL_CONNECTED", clock="OWNER")
    kim = hire()
    lead = receive_lead()
    assert not lead.promises.exists()

    desk.touch(lead=lead, kind="CALL_CONNECTED", actor=actor_of(kim), now=NOW + 10 * MINUTE)
    due_at = lead.promises.get(kind="FOLLOW_UP").due_at
    desk.touch(lead=lead, kind="SMS", actor=actor_of(kim), now=NOW + 50 * MINUTE)

    assert due_at == NOW + 70 * MINUTE
    assert results(lead)["FOLLOW_UP", "OWNER"] == ("MET", 0)


def test_closing_keeps_what_was_promised_about_it_and_voids_the_rest() -> None:
    open_agency()
    promise("DISPOSITION", 60)
    promise("QUOTE", 600, "QUOTE")
    kim = hire()
    lead = receive_lead()

    desk.dispose(lead=lead, disposition="SOLD", actor=actor_of(kim), now=NOW + HOUR + 3 * MINUTE)

    assert results(lead) == {
        ("DISPOSITION", "LEAD"): ("MISSED", 180),
        ("QUOTE", "LEAD"): ("VOID", None),
        ("FIRST_TOUCH", "OWNER"): ("MISSED", None),
    }
    assert sla.sweep_due(now=NOW + 20 * HOUR) == 0


def test_the_producers_own_hours_count_where_the_policy_says_so() -> None:
    open_agency()
    SlaPolicy.objects.filter(tier="low").update(hours="WORKABLE")
    roster.changed(roster.AGENCY, at=NOW)
    keep_hours(hire(), (0, 9, 12), (0, 13, 17))  # in Georgia: 14 to 17 and 18 to 22 in UTC

    lead = receive_lead(now=datetime(2026, 11, 23, 16, 30, tzinfo=UTC))

    assert fresh(lead).due_at == datetime(2026, 11, 23, 18, 30, tzinfo=UTC)


def test_other_hours_on_a_date_replace_the_weekdays() -> None:
    open_agency()
    agency = Agency.objects.get()
    for weekday in range(5):
        AgencyHours.objects.create(agency=agency, weekday=weekday, opens=time(9), closes=time(17))
    AgencyHoliday.objects.create(agency=agency, date=NOW.date(), name="Half day", opens=time(9), closes=time(10, 30))
    roster.changed(roster.AGENCY, at=NOW)
    hire_always = hire()
    keep_hours(hire_always, *((day, 0, 0) for day in range(7)))

    lead = receive_lead()  # at 10:00

    assert fresh(lead).due_at == datetime(2026, 11, 24, 14, 30, tzinfo=UTC)


def test_a_pause_moves_what_is_left_of_the_time_behind_it() -> None:
    open_agency()
    kim = hire()
    lead = receive_lead()

    pausing.pause(lead=lead, reason="CUSTOMER_ASKED", until=NOW + 3 * HOUR, actor=actor_of(kim), now=NOW + 20 * MINUTE)

    due = {timer.kind: timer.due_at - NOW for timer in lead.timers.filter(state="RUNNING")}
    assert due == {
        "REMIND": 3 * HOUR + 10 * MINUTE,
        "BREACH": 3 * HOUR + 40 * MINUTE,
        "ALARM": 3 * HOUR + 40 * MINUTE,
    }
    assert fresh(lead).due_at == NOW + 3 * HOUR + 40 * MINUTE
    assert sla.sweep_due(now=NOW + 3 * HOUR) == 0
    entry = Entry.objects.get(action="clock.paused")
    assert (entry.detail["cause"], entry.actor_label) == ("CUSTOMER_ASKED", "Kim Park")


def test_a_clock_that_goes_on_sooner_has_its_time_back() -> None:
    open_agency()
    kim = hire()
    lead = receive_lead()
    actor = actor_of(kim)
    pausing.pause(lead=lead, reason="CUSTOMER_ASKED", until=NOW + 3 * HOUR, actor=actor, now=NOW + 20 * MINUTE)

    pausing.resume(lead=lead, actor=actor, now=NOW + 30 * MINUTE)

    assert fresh(lead).due_at == NOW + 70 * MINUTE
    assert lead.timers.get(kind="ALARM").due_at == NOW + 2 * HOUR
    assert ClockPause.objects.get().seconds == 600
    with pytest.raises(WrongState, match="not paused"):
        pausing.resume(lead=lead, actor=actor, now=NOW + 31 * MINUTE)


def test_the_budget_holds_over_all_pauses_of_a_lead_and_nights_cost_nothing() -> None:
    open_agency()
    agency = Agency.objects.get()
    for weekday in range(5):
        AgencyHours.objects.create(agency=agency, weekday=weekday, opens=time(9), closes=time(17))
    SlaPolicy.objects.filter(tier="low").update(pause_minutes=480)
    roster.changed(roster.AGENCY, at=NOW)
    kim = hire()
    lead = receive_lead()
    actor = actor_of(kim)

    pausing.pause(lead=lead, reason="CUSTOMER_ASKED", until=NOW + 23 * HOUR, actor=actor, now=NOW)
    with pytest.raises(Invalid) as refused:
        pausing.pause(lead=lead, reason="OUTAGE", until=NOW + 26 * HOUR, actor=actor, now=NOW + 23 * HOUR + MINUTE)

    assert "60 minutes are left" in refused.value.problems[0].detail
    assert [each.seconds for each in lead.pauses.all()] == [7 * 3600]


@pytest.mark.parametrize(
    ("reason", "until", "pointer"),
    [
        pytest.param("LUNCH", NOW + HOUR, "/reason", id="no reason of ours"),
        pytest.param("OUTAGE", NOW, "/until", id="no time to come"),
        pytest.param("OUTAGE", NOW + timedelta(days=40), "/until", id="for ever"),
    ],
)
def test_a_pause_says_why_and_until_when(reason: str, until: datetime, pointer: str) -> None:
    open_agency()
    kim = hire()
    lead = receive_lead()

    with pytest.raises(Invalid) as refused:
        pausing.pause(lead=lead, reason=reason, until=until, actor=actor_of(kim), now=NOW)

    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert (ClockPause.objects.count(), fresh(lead).due_at) == (0, NOW + HOUR)


def test_only_a_running_clock_of_ones_own_pauses_and_only_once() -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee", weight=0)
    lead = receive_lead()

    def pause(who: Any, now: datetime) -> None:
        pausing.pause(lead=lead, reason="OUTAGE", until=now + HOUR, actor=actor_of(who), now=now)

    with pytest.raises(NotYours):
        pause(lee, NOW)
    pause(kim, NOW)
    with pytest.raises(WrongState, match="paused already"):
        pause(kim, NOW + MINUTE)
    desk.touch(lead=lead, kind="CALL_CONNECTED", actor=actor_of(kim), now=NOW + 61 * MINUTE)
    with pytest.raises(WrongState, match="No clock"):
        pause(kim, NOW + 62 * MINUTE)


def test_a_result_is_frozen_once() -> None:
    open_agency()
    kim = hire()
    lead = receive_lead()

    for minutes in (1, 90):
        desk.touch(lead=lead, kind="CALL_CONNECTED", actor=actor_of(kim), now=NOW + minutes * MINUTE)

    assert Promise.objects.get().stopped_at == NOW + MINUTE
