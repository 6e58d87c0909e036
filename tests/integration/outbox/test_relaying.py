"""Messages reach their consumers at least once, in order, or die with an alarm."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from django.conf import LazySettings

from accounts.actor import Actor, ActorKind, system
from accounts.errors import Forbidden
from accounts.policy import POLICY, Role
from audit.models import Entry
from outbox import services as outbox
from outbox.models import Message
from tests.integration.outbox import receivers

pytestmark = pytest.mark.django_db

NOON: Final = datetime(2026, 5, 13, 16, 0, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
SendTo = Callable[..., None]


@pytest.fixture(autouse=True)
def longest_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the dice always fall on the longest wait."""

    class Loaded:
        def random(self) -> float:
            return 1.0

    monkeypatch.setattr("outbox.services.relaying.dice", Loaded())


def test_a_message_is_delivered_once_and_marked(send_to: SendTo) -> None:
    send_to("take")
    message = outbox.publish(topic="lead.assigned", payload={"lead": "L1"}, at=NOON)

    tried = [outbox.relay(now=NOON), outbox.relay(now=NOON + HOUR)]

    message.refresh_from_db()
    assert tried == [1, 0]
    assert receivers.received == [("take", message.id, {"lead": "L1"})]
    assert (message.done_at, message.attempts, message.lease_until, message.dead_at) == (NOON, 1, None, None)


def test_a_message_nobody_consumes_is_done(settings: LazySettings) -> None:
    settings.OUTBOX_CONSUMERS = {"lead.closed": []}
    message = outbox.publish(topic="lead.assigned", payload={}, at=NOON)

    outbox.relay(now=NOON)

    message.refresh_from_db()
    assert message.done_at == NOON


def test_a_message_goes_to_the_consumers_of_its_topic_and_of_every_topic(settings: LazySettings) -> None:
    settings.OUTBOX_CONSUMERS = {
        "email.queued": ["tests.integration.outbox.receivers.flaky"],
        "*": ["tests.integration.outbox.receivers.take"],
    }
    outbox.publish_many(
        [outbox.message(topic="email.queued", payload={}, at=NOON), outbox.message(topic="x", payload={}, at=NOON)]
    )

    outbox.relay(now=NOON)

    assert [name for name, _, _ in receivers.received] == ["flaky", "take", "take"]


def test_a_failed_message_is_tried_again_after_its_wait(send_to: SendTo) -> None:
    send_to("flaky")
    receivers.failing.append(ConnectionError("no route"))
    message = outbox.publish(topic="lead.assigned", payload={}, at=NOON)

    outbox.relay(now=NOON)

    message.refresh_from_db()
    assert (message.next_at, message.attempts, message.lease_until) == (NOON + timedelta(seconds=4), 1, None)
    assert message.last_error == "tests.integration.outbox.receivers.flaky: ConnectionError: no route"
    assert outbox.relay(now=NOON + timedelta(seconds=3)) == 0
    assert outbox.relay(now=NOON + timedelta(seconds=4)) == 1
    assert [name for name, _, _ in receivers.received] == ["flaky"]


def test_a_retry_spares_the_consumers_that_had_the_message(send_to: SendTo) -> None:
    send_to("take", "flaky", "take")
    receivers.failing.append(ConnectionError("no route"))
    outbox.publish(topic="lead.assigned", payload={}, at=NOON)

    outbox.relay(now=NOON)
    outbox.relay(now=NOON + HOUR)

    assert [name for name, _, _ in receivers.received] == ["take", "flaky"]


def test_a_consumer_that_cannot_be_imported_is_a_failure_like_any_other(send_to: SendTo) -> None:
    send_to("no_such_consumer", "take")
    message = outbox.publish(topic="lead.assigned", payload={}, at=NOON)

    outbox.relay(now=NOON)

    message.refresh_from_db()
    assert message.next_at == NOON + timedelta(seconds=4)
    assert [name for name, _, _ in receivers.received] == ["take"]


def test_a_relay_killed_between_send_and_mark_sends_again_when_its_lease_ends(send_to: SendTo) -> None:
    send_to("die_after_sending")
    message = outbox.publish(topic="lead.assigned", payload={}, at=NOON)
    with pytest.raises(receivers.KilledError):
        outbox.relay(now=NOON)

    while_leased = outbox.relay(now=NOON + timedelta(minutes=4, seconds=59))
    afterwards = outbox.relay(now=NOON + timedelta(minutes=5))

    message.refresh_from_db()
    assert (while_leased, afterwards) == (0, 1)
    assert [identity for _, identity, _ in receivers.received] == [message.id, message.id]
    assert message.done_at == NOON + timedelta(minutes=5)


