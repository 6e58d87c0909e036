"""Relays at work at once share the messages and deliver each once; what is rolled back is never sent."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from celery import current_app
from django.conf import LazySettings
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from outbox import services as outbox
from outbox.models import Message
from tests.integration.outbox import receivers

NOON: Final = datetime(2026, 5, 13, 16, 0, tzinfo=UTC)
SendTo = Callable[..., None]


@pytest.mark.django_db(transaction=True)
def test_four_relays_deliver_every_message_once_and_each_aggregate_in_order(send_to: SendTo) -> None:
    send_to("take")
    outbox.publish_many(
        [
            outbox.message(topic="lead.assigned", payload={"n": number}, at=NOON, aggregate=f"L{number % 3}")
            for number in range(60)
        ]
    )
    barrier = threading.Barrier(4)

    def work() -> None:
        try:
            barrier.wait(5)
            while Message.objects.undone().exists():
                outbox.relay(now=NOON)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    numbers = [payload["n"] for _, _, payload in receivers.received]
    assert Counter(numbers) == Counter(range(60))
    for lead in range(3):
        of_lead = [number for number in numbers if number % 3 == lead]
        assert of_lead == sorted(of_lead)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_relay_skips_what_another_is_leasing(send_to: SendTo) -> None:
    send_to("take")
    first = outbox.publish(topic="lead.assigned", payload={}, at=NOON)
    second = outbox.publish(topic="lead.assigned", payload={}, at=NOON)
    holds, done = threading.Event(), threading.Event()

    def lease_slowly() -> None:
        try:
            with transaction.atomic():
                Message.objects.select_for_update().get(pk=first.pk)
                holds.set()
                done.wait(5)
        finally:
            connection.close()

    thread = threading.Thread(target=lease_slowly)
    thread.start()
    holds.wait(5)
    tried = outbox.relay(now=NOON)
    done.set()
    thread.join(5)

    assert tried == 1
    assert [identity for _, identity, _ in receivers.received] == [second.id]


@pytest.mark.django_db(transaction=True)
def test_the_lease_is_committed_and_no_transaction_is_open_while_sending(
    send_to: SendTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_to("take")
    message = outbox.publish(topic="lead.assigned", payload={}, at=NOON)
    seen: list[Any] = []

    def look(**_: object) -> None:
        def from_elsewhere() -> None:
            seen.append(Message.objects.get(pk=message.pk).lease_until)
            connection.close()

        seen.append(connection.in_atomic_block)
        thread = threading.Thread(target=from_elsewhere)
        thread.start()
        thread.join(5)

    monkeypatch.setattr(receivers, "take", look)

    outbox.relay(now=NOON)

    assert seen == [False, datetime(2026, 5, 13, 16, 5, tzinfo=UTC)]


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_is_never_sent(send_to: SendTo) -> None:
    send_to("take")

    with transaction.atomic():
        outbox.publish(topic="lead.assigned", payload={}, at=NOON)
        transaction.set_rollback(True)
    outbox.relay(now=NOON)

    assert receivers.received == []


@pytest.mark.django_db(transaction=True)
def test_the_doorbell_rings_after_the_commit_and_nobody_need_hear_it(
    settings: LazySettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTBOX_DOORBELL = True
    rings: list[tuple[str, int]] = []

    def nobody_hears(task: str, **_: object) -> None:
        rings.append((task, Message.objects.count()))
        raise OperationalError("the broker is down")

    monkeypatch.setattr(current_app, "send_task", nobody_hears)

    with transaction.atomic():
        outbox.publish(topic="lead.assigned", payload={}, at=NOON)
        before_commit = list(rings)

    assert (before_commit, rings) == ([], [("outbox.relay", 1)])
    assert Message.objects.undone().count() == 1
