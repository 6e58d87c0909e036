"""Instants as PostgreSQL tells them and as the driver is made to read them."""

from datetime import UTC, datetime, timedelta
from typing import cast

import psycopg
import pytest
from django.db import DataError, connection, transaction

from config.connections import UtcInstants

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def read(written: str) -> datetime:
    """Return an instant as this connection reads it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [written])
        [(at,)] = cursor.fetchall()
    return cast(datetime, at)


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 22, 3, 47, 39, 123456, tzinfo=UTC),
        datetime(2026, 11, 22, 3, 47, 39, 120000, tzinfo=UTC),
        datetime(2026, 11, 22, 3, 47, 39, 1, tzinfo=UTC),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_an_instant_is_read_as_it_was_written(at: datetime) -> None:
    assert read(at.isoformat()) == at
    assert read(at.isoformat()).utcoffset() == timedelta(0)


def test_django_takes_our_reader_for_its_own() -> None:
    with connection.cursor() as cursor:
        loader = cursor.cursor.adapters.get_loader(psycopg.postgres.types["timestamptz"].oid, psycopg.pq.Format.TEXT)

    assert loader is UtcInstants


@pytest.mark.parametrize("written", ["infinity", "-infinity", "10000-01-01 00:00+00", "0044-03-15 00:00+00 BC"])
def test_what_is_no_instant_of_pythons_is_told(written: str) -> None:
    with pytest.raises(DataError, match="timestamp"), transaction.atomic():
        read(written)
