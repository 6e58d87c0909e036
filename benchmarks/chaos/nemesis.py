"""One fault after the other, each only once the one before has healed."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.client import HTTPConnection
from itertools import cycle
from typing import Final

import psycopg

from benchmarks.chaos.invariants import Outage
from benchmarks.chaos.product import Kept
from benchmarks.chaos.servers import Postgres, Redis

HEALED_WITHIN: Final = 90.0  # seconds
BREATH: Final = 4.0  # seconds between two faults
DOUBLED: Final = 10.0  # seconds for which two beats run

HEARTBEAT: Final = "SELECT 1 FROM outbox_heartbeat WHERE name = 'worker' AND at > %s"


class Nemesis:
    """Knows what can be broken, and notes what was."""

    def __init__(
        self, port: int, postgres: Postgres, redis: Redis, kept: dict[str, Kept], beat_again: Callable[[], Kept]
    ) -> None:
        self._port, self._postgres, self._redis, self._beat_again = port, postgres, redis, beat_again
        self.outages: list[Outage] = []
        self._faults = cycle(
            (
                ("worker killed", kept["worker"].kill),
                ("web worker killed", kept["web"].kill_child),
                ("Redis flushed", redis.flush),
                ("PostgreSQL restarted", lambda: postgres.restart("fast")),
                ("beat doubled", self._double_the_beat),
                ("web killed whole", kept["web"].kill),
                ("Redis killed and started empty", self._restart_redis),
                ("PostgreSQL crashed and started", lambda: postgres.restart("immediate")),
                ("beat killed", kept["beat"].kill),
            )
        )

    def strike(self) -> None:
        """Do the next harm and wait until everything answers again.

        :raises RuntimeError: if it does not
        """
        name, harm = next(self._faults)
        since = datetime.now(UTC)
        harm()
        self.wait_until_healed(since)
        self.outages.append(Outage(name, since, datetime.now(UTC)))
        time.sleep(BREATH)

    def wait_until_healed(self, since: datetime) -> None:
        """Return once web answers, with its database, and the worker has done what beat asked for since.

        :raises RuntimeError: if that takes too long
        """
        ends = time.monotonic() + HEALED_WITHIN
        while time.monotonic() < ends:
            if self._is_live() and self._has_worked(since):
                return
            time.sleep(0.2)
        raise RuntimeError("The product did not come back.")

    def _is_live(self) -> bool:
        line = HTTPConnection("127.0.0.1", self._port, timeout=3)
        try:
            line.request("GET", "/healthz/live")
            return line.getresponse().status == 200
        except OSError:
            return False
        finally:
            line.close()

    def _has_worked(self, since: datetime) -> bool:
        try:
            with psycopg.connect(self._postgres.dsn("chaos"), connect_timeout=2) as connection:
                return connection.execute(HEARTBEAT, [since]).fetchone() is not None
        except psycopg.Error:
            return False

    def _double_the_beat(self) -> None:
        second = self._beat_again()
        time.sleep(DOUBLED)
        second.stop()

    def _restart_redis(self) -> None:
        self._redis.kill()
        time.sleep(1)
        self._redis.start()
