"""The soak's agency with clocks that fall due within the run, and triggers that look on as leads and timers move."""

from typing import Final

from django.db import connection, transaction
from django.utils import timezone

from benchmarks.soak import stage
from routing.models import SlaPolicy
from routing.services import roster

MINUTES: Final = 1
WITNESS: Final = """
CREATE TABLE chaos_settled (
    timer uuid, state text, due_at timestamptz, at timestamptz DEFAULT clock_timestamp(), is_answered boolean
);
CREATE FUNCTION chaos_settle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos_settled (timer, state, due_at, is_answered)
    SELECT NEW.id, NEW.state, NEW.due_at,
           EXISTS (SELECT FROM routing_touch touch WHERE touch.lead_id = NEW.lead_id AND touch.stops_clock
                   AND (NEW.assignment_id IS NULL OR touch.assignment_id = NEW.assignment_id));
    RETURN NULL;
END $$;
CREATE TRIGGER chaos_settle AFTER UPDATE OF state ON routing_slatimer
FOR EACH ROW EXECUTE FUNCTION chaos_settle();
CREATE TABLE chaos_moved (lead uuid, txid bigint);
CREATE FUNCTION chaos_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos_moved VALUES (NEW.id, pg_current_xact_id()::text::bigint);
    RETURN NULL;
END $$;
CREATE TRIGGER chaos_move AFTER INSERT OR UPDATE OF state ON routing_lead
FOR EACH ROW EXECUTE FUNCTION chaos_move();
"""


def build() -> tuple[str, list[int]]:
    """Load the agency; return a source's key and the members of one pool who are alike."""
    key, twins = stage.build()
    with transaction.atomic():
        SlaPolicy.objects.update(target_minutes=MINUTES, alarm_minutes=2 * MINUTES)
        roster.changed(roster.AGENCY, at=timezone.now())
    roster.fold()
    with connection.cursor() as cursor:
        cursor.execute(WITNESS)
    return key, twins
