"""The manager's hand: never past the guard, the rules or a full desk."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.errors import Forbidden, Invalid, Missing
from accounts.policy import Role
from routing.errors import WrongState
from routing.models import Assignment, Lead
from routing.services import desk, handing
from routing.services.outcomes import Placement
from tests.agency import (
    MINUTE,
    NOW,
    TODAY,
    actor_of,
    fresh,
    held,
    hire,
    hire_many,
    keep_hours,
    mona,
    open_agency,
    owners,
    publish,
    receive_lead,
    send_on_leave,
    set_license,
)
from tests.factories import make_user
from tests.integration.routing.test_desk import refused

pytestmark = pytest.mark.django_db

YESTERDAY = TODAY - timedelta(days=1)
SPANISH = {
    "id": "spanish",
    "name": "Somebody who speaks Spanish",
    "require": {"field": "producer.languages", "op": "contains", "value": "es"},
    "reason": "LANGUAGE",
    "message": "speaks no Spanish",
}


def assign(lead: Lead, producer_id: int, **more: Any) -> Placement:
    """Give a lead to a producer as the manager."""
    return handing.assign(
        lead=lead, producer_id=producer_id, **{"reason": "She knows them", "actor": mona(), "now": NOW + MINUTE, **more}
    )


def test_a_waiting_lead_goes_to_whom_the_manager_names() -> None:
    open_agency()
    lead = receive_lead()
    kim = hire()

    placement = assign(lead, kim.pk)

    assert (placement.status, owners(lead), held(kim)) == ("assigned", ["Kim"], 1)
    item = lead.queue_items.get()
    assert (item.state, item.resolution) == ("RESOLVED", "Assigned by Mona Reyes. She knows them")
    decision = lead.decisions.get(trigger="MANUAL")
    assert (decision.receipt["only"], decision.receipt["chosen"]) == (kim.pk, kim.pk)
    assert decision.receipt["actor"].endswith("Mona Reyes")
    assert {timer.kind for timer in lead.timers.filter(state="RUNNING")} >= {"REMIND", "BREACH"}


def test_a_lead_in_hand_is_moved_with_a_reason() -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee", weight=0)
    lead = receive_lead()

    assign(lead, lee.pk)

    assert (owners(lead), held(kim), held(lee)) == (["Lee"], 0, 1)
    ended = Assignment.objects.get(lead=lead, producer=kim)
    assert (ended.end, ended.end_reason, ended.ended_at) == ("REASSIGNED", "She knows them", NOW + MINUTE)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        pytest.param({"expiry_date": YESTERDAY}, "license ended Nov 22, 2026", id="license ended"),
        pytest.param({"license_status": "SUSPENDED"}, "license is suspended", id="license suspended"),
        pytest.param({"status": "LEAVE"}, "producer is on leave", id="not active"),
        pytest.param({"languages": ["en"]}, "speaks no Spanish", id="a rule says no"),
    ],
)
@pytest.mark.parametrize("in_hand", [False, True], ids=["waiting", "in hand"])
def test_nobody_gets_a_lead_by_hand_that_guard_or_rules_refuse(
    fields: dict[str, Any], text: str, in_hand: bool
) -> None:
    open_agency()
    publish("fit", SPANISH, stage="eligibility")
    if in_hand:
        hire("Kim", languages=["es"])
    lead = receive_lead()
    lee = hire("Lee", **{"languages": ["es"], **fields})

    refusal = refused(lambda: assign(lead, lee.pk), handing.NotEligible)

    assert str(refusal) == f"Lee Park may not have this lead: {text}."
    assert held(lee) == 0


def test_nobody_gets_a_lead_by_hand_off_shift() -> None:
    open_agency()
    lead = receive_lead()
    kim = hire()
    keep_hours(kim, (1, 8, 18))

    refusal = refused(lambda: assign(lead, kim.pk), handing.NotEligible)

    assert str(refusal) == "Kim Park may not have this lead: off shift."


def test_nobody_gets_a_lead_by_hand_beyond_capacity() -> None:
    open_agency()
    lead = receive_lead()
    kim = hire(capacity=0)

    refusal = refused(lambda: assign(lead, kim.pk), handing.NotEligible)

    assert str(refusal) == "Kim Park is at capacity."


@pytest.mark.parametrize("producer_id", [0, -1, 10**30])
def test_nobody_is_no_producer(producer_id: int) -> None:
    open_agency()
    lead = receive_lead()

    refused(lambda: assign(lead, producer_id), Missing)


def test_the_holder_does_not_get_it_again() -> None:
    open_agency()
    kim = hire()
    lead = receive_lead()

    refused(lambda: assign(lead, kim.pk), WrongState)


def test_moving_a_lead_in_hand_takes_a_reason() -> None:
    open_agency()
    hire("Kim")
    lee = hire("Lee", weight=0)
    lead = receive_lead()

    refused(lambda: assign(lead, lee.pk, reason=" "), Invalid)
    refused(lambda: handing.reassign(lead=lead, reason="", actor=mona(), now=NOW), Invalid)


def test_a_closed_lead_is_nobodys_to_give() -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee", weight=0)
    lead = receive_lead()
    desk.dispose(lead=lead, disposition="SOLD", actor=actor_of(kim), now=NOW)

    refused(lambda: assign(lead, lee.pk), WrongState)
    refused(lambda: handing.reassign(lead=lead, reason="Moved", actor=mona(), now=NOW), WrongState)


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATIONS, Role.PRODUCER])
@pytest.mark.parametrize("in_hand", [False, True], ids=["waiting", "in hand"])
def test_only_managers_give_leads(role: Role, in_hand: bool) -> None:
    open_agency()
    if in_hand:
        hire("Kim")
    lead = receive_lead()
    lee = hire("Lee")
    actor = make_user(role).actor()

    refused(lambda: assign(lead, lee.pk, actor=actor), Forbidden)
    refused(lambda: handing.reassign(lead=lead, reason="Moved", actor=actor, now=NOW), Forbidden)
    refused(lambda: handing.empty_desk(producer=lee, reason="Gone", actor=actor, now=NOW), Forbidden)


def test_reassigning_lets_the_rules_find_the_next() -> None:
    open_agency()
    kim, lee = hire("Kim"), hire("Lee", weight=0)
    lead = receive_lead()

    placement = handing.reassign(lead=lead, reason="On the phone all day", actor=mona(), now=NOW + MINUTE)

    assert (placement.status, owners(lead), held(kim), held(lee)) == ("assigned", ["Lee"], 0, 1)
    assert fresh(lead).hop == 0


def test_an_emptied_desk_goes_to_others_and_the_rest_to_the_manager() -> None:
    open_agency()
    kim = hire("Kim")
    leads = [receive_lead(now=NOW + number * MINUTE) for number in range(4)]
    lee = hire("Lee", capacity=3)
    send_on_leave(kim, until=NOW + timedelta(days=7))

    results = handing.empty_desk(producer=kim, reason="On leave", actor=mona(), now=NOW + 9 * MINUTE)

    assert [(lead, getattr(went, "status", "")) for lead, went in results] == [
        *((lead, "assigned") for lead in leads[:3]),
        (leads[3], "fallback"),
    ]
    assert (held(kim), held(lee), owners(*leads)) == (0, 3, ["Lee", "Lee", "Lee", ""])
    assert {each.decisions.filter(trigger="ABSENCE").count() for each in leads} == {1}


def test_emptying_a_desk_goes_around_a_lead_that_cannot_be_moved() -> None:
    open_agency()
    kim = hire("Kim")
    stuck, free = receive_lead(), receive_lead(now=NOW + MINUTE)
    assert stuck.person is not None
    stuck.person.delete()
    hire("Lee")

    results = handing.empty_desk(producer=kim, reason="Leaving", actor=mona(), now=NOW + 2 * MINUTE)

    assert isinstance(results[0][1], WrongState)
    assert owners(stuck, free) == ["Kim", "Lee"]


def test_who_lost_the_licence_is_passed_over_when_a_desk_is_emptied() -> None:
    open_agency()
    team = hire_many(3)
    lead = receive_lead()
    holder = Assignment.objects.select_related("producer").get(lead=lead).producer
    others = [each for each in team if each != holder]
    set_license(others[0], status="REVOKED")

    handing.empty_desk(producer=holder, reason="Leaving", actor=mona(), now=NOW + MINUTE)

    assert owners(lead) == [others[1].first_name]
