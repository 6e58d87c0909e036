"""The chain takes every committed entry, in the order of transactions."""

import errno
import json
import threading
import time
from pathlib import Path
from typing import Final

import pytest
from django.conf import LazySettings
from django.db import connection, transaction

from audit import chain
from audit import services as audit
from audit.models import Entry, Seal
from audit.services.sealing import sealable
from tests.integration.audit.ledger_cases import KIM, NOON, record_some
from tests.ledger import lifted_guards

PATIENCE: Final = 60  # seconds; a busy server takes its time


@pytest.mark.django_db
def test_each_entry_gets_one_link_over_the_link_before() -> None:
    entries = record_some(3)

    sealed = audit.seal()

    links = list(Seal.objects.order_by("position"))
    assert sealed == 3
    assert [link.position for link in links] == [1, 2, 3]
    assert [link.entry_id for link in links] == [entry.id for entry in entries]
    assert links[0].hash == chain.link(chain.GENESIS, entries[0])
    assert links[2].hash == chain.link(links[1].hash, entries[2])


@pytest.mark.django_db
def test_sealing_goes_on_where_it_stopped_and_twice_changes_nothing() -> None:
    record_some(5)

    assert [audit.seal(limit=2), audit.seal(limit=2), audit.seal(limit=2), audit.seal(limit=2)] == [2, 2, 1, 0]
    record_some(1)
    assert audit.seal() == 1
    assert list(Seal.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4, 5, 6]


@pytest.mark.django_db
def test_the_canonical_form_of_an_entry_never_changes() -> None:
    entry = audit.entry(at=NOON, actor=KIM, action="lead.assigned", detail={"zeta": [1, "é"], "alpha": None})
    entry.seq, entry.txid, entry.recorded_at = 5, 900, NOON

    text = chain.canonical(entry).decode()

    assert text == (
        '{"action":"lead.assigned","actor_id":"7","actor_kind":"USER","actor_label":"Kim Osei",'
        '"detail":{"alpha":null,"zeta":[1,"\\u00e9"]},"id":"' + str(entry.id) + '",'
        '"occurred_at":"2026-05-13T16:00:00.000000+00:00","recorded_at":"2026-05-13T16:00:00.000000+00:00",'
        '"seq":5,"target_id":"","target_label":"","target_type":"","txid":900}'
    )


@pytest.mark.django_db
def test_the_head_is_appended_outside_the_database_once(head_file: Path) -> None:
    record_some(2)

    audit.seal()
    audit.seal()

    [line] = head_file.read_text().splitlines()
    last = Seal.objects.get(position=2)
    head = json.loads(line)
    assert (head["position"], head["hash"], head["entry"]) == (2, last.hash, str(last.entry_id))
    assert head["sealed_at"] == last.sealed_at.isoformat()


@pytest.mark.django_db
def test_a_head_that_was_not_written_is_caught_up_with(head_file: Path) -> None:
    record_some(1)
    audit.seal()
    head_file.unlink()  # as if the sealer had died between its commit and the head

    audit.seal()

    assert [json.loads(line)["position"] for line in head_file.read_text().splitlines()] == [1]


@pytest.mark.django_db
def test_a_line_torn_by_a_full_disk_does_not_swallow_the_next_head(head_file: Path) -> None:
    head_file.write_text('{"position": 1, "ent')
    record_some(1)

    audit.seal()

    torn, whole = head_file.read_text().splitlines()
    assert torn == '{"position": 1, "ent'
    assert json.loads(whole)["position"] == 1


