"""Ledgers of invented entries, sealed in name only, each in a database of its own."""

from contextlib import AbstractContextManager
from typing import Final

from django.core.management import call_command
from django.db import connection

from accounts.models import User
from accounts.policy import Role
from benchmarks.sized import Stage, databases

# A lead's life in five entries, its rarer turns, and what forty people do: as the demo's ledger is made up. Each of
# them has done enough, and what is rare comes often enough, to fill a page of the smallest ledger: else a page that is
# longer would be taken for one that is slower.
ENTRIES: Final = """
INSERT INTO audit_entry (id, occurred_at, actor_kind, actor_id, actor_label, action, target_type, target_id,
                         target_label, detail)
SELECT gen_random_uuid(),
       timestamptz '2026-01-01' + n * interval '25 seconds',
       CASE WHEN n %% 5 = 4 THEN 'USER' ELSE 'SOURCE' END,
       (CASE WHEN n %% 5 = 4 THEN n / 5 %% 40 ELSE n / 5 %% 12 END)::text,
       'Somebody ' || n / 5 %% 40,
       CASE WHEN n %% 200 = 199 THEN 'person.edited' WHEN n %% 97 = 0 THEN 'lead.fell_back'
            ELSE (ARRAY['lead.received', 'lead.decided', 'lead.assigned', 'lead.touched', 'lead.closed'])[n %% 5 + 1]
            END,
       CASE WHEN n %% 200 = 199 THEN 'accounts.user' ELSE 'routing.lead' END,
       lpad(to_hex(n / 5), 8, '0') || '-0000-7000-8000-000000000000',
       'Lead ' || lpad(to_hex(n / 5), 12, '0'),
       CASE WHEN n %% 97 = 0
            THEN jsonb_build_object('reason', (ARRAY['NO_CAPACITY', 'NO_ROUTE', 'LOST_RACE'])[n / 97 %% 3 + 1])
            WHEN n %% 5 = 2 THEN jsonb_build_object('reason', 'ASSIGNED', 'pool', 'life',
                 'producer', jsonb_build_object('id', n / 5 %% 400, 'name', 'Somebody', 'npn', '1234567'))
            ELSE jsonb_build_object('source', 'web-form', 'body_sha256', md5(n::text) || md5(n::text)) END
FROM generate_series(%s::int, %s::int) AS n
"""
SEALS: Final = """
INSERT INTO audit_seal (position, entry_id, hash, floor_txid, top_seq, sealed_at)
SELECT seq, id, md5(id::text) || md5(id::text), 0, seq, recorded_at FROM audit_entry
"""
AT_ONCE: Final = 100_000


def ledgers(*sizes: int) -> AbstractContextManager[Stage]:
    """Give a ledger of each of these numbers of entries, and an auditor who reads it."""
    return databases("ledger", sizes, _build)


def _build(size: int) -> None:
    call_command("migrate", verbosity=0)
    User.objects.create_user("auditor", role=Role.AUDITOR)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        for start in range(0, size, AT_ONCE):
            cursor.execute(ENTRIES, [start, min(start + AT_ONCE, size) - 1])
        cursor.execute(SEALS)
        cursor.execute("VACUUM ANALYZE audit_entry")
        cursor.execute("VACUUM ANALYZE audit_seal")
