"""What the leads of the last 30 days and the pools of today say about rules."""

from datetime import timedelta

import pytest

from routing.models import Person, Pool
from routing.queries.usage import rule_usage
from tests.agency import NOW, hire, make_pool, open_agency, receive

pytestmark = pytest.mark.django_db


def test_facts_are_counted_over_the_leads_of_thirty_days() -> None:
    open_agency()
    receive(now=NOW - timedelta(days=31), premium="900")
    receive(premium="1200", birth_date="1960-05-01")
    receive()

    said = rule_usage(NOW)

    assert (said.leads, said.period) == (2, "the last 30 days")
    assert {name: said.filled[name] for name in ("lead.state", "lead.premium", "lead.age", "lead.zip")} == {
        "lead.state": 2,
        "lead.premium": 1,
        "lead.age": 1,
        "lead.zip": 0,
    }


def test_the_erased_count_as_those_who_are_left() -> None:
    open_agency()
    receive(birth_date="1960-05-01")
    receive(birth_date="1970-05-01")
    Person.objects.first().delete()  # type: ignore[union-attr]

    assert rule_usage(NOW).filled["lead.age"] == 2


def test_every_pool_is_there_with_what_it_is_good_for() -> None:
    open_agency()
    hire()
    make_pool("closed", is_active=False)
    make_pool("empty")

    assert rule_usage(NOW).targets == {
        "/route/pool": {"life": "", "closed": "is switched off", "empty": "has no members"}
    }
    assert Pool.objects.count() == 3
