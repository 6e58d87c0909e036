"""Which tables are append-only by their migrations, and whether their triggers still stand."""

from django.db import connection
from django.db.migrations.loader import MigrationLoader

from audit.append_only import AppendOnly


def append_only_tables() -> dict[str, AppendOnly]:
    """Return the operation that guards each append-only table, as the migrations on disk say."""
    migrations = MigrationLoader(None).disk_migrations.values()
    operations = (operation for migration in migrations for operation in migration.operations)
    return {operation.table: operation for operation in operations if isinstance(operation, AppendOnly)}


def unguarded_tables() -> list[str]:
    """Return the append-only tables one of whose triggers is missing or switched off."""
    standing = _standing_triggers()
    tables = append_only_tables().values()
    return sorted(operation.table for operation in tables if not set(operation.names(connection.vendor)) <= standing)


def _standing_triggers() -> set[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    if connection.vendor == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgenabled = 'A'"
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {name for (name,) in cursor.fetchall()}
