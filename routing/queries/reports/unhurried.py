"""The time and memory a report may take: a year of a million leads is more than a page of one lead needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from django.db import connection, transaction

SECONDS: Final = 20  # for one statement; a web worker is given up for lost after thirty
MEGABYTES: Final = 64  # for one sort or one table of groups, so that none goes by way of the disk


@contextmanager
def unhurried() -> Iterator[None]:
    """Let PostgreSQL take more time and memory for what is asked within; for that alone."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s, true), set_config('work_mem', %s, true)",
                    [f"{SECONDS}s", f"{MEGABYTES}MB"],
                )
        yield
