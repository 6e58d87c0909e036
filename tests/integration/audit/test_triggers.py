"""Every way to rewrite the ledger through the database is refused."""

from collections.abc import Callable
from typing import Final

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit import services as audit
from audit.append_only import AppendOnly
from audit.guards import unguarded_tables
from audit.models import Entry, Seal
from tests.integration.audit.ledger_cases import record_some
from tests.ledger import lifted_guards

pytestmark = pytest.mark.django_db

ATTACKS: Final = {
    "update": "UPDATE audit_entry SET action = 'x'",
    "update of one column of one row": "UPDATE audit_entry SET detail = '{}' WHERE action = 'lead.step_1'",
    "renumber": "UPDATE audit_entry SET seq = seq + 1000",
    "forget the number": "UPDATE audit_entry SET seq = NULL",
    "delete": "DELETE FROM audit_entry",
    "update of a seal": "UPDATE audit_seal SET hash = 'x'",
    "delete of a seal": "DELETE FROM audit_seal",
    "upsert": (
        "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE true"
        " ON CONFLICT (id) DO UPDATE SET action = excluded.action"
    ),
}
POSTGRES_ATTACKS: Final = {
    "truncate": "TRUNCATE audit_entry",
    "truncate of seals": "TRUNCATE audit_seal",
    "as a replica": "SET LOCAL session_replication_role = replica; UPDATE audit_entry SET action = 'x'",
    "merge": ("MERGE INTO audit_entry e USING (SELECT 1) s ON true WHEN MATCHED THEN UPDATE SET action = 'x'"),
}
SQLITE_ATTACKS: Final = {
    "replace": "REPLACE INTO audit_entry SELECT * FROM audit_entry",
    "insert or replace of a seal": "INSERT OR REPLACE INTO audit_seal SELECT * FROM audit_seal",
    "update or replace": "UPDATE OR REPLACE audit_entry SET action = 'x'",
    "a number of its own": (
        "INSERT INTO audit_entry (id, seq, occurred_at, actor_kind, actor_id, actor_label, action, target_type,"
        " target_id, target_label, detail)"
        " SELECT 'f', 9, occurred_at, '', '', '', '', '', '', '', '{}' FROM audit_entry"
    ),
}


def _refused(statement: str) -> None:
    record_some(2)
    audit.seal()
    before = (list(Entry.objects.values()), list(Seal.objects.values()))

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)

    assert (list(Entry.objects.values()), list(Seal.objects.values())) == before
    assert len(before[1]) == 2


@pytest.mark.parametrize("statement", ATTACKS.values(), ids=ATTACKS)
def test_the_ledger_refuses(statement: str) -> None:
    _refused(statement)


@pytest.mark.postgres
@pytest.mark.parametrize("statement", POSTGRES_ATTACKS.values(), ids=POSTGRES_ATTACKS)
def test_the_ledger_on_postgresql_refuses(statement: str) -> None:
    _refused(statement)


@pytest.mark.sqlite
@pytest.mark.parametrize("statement", SQLITE_ATTACKS.values(), ids=SQLITE_ATTACKS)
def test_the_ledger_on_sqlite_refuses(statement: str) -> None:
    _refused(statement)


ORM_ATTACKS: Final[dict[str, Callable[[Entry], object]]] = {
    "save": lambda entry: entry.save(),
    "update": lambda _: Entry.objects.update(action="x"),
    "bulk_update": lambda entry: Entry.objects.bulk_update([entry], ["action"]),
    "update_or_create": lambda entry: Entry.objects.update_or_create(pk=entry.pk, defaults={"action": "x"}),
    "upsert": lambda entry: Entry.objects.bulk_create(
        [entry], update_conflicts=True, unique_fields=["id"], update_fields=["action"]
    ),
    "raw delete": lambda _: Entry.objects.all()._raw_delete("default"),
}


@pytest.mark.parametrize("attack", ORM_ATTACKS.values(), ids=ORM_ATTACKS)
def test_the_ledger_refuses_the_orm(attack: Callable[[Entry], object]) -> None:
    [entry] = record_some(1)
    entry.action = "x"

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        attack(entry)

    assert Entry.objects.get().action == "lead.step_0"


def test_any_table_can_be_made_append_only_and_open_again() -> None:
    guard = AppendOnly("receipts_of_a_test")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE receipts_of_a_test (id integer PRIMARY KEY, body text)")
        for statement in [*guard.creating(connection.vendor), *guard.creating(connection.vendor)]:
            cursor.execute(statement)
        cursor.execute("INSERT INTO receipts_of_a_test VALUES (1, 'as it was')")

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("UPDATE receipts_of_a_test SET body = 'x'")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            cursor.execute("DELETE FROM receipts_of_a_test")
        for statement in guard.dropping(connection.vendor):
            cursor.execute(statement)
        cursor.execute("DELETE FROM receipts_of_a_test")

        cursor.execute("SELECT COUNT(*) FROM receipts_of_a_test")
        assert cursor.fetchone() == (0,)


def test_a_missing_guard_is_noticed_until_it_stands_again() -> None:
    assert unguarded_tables() == []

    with lifted_guards("audit_entry"):
        assert unguarded_tables() == ["audit_entry"]

    assert unguarded_tables() == []


@pytest.mark.postgres
def test_a_switched_off_trigger_is_noticed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_seal DISABLE TRIGGER audit_seal_no_rewrite")

    assert unguarded_tables() == ["audit_seal"]
