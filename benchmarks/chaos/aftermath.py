"""Look at everything once it has come to rest."""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.db import connection
from django.utils import timezone

from audit import services as audit
from audit.models import Seal
from benchmarks.chaos.invariants import Aftermath, Outage, Sealed, Settled
from benchmarks.chaos.servers import Redis
from benchmarks.chaos.traffic import CANARY, Producers, Source
from benchmarks.soak.watching import Receiver
from config.schedule import QUEUES
from routing.models import QueueItem
from routing.queries.had import had
from routing.services import deciding

REST_WITHIN: Final = 30.0  # seconds after the last fault and the last lead
# Clocks go on at rest, a minute each, and leads move for it: what was begun a moment ago is not left over.
JUST_NOW: Final = "clock_timestamp() - interval '10 seconds'"
TOLD: Final = 5  # lines of a log that are shown

# A message a killed worker had leased waits until its lease runs out: that is a promise, not a leftover.
# Nor is what waits for another try, or behind one of its lead and topic that was leased: both keep a promise.
UNDONE: Final = f"""
SELECT count(*) FROM outbox_message late
WHERE done_at IS NULL AND dead_at IS NULL AND lease_until IS NULL AND next_at < {JUST_NOW}
  AND NOT EXISTS (SELECT FROM outbox_message ahead WHERE ahead.aggregate = late.aggregate AND ahead.topic = late.topic
                  AND ahead.seq < late.seq AND ahead.done_at IS NULL AND ahead.dead_at IS NULL AND late.aggregate <> '')
"""
LEASED: Final = """
SELECT count(*) FROM outbox_message WHERE done_at IS NULL AND dead_at IS NULL AND lease_until IS NOT NULL
"""
DEAD: Final = "SELECT count(*) FROM outbox_message WHERE dead_at IS NOT NULL"
BLOCKED: Final = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()
"""
IDLE: Final = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%%'
AND state_change < clock_timestamp() - interval '5 seconds'
"""
UNSEALED: Final = f"""
SELECT count(*) FROM audit_entry e
WHERE NOT EXISTS (SELECT FROM audit_seal WHERE entry_id = e.id) AND recorded_at < {JUST_NOW}
"""
SETTLED: Final = "SELECT timer::text, state, due_at, at, is_answered FROM chaos_settled WHERE state <> 'RUNNING'"
PAST_DUE: Final = """
SELECT format('%%s (%%s of %%s, due at %%s, to be tried at %%s, failed %%s times)',
              id, kind, lead_id, due_at, try_at, failures)
FROM routing_slatimer WHERE state = 'RUNNING' AND due_at < clock_timestamp() - interval '15 seconds'
"""
# A decision is told by the one message of its outcome.
MESSAGES: Final = """
SELECT decision.id::text, count(message.id) FROM routing_decision decision
LEFT JOIN outbox_message message ON message.payload ->> 'decision_id' = decision.id::text GROUP BY decision.id
"""
DONE: Final = "SELECT id::text, aggregate || ' ' || topic FROM outbox_message WHERE done_at IS NOT NULL ORDER BY seq"
UNTOLD: Final = """
SELECT DISTINCT lead::text FROM chaos_moved moved
WHERE NOT EXISTS (SELECT FROM audit_entry WHERE txid = moved.txid AND target_id = moved.lead::text)
"""
SEALED: Final = f"""
SELECT entry.id::text, entry.recorded_at, seal.sealed_at
FROM audit_entry entry LEFT JOIN audit_seal seal ON seal.entry_id = entry.id
WHERE entry.recorded_at >= %s AND (seal.sealed_at IS NOT NULL OR entry.recorded_at < {JUST_NOW})
"""
BELOW: Final = "SELECT 'the desk of producer ' || producer_id FROM routing_producerload WHERE open_effort < 0"


def come_to_rest(redis: Redis) -> Mapping[str, int]:
    """Wait until nothing is left to be done, and return what is left after half a minute all the same."""
    ends = time.monotonic() + REST_WITHIN
    while any((left := _left_over(redis)).values()) and time.monotonic() < ends:
        time.sleep(1)
    return left


