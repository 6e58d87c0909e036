"""Rules are set aside for one lead, with a reason; a law by two people, the license guard by nobody."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.actor import Actor
from accounts.errors import Forbidden, Invalid
from accounts.policy import Role
from audit.models import Entry
from licenses.models import Producer
from routing.errors import TakenByAnother, WrongState
from routing.models import Decision, Lead, Override
from routing.services import fallback, overriding, replaying, sweeping
from routing.services.handing import NotEligible
from routing.services.overriding import SecondPerson
from tests.agency import (
    MINUTE,
    NOW,
    fresh,
    held,
    hire,
    keep_hours,
    mona,
    open_agency,
    owners,
    publish,
    receive_lead,
    set_license,
    set_profile,
)
from tests.factories import make_user
from tests.integration.routing.test_desk import refused

pytestmark = pytest.mark.django_db

LATER = NOW + MINUTE
SPANISH = {
    "id": "spanish",
    "name": "Speaks Spanish",
    "require": {"field": "producer.languages", "op": "contains", "value": "es"},
    "reason": "LANGUAGE",
    "message": "speaks no Spanish",
}
OF_LAW = {
    **SPANISH,
    "citation": {"source": "Invented Code 1-2-3", "verified_on": "2026-06-01", "confidence": "high"},
}


def other(role: Role = Role.MANAGER) -> Actor:
    return make_user(role, username="max", first_name="Max", last_name="Ode").actor()


def blocked(rule: dict[str, Any]) -> tuple[Producer, Lead]:
    """Return a producer whom a rule keeps from a lead that waits."""
    open_agency()
    publish("spanish", rule, stage="eligibility")
    return hire(), receive_lead()


def ask(lead: Lead, producer: Producer, **more: Any) -> Any:
    given = {
        "code": "CUSTOMER_WISH",
        "text": "They asked for her by name.",
        "expires_at": LATER + timedelta(hours=8),
        "actor": mona(),
        "now": LATER,
        **more,
    }
    return overriding.ask(lead=lead, producer_id=producer.pk, **given)


def actions() -> list[str]:
    return list(Entry.objects.filter(action__startswith="override.").order_by("seq").values_list("action", flat=True))


def test_a_rule_of_the_agency_is_set_aside_at_once_and_the_receipt_says_so() -> None:
    kim, lead = blocked(SPANISH)

    asked, placement = ask(lead, kim)

    asked.refresh_from_db()
    assert (owners(lead), asked.state, asked.assignment) == (["Kim"], "USED", placement.assignment)
    assert placement.decision.receipt["override"] == {
        "id": str(asked.pk),
        "code": "CUSTOMER_WISH",
        "waived": [{"key": "spanish:spanish", "text": "speaks no Spanish", "is_legal": False}],
    }
    assert actions() == ["override.asked", "override.used"]


def test_a_decision_with_rules_set_aside_replays() -> None:
    kim, lead = blocked(SPANISH)
    _, placement = ask(lead, kim)

    replayed = replaying.replay(decision=Decision.objects.get(pk=placement.decision.pk))

    assert (replayed.answer.value, replayed.differences) == ("SAME", ())


def test_a_law_takes_a_second_person() -> None:
    kim, lead = blocked(OF_LAW)

    asked, placement = ask(lead, kim)
    assert (placement, fresh(lead).state, asked.is_legal) == (None, "FALLBACK", True)
    refused(lambda: overriding.grant(override=asked, actor=mona(), now=LATER), SecondPerson)
    overriding.grant(override=asked, actor=other(), now=LATER)

    asked.refresh_from_db()
    assert (owners(lead), asked.state, str(asked.decided_by)) == (["Kim"], "USED", "Max Ode")
    assert actions() == ["override.asked", "override.granted", "override.used"]


def test_the_second_person_may_agree_while_the_one_who_asked_holds_the_item() -> None:
    kim, lead = blocked(OF_LAW)
    fallback.take(item=lead.queue_items.get(), user_id=int(mona().id), actor=mona(), now=NOW)
    asked, _ = ask(lead, kim)

    overriding.grant(override=asked, actor=other(), now=LATER)

    assert (owners(lead), lead.queue_items.get().state) == (["Kim"], "RESOLVED")


def test_nobody_agrees_while_a_third_person_works_on_the_item() -> None:
    kim, lead = blocked(OF_LAW)
    asked, _ = ask(lead, kim)
    third = make_user(Role.MANAGER, username="tess", first_name="Tess", last_name="Ray").actor()
    fallback.take(item=lead.queue_items.get(), user_id=int(third.id), actor=third, now=NOW)

    refused(lambda: overriding.grant(override=asked, actor=other(), now=LATER), TakenByAnother)

    assert (owners(lead), Override.objects.get().state) == ([""], "ASKED")


def test_the_database_holds_a_law_to_two_people() -> None:
    kim, lead = blocked(OF_LAW)
    asked, _ = ask(lead, kim)

    for decided_by in (None, asked.asked_by):
        with pytest.raises(IntegrityError), transaction.atomic():
            Override.objects.filter(pk=asked.pk).update(state="USED", decided_by=decided_by)


@pytest.mark.parametrize("rule", [SPANISH, OF_LAW], ids=["the agency's", "a law"])
def test_the_license_guard_is_set_aside_by_nobody(rule: dict[str, Any]) -> None:
    kim, lead = blocked(rule)
    set_license(kim, status="SUSPENDED")

    refusal = refused(lambda: ask(lead, kim), NotEligible)

    assert str(refusal).startswith("Nobody sets the license guard aside. Kim Park: ")
    assert (owners(lead), held(kim)) == ([""], 0)


def test_a_license_that_ends_before_the_second_person_agrees_still_counts() -> None:
    kim, lead = blocked(OF_LAW)
    asked, _ = ask(lead, kim)
    set_license(kim, status="SUSPENDED")

    refused(lambda: overriding.grant(override=asked, actor=other(), now=LATER), NotEligible)

    assert owners(lead) == [""]


def test_what_came_into_the_way_since_was_not_agreed_to() -> None:
    kim, lead = blocked(OF_LAW)
    asked, _ = ask(lead, kim)
    keep_hours(kim, (0, 14, 18))

    refused(lambda: overriding.grant(override=asked, actor=other(), now=LATER), WrongState)


def test_a_full_desk_gains_no_seat() -> None:
    kim, lead = blocked(SPANISH)
    set_profile(kim, capacity=0)

    refusal = refused(lambda: ask(lead, kim), NotEligible)

    assert "Kim Park is at capacity." in str(refusal)
    assert not Override.objects.exists()


def test_somebody_off_shift_is_given_a_lead_with_a_reason() -> None:
    open_agency()
    kim = hire()
    keep_hours(kim, (0, 14, 18))
    lead = receive_lead()

    ask(lead, kim)

    assert owners(lead) == ["Kim"]


def test_where_no_rule_stands_in_the_way_none_is_set_aside() -> None:
    open_agency()
    kim = hire(capacity=0)
    lead = receive_lead()

    refused(lambda: ask(lead, kim), WrongState)


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        pytest.param({"code": "BECAUSE"}, "/code", id="no such code"),
        pytest.param({"text": "Urgent."}, "/text", id="no sentence"),
        pytest.param({"expires_at": LATER}, "/expires", id="over at once"),
        pytest.param({"expires_at": LATER + timedelta(days=4)}, "/expires", id="for too long"),
    ],
)
def test_it_takes_a_reason_and_an_end(given: dict[str, Any], pointer: str) -> None:
    kim, lead = blocked(SPANISH)

    refusal = refused(lambda: ask(lead, kim, **given), Invalid)

    assert isinstance(refusal, Invalid)
    assert [problem.pointer for problem in refusal.problems] == [pointer]


def test_what_nobody_agrees_to_runs_out() -> None:
    kim, lead = blocked(OF_LAW)
    asked, _ = ask(lead, kim)
    end = asked.expires_at

    sweeping.sweep(now=end - MINUTE)
    assert Override.objects.get().state == "ASKED"
    sweeping.sweep(now=end)

    assert (Override.objects.get().state, actions()) == ("EXPIRED", ["override.asked", "override.expired"])
    refused(lambda: overriding.grant(override=asked, actor=other(), now=end), WrongState)


def test_a_refusal_leaves_the_lead_waiting_and_it_may_be_asked_again() -> None:
    kim, lead = blocked(OF_LAW)
    asked, _ = ask(lead, kim)
    refused(lambda: ask(lead, kim), WrongState)

    overriding.refuse(override=asked, actor=other(), now=LATER)
    again, _ = ask(lead, kim)

    assert (Override.objects.get(pk=asked.pk).state, again.state, fresh(lead).state) == ("REFUSED", "ASKED", "FALLBACK")


def test_only_managers_set_rules_aside_and_not_under_anothers_hands() -> None:
    kim, lead = blocked(SPANISH)
    max_ = other()
    fallback.take(item=lead.queue_items.get(), user_id=int(max_.id), actor=max_, now=LATER)

    refused(lambda: ask(lead, kim, actor=make_user(Role.AUDITOR).actor()), Forbidden)
    refused(lambda: ask(lead, kim), TakenByAnother)
