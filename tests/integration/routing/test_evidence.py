"""What the watch counts: the leads that rules of the watched stage may have brought before a manager, and no others."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from routing.models import Lead, QueueItem
from routing.queries.evidence import evidence
from tests.agency import MINUTE, NOW, hire, lead_of, open_agency, publish, receive
from tests.integration.routing.test_rehearsing import SAY_SO

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LACKING = [{"pointer": "lead.age", "code": "missing", "detail": "Not given."}]


@pytest.fixture
def lead() -> Lead:
    open_agency()
    hire("Kim")
    return lead_of(receive(now=NOW))


def wait(lead: Lead, reason: str, kind: str = "FALLBACK", **more: Any) -> None:
    """Let the lead have waited for a reason; at `NOW`, if nothing else is said."""
    QueueItem.objects.create(lead=lead, reason=reason, kind=kind, state="RESOLVED", **{"created_at": NOW, **more})


def count(stage: str) -> tuple[int, int, int]:
    counted = evidence(stage=stage, since=NOW, until=NOW + DAY)
    assert counted["decisions"] == 1
    return counted["fallback"], counted["unknown"], counted["errors"]


@pytest.mark.parametrize(
    ("stage", "fallback", "unknown"), [("gate", 3, 3), ("score", 3, 2), ("route", 3, 2), ("eligibility", 1, 0)]
)
def test_what_no_rules_of_the_stage_can_bring_about_is_left_out(
    lead: Lead, stage: str, fallback: int, unknown: int
) -> None:
    for reason in ("HOPS_EXHAUSTED", "LOST_RACE", "ROUTING_ERROR", "NO_ELIGIBLE_PRODUCER"):
        wait(lead, reason)
    for _ in range(2):
        wait(lead, "DATA_MISSING", problems=LACKING)
    wait(lead, "OLD_AGE", "REVIEW", problems=LACKING)
    wait(lead, "OLD_AGE", "REVIEW")
    for reason in ("FIELDS_INVALID", "STATE_UNCLEAR"):
        wait(lead, reason, "REVIEW", problems=LACKING)

    assert count(stage) == (fallback, unknown, 1)


def test_only_the_time_asked_for_counts(lead: Lead) -> None:
    for at in (NOW - MINUTE, NOW + DAY):
        wait(lead, "NO_ELIGIBLE_PRODUCER", created_at=at)

    assert count("gate") == (0, 0, 0)


def test_a_gate_that_lacks_a_fact_is_counted_whatever_reason_it_names(lead: Lead) -> None:
    asking = {key: value for key, value in SAY_SO.items() if key != "on_unknown"}
    publish("checks", asking, stage="gate")
    receive(birth_date=None, now=NOW + MINUTE)

    counted = evidence(stage="gate", since=NOW, until=NOW + DAY)

    assert counted == {"decisions": 2, "fallback": 0, "unknown": 1, "errors": 0}


@pytest.mark.postgres
def test_arrivals_are_found_by_an_index(lead: Lead) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM routing_queueitem WHERE created_at >= now() AND created_at < now()")
        assert "queue_came" in str(cursor.fetchall())
