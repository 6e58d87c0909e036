"""A receiver that fails again and again is spared, the others are not, and waiting costs a message no try."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from django.conf import LazySettings

from outbox import services as outbox
from outbox.errors import PermanentFailureError
from outbox.models import Circuit, Message
from outbox.services.breaking import Breaker
from tests.integration.outbox import receivers

pytestmark = pytest.mark.django_db

NOON: Final = datetime(2026, 5, 13, 16, 0, tzinfo=UTC)
SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
FLAKY: Final = "tests.integration.outbox.receivers.flaky"
SendTo = Callable[..., None]


@pytest.fixture(autouse=True)
def breaker(settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Open a circuit after three failures for a minute, and let the dice always fall on the shortest wait."""

    class Loaded:
        def random(self) -> float:
            return 0.0

    monkeypatch.setattr("outbox.services.relaying.dice", Loaded())
    settings.OUTBOX_BREAKER_FAILURES = 3
    settings.OUTBOX_BREAKER_SECONDS = 60


def publish(number: int) -> list[Message]:
    return [outbox.publish(topic="lead.assigned", payload={"n": each}, at=NOON) for each in range(number)]


def fail(times: int) -> None:
    receivers.failing.extend(ConnectionError("no route") for _ in range(times))


def taken() -> list[str]:
    return [name for name, _, _ in receivers.received]


def open_circuit() -> Message:
    """Let one message fail until its receiver's circuit opens at noon."""
    [message] = publish(1)
    fail(3)
    for _ in range(3):
        assert outbox.relay(now=NOON, limit=1) == 1
    return message


def test_after_failures_in_a_row_a_receiver_is_spared(send_to: SendTo, caplog: pytest.LogCaptureFixture) -> None:
    send_to("flaky")

    open_circuit()
    publish(2)
    outbox.relay(now=NOON + SECOND)

    circuit = Circuit.objects.get()
    assert taken() == []
    assert (circuit.consumer, circuit.failures, circuit.retry_at, circuit.opened_at) == (FLAKY, 3, NOON + MINUTE, NOON)
    assert [(record.levelno, record.message) for record in caplog.records] == [
        (logging.WARNING, "outbox.circuit_opened")
    ]


def test_waiting_for_a_circuit_costs_a_message_none_of_its_tries(send_to: SendTo) -> None:
    send_to("flaky")
    message = open_circuit()

    outbox.relay(now=NOON + SECOND)

    message.refresh_from_db()
    assert (message.tries, message.attempts, message.next_at) == (3, 4, NOON + MINUTE)
    assert message.lease_until is None


def test_one_message_tries_a_half_open_circuit_and_a_success_closes_it(send_to: SendTo) -> None:
    send_to("flaky")
    open_circuit()

    outbox.relay(now=NOON + MINUTE)

    circuit = Circuit.objects.get()
    assert taken() == ["flaky"]
    assert (circuit.failures, circuit.retry_at, circuit.opened_at) == (0, None, None)


def test_a_failure_of_the_one_that_tries_leaves_the_circuit_open_and_the_others_waiting(send_to: SendTo) -> None:
    send_to("flaky")
    open_circuit()
    publish(3)
    fail(1)

    outbox.relay(now=NOON + MINUTE)

    assert (taken(), receivers.failing) == ([], [])
    assert Circuit.objects.get().retry_at == NOON + 2 * MINUTE
    outbox.relay(now=NOON + 2 * MINUTE)
    assert taken() == ["flaky"] * 4


def test_the_other_receivers_of_a_message_get_theirs_meanwhile(send_to: SendTo) -> None:
    send_to("flaky")
    open_circuit()
    send_to("flaky", "take")

    [message] = publish(1)
    outbox.relay(now=NOON + SECOND)
    outbox.relay(now=NOON + MINUTE)

    message.refresh_from_db()
    assert taken().count("take") == 2  # the message that opened the circuit is owed to it as well
    assert message.done_at == NOON + MINUTE


@pytest.mark.parametrize("between", ["take", "refuse"])
def test_an_answer_in_between_starts_the_count_afresh(send_to: SendTo, between: str) -> None:
    send_to("flaky")
    fail(2)
    publish(2)
    outbox.relay(now=NOON)
    if between == "refuse":
        receivers.failing.append(PermanentFailureError("never"))
    outbox.relay(now=NOON + MINUTE, limit=1)
    fail(2)
    publish(2)

    outbox.relay(now=NOON + MINUTE)

    assert Circuit.objects.get().retry_at is None


def test_two_relays_send_one_message_into_a_half_open_circuit(send_to: SendTo) -> None:
    send_to("flaky")
    open_circuit()
    circuit = Circuit.objects.get()

    mine, other = (Breaker(NOON + MINUTE) for _ in range(2))

    assert (mine.spared_until(FLAKY), other.spared_until(FLAKY)) == (None, NOON + 2 * MINUTE)
    assert Circuit.objects.get().retry_at == NOON + 2 * MINUTE != circuit.retry_at
