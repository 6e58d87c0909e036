"""Real races: threads behind a barrier, each with a connection of its own."""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Result = TypeVar("Result")


def together(works: Sequence[Callable[[], Result]]) -> list[Result]:
    """Start all of these at one instant, each in its own thread, and return what they return, in their order."""
    barrier = threading.Barrier(len(works))

    def run(work: Callable[[], Result]) -> Result:
        try:
            barrier.wait(30)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


class Aside:
    """One piece of work in a thread of its own, begun now; `result` waits for it."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._pool = ThreadPoolExecutor(1)
        self._future = self._pool.submit(self._run, work)

    def result(self) -> object:
        """Wait for it and return what it returned."""
        try:
            return self._future.result(30)
        finally:
            self._pool.shutdown()

    @staticmethod
    def _run(work: Callable[[], object]) -> object:
        try:
            return work()
        finally:
            connection.close()


def until_somebody_waits() -> None:
    """Return once another connection to this database waits for a lock."""
    for _ in range(500):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )
            if cursor.fetchone() != (0,):
                return
        time.sleep(0.02)
    raise AssertionError("Nobody waits.")
