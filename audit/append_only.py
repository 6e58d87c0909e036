"""Migration operations: make a table append-only, and let the server number its rows.

A later migration that alters such a table must repeat the operation: SQLite rebuilds the table, without its triggers.
`verify_audit` reports a table whose guard is missing.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from audit import trigger_sql


class TriggerOperation(Operation):
    """Create triggers on one table; going backwards drops them."""

    reversible = True

    def __init__(self, table: str) -> None:
        self.table = table

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what a squashed migration writes."""
        return type(self).__qualname__, [self.table], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the models as they are."""

    def creating(self, vendor: str) -> list[str]:
        """Return the statements that create the triggers."""
        raise NotImplementedError

    def dropping(self, vendor: str) -> list[str]:
        """Return the statements that drop them."""
        raise NotImplementedError

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Create the triggers; a second time changes nothing."""
        for statement in self.creating(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Drop the triggers."""
        for statement in self.dropping(schema_editor.connection.vendor):
            schema_editor.execute(statement, params=None)


class Without(TriggerOperation):
    """Take a guard away before operations for which SQLite builds the table anew; the guard itself comes after them."""

    def __init__(self, guard: type[TriggerOperation], table: str) -> None:
        super().__init__(table)
        self.guard = guard

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return what a squashed migration writes."""
        return type(self).__qualname__, [self.guard, self.table], {}

    def creating(self, vendor: str) -> list[str]:
        """Return what takes it away."""
        return self.guard(self.table).dropping(vendor)

    def dropping(self, vendor: str) -> list[str]:
        """Return the guard, on the way back."""
        return self.guard(self.table).creating(vendor)

    def describe(self) -> str:
        """Return the line `migrate --plan` prints."""
        return f"Undo, until it is done again: {self.guard(self.table).describe()}"


class AppendOnly(TriggerOperation):
    """Refuse UPDATE, DELETE, TRUNCATE and REPLACE on a table."""

    stamped = False

    def creating(self, vendor: str) -> list[str]:
        """Return the guard."""
        return trigger_sql.guard(vendor, self.table, stamped=self.stamped)

    def dropping(self, vendor: str) -> list[str]:
        """Return what takes the guard away."""
        return trigger_sql.drop_guard(vendor, self.table)

    def names(self, vendor: str) -> list[str]:
        """Return the triggers that must stand."""
        stamp = [f"{self.table}_stamp"] if self.stamped else []
        return [*trigger_sql.guard_names(vendor, self.table), *stamp]

    def describe(self) -> str:
        """Return the line `migrate --plan` prints."""
        return f"Make {self.table} append-only"


class Ledger(AppendOnly):
    """Append-only, and the server sets `seq`, `txid` and `recorded_at`, whatever the INSERT says."""

    stamped = True

    def creating(self, vendor: str) -> list[str]:
        """Return the guard and the stamp."""
        return [*super().creating(vendor), *trigger_sql.stamp(vendor, self.table, times=True)]

    def dropping(self, vendor: str) -> list[str]:
        """Return what takes both away."""
        return [*super().dropping(vendor), *trigger_sql.drop_stamp(vendor, self.table)]


class NumberedByServer(TriggerOperation):
    """Let the server set `seq`; the rows stay editable."""

    def creating(self, vendor: str) -> list[str]:
        """Return the stamp."""
        return trigger_sql.stamp(vendor, self.table, times=False)

    def dropping(self, vendor: str) -> list[str]:
        """Return what takes the stamp away."""
        return trigger_sql.drop_stamp(vendor, self.table)

    def describe(self) -> str:
        """Return the line `migrate --plan` prints."""
        return f"Let the server number the rows of {self.table}"
