"""A miss that is foreseen moves the lead before it happens; one nobody could help is not held against anybody."""

from datetime import datetime, timedelta

import pytest
from django.core import mail

from audit.models import Entry
from licenses.models import Producer
from outbox import services as outbox
from outbox.models import Heartbeat, Message
from routing.errors import WrongState
from routing.models import Assignment, FairnessEntry, Lead, Leave, PoolCredit, SlaPolicy
from routing.services import availability, catching_up, desk, pausing, roster, sla
from tests.agency import (
    MINUTE,
    NOW,
    actor_of,
    climb,
    fresh,
    hire,
    open_agency,
    owners,
    receive_lead,
    send_on_leave,
    set_profile,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_new_york")]

HOUR = 60 * MINUTE


def sweep(at: datetime) -> None:
    """Sweep as clocks that are always looked after do: somebody was there a minute ago."""
    Heartbeat.objects.update_or_create(name=catching_up.SIGN, defaults={"at": at - MINUTE})
    sla.sweep_due(now=at)


def actions(lead: Lead) -> list[str]:
    told = Entry.objects.filter(target_id=str(lead.pk), action__startswith="sla.")
    return list(told.order_by("seq").values_list("action", flat=True))


def busy_kim(leads: int, **policy: object) -> tuple[Producer, list[Lead]]:
    """Return Kim with so many unanswered leads, ten minutes each, while Lee has come to help since."""
    open_agency()
    climb((50, "FORESEEN"), (100, "BREACH"), **policy)
    kim = hire("Kim")
    held = [receive_lead(now=NOW + number * timedelta(seconds=1)) for number in range(leads)]
    hire("Lee")
    return kim, held


def test_leads_the_producer_will_not_get_to_move_before_the_miss() -> None:
    kim, held = busy_kim(5)

    sweep(NOW + HOUR / 2 + MINUTE)

    # Half an hour is left less a minute: two leads of ten minutes each. With each that moves, the rest move up.
    moved = [lead for lead in held if owners(lead) == ["Lee"]]
    assert [owners(lead) for lead in held[:2]] == [["Kim"], ["Kim"]]
    assert [actions(lead) for lead in moved] == [["sla.foreseen"]] * len(moved)
    assert len(moved) == 3
    assert all(fresh(lead).hop == 1 for lead in moved)
    ended = Assignment.objects.filter(producer=kim, ended_at__isnull=False)
    assert set(ended.values_list("end", "is_returned")) == {("REASSIGNED", True)}


def test_a_producer_with_time_keeps_the_lead_and_nothing_is_told() -> None:
    _, [lead] = busy_kim(1)

    sweep(NOW + HOUR / 2)

    assert (owners(lead), actions(lead)) == (["Kim"], [])


def test_a_producer_who_has_gone_home_will_not_get_to_it() -> None:
    kim, [lead] = busy_kim(1)
    send_on_leave(kim, since=NOW + MINUTE, until=NOW + 10 * HOUR)

    sweep(NOW + HOUR / 2)

    assert (owners(lead), actions(lead)) == (["Lee"], ["sla.foreseen"])


def test_where_nobody_else_may_have_it_the_pools_manager_hears_of_it() -> None:
    open_agency()
    climb((50, "FORESEEN"), (100, "BREACH"))
    kim = hire("Kim")
    lead = receive_lead()
    send_on_leave(kim, since=NOW + MINUTE, until=NOW + 10 * HOUR)

    sweep(NOW + HOUR / 2)

    assert (owners(lead), actions(lead)) == (["Kim"], ["sla.escalated"])
    assert Message.objects.get(topic="sla.escalated").payload["told"] == "TEAM_LEAD"


def test_foreseen_moves_count_against_the_hops() -> None:
    kim, [lead] = busy_kim(1, max_hops=0)
    send_on_leave(kim, since=NOW + MINUTE, until=NOW + 10 * HOUR)

    sweep(NOW + HOUR / 2)

    assert (owners(lead), actions(lead)) == (["Kim"], ["sla.escalated"])


def miss(lead: Lead, at: datetime) -> Assignment:
    """Let the clock of whoever has the lead run out; return how it ended."""
    held = lead.assignments.get(ended_at__isnull=True)
    sweep(at)
    held.refresh_from_db()
    assert held.end == "BREACHED"
    return held


def test_whoever_misses_too_many_in_a_row_is_set_away_and_comes_back_with_one_click() -> None:
    open_agency()
    climb((100, "BREACH"), away_after=2, away_minutes=45)
    kim = hire("Kim")
    first, second = receive_lead(), receive_lead(now=NOW + MINUTE)
    hire("Lee", weight=0)

    miss(first, NOW + HOUR)
    assert availability.find(producer=kim, now=NOW + HOUR) is None
    away_at = NOW + HOUR + MINUTE
    miss(second, away_at)

    leave = availability.find(producer=kim, now=away_at)
    assert leave is not None
    assert (leave.ends_at, leave.reason) == (away_at + 45 * MINUTE, availability.MISSED)
    assert Entry.objects.get(action="producer.set_away").detail["missed"] == 2
    set_profile(Producer.objects.get(first_name="Lee"), capacity=0)
    assert owners(receive_lead(now=away_at + MINUTE)) == [""]

    availability.come_back(producer=kim, actor=actor_of(kim), now=away_at + 2 * MINUTE)

    assert owners(receive_lead(now=away_at + 3 * MINUTE)) == ["Kim"]


def test_the_letter_says_until_when_and_how_to_be_back() -> None:
    open_agency()
    climb((100, "BREACH"), away_after=1)
    kim = hire("Kim")
    Producer.objects.filter(pk=kim.pk).update(email="kim@example.com", time_zone="America/New_York")
    miss(receive_lead(), NOW + HOUR)

    outbox.relay(now=NOW + HOUR)
    outbox.relay(now=NOW + HOUR)

    [letter] = [each for each in mail.outbox if each.subject == "You take no leads for a while"]
    assert "until Nov 23, 11:30 EST" in letter.body
    assert "/admin/routing/lead/desk/" in letter.body


@pytest.mark.parametrize("what", ["answered", "came back"])
def test_an_answer_or_a_return_begins_the_row_anew(what: str) -> None:
    open_agency()
    climb((100, "BREACH"), away_after=2 if what == "answered" else 1)
    kim = hire("Kim")
    first, answered, last = (receive_lead(now=NOW + number * MINUTE) for number in range(3))
    miss(first, NOW + HOUR)
    if what == "answered":
        desk.touch(lead=answered, kind="CALL_CONNECTED", actor=actor_of(kim), now=NOW + HOUR)
    else:
        availability.come_back(producer=kim, actor=actor_of(kim), now=NOW + HOUR + timedelta(seconds=1))
        desk.touch(lead=answered, kind="CALL_CONNECTED", actor=actor_of(kim), now=NOW + HOUR + timedelta(seconds=2))
        SlaPolicy.objects.update(away_after=2)
        roster.changed(roster.AGENCY, at=NOW)

    miss(last, NOW + HOUR + 2 * MINUTE)

    assert availability.find(producer=kim, now=NOW + HOUR + 2 * MINUTE) is None


def test_a_managers_leave_is_not_the_producers_to_end() -> None:
    open_agency()
    kim = hire("Kim")
    send_on_leave(kim, until=NOW + HOUR)

    with pytest.raises(WrongState):
        availability.come_back(producer=kim, actor=actor_of(kim), now=NOW + MINUTE)


def test_a_policy_that_sets_nobody_away_sets_nobody_away() -> None:
    open_agency()
    climb((100, "BREACH"))
    hire("Kim")
    for number in range(3):
        receive_lead(now=NOW + number * MINUTE)

    sweep(NOW + 2 * HOUR)

    assert not Leave.objects.exists()


def test_an_outage_the_producer_reported_excuses_their_other_leads() -> None:
    open_agency()
    climb((100, "BREACH"), away_after=1)
    kim = hire("Kim")
    reported, other = receive_lead(), receive_lead(now=NOW + MINUTE)
    until = NOW + 20 * MINUTE
    pausing.pause(lead=reported, reason="OUTAGE", until=until, actor=actor_of(kim), now=NOW + 10 * MINUTE)

    held = miss(other, NOW + HOUR + MINUTE)

    assert held.excuse == "OUTAGE"
    assert actions(other) == ["sla.breached", "sla.excused"]
    assert availability.find(producer=kim, now=NOW + HOUR + MINUTE) is None
    assert FairnessEntry.objects.get(assignment=held, kind="EXCUSED").turns == -1
    assert PoolCredit.objects.get(producer=kim).credit == sum(FairnessEntry.objects.values_list("turns", flat=True))


def test_clocks_that_stood_still_excuse_whose_time_ran_out_meanwhile() -> None:
    open_agency()
    climb((100, "BREACH"), away_after=1)
    kim = hire("Kim")
    lead = receive_lead()
    held = lead.assignments.get()
    Heartbeat.objects.create(name=catching_up.SIGN, at=NOW + 40 * MINUTE)

    sla.sweep_due(now=NOW + HOUR)

    held.refresh_from_db()
    assert (held.end, held.excuse) == ("BREACHED", "OUTAGE")
    assert availability.find(producer=kim, now=NOW + HOUR) is None


@pytest.mark.parametrize(
    ("hour", "excuse"), [(9, ""), (9.75, "LAW"), (12, "LAW")], ids=["by day", "at dusk", "at night"]
)
def test_hours_in_which_nobody_may_call_excuse(hour: float, excuse: str) -> None:
    open_agency()
    climb((100, "BREACH"))
    hire("Kim")
    received = NOW + hour * HOUR  # 10 in the morning and so many hours

    held = miss(receive_lead(now=received), received + HOUR)

    assert held.excuse == excuse
