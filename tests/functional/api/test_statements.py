"""How many statements a lead costs: few, however many producers and rules there are."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routing.models import Pool
from routing.services import roster
from tests.agency import NOW, a_lead, hire, hire_many, make_pool, publish, set_profile
from tests.functional.api.door import Door

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

FRAME = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


def rules(number: int) -> list[dict[str, Any]]:
    """Return so many score rules."""
    when = {"field": "lead.premium", "op": "gte", "value": "100.00"}
    return [{"id": f"r{each}", "name": f"Rule {each}", "when": when, "add": 1} for each in range(number)]


def statements(door: Door) -> list[str]:
    """Return what a warm lead asks of the database, over HTTP."""
    assert door.send(a_lead(premium="500.00")).body["status"] == "assigned"
    with CaptureQueriesContext(connection) as captured:
        heard = door.send(a_lead(premium="500.00"))
    assert heard.body["status"] == "assigned"
    return [each["sql"] for each in captured.captured_queries if not each["sql"].startswith(FRAME)]


def test_a_lead_costs_sixteen_statements_at_most_however_many_producers_and_rules(web: Door) -> None:
    hire_many(3)
    publish("scores", *rules(5), stage="score")
    few = statements(web)

    hire_many(57, prefix="Lee")
    publish("scores", *rules(50), stage="score")
    many = statements(web)

    assert len(few) <= 16, "\n".join(few)
    assert len(many) == len(few)


def test_a_lead_that_goes_on_to_the_next_pool_costs_one_statement_more(web: Door) -> None:
    (kim,) = hire_many(1)
    plain = statements(web)
    more = make_pool("more")
    hire("Lee", pool="more")
    Pool.objects.filter(slug="life").update(overflow=more)
    roster.changed("pool:life", at=NOW)
    set_profile(kim, capacity=0)

    gone_on = statements(web)

    assert len(gone_on) == len(plain) + 1, "\n".join(gone_on)