def find(
    *,
    since: datetime,
    outages: Sequence[Outage],
    left_over: Mapping[str, int],
    sources: Sequence[Source],
    producers: Producers,
    receiver: Receiver,
    seals: Mapping[int, str],
    logs: Sequence[Path],
) -> Aftermath:
    """Return everything there is to judge: of what went before `since`, nothing was awake to seal it in time."""
    done = _rows(DONE)
    return Aftermath(
        outages=tuple(outages),
        waiting_beside_room=tuple(_waiting_beside_room()),
        settled=tuple(Settled(*row) for row in _rows(SETTLED)),
        running_past_due=tuple(row[0] for row in _rows(PAST_DUE)),
        messages_of=dict(_rows(MESSAGES)),
        sent_unheard=tuple(each for each, _ in done if each not in receiver.received),
        out_of_order=tuple(_out_of_order(done, receiver.order)),
        changed_untold=tuple(row[0] for row in _rows(UNTOLD)),
        sealed=tuple(Sealed(*row) for row in _rows(SEALED, since)),
        seals_rewritten=tuple(_rewritten(seals)),
        ledger_problems=tuple(f"{each.fault} {each.message}" for each in audit.verify().problems),
        server_errors=tuple(error for source in sources for error in source.server_errors),
        people_in_logs=tuple(_people_in(logs)),
        left_over=left_over,
        given_back_twice=(*producers.closed_twice, *(row[0] for row in _rows(BELOW))),
    )


def leased() -> int:
    """Return how many messages wait for the end of the lease of a relay that was killed."""
    return int(_rows(LEASED)[0][0])


def newest_seals(known: dict[int, str]) -> list[str]:
    """Note a seal now and then; return those noted before that are another now."""
    changed = _rewritten(known)
    last = Seal.objects.order_by("position").last()
    if last:
        known[last.position] = last.hash
    return changed


def _rewritten(known: Mapping[int, str]) -> list[str]:
    here = dict(Seal.objects.filter(position__in=list(known)).values_list("position", "hash"))
    return [str(position) for position, noted in known.items() if here.get(position) != noted]


def _left_over(redis: Redis) -> dict[str, int]:
    asked = {"messages undone": UNDONE, "messages dead": DEAD, "locks waited for": BLOCKED}
    asked |= {"transactions left open": IDLE, "entries unsealed": UNSEALED}
    counted = {what: int(_rows(sql)[0][0]) for what, sql in asked.items()}
    waiting = sum(redis.waiting(queue) for queue in QUEUES)
    return counted | {"tasks waiting": max(0, waiting - 2 * len(QUEUES))}  # beat goes on asking


def _waiting_beside_room() -> list[str]:
    """Return the leads that wait for somebody, though somebody may take them now."""
    found, now, here = [], timezone.now(), deciding.context()
    waiting = QueueItem.objects.filter(state=QueueItem.State.OPEN, rerun_at__isnull=False, lead__state="FALLBACK")
    for item in waiting.select_related("lead__source", "lead__person").order_by("created_at", "pk"):
        asked = deciding.inquiry(item.lead, item.lead.person, here, now=now, had=had(item.lead))
        if deciding.decide(asked, seed=str(item.lead_id)).chosen.ranked:
            found.append(f"{item.lead_id} ({item.reason} since {item.created_at})")
    return found


def _out_of_order(done: Sequence[tuple[str, str]], order: Sequence[str]) -> list[str]:
    """Return the leads of which the receiver heard for the first time in another order than it was written in."""
    first = {message: at for at, message in reversed(list(enumerate(order)))}
    last: dict[str, int] = {}
    wrong: dict[str, None] = {}
    for message, about in done:
        at = first.get(message, -1)
        if not about.startswith(" ") and at < last.get(about, -1):
            wrong[about] = None
        last[about] = max(at, last.get(about, -1))
    return list(wrong)


def _people_in(logs: Sequence[Path]) -> list[str]:
    found = []
    for log in logs:
        for number, line in enumerate(log.read_text(errors="replace").splitlines(), start=1):
            if CANARY in line:
                found.append(f"{log.name}:{number}")
    return found[:TOLD]


def _rows(sql: str, *values: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # a look at everything may take its time
        cursor.execute(sql, list(values))
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
