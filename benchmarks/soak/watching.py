"""Look at the database every second, as it stands at one instant, and at what clients and receivers were told."""

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import psycopg
from django.db import connection

from benchmarks.soak.invariants import Commit, Desk, Hold, LeadSeen, Quota, Seen, Twin
from benchmarks.soak.people import Changes
from benchmarks.soak.stage import FAIR_POOL
from routing.models import Decision
from routing.services.replaying import replay

# Each look goes back this far, the last one to the beginning.
LOOKED_BACK: Final = timedelta(seconds=60)
ANSWERED_BACK: Final = timedelta(seconds=45)  # less: what was answered then was stored within LOOKED_BACK
REPLAYED: Final = 3
BEGINNING: Final = datetime(2000, 1, 1, tzinfo=UTC)

LEADS: Final = """
SELECT id::text, external_id, state,
       EXISTS (SELECT FROM routing_queueitem item WHERE item.lead_id = lead.id AND item.state <> 'RESOLVED')
FROM routing_lead lead WHERE received_at >= %s
"""
HOLDS: Final = """
SELECT lead.id::text, held.producer_id, lead.governing_state, held.assigned_at, held.ended_at IS NULL
FROM routing_assignment held JOIN routing_lead lead ON lead.id = held.lead_id
WHERE lead.received_at >= %s OR held.ended_at IS NULL
"""
DESKS: Final = """
SELECT load.producer_id, profile.capacity, load.open_effort,
       (SELECT coalesce(sum(effort), 0) FROM routing_assignment held
        WHERE held.producer_id = load.producer_id AND held.ended_at IS NULL)
       + (SELECT count(*) FROM routing_offer asked
          WHERE asked.producer_id = load.producer_id AND asked.reserves AND asked.state = 'OPEN')
FROM routing_producerload load JOIN routing_producerprofile profile ON profile.producer_id = load.producer_id
"""
QUOTAS: Final = """
SELECT profile.producer_id, cap.most, counted.used,
       (SELECT count(*) FROM routing_assignment given WHERE given.producer_id = profile.producer_id
        AND given.assigned_at >= counted.starts_at AND given.assigned_at < counted.ends_at
        AND NOT given.is_returned)
FROM routing_capcount counted
JOIN routing_cap cap ON cap.id = counted.cap_id
JOIN routing_producerprofile profile ON profile.id = cap.profile_id
"""
COMMITS: Final = """
SELECT seq, assignment::text, producer, held, capacity, is_licensed FROM soak_commit WHERE seq > %s ORDER BY seq
"""
TWINS: Final = """
SELECT twin, count(held.id), count(held.id) FILTER (WHERE held.excuse = '')
FROM unnest(%s::bigint[]) twin
LEFT JOIN (routing_assignment held JOIN routing_pool pool ON pool.id = held.pool_id AND pool.slug = %s)
       ON held.producer_id = twin
GROUP BY twin
"""


class Answers:
    """What the clients were answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[str, tuple[datetime, list[tuple[str, str]]]] = {}
        self.count = 0

    def note(self, external_id: str, lead: str, body: str) -> None:
        """Keep an answer."""
        with self._lock:
            self._told.setdefault(external_id, (datetime.now(UTC), []))[1].append((lead, body))
            self.count += 1

    def since(self, instant: datetime) -> dict[str, tuple[tuple[str, str], ...]]:
        """Return what was answered since."""
        with self._lock:
            return {name: tuple(told) for name, (at, told) in self._told.items() if at >= instant}


class Receiver:
    """Takes in what the outbox sends, and keeps the messages' ids."""

    def __init__(self) -> None:
        received: set[str] = set()
        order: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                received.add(self.headers["webhook-id"])
                order.append(self.headers["webhook-id"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_args: Any) -> None:
                """Stay silent."""

        self.received, self.order = received, order  # each once, and all as they came
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


class Watch:
    """Looks at everything, and remembers what the next look compares with."""

    def __init__(self, twins: Sequence[int], answers: Answers, changes: Changes, receiver: Receiver) -> None:
        self._twins, self._answers, self._changes, self._receiver = list(twins), answers, changes, receiver
        self._before: Mapping[str, str] = {}
        self._commit = 0
        self._confirmed: set[str] = set()
        self._replayed: set[str] = set()
        self.connect()

    def connect(self) -> None:
        """Open a line of its own to the database; anew where it went away."""
        settings = connection.get_connection_params()
        known = {name: settings[name] for name in ("dbname", "user", "password", "host", "port") if settings.get(name)}
        self._connection = psycopg.connect(**known)
        self._connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        self._connection.read_only = True

    def look(self, *, at_everything: bool = False) -> Seen:
        """Return what there is to see; what was known outside is read first, so that rows cannot be behind it."""
        now = datetime.now(UTC)
        answers = self._answers.since(BEGINNING if at_everything else now - ANSWERED_BACK)
        absences = tuple(self._changes.absences)
        received = frozenset(set(self._receiver.received) - self._confirmed)
        since = BEGINNING if at_everything else now - LOOKED_BACK
        with self._connection.transaction():
            leads = {row[0]: LeadSeen(*row[1:]) for row in self._rows(LEADS, [since])}
            holds = tuple(Hold(*row) for row in self._rows(HOLDS, [since]))
            desks = {row[0]: Desk(*row[1:]) for row in self._rows(DESKS, [])}
            quotas = self._rows(QUOTAS, [])
            commits = self._rows(COMMITS, [self._commit])
            rows = self._rows("SELECT id::text FROM outbox_message WHERE id = ANY(%s::uuid[])", [list(received)])
            twins = {twin: Twin(*counted) for twin, *counted in self._rows(TWINS, [self._twins, FAIR_POOL])}
        seen = Seen(
            leads=leads,
            holds=holds,
            desks=desks,
            quotas=tuple(Quota(*row) for row in quotas),
            commits=tuple(Commit(*row[1:]) for row in commits),
            outbox=frozenset(row[0] for row in rows),
            twins=twins,
            replayed=self._replay(200 if at_everything else REPLAYED),
            answers=answers,
            received=received,
            absences=absences,
            before=self._before,
        )
        self._before = {lead: each.state for lead, each in leads.items()}
        self._commit = commits[-1][0] if commits else self._commit
        self._confirmed |= seen.outbox
        return seen

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def _rows(self, asked: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        return self._connection.execute(asked, values).fetchall()

    def _replay(self, most: int) -> dict[str, str]:
        latest = Decision.objects.select_related("lead").order_by("-made_at")
        said = {str(each.pk): replay(decision=each) for each in latest.exclude(pk__in=self._replayed)[:most]}
        self._replayed |= said.keys()
        return {
            name: f"{each.answer}{''.join(f'; {difference[:200]}' for difference in each.differences)}"
            for name, each in said.items()
        }
