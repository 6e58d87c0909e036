"""A migration operation: the database itself refuses an assignment beyond one of the producer's caps.

The claim keeps a count for each cap; this counts the assignments of the window that count tells of, which the claim has
just written. Zones are the claim's affair: SQL compares instants alone.
"""

from typing import Final

from audit.append_only import TriggerOperation

BEYOND: Final = """
    SELECT 1 FROM routing_producerprofile profile
    JOIN routing_cap cap ON cap.profile_id = profile.id
    JOIN routing_capcount counted ON counted.cap_id = cap.id
    WHERE profile.producer_id = NEW.producer_id
      AND cap.line IN ('', NEW.line)
      AND (cap.source_id IS NULL OR cap.source_id = NEW.source_id)
      AND counted.starts_at <= NEW.assigned_at AND NEW.assigned_at < counted.ends_at
      AND cap.most <= (
          SELECT count(*) FROM routing_assignment held
          WHERE held.producer_id = NEW.producer_id
            AND cap.line IN ('', held.line)
            AND (cap.source_id IS NULL OR cap.source_id = held.source_id)
            AND ((cap.period = 'OPEN' AND held.ended_at IS NULL)
                 OR (cap.period <> 'OPEN' AND NOT held.is_returned
                     AND held.assigned_at >= counted.starts_at AND held.assigned_at < counted.ends_at)))
"""

POSTGRES: Final = f"""
CREATE OR REPLACE FUNCTION routing_assignment_caps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS ({BEYOND}) THEN
        RAISE EXCEPTION 'producer % is beyond a cap', NEW.producer_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$
"""

SQLITE: Final = f"""
CREATE TRIGGER routing_assignment_caps BEFORE INSERT ON routing_assignment
WHEN NEW.ended_at IS NULL AND EXISTS ({BEYOND})
BEGIN
    SELECT RAISE(ABORT, 'producer is beyond a cap');
END
"""

GONE: Final = "DROP TRIGGER IF EXISTS routing_assignment_caps"


class CapGuard(TriggerOperation):
    """Count the rows before every insert of an active assignment; the capacity guard comes first and locks the load."""

    def creating(self, vendor: str) -> list[str]:
        """Return the trigger."""
        if vendor == "sqlite":
            return [GONE, SQLITE]
        return [
            POSTGRES,
            f"{GONE} ON {self.table}",
            f"CREATE TRIGGER routing_assignment_caps BEFORE INSERT ON {self.table} "
            "FOR EACH ROW WHEN (NEW.ended_at IS NULL) EXECUTE FUNCTION routing_assignment_caps()",
        ]

    def dropping(self, vendor: str) -> list[str]:
        """Return what takes it away."""
        if vendor == "sqlite":
            return [GONE]
        return [
            f"{GONE} ON {self.table}",
            "DROP FUNCTION IF EXISTS routing_assignment_caps()",
        ]

    def describe(self) -> str:
        """Return the line `migrate --plan` prints."""
        return "Count assignments against caps"
