"""The one way around the ledger's triggers, for tests alone: they reset and break what production never may."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management.base import CommandError
from django.db import OperationalError, connection
from django.test import TransactionTestCase

from audit import services as audit
from audit import trigger_sql
from audit.guards import append_only_tables
from audit.models import Entry

FLUSH_TRIES = 3


@contextmanager
def lifted_guards(*tables: str) -> Iterator[None]:
    """Take the guards off these append-only tables (all, if none is named) as their owner, and put them back."""
    _settle()
    guarded = append_only_tables()
    chosen = [guarded[table] for table in tables or guarded]
    for operation in chosen:
        _execute(trigger_sql.drop_guard(connection.vendor, operation.table))
    try:
        yield
    finally:
        _settle()
        for operation in chosen:
            _execute(trigger_sql.guard(connection.vendor, operation.table, stamped=operation.stamped))


def _settle() -> None:
    """Check deferred constraints now: a table with "pending trigger events" cannot be altered."""
    if connection.vendor == "postgresql" and connection.in_atomic_block and not connection.needs_rollback:
        _execute(["SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"])


def _execute(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture(autouse=True, scope="session")
def flush_lifts_the_guards() -> Iterator[None]:
    """Let transactional and live-server tests flush the database, which TRUNCATEs or DELETEs every table.

    What a test's last thread still reads may lock its tables in another order than TRUNCATE does; PostgreSQL then ends
    one of the two, and where that is the flush it is begun again: the thread is done by then.
    """
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # not in the stubs

    def lifting(*args: Any) -> None:
        with lifted_guards():
            for tries_left in reversed(range(FLUSH_TRIES)):
                try:
                    flush(*args)
                except CommandError as fault:
                    if not (tries_left and isinstance(fault.__cause__, OperationalError)):
                        raise
                else:
                    break

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lifting)
        yield


def seal_all() -> None:
    """Seal until nothing is left: an open transaction in any database of the server holds younger entries back."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        audit.seal()
        if not Entry.objects.filter(seal__isnull=True).exists():
            return
        time.sleep(0.1)


@pytest.fixture(autouse=True)
def head_file(settings: LazySettings, tmp_path: Path) -> Path:
    """Give each test a head file and a place for exports of its own: files outlive the rollback that ends a test."""
    settings.AUDIT_HEAD_FILE = tmp_path / "heads.jsonl"
    settings.EXPORT_DIR = tmp_path / "exports"
    return tmp_path / "heads.jsonl"