def test_a_relay_that_slept_past_its_lease_does_not_overwrite_what_came_after(
    send_to: SendTo, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_to("down")
    message = outbox.publish(topic="lead.assigned", payload={}, at=NOON)

    def meanwhile(**_: object) -> None:
        Message.objects.filter(pk=message.pk).update(attempts=2, lease_until=NOON + HOUR)  # another relay leased it
        raise ConnectionError

    monkeypatch.setattr(receivers, "down", meanwhile)

    outbox.relay(now=NOON)

    message.refresh_from_db()
    assert (message.attempts, message.lease_until, message.last_error) == (2, NOON + HOUR, "")


def test_messages_of_one_aggregate_keep_their_order_and_wait_for_each_other(send_to: SendTo) -> None:
    send_to("flaky")
    receivers.failing.append(ConnectionError("no route"))
    first, second, other = (
        outbox.message(topic="lead.assigned", payload={"n": number}, at=NOON, aggregate=aggregate)
        for number, aggregate in ((1, "L1"), (2, "L1"), (3, "L2"))
    )
    outbox.publish_many([first, second, other])

    outbox.relay(now=NOON)
    before = [payload["n"] for _, _, payload in receivers.received]
    outbox.relay(now=NOON + timedelta(seconds=4))

    assert before == [3]
    assert [payload["n"] for _, _, payload in receivers.received] == [3, 1, 2]


def test_messages_of_other_topics_and_of_no_aggregate_do_not_wait(send_to: SendTo) -> None:
    send_to("flaky")
    receivers.failing.append(ConnectionError("no route"))
    kinds = [("lead.assigned", "L1"), ("lead.closed", "L1"), ("lead.assigned", ""), ("lead.assigned", "")]
    for number, (topic, aggregate) in enumerate(kinds):
        outbox.publish(topic=topic, payload={"n": number}, at=NOON, aggregate=aggregate)

    outbox.relay(now=NOON)

    assert [payload["n"] for _, _, payload in receivers.received] == [1, 2, 3]


def test_a_message_dies_after_24_tries_with_an_alarm_and_an_entry(
    send_to: SendTo, caplog: pytest.LogCaptureFixture
) -> None:
    send_to("down")
    message = outbox.publish(topic="lead.assigned", payload={}, at=NOON)
    now = NOON
    for _ in range(24):
        assert outbox.relay(now=now) == 1
        now += HOUR

    assert outbox.relay(now=now + 100 * HOUR) == 0
    message.refresh_from_db()
    assert (message.attempts, message.dead_at, message.done_at) == (24, NOON + 23 * HOUR, None)
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("WARNING", "outbox.circuit_opened"),
        ("ERROR", "outbox.message_died"),
    ]
    entry = Entry.objects.get()
    assert (entry.action, entry.target_id) == ("outbox.message_died", str(message.id))
    assert entry.detail == {"topic": "lead.assigned", "attempts": 24, "error": "ConnectionError"}
    assert "kim@example.com" not in str([record.__dict__ for record in caplog.records])


def test_a_permanent_failure_kills_the_message_once_the_others_are_served(send_to: SendTo) -> None:
    send_to("refuse", "flaky")
    receivers.failing.append(ConnectionError("no route"))
    message = outbox.publish(topic="lead.assigned", payload={}, at=NOON)

    outbox.relay(now=NOON)
    message.refresh_from_db()
    waits_for_the_other = message.dead_at is None
    outbox.relay(now=NOON + HOUR)

    message.refresh_from_db()
    assert waits_for_the_other
    assert message.dead_at == NOON + HOUR
    assert [name for name, _, _ in receivers.received] == ["flaky"]
    assert Entry.objects.get().detail["error"] == "PermanentFailureError"


def test_a_dead_message_lets_pass_what_follows_it(send_to: SendTo) -> None:
    send_to("flaky")
    receivers.failing.append(ConnectionError("no route"))
    first, second = (
        outbox.publish(topic="lead.assigned", payload={"n": number}, at=NOON, aggregate="L1") for number in (1, 2)
    )
    Message.objects.filter(pk=first.pk).update(dead_at=NOON)

    outbox.relay(now=NOON)
    outbox.relay(now=NOON + HOUR)

    assert [identity for _, identity, _ in receivers.received] == [second.id]


ADMINISTRATOR: Final = Actor(ActorKind.USER, "1", "Ada Admin", POLICY[Role.ADMINISTRATOR])
AUDITOR: Final = Actor(ActorKind.USER, "2", "Otto Auditor", POLICY[Role.AUDITOR])


def dead_message() -> Message:
    """Publish a message and give it up, one of two consumers served."""
    message = outbox.publish(topic="lead.assigned", payload={}, at=NOON)
    prefix = "tests.integration.outbox.receivers"
    progress = {f"{prefix}.take": "DONE", f"{prefix}.flaky": "REFUSED"}
    Message.objects.filter(pk=message.pk).update(dead_at=NOON, attempts=24, progress=progress)
    return message


def test_a_revived_message_goes_to_whoever_has_not_had_it(send_to: SendTo) -> None:
    send_to("take", "flaky")
    message = dead_message()

    outbox.revive(message=message, actor=ADMINISTRATOR, now=NOON + HOUR)
    outbox.relay(now=NOON + HOUR)

    message.refresh_from_db()
    assert [name for name, _, _ in receivers.received] == ["flaky"]
    assert (message.done_at, message.dead_at, message.attempts) == (NOON + HOUR, None, 1)
    assert [(entry.action, entry.actor_label) for entry in Entry.objects.all()] == [
        ("outbox.message_revived", "Ada Admin")
    ]


def test_only_who_may_edit_the_setup_revives() -> None:
    message = dead_message()

    with pytest.raises(Forbidden):
        outbox.revive(message=message, actor=AUDITOR, now=NOON)

    message.refresh_from_db()
    assert message.dead_at == NOON
    assert not Entry.objects.exists()


def test_what_is_not_dead_is_not_revived() -> None:
    message = outbox.publish(topic="lead.assigned", payload={}, at=NOON)

    with pytest.raises(outbox.NotDead):
        outbox.revive(message=message, actor=system("test"), now=NOON + HOUR)

    message.refresh_from_db()
    assert message.next_at == NOON
    assert not Entry.objects.exists()
