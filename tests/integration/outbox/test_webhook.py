"""The webhook consumer posts signed messages to a real receiver on this machine."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final
from uuid import UUID

import pytest
from django.conf import LazySettings
from standardwebhooks import Webhook, WebhookVerificationError

from outbox import webhook
from outbox.errors import PermanentFailureError

NOON: Final = datetime(2026, 5, 13, 16, 0, tzinfo=UTC)
IDENTITY: Final = UUID("01a1fc67-76c9-7613-a118-a08bb7fbd582")
SECRET: Final = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Receiver(HTTPServer):
    """Keeps what it is sent and answers as told."""

    status = 204
    location = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.requests: list[tuple[str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        """Where to post to."""
        return f"http://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Receiver

    def do_POST(self) -> None:
        """Keep the request and answer."""
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.requests.append((self.path, {key.lower(): value for key, value in self.headers.items()}, body))
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("location", self.server.location)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver(settings: LazySettings) -> Iterator[Receiver]:
    """Run a receiver the settings point to."""
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = server.url, SECRET
        yield server
        server.shutdown()
        thread.join(5)


def post(payload: dict[str, Any]) -> None:
    """Consume one message."""
    webhook.consume(message_id=IDENTITY, topic="lead.assigned", payload=payload, at=NOON)


def test_a_message_arrives_signed_and_verifiable(receiver: Receiver) -> None:
    post({"lead": "Lé1"})

    [(path, headers, body)] = receiver.requests
    assert path == "/hook"
    assert headers["webhook-id"] == str(IDENTITY)
    assert headers["content-type"] == "application/json"
    told = Webhook(SECRET).verify(body, headers)
    assert told == {"type": "lead.assigned", "timestamp": "2026-05-13T16:00:00+00:00", "data": {"lead": "Lé1"}}


def test_an_altered_body_does_not_verify(receiver: Receiver) -> None:
    post({"lead": "L1"})

    [(_, headers, body)] = receiver.requests
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"L1", b"L2"), headers)


def test_a_repetition_has_the_same_id_and_body(receiver: Receiver) -> None:
    post({"lead": "L1"})
    post({"lead": "L1"})

    once, again = receiver.requests
    assert once[1]["webhook-id"] == again[1]["webhook-id"]
    assert json.loads(once[2]) == json.loads(again[2])


@pytest.mark.parametrize(
    ("status", "is_permanent"),
    [*((status, True) for status in (400, 410, 422)), *((status, False) for status in (401, 404, 408, 429, 500, 503))],
)
def test_what_cannot_heal_is_told_apart(receiver: Receiver, status: int, is_permanent: bool) -> None:
    receiver.status = status

    expected = PermanentFailureError if is_permanent else webhook.DeliveryFailedError
    with pytest.raises(expected, match=f"^The receiver answered {status}.$"):
        post({})


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    receiver.status, receiver.location = status, receiver.url

    with pytest.raises(PermanentFailureError, match=str(status)):
        post({})

    assert len(receiver.requests) == 1


def test_a_receiver_that_is_not_there_may_come_back(settings: LazySettings) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = f"http://127.0.0.1:{port}/", SECRET

    with pytest.raises(webhook.DeliveryFailedError, match="URLError"):
        post({})


def test_a_receiver_that_hangs_is_left(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", 0.05)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = f"http://127.0.0.1:{silent.getsockname()[1]}/", SECRET

        with pytest.raises(webhook.DeliveryFailedError, match="did not answer"):
            post({})


def test_an_answer_that_is_no_http_may_heal(settings: LazySettings) -> None:
    with socket.socket() as odd:
        odd.bind(("127.0.0.1", 0))
        odd.listen()

        def answer() -> None:
            connection, _ = odd.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"nonsense\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = f"http://127.0.0.1:{odd.getsockname()[1]}/", SECRET
        with pytest.raises(webhook.DeliveryFailedError, match="BadStatusLine"):
            post({})
        thread.join(5)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/"])
def test_only_http_is_spoken(settings: LazySettings, url: str) -> None:
    settings.WEBHOOK_URL, settings.WEBHOOK_SECRET = url, SECRET

    with pytest.raises(webhook.DeliveryFailedError, match="neither http nor https"):
        post({})


def test_without_a_receiver_nothing_is_sent(settings: LazySettings) -> None:
    settings.WEBHOOK_URL = ""

    post({})


def test_letters_stay_in_the_house(receiver: Receiver) -> None:
    webhook.consume(message_id=IDENTITY, topic="email.queued", payload={"to": "kim@example.com"}, at=NOON)

    assert receiver.requests == []
