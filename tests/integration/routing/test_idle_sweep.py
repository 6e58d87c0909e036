"""A round in which nothing is due looks at the timers that run by their index alone, however many there are."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routing.models import SlaTimer
from routing.services import sla
from tests.agency import MINUTE, NOW, hire, open_agency, receive_lead

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

RUNNING = 4_000
INDEX = "timer_running_by_due"


def run_many() -> None:
    """Let so many timers run, none of them due for days."""
    open_agency()
    hire()
    lead = receive_lead()
    SlaTimer.objects.update(state=SlaTimer.State.CANCELLED)
    later = [NOW + timedelta(days=3) + number * MINUTE for number in range(RUNNING)]
    SlaTimer.objects.bulk_create([SlaTimer(lead=lead, kind="REMIND", due_at=at, try_at=at) for at in later])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE routing_slatimer")


def plans(statements: list[str]) -> Iterator[str]:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(f"EXPLAIN {statement}")
            yield "\n".join(row[0] for row in cursor.fetchall())


def test_an_idle_round_never_scans_the_timers() -> None:
    run_many()

    with CaptureQueriesContext(connection) as seen:
        assert sla.sweep_due(now=NOW) == 0

    asked = [each["sql"] for each in seen.captured_queries if 'FROM "routing_slatimer"' in each["sql"]]
    assert len(asked) == 4  # reminders, whether any is late from a standstill, breaches, everything else
    for plan in plans(asked):
        assert INDEX in plan
        assert "Seq Scan on routing_slatimer" not in plan


def test_when_the_next_is_due_is_read_from_the_index_alone() -> None:
    run_many()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    with CaptureQueriesContext(connection) as seen:
        assert sla.next_due() == NOW + timedelta(days=3)

    [plan] = plans([seen.captured_queries[0]["sql"]])
    assert f"Index Only Scan using {INDEX}" in plan
