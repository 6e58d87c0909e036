"""Some days of invented leads, each with a decision and a hold, in a database of its own."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Final

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import User
from accounts.policy import Role
from benchmarks.sized import Stage, databases
from licenses.models import Producer
from routing.models import LeadSource, Pool, PoolMember, ProducerLoad, ProducerProfile

PRODUCERS: Final = 400
POOLS: Final = 20
BASIS: Final = {
    "n": "lpad(to_hex(n), 8, '0')",
    "at": "%(now)s - interval '1 day' * %(days)s * (1 - n::float / %(size)s)",
}
# About what a receipt takes in its row, packed as PostgreSQL packs it.
FILLER: Final = "(SELECT string_agg(md5(n::text || part), '') FROM generate_series(1, 28) AS part)"
# Of twenty leads two are missed and go on to a second producer, one of them excused, two wait or have waited in the
# fallback queue, one is declined, one moved by a person and one offered; a fifth promises a follow-up.
ROWS: Final[tuple[str, ...]] = (
    """
INSERT INTO routing_lead (id, source_id, external_id, state, received_at, governing_state, unclear, declared_state,
    also_states, zones, line, products, carrier, language, premium, campaign, readings, tier, score, owner_id, pool,
    decision_id, reason, hop, due_at, first_touch_at, disposition, is_demo)
SELECT ({n} || '-0000-7000-8000-000000000001')::uuid, %(source)s, '', CASE
        WHEN n > %(size)s * 0.99 THEN (ARRAY['ASSIGNED', 'ACCEPTED', 'WORKING', 'FALLBACK'])[n %% 4 + 1]
        WHEN n %% 50 = 0 THEN 'REJECTED' ELSE 'CLOSED' END,
    {at}, 'TX', '', 'TX', '[]', '["America/Chicago"]', 'LIFE', '["term_life"]', '', '', n %% 5000, '', '[]',
    (ARRAY['hot', 'warm', 'low'])[n %% 3 + 1], n %% 100, %(producer)s + n %% {producers}, 'pool-' || n %% {pools},
    ({n} || '-0000-7000-8000-000000000002')::uuid, 'ASSIGNED', CASE WHEN n %% 20 < 2 THEN 1 ELSE 0 END,
    {at} + interval '15 minutes',
    CASE WHEN n %% 20 <> 7 THEN {at} + (n::bigint * 7919 %% 86400) * interval '1 second' / (1 + n %% 60) END,
    CASE WHEN n > %(size)s * 0.99 THEN '' WHEN n %% 4 = 0 THEN 'SOLD' ELSE 'NOT_INTERESTED' END, false
FROM generate_series(%(first)s::int, %(last)s::int) AS n
""",
    """
INSERT INTO routing_decision (id, lead_id, trigger, made_at, roster_version, receipt, receipt_sha256)
SELECT ({n} || '-0000-7000-8000-00000000000' || 2 + 2 * turn)::uuid, ({n} || '-0000-7000-8000-000000000001')::uuid,
    CASE WHEN turn = 1 THEN 'BREACH' WHEN n %% 20 = 9 THEN 'ACCEPT' ELSE 'INTAKE' END,
    {at} + turn * interval '15 minutes', 1, jsonb_build_object('rules', {filler}), md5(n::text) || md5(n::text)
FROM generate_series(%(first)s::int, %(last)s::int) AS n, generate_series(0, 1) AS turn
WHERE turn = 0 OR n %% 20 < 2
""",
    """
INSERT INTO routing_assignment (id, lead_id, producer_id, pool_id, decision_id, effort, line, source_id, hop,
    assigned_at, clock_starts_at, due_at, accepted_at, first_touch_at, ended_at, "end", end_reason, excuse, is_returned,
    relies_on)
SELECT ({n} || '-0000-7000-8000-00000000000' || 3 + 2 * turn)::uuid, ({n} || '-0000-7000-8000-000000000001')::uuid,
    %(producer)s + (n + turn) %% {producers}, %(pool)s + n %% {pools},
    ({n} || '-0000-7000-8000-00000000000' || 2 + 2 * turn)::uuid, 1, 'LIFE', %(source)s, turn,
    {at} + turn * interval '15 minutes', {at} + turn * interval '15 minutes', {at} + (turn + 1) * interval '15 minutes',
    CASE WHEN n %% 3 = 0 THEN {at} END,
    CASE WHEN NOT is_lost AND n %% 20 <> 7
        THEN {at} + (n::bigint * 7919 %% 86400) * interval '1 second' / (1 + n %% 60) END,
    CASE WHEN is_lost OR n <= %(size)s * 0.99 THEN {at} + (turn + 1) * interval '15 minutes' + CASE WHEN is_lost
        THEN interval '0' ELSE interval '1 second' * (n::bigint * 104729 %% 200000) END END,
    CASE WHEN is_lost THEN 'BREACHED' WHEN n > %(size)s * 0.99 THEN '' WHEN n %% 20 = 3 THEN 'DECLINED'
        WHEN n %% 20 = 4 THEN 'REASSIGNED' ELSE 'DISPOSED' END,
    CASE WHEN n %% 40 = 5 THEN 'RETURNED' ELSE 'SOLD' END,
    CASE WHEN is_lost AND n %% 20 = 1 THEN 'OUTAGE' ELSE '' END, false,
    '{{"license": 1, "line": 2, "appointment": null, "contract": 3}}'