@pytest.mark.django_db
def test_a_head_that_cannot_be_written_raises_an_alarm_and_stops_nothing(
    settings: LazySettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.AUDIT_HEAD_FILE = tmp_path / "no such directory" / "heads"
    record_some(1)

    sealed = audit.seal()

    assert sealed == 1
    assert [(record.levelname, record.message) for record in caplog.records] == [("CRITICAL", "audit.head_unwritable")]


@pytest.mark.django_db
def test_a_full_disk_raises_the_same_alarm(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("audit.heads.os.fsync", full)
    record_some(1)

    sealed = audit.seal()

    assert sealed == 1
    assert [record.message for record in caplog.records] == ["audit.head_unwritable"]


@pytest.mark.django_db
def test_a_chain_shorter_than_its_head_raises_an_alarm(head_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    record_some(1)
    audit.seal()
    published = json.loads(head_file.read_text())
    head_file.write_text(json.dumps({**published, "position": 9}) + "\n")

    audit.seal()

    assert [(record.levelname, record.message) for record in caplog.records] == [("CRITICAL", "audit.tail_cut")]


def _until_sealable(number: int) -> None:
    """Wait until so many may be sealed: what runs, in any database of the server, holds back what is younger."""
    last = Seal.objects.order_by("position").last()
    for _ in range(3000):
        if sealable(last).count() == number:
            return
        time.sleep(0.02)
    raise AssertionError(f"Not {number} but {sealable(last).count()} entries may be sealed.")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_entry_of_a_slow_transaction_is_sealed_when_it_commits_and_before_younger_ones() -> None:
    recorded, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        try:
            with transaction.atomic():
                audit.record(at=NOON, actor=KIM, action="lead.slow")
                recorded.set()
                may_commit.wait(PATIENCE)
        finally:
            connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    recorded.wait(PATIENCE)
    audit.record(at=NOON, actor=KIM, action="lead.quick")
    while_running = audit.seal()
    may_commit.set()
    thread.join(PATIENCE)
    _until_sealable(2)
    after = audit.seal()

    order = list(Entry.objects.order_by("seal__position").values_list("action", flat=True))
    assert (while_running, after) == (0, 2)
    assert order == ["lead.slow", "lead.quick"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_an_entry_numbered_before_a_sealed_one_is_not_passed_over() -> None:
    begun, numbered, may_commit = threading.Event(), threading.Event(), threading.Event()

    def younger_transaction_with_a_lower_number() -> None:
        try:
            begun.wait(PATIENCE)
            with transaction.atomic():
                audit.record(at=NOON, actor=KIM, action="lead.younger")
                numbered.set()
                may_commit.wait(PATIENCE)
        finally:
            connection.close()

    thread = threading.Thread(target=younger_transaction_with_a_lower_number)
    thread.start()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()")
        begun.set()
        numbered.wait(PATIENCE)
        audit.record(at=NOON, actor=KIM, action="lead.older")
    _until_sealable(1)
    first = audit.seal()
    may_commit.set()
    thread.join(PATIENCE)
    _until_sealable(1)
    second = audit.seal()

    in_chain = Entry.objects.order_by("seal__position")
    assert (first, second) == (1, 1)
    assert list(in_chain.values_list("action", flat=True)) == ["lead.older", "lead.younger"]
    older, younger = in_chain.values_list("seq", flat=True)
    assert (older or 0) > (younger or 0)  # so whoever seals by number above the last one loses the second


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_ledger_restored_on_a_new_server_is_sealed_on() -> None:
    record_some(2)
    _until_sealable(2)
    audit.seal()
    audit.record(at=NOON, actor=KIM, action="lead.unsealed_when_dumped")
    with lifted_guards(), connection.cursor() as cursor:  # as if all this came from a server with higher ids
        cursor.execute("UPDATE audit_entry SET txid = txid + 1000000000000")
        cursor.execute("UPDATE audit_seal SET floor_txid = floor_txid + 1000000000000")
    audit.record(at=NOON, actor=KIM, action="lead.after_restore")
    _until_sealable(2)

    sealed = audit.seal()

    assert sealed == 2
    assert not Entry.objects.filter(seal=None).exists()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_sealers_one_works_and_the_other_leaves_it_to_him() -> None:
    record_some(4)
    _until_sealable(4)
    holds, done = threading.Event(), threading.Event()

    def first_sealer() -> None:
        try:
            with transaction.atomic():
                audit.seal(limit=2)
                holds.set()
                done.wait(PATIENCE)
        finally:
            connection.close()

    thread = threading.Thread(target=first_sealer)
    thread.start()
    holds.wait(PATIENCE)
    meanwhile = audit.seal()
    done.set()
    thread.join(PATIENCE)

    assert meanwhile == 0
    assert Seal.objects.count() == 2
    assert audit.seal() == 2
    assert audit.verify().problems == ()


@pytest.mark.django_db(transaction=True)
def test_many_writers_and_sealers_at_once_leave_one_whole_chain() -> None:
    barrier = threading.Barrier(6)

    def write() -> None:
        try:
            barrier.wait(PATIENCE)
            for step in range(10):
                with transaction.atomic():
                    audit.record(at=NOON, actor=KIM, action=f"lead.step_{step}")
        finally:
            connection.close()

    def keep_sealing() -> None:
        try:
            barrier.wait(PATIENCE)
            for _ in range(10):
                audit.seal(limit=7)
        finally:
            connection.close()

    threads = [threading.Thread(target=job) for job in (write, write, write, write, keep_sealing, keep_sealing)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    _until_sealable(Entry.objects.filter(seal=None).count())
    audit.seal()

    report = audit.verify()
    assert report.problems == ()
    assert (report.checked, Entry.objects.count()) == (40, 40)
