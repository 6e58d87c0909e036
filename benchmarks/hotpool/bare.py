"""The bare loop: a seat by SKIP LOCKED, one row, commit; no lead, rule, license, cap, ledger or clock."""

from typing import Final
from uuid import uuid4

from django.db import connection, transaction

# Tables of its own with what it needs and no more: nothing refers to anything, no trigger looks on.
TABLES: Final = """
CREATE TABLE hot_desk (producer bigint PRIMARY KEY, room int NOT NULL, open int NOT NULL, last_at timestamptz);
CREATE TABLE hot_claim (id uuid PRIMARY KEY, producer bigint NOT NULL, at timestamptz NOT NULL);
"""
FILL: Final = "INSERT INTO hot_desk SELECT number, 1000000, 0, NULL FROM generate_series(1, %s) number"
CLAIM: Final = """
WITH pick AS MATERIALIZED (
    SELECT producer FROM hot_desk WHERE open < room ORDER BY open, producer LIMIT 1 FOR UPDATE SKIP LOCKED
)
UPDATE hot_desk SET open = open + 1, last_at = clock_timestamp() FROM pick WHERE hot_desk.producer = pick.producer
RETURNING hot_desk.producer
"""
INSERT: Final = "INSERT INTO hot_claim (id, producer, at) VALUES (%s, %s, clock_timestamp())"


def build(members: int) -> None:
    """Make the desks."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        cursor.execute(FILL, [members])


def claim(_number: int) -> None:
    """Claim once. That all desks are held for a moment is an answer, too: then try again."""
    while not _claim():
        pass


@transaction.atomic
def _claim() -> bool:
    connection.ensure_connection()
    with connection.connection.cursor() as driver:  # past Django's cursor, which costs what nobody needs here
        taken = driver.execute(CLAIM).fetchone()
        if taken is not None:
            driver.execute(INSERT, [uuid4(), taken[0]])
    return taken is not None
