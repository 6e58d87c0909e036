"""The ladder of a policy: its steps in turn, nobody twice, and a person at its end."""

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from audit.models import Entry
from outbox.models import Heartbeat, Message
from routing.models import LadderStep, Lead, SlaPolicy, SlaTimer
from routing.services import catching_up, claim, desk, handing, roster, sla
from tests.agency import (
    MINUTE,
    NOW,
    SETUP,
    actor_of,
    climb,
    fresh,
    hire,
    hire_many,
    mona,
    open_agency,
    owners,
    publish,
    receive_lead,
)
from tests.races import Aside

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_new_york")]

HOUR = 60 * MINUTE


def somebody_looked(at: datetime) -> None:
    """Let a sweep have been there just before, so that the clocks never stood still."""
    Heartbeat.objects.update_or_create(name=catching_up.SIGN, defaults={"at": at})


def told(lead: Lead) -> list[str]:
    """Return what the clocks did with the lead, in order."""
    return list(
        Entry.objects.filter(target_id=str(lead.pk), action__startswith="sla.")
        .order_by("seq")
        .values_list("action", flat=True)
    )


def test_each_step_comes_at_its_share_of_the_time() -> None:
    open_agency()
    climb((25, "REMIND"), (50, "TEAM_LEAD"), (75, "MANAGER"), (100, "POOL"))
    hire()
    lead = receive_lead()

    seen = []
    for minutes in (14, 15, 30, 45, 60):
        somebody_looked(NOW + (minutes - 1) * MINUTE)
        sla.sweep_due(now=NOW + minutes * MINUTE)
        seen.append(len(told(lead)))

    assert seen == [0, 1, 2, 3, 4]
    assert told(lead) == ["sla.reminded", "sla.escalated", "sla.escalated", "sla.breached"]
    assert (fresh(lead).state, fresh(lead).reason) == ("FALLBACK", "LADDER_ENDED")
    escalated = Message.objects.filter(topic="sla.escalated").order_by("seq")
    assert [message.payload["told"] for message in escalated] == ["TEAM_LEAD", "MANAGER"]


def test_after_the_last_hand_over_the_lead_stays_until_the_next_step() -> None:
    open_agency()
    climb((50, "BREACH"), (100, "MANAGER"), (150, "POOL"), max_hops=1)
    hire_many(4)
    lead = receive_lead()

    sla.sweep_due(now=NOW + HOUR / 2)
    first_move = fresh(lead).hop
    sla.sweep_due(now=NOW + HOUR)
    kept = fresh(lead)
    sla.sweep_due(now=NOW + HOUR / 2 + HOUR)
    sla.sweep_due(now=NOW + 2 * HOUR)

    assert (first_move, kept.hop, kept.state) == (1, 1, "ASSIGNED")
    assert told(lead)[:3] == ["sla.breached", "sla.hops_used_up", "sla.escalated"]
    assert fresh(lead).reason == "LADDER_ENDED"
    assert lead.assignments.values("producer").distinct().count() == lead.assignments.count() == 2


