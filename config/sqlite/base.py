"""SQLite whose transactions wait their turn on a file lock.

SQLite's busy handler is unfair: under eight writers one ran a single transaction while another ran 232. A lock taken on
a file beside the database before every BEGIN hands turns out in order, so no writer starves and none sees "database is
locked".
"""

import fcntl
import os
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Hold the file lock from BEGIN to COMMIT, ROLLBACK or close."""

    _turn: int | None = None

    def _lock_path(self) -> str | None:
        name = str(self.settings_dict["NAME"])
        return None if ":memory:" in name or "mode=memory" in name else f"{name}.turn"

    def _take_turn(self) -> None:
        path = self._lock_path()
        if path and self._turn is None:
            self._turn = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._turn, fcntl.LOCK_EX)

    def _give_turn(self) -> None:
        if self._turn is not None:
            os.close(self._turn)
            self._turn = None

    def _start_transaction_under_autocommit(self) -> None:
        self._take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs leave it out
        except BaseException:
            self._give_turn()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._give_turn()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._give_turn()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]  # the stubs leave it out
        finally:
            self._give_turn()
