"""Post leads as fast as they are taken while the agency goes about its day, and watch every second."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from threading import Lock
from typing import Final

from django.conf import settings

from benchmarks.intake.leads import bodies
from benchmarks.intake.server import INTAKE, Server, serving
from benchmarks.soak import stage
from benchmarks.soak.invariants import broken, is_flat
from benchmarks.soak.people import EVERY, Changes, Repeated, close_worked_leads, numbered
from benchmarks.soak.stage import FAIR_POOL
from benchmarks.soak.watching import Answers, Receiver, Watch

CLIENTS: Final = 2
REPEATS: Final = 20  # one post in so many is made twice
LOOK_EVERY: Final = 1.0
SECRET: Final = "whsec_" + "c29hay1zb2FrLXNvYWstc29hay1zb2Fr"
TOLD: Final = 20


class Source:
    """A client that posts one lead after the other over one connection."""

    def __init__(self, server: Server, key: str, waiting: Iterator[tuple[str, bytes]], lock: Lock, answers: Answers):
        self._connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._key, self._waiting, self._lock, self._answers = key, waiting, lock, answers
        self._posted = 0
        self.statuses: Counter[str] = Counter()

    def post(self) -> None:
        """Post the next lead, and now and then the same once more."""
        with self._lock:
            name, body = next(self._waiting)
        for _ in range(1 + (self._posted % REPEATS == 0)):
            self._send(name, body)
        self._posted += 1

    def _send(self, name: str, body: bytes) -> None:
        headers = {"Authorization": f"Api-Key {self._key}", "Content-Type": "application/json"}
        self._connection.request("POST", INTAKE, body, {**headers, "Idempotency-Key": name})
        response = self._connection.getresponse()
        answer = response.read()
        if response.status not in {200, 201}:
            raise RuntimeError(f"The intake answered {response.status}: {answer[:500]!r}")
        told = json.loads(answer)
        self.statuses[told["status"]] += 1
        self._answers.note(name, told["id"], json.dumps(told, sort_keys=True))


def run(seconds: float) -> bool:
    """Say whether nothing broke and memory stayed flat."""
    key, twins = stage.build()
    answers, changes, receiver = Answers(), Changes(twins), Receiver()
    watch = Watch(twins, answers, changes, receiver)
    waiting, lock = numbered(bodies()), Lock()
    found: dict[str, None] = {}
    memory: list[float] = []
    with serving() as server, _sweeping(receiver.url):
        sources = [Source(server, key, waiting, lock, answers) for _ in range(CLIENTS)]
        for source in sources:  # a worker's first leads wait for its code, its rules and the roster
            source.post()
        going = [Repeated(source.post) for source in sources]
        going += [Repeated(changes.make_next, EVERY), Repeated(close_worked_leads, 0.25)]
        ends, looks = time.monotonic() + seconds, 0
        while time.monotonic() < ends:
            started = time.monotonic()
            found |= dict.fromkeys(broken(watch.look()))
            memory.append(server.worker_rss_mb())
            looks += 1
            time.sleep(max(0.0, LOOK_EVERY - (time.monotonic() - started)))
        for each in going:
            each.stop()
        last = watch.look(at_everything=True)
        found |= dict.fromkeys(broken(last))
    watch.close()
    receiver.close()
    statuses = sum((source.statuses for source in sources), Counter())
    print(f"{seconds:.0f} s, {answers.count} posts ({answers.count / seconds:.1f} a second) {dict(statuses)},")
    print(f"{changes.made} changes, {len(receiver.received)} messages received, {looks} looks;")
    print(f"leads of {FAIR_POOL} by member { ({twin: each.had for twin, each in last.twins.items()}) };")
    print(f"the web worker's memory: {memory[0]:.0f} MB at first, {max(memory):.0f} at most, {memory[-1]:.0f} at last.")
    flat = is_flat(memory)
    print("Nothing is broken." if not found else f"{len(found)} things are broken:")
    for told in list(found)[:TOLD]:
        print(f"  {told}")
    print("Memory is flat." if flat else "Memory grows.")
    return flat and not found


@contextmanager
def _sweeping(url: str) -> Iterator[None]:
    """Run the timer and outbox loop, which tells the receiver."""
    env = {**os.environ, "WEBHOOK_URL": url, "WEBHOOK_SECRET": SECRET}
    with Path(settings.DATA_DIR, "sweep.log").open("wb") as log:
        command = [sys.executable, "manage.py", "sweep"]
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stdout=log, stderr=log)
        try:
            yield
            if process.poll() is not None:
                raise RuntimeError(f"The sweep ended: {Path(log.name).read_text()[-2000:]}")
        finally:
            process.terminate()
            process.wait()
