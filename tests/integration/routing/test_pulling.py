"""Taking the next: the best lead one may have, unseen, and each lead once however many press."""

from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from licenses.models import Producer
from routing.models import Assignment, Lead, Offer, OfferRound, PoolCredit, QueueItem
from routing.services import pulling, sweeping
from tests.agency import (
    MINUTE,
    NOW,
    actor_of,
    fresh,
    held,
    hire,
    hire_many,
    owners,
    publish,
    receive,
    receive_lead,
    send_on_leave,
    set_license,
)
from tests.integration.routing.test_offers import open_pool, require_replay
from tests.races import together

pytestmark = pytest.mark.django_db

ENDS = NOW + 15 * MINUTE


def take(producer: Producer) -> Lead:
    """Take the next."""
    return pulling.take_next(actor=actor_of(producer), now=NOW + MINUTE)


def nothing_for(producer: Producer) -> bool:
    """Say whether the producer hears that nothing waits."""
    with pytest.raises(pulling.NothingToTake):
        take(producer)
    return True


def test_a_lead_lies_in_the_pool_until_somebody_takes_it() -> None:
    open_pool("pull")
    kim = hire("Kim")
    answer = receive()
    lead = Lead.objects.get(pk=answer.body["id"])
    assert (answer.body["status"], answer.body["reason"]["code"]) == ("offered", "LAID_OUT")
    assert (lead.state, OfferRound.objects.get().expires_at, Offer.objects.count()) == ("OFFERED", ENDS, 0)

    assert take(kim) == lead

    lead, assignment = fresh(lead), Assignment.objects.get()
    assert (lead.state, lead.owner, lead.pool) == ("ACCEPTED", kim, "life")
    assert (assignment.assigned_at, assignment.due_at) == (NOW + MINUTE, NOW + 61 * MINUTE)
    assert held(kim) == 1
    assert int(PoolCredit.objects.get(producer=kim).credit) == 1
    assert [each.trigger for each in require_replay(lead)] == ["INTAKE", "TAKE"]
    assert nothing_for(kim)


def test_the_best_comes_first_by_promise_then_score_then_age() -> None:
    open_pool("pull")
    points = {"when": {"field": "lead.language", "op": "eq", "value": "es"}, "add": 10}
    publish("points", {"id": "es", "name": "Spanish", **points}, stage="score")
    kim = hire("Kim")
    second = receive_lead(now=NOW)
    third = receive_lead(now=NOW + timedelta(seconds=20))
    first = receive_lead(language="es", now=NOW + timedelta(seconds=40))
    last = receive_lead(language="es", now=NOW + MINUTE)

    assert [take(kim) for _ in range(4)] == [first, second, third, last]


def test_nobody_takes_what_they_may_not_have_now() -> None:
    open_pool("pull")
    kim, lee, max_ = hire("Kim"), hire("Lee", capacity=1), hire("Max")
    away = hire("Noa")
    leads = [receive_lead() for _ in range(3)]
    set_license(kim, status="INACTIVE")
    send_on_leave(away, until=NOW + 60 * MINUTE)

    assert nothing_for(kim)
    assert nothing_for(away)
    assert take(lee) == leads[0]
    assert nothing_for(lee)  # no room left
    assert [take(max_), take(max_)] == leads[1:]
    assert owners(*leads) == ["Lee", "Max", "Max"]


def test_who_had_the_lead_does_not_take_it_again() -> None:
    open_pool("pull")
    kim, lee = hire("Kim"), hire("Lee")
    lead = receive_lead()
    take(kim)
    sweeping.sweep(now=NOW + 62 * MINUTE)  # not answered in time: it lies there again
    assert fresh(lead).state == "OFFERED"

    with pytest.raises(pulling.NothingToTake):
        pulling.take_next(actor=actor_of(kim), now=NOW + 63 * MINUTE)
    assert pulling.take_next(actor=actor_of(lee), now=NOW + 63 * MINUTE) == lead
    require_replay(lead)


def test_what_nobody_takes_in_time_goes_to_the_queue() -> None:
    open_pool("pull")
    kim = hire("Kim")
    lead = receive_lead()

    sweeping.sweep(now=ENDS)

    assert (fresh(lead).state, QueueItem.objects.get().reason) == ("FALLBACK", "NOBODY_TOOK_IT")
    assert nothing_for(kim)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_sixteen_who_press_at_once_get_a_lead_each_as_long_as_there_are_some() -> None:
    open_pool("pull")
    people = hire_many(16)
    leads = [receive_lead() for _ in range(10)]

    def press(producer: Producer) -> Lead | None:
        try:
            return take(producer)
        except pulling.NothingToTake:
            return None

    taken = [each for each in together([partial(press, each) for each in people]) if each]

    assert sorted(each.pk for each in taken) == sorted(each.pk for each in leads)
    assert Assignment.objects.count() == len(leads)
    assert sorted(held(each) for each in people) == [0] * 6 + [1] * 10


def test_the_desk_has_a_button_where_a_pool_lays_out(client: Client) -> None:
    open_pool("pull")
    kim = hire("Kim")
    receive_lead(now=timezone.now())  # pages go by the real clock, and what is laid out lies for a while only
    assert kim.user is not None
    client.force_login(kim.user)
    assert b"Take next" in client.get("/admin/routing/lead/desk/").content

    answer = client.post("/admin/routing/lead/desk/next/", follow=True)

    assert b"Ada Byron is yours. The clock runs" in answer.content
