"""The tasks read the clock and call their service, whatever unknown arguments a newer release sends along."""

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.conf import LazySettings
from django.utils import timezone

from outbox import heartbeat, tasks
from outbox import services as outbox
from outbox.checks import check_consumers
from tests.integration.outbox import receivers


@pytest.mark.django_db
def test_the_relay_delivers_what_is_due(send_to: Callable[..., None]) -> None:
    send_to("take")
    outbox.publish(topic="lead.assigned", payload={}, at=timezone.now())

    tasks.relay(unknown="argument")

    assert len(receivers.received) == 1


@pytest.mark.django_db
def test_the_heartbeat_names_the_worker() -> None:
    tasks.beat(unknown="argument")

    assert heartbeat.list_ages(now=timezone.now())["worker"] < timedelta(seconds=10)


@pytest.mark.parametrize(
    ("path", "errors"),
    [
        ("outbox.email.consume", []),
        ("outbox.email.LETTERS", ["outbox.E001"]),
        ("no_such_module.consume", ["outbox.E001"]),
        ("outbox.email.REJECTED", ["outbox.E001"]),
    ],
    ids=["right", "no such name", "no such module", "not callable"],
)
def test_a_wrong_consumer_is_found_at_the_start(settings: LazySettings, path: str, errors: list[str]) -> None:
    settings.OUTBOX_CONSUMERS = {"*": [path]}

    assert [error.id for error in check_consumers(None)] == errors


def test_a_workers_other_threads_are_left_to_the_clocks() -> None:
    with patch.object(outbox, "relay", autospec=True, side_effect=lambda now, limit: tasks.relay()) as relay:
        tasks.relay()
        tasks.relay()

    assert relay.call_count == 2 * tasks.AT_ONCE
