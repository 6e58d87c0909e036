"""What waits for a person: taken by one, put back, mended, closed with a reason, or tried again."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.actor import Actor
from accounts.errors import Forbidden, Invalid
from accounts.policy import Role
from audit.models import Entry
from licenses.models import Producer
from routing.errors import TakenByAnother, WrongState
from routing.models import QueueItem
from routing.services import fallback, handing, sla
from tests.agency import (
    MINUTE,
    NOW,
    actor_of,
    fresh,
    held,
    hire,
    make_source,
    mona,
    open_agency,
    owners,
    publish,
    receive,
    receive_lead,
    set_profile,
)
from tests.factories import make_user
from tests.integration.routing.test_desk import refused

pytestmark = pytest.mark.django_db

LATER = NOW + MINUTE


def waiting() -> QueueItem:
    """Return the item of a lead nobody has room for."""
    return receive_lead().queue_items.select_related("lead").get()


def assign(item: QueueItem, actor: Actor) -> Any:
    producer = Producer.objects.get()
    return handing.assign(lead=item.lead, producer_id=producer.pk, reason="By hand", actor=actor, now=LATER)


def quarantined(**fields: Any) -> QueueItem:
    """Return the item of a lead whose fields are at fault."""
    vendor, _ = make_source("vendor", invalid="QUARANTINE")
    answer = receive(source=vendor, **{"phone": "555", "attributes": {"pet": "dog"}, **fields})
    return QueueItem.objects.select_related("lead").get(lead=answer.body["id"])


def take(item: QueueItem, actor: Actor) -> Any:
    return fallback.take(item=item, user_id=int(actor.id), actor=actor, now=LATER)


def put_back(item: QueueItem, actor: Actor) -> Any:
    return fallback.put_back(item=item, actor=actor, now=LATER)


def resolve(item: QueueItem, actor: Actor) -> Any:
    return fallback.resolve(item=item, resolution="Called them", actor=actor, now=LATER)


def retry(item: QueueItem, actor: Actor) -> Any:
    return fallback.retry(item=item, actor=actor, now=LATER)


def mend(item: QueueItem, actor: Actor, **fields: Any) -> Any:
    good = {"first_name": "Ada", "phone": "404-555-0123", "state": "GA", "product": "term_life", **fields}
    return fallback.mend(item=item, fields=good, actor=actor, now=LATER)


MOVES = [take, put_back, resolve, retry, mend]


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.__name__)
@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATIONS, Role.PRODUCER])
def test_only_managers_work_the_queue(move: Callable[[QueueItem, Actor], object], role: Role) -> None:
    open_agency()
    item = waiting()
    actor = make_user(role).actor()

    refused(lambda: move(item, actor), Forbidden)


def test_an_item_is_taken_put_back_and_taken_by_another() -> None:
    open_agency()
    item, other = waiting(), make_user(Role.MANAGER, first_name="Max", last_name="Ode").actor()

    take(item, mona())
    refusal = refused(lambda: take(item, other), TakenByAnother)
    put_back(item, mona())
    take(item, other)

    assert str(refusal) == "Mona Reyes took this item; ask them, or wait until it is put back."
    item.refresh_from_db()
    assert (item.state, str(item.claimed_by), item.claimed_at) == ("CLAIMED", "Max Ode", LATER)


@pytest.mark.parametrize("move", [resolve, retry, mend, assign], ids=lambda move: move.__name__)
def test_what_one_manager_has_taken_no_other_settles(move: Callable[[QueueItem, Actor], object]) -> None:
    open_agency()
    item, other = waiting(), make_user(Role.MANAGER, first_name="Max", last_name="Ode").actor()
    take(item, mona())
    hire()

    refusal = refused(lambda: move(item, other), TakenByAnother)

    assert str(refusal) == "Mona Reyes took this item; ask them, or wait until it is put back."
    item.refresh_from_db()
    assert (item.state, fresh(item.lead).state) == ("CLAIMED", "FALLBACK")


def test_what_is_not_taken_cannot_be_put_back() -> None:
    open_agency()
    item = waiting()

    refused(lambda: put_back(item, mona()), WrongState)


def test_the_next_is_the_one_that_has_waited_longest() -> None:
    open_agency()
    leads = [receive_lead(now=NOW + number * MINUTE) for number in range(3)]
    user_id = int(mona().id)

    taken = [fallback.take_next(kind="FALLBACK", user_id=user_id, actor=mona(), now=LATER) for _ in range(4)]

    assert [each.lead if each else None for each in taken] == [*leads, None]


@pytest.mark.parametrize(("reject", "state"), [(False, "CLOSED"), (True, "REJECTED")])
def test_an_item_is_closed_with_how_it_was_resolved(reject: bool, state: str) -> None:
    open_agency()
    item = waiting()

    fallback.resolve(item=item, resolution="Moved abroad", reject=reject, actor=mona(), now=LATER)

    item.refresh_from_db()
    assert (item.state, item.resolution, item.resolved_at) == ("RESOLVED", "Moved abroad", LATER)
    assert fresh(item.lead).state == state
    assert Entry.objects.get(action="queue.resolved").detail == {"item": str(item.pk), "rejected": reject}


def test_closing_takes_a_word_of_how() -> None:
    open_agency()
    item = waiting()

    refused(lambda: fallback.resolve(item=item, resolution=" ", actor=mona(), now=LATER), Invalid)


def test_a_lead_closed_from_the_queue_raises_no_alarm() -> None:
    open_agency()
    hire()
    lead = receive_lead()
    sla.sweep_due(now=NOW + 60 * MINUTE)
    item = lead.queue_items.select_related("lead").get()

    resolve(item, mona())

    assert lead.timers.filter(state="RUNNING").count() == 0


@pytest.mark.parametrize("move", [take, resolve, retry, mend], ids=lambda move: move.__name__)
def test_a_resolved_item_is_worked_no_more(move: Callable[[QueueItem, Actor], object]) -> None:
    open_agency()
    item = waiting()
    resolve(item, mona())

    refused(lambda: move(item, mona()), WrongState)


def test_a_lead_somebody_holds_by_now_is_not_closed_from_an_old_item() -> None:
    open_agency()
    item = waiting()
    kim = hire()
    retry(item, mona())

    refused(lambda: resolve(item, mona()), WrongState)
    assert held(kim) == 1


def test_trying_again_uses_the_rules_of_now() -> None:
    open_agency()
    review = {"id": "all", "name": "Look at all", "effect": "review", "reason": "LOOK"}
    publish("checks", {**review, "when": {"field": "lead.state", "op": "eq", "value": "GA"}})
    kim = hire()
    lead = receive_lead()
    item = lead.queue_items.get()
    assert (lead.state, item.kind, item.reason) == ("REVIEW", "REVIEW", "LOOK")

    publish("checks", {**review, "when": {"field": "lead.state", "op": "eq", "value": "FL"}})
    placement = retry(item, mona())

    assert (placement.status, owners(lead), held(kim)) == ("assigned", ["Kim"], 1)
    decision = lead.decisions.get(trigger="RERUN")
    assert decision.receipt["rule_set_versions"]["checks"] == 2


def test_all_of_one_reason_are_tried_again_and_what_would_stay_stays() -> None:
    open_agency()
    kim = hire(capacity=0)
    leads = [receive_lead(now=NOW + number * MINUTE) for number in range(3)]
    set_profile(kim, capacity=2)

    tried, moved = fallback.retry_all(kind="FALLBACK", reason="NO_CAPACITY", actor=mona(), now=LATER)

    assert (tried, moved, owners(*leads)) == (3, 2, ["Kim", "Kim", ""])
    assert leads[2].decisions.count() == 1


def test_a_mended_lead_is_routed_with_the_rest_as_it_was_sent() -> None:
    open_agency()
    kim = hire()
    item = quarantined(consent={"text": "Yes"})

    placement = mend(item, mona())

    lead = fresh(item.lead)
    assert (placement.status, lead.owner_id, lead.governing_state) == ("assigned", kim.pk, "GA")
    assert lead.person is not None
    assert (lead.person.phone, lead.person.first_name) == ("+14045550123", "Ada")
    item.refresh_from_db()
    assert (item.state, item.resolution) == ("RESOLVED", "Mended by Mona Reyes.")
    assert Entry.objects.get(action="lead.mended").detail == {"fields": ["first_name", "phone", "product", "state"]}


def test_mending_tells_every_field_still_at_fault_and_changes_nothing() -> None:
    open_agency()
    item = quarantined()

    refusal = refused(lambda: mend(item, mona(), phone="5", state="XX"), Invalid)

    assert isinstance(refusal, Invalid)
    assert {each.pointer for each in refusal.problems} == {"/phone", "/state"}


def test_a_correction_leaves_the_person_older_decisions_saw() -> None:
    open_agency()
    lead = receive_lead(birth_date="1970-05-05")
    before = lead.decisions.get()
    item = lead.queue_items.select_related("lead").get()

    mend(item, mona(), birth_date="1980-05-05")

    assert fresh(lead).person_id != before.person_id
    assert lead.decisions.get(trigger="RERUN").person_id == fresh(lead).person_id
    assert actor_of(hire()).label == "Kim Park"
