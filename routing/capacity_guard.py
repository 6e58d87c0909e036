"""A migration operation: the database itself refuses an assignment beyond the producer's capacity.

The claim keeps a counter; this counts the rows. A CHECK on the counter would not do: lost updates break the counter
first, and then the check with it.
"""

from typing import Final

from audit.append_only import TriggerOperation

POSTGRES: Final = """
CREATE OR REPLACE FUNCTION routing_assignment_capacity() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed numeric;
    held numeric;
BEGIN
    PERFORM 1 FROM routing_producerload WHERE producer_id = NEW.producer_id FOR UPDATE;
    SELECT capacity INTO allowed FROM routing_producerprofile WHERE producer_id = NEW.producer_id;
    SELECT COALESCE(sum(effort), 0) INTO held
    FROM routing_assignment WHERE producer_id = NEW.producer_id AND ended_at IS NULL;
    IF held + NEW.effort > COALESCE(allowed, 0) THEN
        RAISE EXCEPTION 'producer % is at capacity', NEW.producer_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""

SQLITE: Final = """
CREATE TRIGGER routing_assignment_capacity BEFORE INSERT ON routing_assignment
WHEN NEW.ended_at IS NULL AND NEW.effort + (
    SELECT COALESCE(sum(effort), 0) FROM routing_assignment WHERE producer_id = NEW.producer_id AND ended_at IS NULL
) > COALESCE((SELECT capacity FROM routing_producerprofile WHERE producer_id = NEW.producer_id), 0)
BEGIN
    SELECT RAISE(ABORT, 'producer is at capacity');
END
"""


class CapacityGuard(TriggerOperation):
    """Count the rows before every insert of an active assignment."""

    def creating(self, vendor: str) -> list[str]:
        """Return the trigger."""
        if vendor == "sqlite":
            return [SQLITE]
        return [
            POSTGRES,
            f"CREATE TRIGGER routing_assignment_capacity BEFORE INSERT ON {self.table} "
            "FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION routing_assignment_capacity()",
        ]

    def dropping(self, vendor: str) -> list[str]:
        """Return what takes it away."""
        if vendor == "sqlite":
            return ["DROP TRIGGER IF EXISTS routing_assignment_capacity"]
        return [
            f"DROP TRIGGER IF EXISTS routing_assignment_capacity ON {self.table}",
            "DROP FUNCTION IF EXISTS routing_assignment_capacity()",
        ]

    def describe(self) -> str:
        """Return the line `migrate --plan` prints."""
        return "Count assignments against capacity"
