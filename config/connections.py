"""What a new connection to PostgreSQL is told."""

from datetime import UTC, datetime
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.dispatch import receiver
from psycopg.abc import Buffer
from psycopg.types.datetime import TimestamptzLoader


class UtcInstants(TimestamptzLoader):
    """Read an instant as Python itself does: Django's reader, in Python on top of the driver's, takes longer."""

    timezone = UTC  # Django looks for it, and else registers a reader of its own for each cursor

    def load(self, data: Buffer) -> datetime:
        """Return what PostgreSQL wrote.

        :raises psycopg.DataError: if it is no instant of Python's, such as infinity
        """
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:
            return super().load(data)  # which says why


@receiver(connection_created)
def read_instants_fast(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """Have this connection read its instants fast, where it speaks UTC."""
    if connection.vendor == "postgresql" and connection.timezone is UTC:
        connection.connection.adapters.register_loader("timestamptz", UtcInstants)
