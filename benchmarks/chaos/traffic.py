"""Clients that ask again under the same key until they are answered, and producers who work what they get."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from threading import Lock
from typing import Any, Final

from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from accounts.errors import Refused
from accounts.models import User
from benchmarks.intake.server import INTAKE
from benchmarks.soak.stage import SEATS
from benchmarks.soak.watching import Answers
from routing.models import Assignment
from routing.services import desk

CANARY: Final = "Zzyxcanary"  # everybody's last name: no log may hold it
ANSWERED: Final = frozenset({200, 201, 202})
WORKED: Final = timedelta(seconds=3)
AGAIN_AFTER: Final = 0.3
GIVE_UP: Final = 120.0


class Source:
    """A client; what it is not told it asks again, since it cannot know whether it was heard."""

    def __init__(self, port: int, key: str, waiting: Iterator[tuple[str, bytes]], lock: Lock, answers: Answers) -> None:
        self._port, self._key, self._waiting, self._lock, self._answers = port, key, waiting, lock, answers
        self.server_errors: list[tuple[datetime, int]] = []
        self.unheard = 0

    def post(self) -> None:
        """Post the next lead until it is answered; then once more, which must be answered alike."""
        with self._lock:
            name, body = next(self._waiting)
        lead = json.loads(body) | {"last_name": CANARY}
        for _ in range(2):
            self._until_answered(name, json.dumps(lead).encode())

    def _until_answered(self, name: str, body: bytes) -> None:
        ends = time.monotonic() + GIVE_UP
        while time.monotonic() < ends:
            asked = datetime.now(UTC)
            try:
                status, answer = self._ask(name, body)
            except (OSError, HTTPException):
                self.unheard += 1
            else:
                if status in ANSWERED:
                    told: dict[str, Any] = json.loads(answer)
                    self._answers.note(name, told["id"], json.dumps(told, sort_keys=True))
                    return
                if status < 500:
                    raise RuntimeError(f"The intake answered {status}: {answer[:300]!r}")
                self.server_errors.append((asked, status))
            time.sleep(AGAIN_AFTER)
        raise RuntimeError(f"{name} was not answered for {GIVE_UP:.0f} s.")

    def _ask(self, name: str, body: bytes) -> tuple[int, bytes]:
        line = HTTPConnection("127.0.0.1", self._port, timeout=15)
        try:
            headers = {"Authorization": f"Api-Key {self._key}", "Content-Type": "application/json"}
            line.request("POST", INTAKE, body, {**headers, "Idempotency-Key": name})
            response = line.getresponse()
            return response.status, response.read()
        finally:
            line.close()


class Producers:
    """Close most of what they hold, twice; hand some back, call some first, and leave one in eight to its clock."""

    def __init__(self) -> None:
        self.closed_twice: list[str] = []

    def work(self) -> None:
        """Work what has been held long enough."""
        actor = User.objects.get(username="manager").actor()
        held = Assignment.objects.filter(ended_at__isnull=True, assigned_at__lte=timezone.now() - WORKED)
        for assignment in held.select_related("lead__source").order_by("assigned_at", "pk")[: 10 * SEATS]:
            kind, lead, now = assignment.lead_id.int % 8, assignment.lead, timezone.now()
            try:
                if kind == 1 and not assignment.hop:
                    desk.decline(lead=lead, reason="Not today.", actor=actor, now=now)
                elif kind == 2 and not assignment.first_touch_at:
                    desk.touch(lead=lead, kind="CALL_CONNECTED", actor=actor, now=now)
                elif kind:
                    desk.dispose(lead=lead, disposition="SOLD", actor=actor, now=now)
                    self._close_again(assignment, actor)
            except Refused:  # a clock was first
                continue

    def _close_again(self, assignment: Assignment, actor: Any) -> None:
        try:
            desk.dispose(lead=assignment.lead, disposition="SOLD", actor=actor, now=timezone.now())
        except Refused:
            return
        self.closed_twice.append(str(assignment.lead_id))


def enduring(work: Callable[[], object]) -> Callable[[], None]:
    """Return the work, which goes on with a new connection where the database went away."""

    def go() -> None:
        try:
            work()
        except (DatabaseError, InterfaceError):
            connection.close()
            time.sleep(AGAIN_AFTER)

    return go