FROM generate_series(%(first)s::int, %(last)s::int) AS n, generate_series(0, 1) AS turn,
    LATERAL (SELECT n %% 20 < 2 AND turn = 0 AS is_lost) AS story
WHERE turn = 0 OR n %% 20 < 2
""",
    """
INSERT INTO routing_fairnessentry (id, pool_id, producer_id, at, kind, assignment_id, leads, value, turns, among)
SELECT gen_random_uuid(), pool_id, producer_id, assigned_at, 'ASSIGNED', id, 1, 400, 1,
    (SELECT string_agg(%(producer)s + (step * {pools} + pool_id - %(pool)s) %% {producers} || ':1', ',')
     FROM generate_series(0, 19) AS step WHERE (step * 7 + extract(epoch FROM assigned_at)::int / 3600) %% 97 < 90)
FROM routing_assignment
""",
    """
INSERT INTO routing_queueitem (id, kind, lead_id, reason, text, misses, problems, pool, waits_for, state, created_at,
    resolved_at, resolution)
SELECT gen_random_uuid(), 'FALLBACK', id, (ARRAY['NO_CAPACITY', 'NO_ROUTE', 'NO_ONE_ON_SHIFT'])[n %% 3 + 1], '', '[]',
    '[]', pool, '{{}}', CASE WHEN state = 'FALLBACK' THEN 'OPEN' ELSE 'RESOLVED' END, received_at,
    CASE WHEN state <> 'FALLBACK' THEN received_at + (n::bigint * 7919 %% 90000) * interval '1 second' END, ''
FROM (SELECT *, ('x' || left(id::text, 8))::bit(32)::int AS n FROM routing_lead) AS lead
WHERE n %% 20 IN (7, 8) OR state = 'FALLBACK'
""",
    """
INSERT INTO routing_offerround (id, lead_id, pool_id, decision_id, pick, opened_at, expires_at, try_at, due_at, score,
    state, closed_at)
SELECT held.id, held.lead_id, pool_id, decision_id, 'offer', assigned_at, due_at, due_at, due_at, pool_id, 'ACCEPTED',
    due_at
FROM routing_assignment AS held JOIN routing_decision ON routing_decision.id = decision_id WHERE trigger = 'ACCEPT'
""",
    """
INSERT INTO routing_offer (id, round_id, lead_id, producer_id, reserves, is_free, offered_at, state, answered_at,
    reason, turns, beyond, value, among, pending)
SELECT gen_random_uuid(), id, lead_id, %(producer)s + (score + asked * {pools}) %% {producers}, false, false, opened_at,
    (ARRAY['ACCEPTED', 'DECLINED', 'EXPIRED'])[asked + 1], closed_at, '', 0, 0, 0, '', 0
FROM routing_offerround, generate_series(0, 2) AS asked
""",
    """
INSERT INTO routing_promise (id, lead_id, assignment_id, kind, clock, hours, evidence, starts_at, due_at, result,
    stopped_at, late_seconds)
SELECT gen_random_uuid(), lead_id, id, CASE WHEN n %% 5 = 0 THEN 'FOLLOW_UP' ELSE 'FIRST_TOUCH' END, 'OWNER', '', '[]',
    assigned_at, due_at, CASE WHEN n %% 7 = 0 THEN 'MISSED' ELSE 'MET' END, due_at, 0
FROM (SELECT *, ('x' || left(lead_id::text, 8))::bit(32)::int AS n FROM routing_assignment) AS held
""",
)
TABLES: Final = ("lead", "decision", "assignment", "fairnessentry", "queueitem", "offerround", "offer", "promise")


def agencies(sizes: Mapping[int, int]) -> AbstractContextManager[Stage]:
    """Give an agency for each number of days, with so many leads in them, and a manager who reads its reports."""
    return databases("reports", sizes, lambda days: _build(days, sizes[days]))


def _build(days: int, size: int) -> None:
    call_command("migrate", verbosity=0)
    User.objects.create_user("manager", role=Role.MANAGER)
    given: dict[str, Any] = {
        "now": timezone.now(),
        "days": days,
        "size": size,
        "first": 1,
        "last": size,
        "source": LeadSource.objects.create(slug="web", name="Web form").pk,
        "pool": _pools(),
        "producer": _producers(),
    }
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET session_replication_role = replica")  # no trigger and no reference is looked at
        for sql in ROWS:
            cursor.execute(sql.format(**BASIS, producers=PRODUCERS, pools=POOLS, filler=FILLER), given)
        cursor.execute("SET session_replication_role = DEFAULT")
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE routing_{table}")


def _pools() -> int:
    """Make the pools; return the first one's key."""
    made = Pool.objects.bulk_create(Pool(slug=f"pool-{each}", name=f"Pool {each}") for each in range(POOLS))
    return made[0].pk


def _producers() -> int:
    """Make producers with a desk, each a member of one pool; return the first one's key."""
    made = Producer.objects.bulk_create(
        Producer(npn=f"99{each:05}", first_name="Kim", last_name=f"Park {each}", resident_state="TX")
        for each in range(PRODUCERS)
    )
    ProducerProfile.objects.bulk_create(ProducerProfile(producer=each) for each in made)
    ProducerLoad.objects.bulk_create(ProducerLoad(producer=each) for each in made)
    pools = list(Pool.objects.order_by("pk"))
    PoolMember.objects.bulk_create(
        PoolMember(pool=pools[place % POOLS], producer=each) for place, each in enumerate(made)
    )
    return made[0].pk
