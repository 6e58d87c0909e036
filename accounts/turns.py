"""Work that only one transaction may do at a time, where there is no row yet that all of them could lock."""

from django.db import connection


def take(turn: int) -> None:
    """Wait until no other transaction holds this turn, then hold it until the end of this one.

    SQLite has one writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [turn])
