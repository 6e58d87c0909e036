"""What happens at one instant: clocks against touches, hand-overs against hand-overs, licences against claims."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from accounts.errors import Refused
from audit.models import Entry
from licenses.models import Producer
from routing.errors import TakenByAnother
from routing.models import Assignment, Lead, ProducerLoad, QueueItem, SlaTimer
from routing.services import claim, desk, fallback, handing, sla
from tests.agency import (
    MINUTE,
    NOW,
    SETUP,
    actor_of,
    fresh,
    held,
    hire,
    hire_many,
    mona,
    open_agency,
    receive_lead,
    set_profile,
)
from tests.races import Aside, together, until_somebody_waits

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

DUE = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a dozen hand-overs in a row take as long as a busy machine needs for them."""
    monkeypatch.setattr(claim, "TURN_PATIENCE", 60_000)


def breach_of(lead: Lead) -> SlaTimer:
    """Return the timer that takes the lead away."""
    return lead.timers.select_related("assignment", "lead").get(kind="BREACH", state="RUNNING")


def reasons() -> Counter[str]:
    """Return what became of all leads, by the reason they stand where they stand."""
    return Counter(Lead.objects.values_list("reason", flat=True))


def test_hand_overs_between_two_desks_at_once_do_not_wait_for_each_other() -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee")
    timers = [breach_of(receive_lead()) for _ in range(12)]
    assert (held(kim), held(lee)) == (6, 6)

    together([partial(sla.settle, timer=timer, actor=SETUP, now=DUE) for timer in timers])

    assert reasons() == {"ASSIGNED": 12}
    assert (held(kim), held(lee)) == (6, 6)
    assert Assignment.objects.filter(end="BREACHED").count() == 12


def test_who_waits_for_a_desk_takes_another_that_is_free_before() -> None:
    open_agency()
    desks = {each.pk: each for each in (hire("Kim"), hire("Lee"))}
    first = fresh(receive_lead()).owner_id
    assert first is not None
    [second] = desks.keys() - {first}  # whose turn it is
    both_held, may_free = threading.Barrier(3), threading.Event()
    may_end = threading.Event()

    def hold(producer_id: int, until: threading.Event) -> None:
        with transaction.atomic():
            ProducerLoad.objects.select_for_update().get(producer=producer_id)
            both_held.wait(30)
            until.wait(30)

    busy = [Aside(partial(hold, second, may_end)), Aside(partial(hold, first, may_free))]
    both_held.wait(30)
    coming = Aside(receive_lead)
    until_somebody_waits()
    may_free.set()
    lead = coming.result()
    may_end.set()
    [each.result() for each in busy]

    assert isinstance(lead, Lead)
    assert (fresh(lead).state, fresh(lead).owner_id) == ("ASSIGNED", first)


def test_four_sweeps_at_once_settle_every_timer_once() -> None:
    open_agency()
    team = hire_many(4)
    leads = [receive_lead() for _ in range(12)]

    settled = together([partial(sla.sweep_due, now=DUE) for _ in range(4)])

    assert sum(settled) == 12  # nobody is reminded of a lead that is taken away in the same round
    told = Entry.objects.values_list("action", flat=True).filter(action__startswith="sla.")
    assert Counter(told) == {"sla.breached": 12}
    assert {fresh(lead).hop for lead in leads} == {1}
    assert sum(held(each) for each in team) == 12


