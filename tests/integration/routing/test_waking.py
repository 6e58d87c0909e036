"""A waiting lead is woken by what it waits for, and by nothing else."""

import logging
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from licenses.models import Producer
from outbox import services as outbox
from outbox.models import Message
from routing.models import Lead, QueueItem, Wake
from routing.services import desk, fallback, waking
from tests.agency import (
    MINUTE,
    NOW,
    TO_LIFE,
    actor_of,
    hire,
    keep_hours,
    make_pool,
    mona,
    open_agency,
    owners,
    publish,
    receive_lead,
    set_license,
    set_profile,
)

pytestmark = pytest.mark.django_db

LATER = NOW + 10 * MINUTE
TO_AUTO = {
    "id": "auto",
    "name": "This campaign goes to auto",
    "when": {"field": "lead.campaign", "op": "eq", "value": "auto"},
    "route": {"pool": "auto"},
    "examples": [{"facts": {"lead.campaign": "auto"}, "at": "2026-06-01T12:00:00Z", "expect": "match"}],
}


def speaks(language: str) -> dict[str, Any]:
    """Return a rule that leads of the campaign named so go to who speaks the language."""
    return {
        "id": language,
        "name": f"Speaks {language}",
        "when": {"field": "lead.campaign", "op": "eq", "value": language},
        "require": {"field": "producer.languages", "op": "contains", "value": language},
        "reason": "LANGUAGE",
        "message": f"does not speak {language}",
    }


def wake(*subjects: str, now: Any = LATER) -> int:
    waking.ring(subjects=subjects, now=now)
    return waking.work_due(now=now)


def of(producer: Producer) -> str:
    return f"producer:{producer.pk}"


def touched(*leads: Lead) -> list[bool]:
    """Say of each lead whether it was tried: placed, or looked at in vain."""
    items = {item.lead_id: item for item in QueueItem.objects.all()}
    return [items[lead.pk].state == "RESOLVED" or items[lead.pk].tried_at is not None for lead in leads]


def two_pools() -> tuple[Producer, Producer]:
    """Return a full producer in each of two pools."""
    open_agency()
    make_pool("auto")
    publish(
        "routes",
        TO_AUTO,
        TO_LIFE,
    )
    return hire(capacity=0), hire("Lee", pool="auto", capacity=0)


def test_a_seat_touches_the_leads_that_wait_for_it_and_no_others() -> None:
    kim, _ = two_pools()
    for_kim, for_lee = [receive_lead() for _ in range(3)], [receive_lead(source_campaign="auto") for _ in range(4)]

    set_profile(kim, capacity=5)
    moved = wake(of(kim))

    assert (moved, owners(*for_kim)) == (3, ["Kim"] * 3)
    assert touched(*for_lee) == [False] * 4
    assert not Wake.objects.exists()


def test_one_seat_touches_one_lead_the_one_worth_most_and_then_the_oldest() -> None:
    open_agency()
    kim = hire(capacity=0)
    small, old, new = receive_lead(premium="100"), receive_lead(premium="900"), receive_lead(premium="900")

    set_profile(kim, capacity=1)
    moved = wake(of(kim))

    assert (moved, owners(old)) == (1, ["Kim"])
    assert touched(small, new) == [False, False]


def test_a_desk_that_is_still_full_touches_nothing() -> None:
    kim, lee = two_pools()
    lead = receive_lead()

    assert wake(of(kim), of(lee)) == 0
    assert touched(lead) == [False]


def test_a_lead_names_the_desks_it_waits_for() -> None:
    open_agency()
    kim = hire(capacity=0)

    item = receive_lead().queue_items.get()

    assert (item.pool, item.waits_for) == ("life", {"rules": [], "full": [[kim.pk, "Kim Park", "AT_CAPACITY"]]})


def test_a_licence_gained_rings_for_its_producer_through_the_outbox() -> None:
    open_agency()
    kim, ray = hire(license_status="PENDING"), hire("Ray", license_status="PENDING")
    lead = receive_lead()
    assert lead.reason == "NO_LICENSED_PRODUCER"

    set_license(kim, status="ACTIVE")
    with time_machine.travel(LATER, tick=False):
        outbox.relay(now=LATER)

    assert owners(lead) == ["Kim"]
    assert not Message.objects.filter(topic="license.changed", done_at__isnull=True).exists()
    assert wake(of(ray)) == 0


def test_a_closed_lead_makes_room_for_the_next_through_the_outbox() -> None:
    open_agency()
    kim = hire(capacity=1)
    first, waiting = receive_lead(), receive_lead()

    desk.dispose(lead=first, disposition="SOLD", actor=actor_of(kim), now=LATER)
    with time_machine.travel(LATER, tick=False):
        outbox.relay(now=LATER)

    assert owners(waiting) == ["Kim"]


def test_a_licence_gained_off_shift_counts_from_the_shifts_start() -> None:
    open_agency()
    kim = hire(license_status="PENDING")
    keep_hours(kim, (0, 14, 18))
    lead = receive_lead()

    set_license(kim, status="ACTIVE")
    wake(of(kim), now=NOW)
    opens = NOW + timedelta(hours=4)

    assert QueueItem.objects.get().rerun_at == NOW + MINUTE  # a look comes before that anyway
    assert fallback.rerun_waiting(now=NOW + MINUTE) == 0
    assert (QueueItem.objects.get().reason, QueueItem.objects.get().rerun_at) == ("NO_ONE_ON_SHIFT", opens)
    assert (fallback.rerun_waiting(now=opens), owners(lead)) == (1, ["Kim"])


