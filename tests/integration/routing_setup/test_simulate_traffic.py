"""Simulated traffic against a small HTTP server that answers as the API does."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

PORT_NOBODY_LISTENS_ON = 9


class Api(ThreadingHTTPServer):
    """Takes every lead sent under the key `sound`."""

    received: list[dict[str, Any]]
    keys: list[str]


class Intake(BaseHTTPRequestHandler):
    """One post."""

    server: Api

    def do_POST(self) -> None:
        """Answer as the intake does."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        known = self.headers["Authorization"] == "Api-Key sound"
        if known:
            self.server.received.append(json.loads(body))
            self.server.keys.append(self.headers["Idempotency-Key"])
        answer = json.dumps({"status": "assigned"}).encode()
        self.send_response(201 if known and self.path == "/api/v1/leads/" else 401)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Keep quiet."""


@pytest.fixture
def api() -> Iterator[Api]:
    """Run the server for one test."""
    with Api(("127.0.0.1", 0), Intake) as server:
        server.received, server.keys = [], []
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def url_of(api: Api) -> str:
    """Return where the server listens."""
    return f"http://127.0.0.1:{api.server_port}"


def test_leads_of_different_people_go_out_at_the_rate_and_are_counted(api: Api) -> None:
    out = StringIO()

    call_command("simulate_traffic", "--rate=40", "--for=0.5", url=url_of(api), key="sound", stdout=out)

    sent = len(api.received)
    assert 10 < sent <= 20  # a busy machine sends fewer
    assert len({lead["email"] for lead in api.received}) == len(set(api.keys)) == sent
    assert f"{sent} assigned." in out.getvalue()
    assert "ms (p50)" in out.getvalue()


def test_the_demo_says_where_to_and_under_which_key(api: Api, tmp_path: Path, settings: LazySettings) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / ".demo.json").write_text(json.dumps({"url": url_of(api), "api_key": "sound"}))

    call_command("simulate_traffic", "--rate=1", "--for=1", stdout=StringIO())

    assert len(api.received) == 1


def test_a_refused_key_ends_it(api: Api) -> None:
    with pytest.raises(CommandError, match="The key is refused"):
        call_command("simulate_traffic", "--rate=1", "--for=60", url=url_of(api), key="wrong", stdout=StringIO())


def test_nobody_there_ends_it() -> None:
    url = f"http://127.0.0.1:{PORT_NOBODY_LISTENS_ON}"

    with pytest.raises(CommandError, match="does not take leads"):
        call_command("simulate_traffic", "--rate=100", "--for=60", url=url, key="sound", stdout=StringIO())


def test_leads_leave_the_machine_only_when_told_so(tmp_path: Path, settings: LazySettings) -> None:
    settings.BASE_DIR = tmp_path
    (tmp_path / ".demo.json").write_text(json.dumps({"url": "https://fairlead.example", "api_key": "sound"}))

    with pytest.raises(CommandError, match="is another machine"):
        call_command("simulate_traffic", stdout=StringIO())


@pytest.mark.parametrize(
    "arguments",
    [["--rate=0"], ["--rate=1000"], ["--for=0"], ["--for=86400"], ["--url=file:///etc/passwd", "--key=x"], []],
    ids=["no rate", "too fast", "no time", "too long", "no web address", "no demo"],
)
def test_what_cannot_be_done_is_said(arguments: list[str], tmp_path: Path, settings: LazySettings) -> None:
    settings.BASE_DIR = tmp_path

    with pytest.raises(CommandError):
        call_command("simulate_traffic", *arguments, stdout=StringIO())
