"""The role the application runs as can add to the ledger and read it, and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, ProgrammingError, connection, transaction

from audit import services as audit
from audit.models import Entry
from tests.integration.audit.ledger_cases import record_some

ROLE: Final = "fairlead_test_application"

ATTACKS: Final = {
    "update": "UPDATE audit_entry SET action = 'x'",
    "delete": "DELETE FROM audit_entry",
    "truncate": "TRUNCATE audit_entry",
    "delete seals": "DELETE FROM audit_seal",
    "disable the trigger": "ALTER TABLE audit_entry DISABLE TRIGGER ALL",
    "drop the trigger": "DROP TRIGGER audit_entry_no_rewrite ON audit_entry",
    "replace the function": (
        "CREATE OR REPLACE FUNCTION fairlead_refuse_rewrite() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NEW; END'"
    ),
    "become a replica": "SET session_replication_role = replica",
    "reset the numbers": "SELECT setval('audit_entry_server_seq', 1)",
    "take a number": "SELECT nextval('audit_entry_server_seq')",
    "drop": "DROP TABLE audit_entry CASCADE",
    "rename": "ALTER TABLE audit_entry RENAME TO other",
    "lock rows": "SELECT * FROM audit_entry FOR UPDATE",
    "forge migrations": "DELETE FROM django_migrations",
}


@contextmanager
def application_role() -> Iterator[None]:
    """Be the application's role for a while."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        call_command("grant_application_role", ROLE, verbosity=0)
        cursor.execute(f"SET ROLE {ROLE}")
        yield
        cursor.execute("RESET ROLE")


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("statement", ATTACKS.values(), ids=ATTACKS)
def test_the_applications_role_may_not(statement: str) -> None:
    record_some(1)

    with application_role(), pytest.raises((ProgrammingError, DatabaseError)) as refusal, transaction.atomic():
        connection.cursor().execute(statement)

    assert "permission denied" in str(refusal.value) or "must be owner" in str(refusal.value)
    assert list(Entry.objects.values_list("action", flat=True)) == ["lead.step_0"]


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_applications_role_records_seals_and_verifies() -> None:
    with application_role():
        [entry] = record_some(1)
        sealed = audit.seal()
        report = audit.verify()

    assert (entry.seq is not None, sealed, report.problems) == (True, 1, ())


@pytest.mark.postgres
@pytest.mark.django_db
@pytest.mark.parametrize("role", ["no_such_role", 'x"; DROP TABLE audit_entry; --'], ids=["unknown", "injection"])
def test_the_grant_refuses_a_role_it_does_not_know(role: str) -> None:
    with pytest.raises(CommandError, match="Name an existing role"):
        call_command("grant_application_role", role)


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_grant_refuses_the_owner() -> None:
    with pytest.raises(CommandError, match="neither a superuser nor the owner"):
        call_command("grant_application_role", connection.settings_dict["USER"])


@pytest.mark.sqlite
@pytest.mark.django_db
def test_sqlite_has_no_roles() -> None:
    with pytest.raises(CommandError, match="SQLite has no roles"):
        call_command("grant_application_role", "anybody")
