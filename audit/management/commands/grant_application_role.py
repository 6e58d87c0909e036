"""Give the role Fairlead runs as what it needs, and no way to rewrite the ledger."""

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction
from psycopg import sql

from audit.append_only import AppendOnly
from audit.guards import append_only_tables


class Command(BaseCommand):
    """Grant the application's role its rights; run as the owner after every `migrate`."""

    help = "Grant ROLE all rows but those of append-only tables, which it may only read and add to (PostgreSQL)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Name the role."""
        parser.add_argument("role")

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant everything, then take back what would let the role rewrite history.

        :raises CommandError: on SQLite, which has no roles, and if the role owns what it must not change
        """
        if connection.vendor != "postgresql":
            raise CommandError("SQLite has no roles: there the triggers alone stand guard.")
        guarded = append_only_tables()
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT rolsuper, rolname = current_user FROM pg_roles WHERE rolname = %s", [options["role"]]
            )
            found = cursor.fetchone()
            if found is None or any(found):
                raise CommandError("Name an existing role that is neither a superuser nor the owner who runs this.")
            for statement in statements(options["role"], guarded.values()):
                cursor.execute(statement)
        self.stdout.write(f"{options['role']} may only read and add to {', '.join(sorted(guarded))}.")


def statements(role: str, append_only: Iterable[AppendOnly]) -> list[sql.Composed]:
    """Return the grants, idempotent and in order."""
    texts = [
        ("GRANT USAGE ON SCHEMA public TO {role}", ""),
        ("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}", ""),
        ("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}", ""),
        ("REVOKE INSERT, UPDATE, DELETE ON {name} FROM {role}", "django_migrations"),
    ]
    for guard in append_only:
        texts.append(("REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {name} FROM {role}", guard.table))
        if guard.stamped:
            texts.append(("REVOKE ALL ON SEQUENCE {name} FROM {role}", f"{guard.table}_server_seq"))
    return [sql.SQL(text).format(role=sql.Identifier(role), name=sql.Identifier(name)) for text, name in texts]
