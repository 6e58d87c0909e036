"""Writing rows past the ORM's composing, and what stays as it was."""

import contextlib
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import rows
from accounts.actor import system
from audit import services as audit
from audit.models import Entry
from outbox import services as outbox
from outbox.models import Message

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 15, 0, 0, 123456, tzinfo=UTC)


def a_message(topic: str = "lead.assigned", **fields: Any) -> Message:
    """Return a message that is not yet written."""
    message = outbox.message(topic=topic, payload={"lead": "é", "none": None}, at=NOW, aggregate="7")
    for name, value in fields.items():
        setattr(message, name, value)
    return message


def an_entry() -> Entry:
    """Return a ledger entry that is not yet written."""
    return audit.entry(at=NOW, actor=system("test"), action="lead.received")


def test_a_row_is_read_back_as_it_was_written() -> None:
    message = a_message()

    rows.insert(message)

    written = Message.objects.get(pk=message.pk)
    assert (written.payload, written.at, written.done_at, written.attempts) == (message.payload, NOW, None, 0)
    assert not message._state.adding


def test_rows_share_statements_and_those_of_one_model_keep_their_order() -> None:
    first, second = an_entry(), an_entry()

    with CaptureQueriesContext(connection) as sent:
        rows.insert(a_message(), first, second, a_message())

    assert len(sent) == (1 if connection.vendor == "postgresql" else 3)
    assert list(Entry.objects.order_by("seq").values_list("pk", flat=True)) == [first.pk, second.pk]
    assert Message.objects.count() == 2


def test_nothing_is_inserted_as_nothing_and_many_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "AT_ONCE", 2)
    entries = [an_entry() for _ in range(5)]

    rows.insert()
    rows.insert(*entries)

    assert list(Entry.objects.order_by("seq").values_list("pk", flat=True)) == [entry.pk for entry in entries]


def test_a_row_whose_key_is_taken_is_left_out_and_said_so() -> None:
    message = a_message()

    assert rows.insert_unless_there(message).rows()
    assert not rows.insert_unless_there(a_message(id=message.pk, topic="another")).rows()

    assert Message.objects.get().topic == "lead.assigned"


def test_an_update_writes_what_is_named_and_nothing_else() -> None:
    message, other = a_message(), a_message()
    rows.insert(message, other)
    message.attempts, message.progress, message.topic = 3, {"mail": 1}, "another"

    rows.update(message, "attempts", "progress")

    found = Message.objects.in_bulk()
    assert (found[message.pk].attempts, found[message.pk].progress) == (3, {"mail": 1})
    assert (found[message.pk].topic, found[other.pk].attempts) == ("lead.assigned", 0)


def test_a_failure_in_a_message_is_an_integrity_error_and_undone_to_the_savepoint() -> None:
    message = a_message()
    rows.insert(message)

    with pytest.raises(IntegrityError), transaction.atomic(), rows.in_one_message():
        rows.insert(an_entry(), a_message(id=message.pk))

    assert (Message.objects.count(), Entry.objects.count()) == (1, 0)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_commit_travels_with_what_it_commits() -> None:
    with contextlib.suppress(LookupError), transaction.atomic():
        with rows.in_one_message():
            rows.insert(a_message())
            rows.commit_along()
        raise LookupError  # too late to undo anything

    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_commit_that_travels_with_a_failure_commits_nothing() -> None:
    message = a_message()
    rows.insert(message)

    with pytest.raises(IntegrityError):
        _commit_along_with(a_message(), a_message(id=message.pk))

    assert Message.objects.get().pk == message.pk


def test_a_commit_inside_another_transaction_is_left_to_that() -> None:
    with contextlib.suppress(LookupError), transaction.atomic():
        with transaction.atomic(), rows.in_one_message():
            rows.insert(a_message())
            rows.commit_along()
        raise LookupError

    assert Message.objects.count() == 0


def test_what_is_asked_in_one_message_is_read_after_it() -> None:
    with transaction.atomic(), rows.in_one_message():
        rows.insert(a_message())
        asked = rows.Asked("SELECT topic FROM outbox_message WHERE aggregate = %s", ["7"])

    assert asked.rows() == asked.rows() == [("lead.assigned",)]


@transaction.atomic
def _commit_along_with(*messages: Message) -> None:
    with rows.in_one_message():
        for message in messages:
            rows.insert(message)
        rows.commit_along()


def test_a_row_of_a_key_that_is_there_is_written_over_and_any_other_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "AT_ONCE", 2)
    there = a_message()
    rows.insert(there)
    again = a_message("lead.fell_back", pk=there.pk, attempts=2)
    others = [a_message(), a_message()]

    rows.upsert([])
    rows.upsert([others[0], again, others[1]])

    assert Message.objects.count() == 3
    assert Message.objects.values_list("topic", "attempts", "at").get(pk=there.pk) == ("lead.fell_back", 2, NOW)


@pytest.mark.parametrize("keys", [[], [1], [2, 1, 2], [7]])
def test_a_column_is_one_of_some_keys(keys: list[int]) -> None:
    is_one_of, values = rows.one_of(keys)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT n FROM (SELECT 1 AS n UNION SELECT 2) two WHERE n {is_one_of} ORDER BY n", values)

        assert [number for (number,) in cursor.fetchall()] == sorted({1, 2}.intersection(keys))


def test_an_instant_has_its_zone_on_either_database() -> None:
    rows.insert(a_message())
    with connection.cursor() as cursor:
        cursor.execute("SELECT at, done_at FROM outbox_message")
        [(at, done_at)] = cursor.fetchall()

    assert (rows.instant(at), rows.instant(done_at)) == (NOW, None)
