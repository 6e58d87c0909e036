"""Many leads at one instant: every lead once, nobody over capacity."""

from collections import Counter
from functools import partial

import pytest

from routing.models import Assignment, Pool, PoolCredit, QueueItem
from tests.agency import a_lead, held, hire, hire_many
from tests.functional.api.door import NOTHING, Door, written
from tests.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("strategy", ["round_robin", "least_loaded"])
def test_64_leads_for_five_producers_of_capacity_three(web: Door, strategy: str) -> None:
    Pool.objects.update(strategy=strategy)
    team = hire_many(5, capacity=3)

    heard = together([partial(Door(web.key).send, a_lead()) for _ in range(64)])

    assert Counter((each.status, each.body["reason"]["code"]) for each in heard) == {
        (201, "ASSIGNED"): 15,
        (201, "NO_CAPACITY"): 49,
    }
    assert [held(each) for each in team] == [3, 3, 3, 3, 3]
    assert written() == {"Lead": 64, "Person": 64, "Decision": 64, "Assignment": 15, "QueueItem": 49}
    assert Assignment.objects.values("lead").distinct().count() == 15
    assert QueueItem.objects.filter(reason="NO_CAPACITY", lead__state="FALLBACK").count() == 49


def test_64_times_the_same_lead_is_one_lead(web: Door) -> None:
    kim = hire(capacity=64)
    body = a_lead()

    heard = together([partial(Door(web.key).send, body, "k1") for _ in range(64)])

    assert Counter(each.status for each in heard) == {201: 1, 200: 63}
    assert all(each.body == heard[0].body for each in heard)
    assert held(kim) == 1
    assert written() == {**NOTHING, "Lead": 1, "Person": 1, "Decision": 1, "Assignment": 1}


def test_one_external_id_under_many_keys_is_one_lead(web: Door) -> None:
    kim = hire(capacity=64)
    body = a_lead(external_id="crm-7")

    heard = together([partial(Door(web.key).send, body, f"k{number}") for number in range(16)])

    assert Counter(each.status for each in heard) == {201: 1, 200: 15}
    assert held(kim) == 1


def test_no_turn_is_lost_when_leads_come_at_one_instant(web: Door) -> None:
    team = hire_many(4, capacity=40)

    heard = together([partial(Door(web.key).send, a_lead()) for _ in range(40)])

    assert Counter(each.body["status"] for each in heard) == {"assigned": 40}
    turns = list(PoolCredit.objects.order_by("producer").values_list("credit", flat=True))
    assert turns == [held(each) for each in team]