def test_a_lead_full_desks_keep_is_tried_when_the_next_shift_begins() -> None:
    open_agency()
    hire(capacity=0)
    keep_hours(hire("Lee"), (0, 10, 18))
    lead = receive_lead(now=NOW - timedelta(seconds=20))

    assert (lead.reason, lead.queue_items.get().rerun_at) == ("NO_CAPACITY", NOW)


def test_a_rule_set_touches_the_leads_it_stood_in_the_way_of() -> None:
    open_agency()
    publish("spanish", speaks("es"), stage="eligibility")
    publish("korean", speaks("ko"), stage="eligibility")
    hire()
    spanish, korean = [receive_lead(source_campaign="es") for _ in range(2)], receive_lead(source_campaign="ko")
    assert (spanish[0].reason, spanish[0].queue_items.get().waits_for["rules"]) == ("NO_ELIGIBLE_PRODUCER", ["spanish"])

    publish("spanish", speaks("fr"), stage="eligibility")
    moved = wake("rules:spanish")

    assert (moved, owners(*spanish), touched(korean)) == (2, ["Kim", "Kim"], [False])


def test_a_route_touches_the_leads_it_now_sends_elsewhere() -> None:
    open_agency()
    make_pool("auto")
    hire(capacity=0)
    hire("Lee", pool="auto")
    elsewhere, here = receive_lead(source_campaign="auto"), receive_lead()
    assert (elsewhere.pool, here.pool) == ("life", "life")

    publish("routes", TO_AUTO, TO_LIFE)
    moved = wake("rules:routes")

    assert (moved, owners(elsewhere), touched(here)) == (1, ["Lee"], [False])


def test_a_pool_that_gains_a_member_takes_its_leads() -> None:
    open_agency()
    lead = receive_lead()
    assert lead.reason == "POOL_EMPTY"

    hire()

    assert (wake("pool:auto"), wake("pool:life"), owners(lead)) == (0, 1, ["Kim"])


def test_what_a_manager_works_on_is_left_alone() -> None:
    kim, _ = two_pools()
    lead = receive_lead()
    item = lead.queue_items.get()
    fallback.take(item=item, user_id=int(mona().id), actor=mona(), now=NOW)

    set_profile(kim, capacity=1)

    assert (wake(of(kim)), touched(lead)) == (0, [False])


def test_a_worker_that_dies_leaves_the_wake_to_the_next() -> None:
    kim, _ = two_pools()
    lead = receive_lead()
    set_profile(kim, capacity=1)
    waking.ring(subjects=[of(kim)], now=LATER)
    Wake.objects.update(lease_until=LATER + waking.LEASE)  # as a killed worker leaves it

    early = waking.work_due(now=LATER + waking.LEASE - MINUTE / 60)
    after = waking.work_due(now=LATER + waking.LEASE)

    assert (early, after, owners(lead), Wake.objects.count()) == (0, 1, ["Kim"], 0)


def test_a_ring_while_the_leads_are_gone_through_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    kim, _ = two_pools()
    receive_lead()
    set_profile(kim, capacity=1)
    look = fallback.look

    def look_and_ring(**given: Any) -> bool:
        waking.ring(subjects=[of(kim)], now=LATER)
        return look(**given)

    monkeypatch.setattr(fallback, "look", look_and_ring)
    wake(of(kim))

    assert Wake.objects.get().lease_until is None


def test_a_wake_that_takes_long_goes_on_in_the_next_round(monkeypatch: pytest.MonkeyPatch) -> None:
    kim, _ = two_pools()
    leads = [receive_lead() for _ in range(2)]
    set_profile(kim, capacity=2)
    monkeypatch.setattr(waking, "TURN", -1.0)

    rounds = [wake(of(kim)), Wake.objects.count(), waking.work_due(now=LATER), waking.work_due(now=LATER)]

    assert (rounds, owners(*leads), Wake.objects.count()) == ([1, 1, 1, 0], ["Kim", "Kim"], 0)


def test_a_lead_that_cannot_be_read_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    kim, _ = two_pools()
    broken, sound = receive_lead(premium="900"), receive_lead()
    Lead.objects.filter(pk=broken.pk).update(zones=["Mars/Olympus_Mons"])
    set_profile(kim, capacity=2)

    with caplog.at_level(logging.ERROR, "routing.services.waking"):
        moved = wake(of(kim))

    assert (moved, owners(broken, sound)) == (1, ["", "Kim"])
    assert [record.message for record in caplog.records] == ["queue.rerun_failed"]


def test_a_wake_that_fails_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    kim, _ = two_pools()
    lead = receive_lead()
    set_profile(kim, capacity=1)

    with caplog.at_level(logging.ERROR, "routing.services.waking"):
        moved = wake("moon:1", of(kim))

    assert (moved, owners(lead)) == (1, ["Kim"])
    assert [record.message for record in caplog.records] == ["wake.failed"]