def test_a_touch_at_the_instant_of_the_breach_wins_or_loses_whole() -> None:
    open_agency()
    team = {each.pk: each for each in (hire("Kim"), hire("Lee"))}
    leads = [receive_lead() for _ in range(8)]
    timers = [breach_of(lead) for lead in leads]

    def touch(lead: Lead, holder: Producer) -> str:
        try:
            desk.touch(lead=lead, kind="CALL_CONNECTED", actor=actor_of(holder), now=DUE)
        except Refused as refusal:
            return refusal.code
        return "touched"

    def settle(timer: SlaTimer) -> str:
        try:
            sla.settle(timer=timer, actor=SETUP, now=DUE)
        except sla.AlreadySettled:
            return "late"
        return "breached"

    touches = [partial(touch, lead, team[lead.owner_id or 0]) for lead in leads]
    heard = together([*touches, *(partial(settle, timer) for timer in timers)])

    pairs = set(zip(heard[:8], heard[8:], strict=True))
    assert pairs <= {("touched", "late"), ("lead.not_yours", "breached"), ("lead.wrong_state", "breached")}
    assert reasons() == {"ASSIGNED": 8}
    assert SlaTimer.objects.filter(kind="BREACH", state="RUNNING").count() == heard.count("breached")


def test_sweeps_that_move_many_at_once_leave_those_that_are_touched_at_that_instant() -> None:
    open_agency()
    team = {each.pk: each for each in hire_many(4)}
    leads = [receive_lead() for _ in range(12)]

    def touch(lead: Lead, holder: Producer) -> int:
        try:
            desk.touch(lead=lead, kind="CALL_CONNECTED", actor=actor_of(holder), now=DUE)
        except Refused:
            return 0
        return 1

    touches = [partial(touch, lead, team[lead.owner_id or 0]) for lead in leads]
    sweeps = [partial(sla.sweep_due, now=DUE) for _ in range(2)]
    heard = together([*touches, *sweeps])
    sla.sweep_due(now=DUE)  # what a touch that failed had in hand

    assert [fresh(lead).hop for lead in leads] == [1 - touched for touched in heard[:12]]
    assert Entry.objects.filter(action="sla.breached").count() == 12 - sum(heard[:12])
    assert sum(held(each) for each in team.values()) == 12


def test_an_accept_a_decline_and_a_reassignment_at_once_leave_one_owner() -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee")
    leads = [receive_lead() for _ in range(6)]
    team = {kim.pk: kim, lee.pk: lee}

    def try_to(move: Callable[[], object]) -> str:
        try:
            move()
        except Refused as refusal:
            return refusal.code
        return "done"

    moves = [
        move
        for lead in leads
        for move in (
            partial(desk.accept, lead=lead, actor=actor_of(team[lead.owner_id or 0]), now=NOW + MINUTE),
            partial(desk.decline, lead=lead, reason="No", actor=actor_of(team[lead.owner_id or 0]), now=NOW + MINUTE),
            partial(handing.reassign, lead=lead, reason="Moved", actor=mona(), now=NOW + MINUTE),
        )
    ]
    together([partial(try_to, move) for move in moves])

    active = Assignment.objects.filter(ended_at__isnull=True)
    waiting = QueueItem.objects.exclude(state="RESOLVED")
    assert active.count() + waiting.count() == 6
    assert held(kim) + held(lee) == active.count()
    for lead in leads:
        now_at = fresh(lead)
        assert (now_at.owner_id is None) == (now_at.state == "FALLBACK")


def test_two_managers_take_one_item_and_one_gets_it() -> None:
    open_agency()
    lead = receive_lead()
    item = lead.queue_items.get()
    manager = mona()

    def take(_: int) -> str:
        try:
            fallback.take(item=item, user_id=int(manager.id), actor=manager, now=NOW)
        except TakenByAnother as refusal:
            return str(refusal)
        return "taken"

    heard = together([partial(take, number) for number in range(4)])

    assert Counter(heard) == {
        "taken": 1,
        "Mona Reyes took this item; ask them, or wait until it is put back.": 3,
    }


def test_two_reruns_at_once_place_a_waiting_lead_once() -> None:
    open_agency()
    kim = hire(capacity=0)
    leads = [receive_lead() for _ in range(4)]
    set_profile(kim, capacity=4)

    placed = together([partial(fallback.rerun_waiting, now=NOW + MINUTE) for _ in range(4)])

    assert sum(placed) == 4
    assert held(kim) == 4
    assert {fresh(lead).state for lead in leads} == {"ASSIGNED"}
