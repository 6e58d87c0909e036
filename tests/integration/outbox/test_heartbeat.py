"""Signs of life."""

from datetime import UTC, datetime, timedelta

import pytest

from outbox import heartbeat

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_the_age_is_counted_from_the_last_beat() -> None:
    heartbeat.beat(name="worker", now=NOON - timedelta(minutes=5))
    heartbeat.beat(name="worker", now=NOON)
    heartbeat.beat(name="sweep", now=NOON - timedelta(seconds=30))

    ages = heartbeat.list_ages(now=NOON + timedelta(seconds=2))

    assert ages == {"worker": timedelta(seconds=2), "sweep": timedelta(seconds=32)}
