"""Reports find the rows of their period by an index: what happened before it costs nothing."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.actor import Actor, ActorKind
from accounts.policy import POLICY, Role
from routing.queries.reports import reading
from routing.queries.reports.listed import REPORTS
from routing.queries.reports.scope import Scope

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

SCOPE = Scope.of_days(30, zone=ZoneInfo("America/New_York"), now=datetime(2026, 11, 23, 15, 0, tzinfo=UTC))
MANAGER = Actor(ActorKind.USER, "1", "Mona Reyes", POLICY[Role.MANAGER])


def plans(slug: str, table: str) -> Iterator[str]:
    """Yield how PostgreSQL would answer each statement of a report that counts rows of a table."""
    with CaptureQueriesContext(connection) as seen:
        reading.read(REPORTS[slug], SCOPE, actor=MANAGER)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # of no rows a scan of all is the cheapest
        for each in seen.captured_queries:
            if re.search(rf'FROM "{table}" (?!U0)', each["sql"]):
                cursor.execute(f"EXPLAIN {each['sql']}")
                yield "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("slug", "table", "index"),
    [
        ("reassignments", "routing_assignment", "assignment_by_end"),
        ("sla", "routing_promise", "promise_beside_first_touch"),
        ("acceptance", "routing_offer", "offer_by_age"),
        ("acceptance", "routing_assignment", "routing_assignment_assigned_at"),
        ("reversals", "routing_assignment", "routing_assignment_assigned_at"),
        ("fairness", "routing_fairnessentry", "fairness_since"),
        ("fallback", "routing_queueitem", "queue_came"),
        ("speed", "routing_lead", "routing_lead_received_at"),
    ],
)
def test_a_report_finds_its_rows_by_an_index(slug: str, table: str, index: str) -> None:
    found = list(plans(slug, table))

    assert found
    for plan in found:
        assert index in plan
        assert f"Seq Scan on {table}" not in plan
