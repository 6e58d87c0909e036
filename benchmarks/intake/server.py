"""The web server as production runs it, and a client that keeps its connection."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Final
from uuid import uuid4

from django.conf import settings

INTAKE: Final = "/api/v1/leads/"
FLOOR: Final = "/api/v1/floor/"
PATIENCE: Final = 30  # seconds the server may take to come up


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: subprocess.Popen[bytes]

    def worker_rss_mb(self) -> float:
        """Return the resident memory of its one web worker."""
        asked = ["ps", "-A", "-o", "ppid=,rss="]
        listed = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
        rows = [line.split() for line in listed.splitlines()]
        return sum(int(rss) for parent, rss in rows if int(parent) == self.process.pid) / 1024


class Client:
    """One source with one connection, kept open."""

    def __init__(self, server: Server, key: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
        self.headers = {"Authorization": f"Api-Key {key}", "Content-Type": "application/json"}

    def post(self, path: str, body: bytes) -> tuple[float, bytes]:
        """Post a lead; return the time until its answer was read, in µs, and the answer.

        :raises RuntimeError: for any status but 201
        """
        headers = {**self.headers, "Idempotency-Key": uuid4().hex}
        started = time.perf_counter_ns()
        self.connection.request("POST", path, body, headers)
        response = self.connection.getresponse()
        answer = response.read()
        taken = (time.perf_counter_ns() - started) / 1000
        if response.status != 201:
            raise RuntimeError(f"{path} answered {response.status}: {answer[:500]!r}")
        return taken, answer


@contextmanager
def serving() -> Iterator[Server]:
    """Run gunicorn as the Procfile does, with the floor beside the site."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "python:config.gunicorn"]
    command += ["--bind", f"127.0.0.1:{port}", "config.wsgi"]
    env = {**os.environ, "LOG_LEVEL": "INFO", "WEB_CONCURRENCY": "1"}
    with Path(settings.DATA_DIR, "gunicorn.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=env, stderr=log, stdout=log)
        try:
            _wait_for(port, process)
            yield Server(port, process)
        finally:
            process.terminate()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(PATIENCE * 10):
        if process.poll() is not None:
            break
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"The server did not start; see {settings.DATA_DIR}/gunicorn.log.")
