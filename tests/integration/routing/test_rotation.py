"""Who gets the next lead, through real claims: fair shares, only of those who are there, licensed and free."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from licenses.models import Producer
from routing import waits
from routing.models import Lead
from routing.services import desk, fallback, sweeping
from tests.agency import (
    MINUTE,
    NOW,
    TODAY,
    actor_of,
    fresh,
    held,
    hire,
    keep_hours,
    open_agency,
    owners,
    publish,
    receive,
    receive_lead,
    send_on_leave,
    set_license,
    set_profile,
)

pytestmark = pytest.mark.django_db

YESTERDAY = TODAY - timedelta(days=1)


def shares(leads: int) -> dict[str, int]:
    """Take so many leads in, and return who got how many."""
    return dict(Counter(owners(*(receive_lead() for _ in range(leads)))))


def test_round_robin_gives_everybody_the_same_whatever_the_weights() -> None:
    open_agency()
    hire("Kim", weight=5), hire("Lee"), hire("Ray", weight=2)

    assert shares(12) == {"Kim": 4, "Lee": 4, "Ray": 4}


def test_no_producer_gets_two_before_the_others_have_one() -> None:
    open_agency()
    for name in ("Kim", "Lee", "Ray"):
        hire(name)

    rounds = [shares(3) for _ in range(4)]

    assert rounds == [{"Kim": 1, "Lee": 1, "Ray": 1}] * 4 or all(set(each.values()) == {1} for each in rounds)


def test_weighted_shares_as_the_weights() -> None:
    open_agency(strategy="weighted")
    hire("Kim", weight=3), hire("Lee", weight=1)

    assert shares(16) == {"Kim": 12, "Lee": 4}


def test_least_loaded_fills_desks_in_proportion() -> None:
    open_agency(strategy="least_loaded")
    hire("Kim", capacity=12), hire("Lee", capacity=4)

    assert shares(16) == {"Kim": 12, "Lee": 4}


def test_round_robin_turns_are_counted_among_those_licensed_for_the_lead() -> None:
    open_agency()
    hire("Kim"), hire("Lee", expiry_date=YESTERDAY)

    assert shares(4) == {"Kim": 4}


def test_who_joins_late_gets_a_fair_share_from_then_on() -> None:
    open_agency()
    hire("Kim"), hire("Lee")
    assert shares(8) == {"Kim": 4, "Lee": 4}

    hire("Ray")

    assert shares(9) == {"Kim": 3, "Lee": 3, "Ray": 3}


def test_who_returns_from_leave_is_not_flooded() -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee")
    send_on_leave(lee, until=NOW + timedelta(days=1))
    assert shares(10) == {"Kim": 10}

    back = [receive_lead(now=NOW + timedelta(days=1)) for _ in range(9)]

    # At most three in a row to catch up, then by turns.
    assert owners(*back)[:3] == ["Lee", "Lee", "Lee"]
    assert Counter(owners(*back[3:])) == {"Kim": 3, "Lee": 3}
    assert (held(kim), held(lee)) == (13, 6)


@pytest.mark.parametrize(
    ("spans", "status", "reason"),
    [
        pytest.param([(0, 8, 12)], "assigned", "ASSIGNED", id="on shift"),
        pytest.param([(0, 8, 10), (0, 14, 18)], "fallback", "NO_ONE_ON_SHIFT", id="between two shifts"),
        pytest.param([(1, 8, 18)], "fallback", "NO_ONE_ON_SHIFT", id="tomorrow"),
        pytest.param([(6, 20, 11)], "assigned", "ASSIGNED", id="a night shift that began on Sunday"),
    ],
)
def test_off_shift_is_not_eligible(spans: list[tuple[int, int, int]], status: str, reason: str) -> None:
    open_agency()
    keep_hours(hire(), *spans)

    answer = receive()

    assert (answer.body["status"], answer.body["reason"]["code"]) == (status, reason)


def test_a_lead_that_waits_for_a_shift_goes_out_when_it_starts() -> None:
    open_agency()
    kim = hire()
    keep_hours(kim, (0, 14, 18))
    lead = receive_lead()
    assert lead.queue_items.get().rerun_at == NOW + timedelta(hours=4)

    sweeping.sweep(now=NOW + timedelta(hours=4) - MINUTE)
    early = owners(lead)
    sweeping.sweep(now=NOW + timedelta(hours=4))

    assert (early, owners(lead)) == ([""], ["Kim"])
    assert lead.queue_items.get().state == "RESOLVED"
    assert lead.decisions.filter(trigger="RERUN").count() == 1


def test_a_lead_that_waits_for_somebody_on_leave_goes_out_on_the_return() -> None:
    open_agency()
    send_on_leave(hire(), until=NOW + timedelta(days=3))
    lead = receive_lead()

    assert lead.reason == "NO_ONE_ON_SHIFT"
    assert lead.queue_items.get().rerun_at == NOW + timedelta(days=3)


def free_a_seat(kim: Producer, first: Lead) -> None:
    desk.dispose(lead=first, disposition="SOLD", actor=actor_of(kim), now=NOW)


def raise_the_capacity(kim: Producer, first: Lead) -> None:
    set_profile(kim, capacity=2)


@pytest.mark.parametrize("change", [free_a_seat, raise_the_capacity])
def test_a_lead_that_waits_for_room_goes_out_when_there_is_some(change: Any) -> None:
    open_agency()
    kim = hire(capacity=1)
    first, waiting = receive_lead(), receive_lead()
    assert waiting.reason == "NO_CAPACITY"
    assert fallback.rerun_waiting(now=NOW + MINUTE) == 0

    change(kim, first)
    placed = fallback.rerun_waiting(now=NOW + MINUTE + waits.NEXT_LOOK)

    assert (placed, owners(waiting)) == (1, ["Kim"])


def test_a_lead_that_waits_for_a_licence_goes_out_when_it_comes() -> None:
    open_agency()
    kim = hire(license_status="PENDING")
    lead = receive_lead()
    assert lead.reason == "NO_LICENSED_PRODUCER"

    set_license(kim, status="ACTIVE")
    sweeping.sweep(now=NOW + MINUTE)

    assert owners(lead) == ["Kim"]


def test_leads_that_wait_go_out_oldest_first() -> None:
    open_agency()
    kim = hire(capacity=0)
    leads = [receive_lead(now=NOW + number * MINUTE) for number in range(3)]
    set_profile(kim, capacity=2)

    sweeping.sweep(now=NOW + 10 * MINUTE)

    assert owners(*leads) == ["Kim", "Kim", ""]


def test_a_rerun_that_finds_nobody_leaves_no_decision() -> None:
    open_agency()
    hire(capacity=0)
    lead = receive_lead()

    placed = fallback.rerun_waiting(now=NOW + MINUTE)

    assert (placed, lead.decisions.count()) == (0, 1)
    assert lead.queue_items.get().rerun_at == NOW + MINUTE + waits.NEXT_LOOK


def test_the_daily_cap_counts_the_producers_own_day() -> None:
    open_agency()
    kim = hire(caps={"DAY": 2}, time_zone="America/Los_Angeles")
    late = NOW + timedelta(hours=16, minutes=30)  # 23:30 in Los Angeles, tomorrow in New York

    answers = [receive(now=at).body["reason"]["code"] for at in (NOW, NOW, late, late + timedelta(hours=1))]

    assert answers == ["ASSIGNED", "ASSIGNED", "DAILY_CAP_REACHED", "ASSIGNED"]
    assert held(kim) == 3


def test_preferred_producers_come_first_whoever_is_next() -> None:
    open_agency()
    prefer = {
        "id": "spanish",
        "name": "Spanish speakers first",
        "prefer": {"field": "producer.languages", "op": "contains", "value": "es"},
        "weight": 5,
    }
    publish("fit", prefer, stage="eligibility")
    hire("Kim"), hire("Lee", languages=["es"], capacity=2)

    assert [owners(receive_lead())[0] for _ in range(3)] == ["Lee", "Lee", "Kim"]


@pytest.mark.parametrize(
    ("hired", "reason"),
    [
        pytest.param([], "POOL_EMPTY", id="nobody in the pool"),
        pytest.param([{"expiry_date": YESTERDAY}], "NO_LICENSED_PRODUCER", id="nobody licensed"),
        pytest.param([{"capacity": 0}], "NO_CAPACITY", id="nobody with room"),
        pytest.param([{"languages": ["en"]}], "NO_ELIGIBLE_PRODUCER", id="nobody the rules allow"),
        pytest.param([{"status": "LEAVE"}], "NO_LICENSED_PRODUCER", id="nobody active"),
        pytest.param([{"capacity": 0}, {"expiry_date": YESTERDAY}], "NO_CAPACITY", id="the nearest reason"),
    ],
)
def test_a_lead_nobody_gets_says_why_and_has_an_owner(hired: list[dict[str, Any]], reason: str) -> None:
    open_agency()
    speaks = {
        "id": "spanish",
        "name": "Somebody who speaks Spanish",
        "require": {"field": "producer.languages", "op": "contains", "value": "es"},
        "reason": "LANGUAGE",
    }
    publish("fit", speaks, stage="eligibility")
    for number, fields in enumerate(hired):
        hire(f"Kim{number}", **{"languages": ["es"], **fields})

    lead = receive_lead()

    item = lead.queue_items.get()
    assert (lead.state, lead.reason, item.reason) == ("FALLBACK", reason, reason)
    assert (item.kind, item.state, str(item.owner)) == ("FALLBACK", "OPEN", "Mona Reyes")


def test_the_pools_own_manager_comes_before_the_agencys() -> None:
    pool = open_agency()
    pool.manager = hire("Boss", capacity=0).user
    pool.save()

    lead = receive_lead()

    assert str(lead.queue_items.get().owner) == "Boss Park"
    assert fresh(lead).state == "FALLBACK"