def test_nobody_without_a_licence_is_next() -> None:
    open_agency()
    climb((100, "BREACH"))
    hire("Kim", weight=3)
    hire("Lee", expiry_date=date(2026, 1, 1), weight=2)
    hire("Max", weight=0)
    lead = receive_lead()

    sla.sweep_due(now=NOW + HOUR)

    assert owners(lead) == ["Max"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_sweep_that_does_not_get_its_turn_leaves_the_move_to_the_next_round() -> None:
    open_agency()
    climb((50, "BREACH"), (100, "MANAGER"))
    hire_many(2)
    lead = receive_lead()
    first, late = owners(lead), NOW + HOUR

    with transaction.atomic():
        claim.take_turn()
        Aside(lambda: sla.sweep_due(now=late)).result()
    left = SlaTimer.objects.get(lead=lead, kind="BREACH")
    seen = (left.state, left.failures, left.try_at), owners(lead), told(lead)
    sla.sweep_due(now=late)

    assert seen == (("RUNNING", 0, left.due_at), first, [])
    assert owners(lead) != first
    assert told(lead)[0] == "sla.breached"


def test_a_lead_rests_between_two_moves() -> None:
    open_agency()
    climb((100, "BREACH"), cool_down_minutes=90)
    hire_many(3)
    lead = receive_lead()
    sla.sweep_due(now=NOW + HOUR)

    sla.sweep_due(now=NOW + 2 * HOUR)
    still = fresh(lead).hop
    sla.sweep_due(now=NOW + HOUR + 90 * MINUTE)

    assert (still, fresh(lead).hop) == (1, 2)


def test_a_step_by_the_customers_hours_waits_for_their_morning() -> None:
    open_agency()
    climb((50, "REMIND"), (100, "POOL"))
    LadderStep.objects.filter(kind="REMIND").update(hours="CUSTOMER")
    roster.changed(roster.AGENCY, at=NOW)
    hire()

    lead = receive_lead(now=NOW + timedelta(hours=9, minutes=45))  # 19:45 in Georgia

    timer = lead.timers.get(kind="REMIND")
    assert timer.due_at == NOW + timedelta(hours=22, minutes=15)  # 8:15 in the morning


def test_a_lead_that_automations_hand_round_stops_at_a_person() -> None:
    open_agency()
    climb((100, "BREACH"), max_hops=10)
    team = {each.pk: each for each in hire_many(14)}
    lead = receive_lead()

    for number in range(11):
        held = fresh(lead)
        if held.owner_id is None:
            break
        desk.decline(lead=held, reason="No", actor=actor_of(team[held.owner_id]), now=NOW + number * MINUTE)

    assert (fresh(lead).state, fresh(lead).reason) == ("FALLBACK", "GOING_ROUND")
    assert lead.assignments.count() == 11
    assert sla.sweep_due(now=NOW + 24 * HOUR) == 1  # the alarm: a person has it, nothing moves it by itself
    assert fresh(lead).reason == "GOING_ROUND"


def test_a_persons_decision_begins_the_count_anew() -> None:
    open_agency()
    team = {each.pk: each for each in hire_many(14)}
    lead = receive_lead()
    for number in range(6):
        held = fresh(lead)
        desk.decline(lead=held, reason="No", actor=actor_of(team[held.owner_id or 0]), now=NOW + number * MINUTE)
    held = fresh(lead)
    free = next(pk for pk in team if not lead.assignments.filter(producer_id=pk).exists())
    handing.assign(lead=held, producer_id=free, reason="Try", actor=mona(), now=NOW + 10 * MINUTE)

    for number in range(5):
        held = fresh(lead)
        desk.decline(lead=held, reason="No", actor=actor_of(team[held.owner_id or 0]), now=NOW + (20 + number) * MINUTE)

    assert fresh(lead).state == "ASSIGNED"


def test_a_policy_deleted_under_a_running_clock_leaves_the_shipped_one() -> None:
    open_agency()
    hire("Kim"), hire("Lee", weight=0)
    lead = receive_lead()
    SlaPolicy.objects.all().delete()
    roster.changed(roster.AGENCY, at=NOW)

    sla.sweep_due(now=NOW + HOUR)

    assert (owners(lead), fresh(lead).due_at) == (["Lee"], NOW + 2 * HOUR)


def test_a_producer_who_was_deactivated_loses_the_lead_when_its_time_is_up() -> None:
    open_agency()
    kim = hire("Kim")
    hire("Lee", weight=0)
    lead = receive_lead()
    type(kim).objects.filter(pk=kim.pk).update(status="TERMINATED")
    roster.changed(roster.producer_subject(kim.pk), at=NOW)

    sla.sweep_due(now=NOW + HOUR)

    assert owners(lead) == ["Lee"]


def test_a_clock_that_jumps_on_and_back_fires_nothing_twice() -> None:
    open_agency()
    hire("Kim"), hire("Lee", weight=0)
    lead = receive_lead()

    counts = [sla.sweep_due(now=NOW + minutes * MINUTE) for minutes in (31, 5, 31, 0)]

    assert counts == [1, 0, 0, 0]
    assert told(lead) == ["sla.reminded"]


def test_after_a_standstill_urgent_leads_come_first_and_one_notice_is_sent() -> None:
    open_agency()
    hire_many(6)
    slow = receive_lead()
    publish("scores", {"id": "all", "name": "So many points", "add": 90}, stage="score")
    hot = receive_lead()
    assert (slow.tier, hot.tier) == ("low", "hot")
    SlaTimer.objects.filter(lead=hot, kind="BREACH").update(due_at=NOW + 65 * MINUTE, try_at=NOW + 65 * MINUTE)
    Heartbeat.objects.create(name=catching_up.SIGN, at=NOW)

    for seconds in (0, 1, 30):
        sla.sweep_due(now=NOW + 90 * MINUTE + timedelta(seconds=seconds))

    moved = Entry.objects.filter(action="sla.breached").order_by("seq").values_list("target_id", flat=True)
    assert list(moved) == [str(hot.pk), str(slow.pk)]
    [notice] = Message.objects.filter(topic="sla.stood_still")
    assert notice.payload == {"since": NOW.isoformat(), "late": 4}
    assert Message.objects.filter(topic="sla.reminded").count() == 0


def test_late_reminders_of_one_producer_are_one_letter() -> None:
    open_agency()
    kim = hire("Kim")
    for _ in range(3):
        receive_lead()

    sla.sweep_due(now=NOW + 50 * MINUTE)

    [letter] = Message.objects.filter(topic="sla.reminded")
    assert (letter.payload["producer_id"], letter.payload["more"]) == (kim.pk, 2)
    assert Entry.objects.filter(action="sla.reminded").count() == 3


def test_a_touch_stops_every_step() -> None:
    open_agency()
    climb((50, "REMIND"), (75, "TEAM_LEAD"), (100, "POOL"))
    kim = hire()
    lead = receive_lead()

    desk.touch(lead=lead, kind="CALL_CONNECTED", actor=actor_of(kim), now=NOW + MINUTE)

    assert sla.sweep_due(now=NOW + 3 * HOUR) == 0


def test_a_timer_whose_reminders_fail_together_is_told_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    open_agency()
    hire()
    lead = receive_lead()

    def fail(*_: object) -> int:
        raise RuntimeError

    monkeypatch.setattr("routing.services.reminding._remind_some", fail)

    assert sla.sweep_due(now=NOW + HOUR / 2) == 1
    assert told(lead) == ["sla.reminded"]


def test_the_system_settles_nothing_that_is_not_due() -> None:
    open_agency()
    hire()
    timer = receive_lead().timers.get(kind="BREACH")

    with pytest.raises(sla.AlreadySettled):
        sla.settle(timer=timer, actor=SETUP, now=NOW)
