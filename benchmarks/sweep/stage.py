"""The demo agency with as many leads under the clock as asked for, and a witness of when each timer really settled."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from benchmarks.intake import stage
from benchmarks.intake.leads import bodies
from routing.models import (
    Assignment,
    Decision,
    FairnessEntry,
    LadderStep,
    Lead,
    LeadSource,
    Person,
    SlaPolicy,
    SlaTimer,
)
from routing.services import intake, roster

PATTERNS: Final = 60  # leads that come in as leads do; all others are copies of theirs
CHOICE: Final = 3  # of whom at least so many may have each, so that a lead has somewhere to move
KINDS: Final = ("REMIND", "BREACH")  # the timers each copy runs under
# Runs as a transaction commits: what a sweep writes down is when its round began.
WITNESS: Final = """
CREATE TABLE sweep_settled (timer uuid, kind text, due_at timestamptz, at timestamptz);
CREATE FUNCTION sweep_settle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'FIRED' THEN
        INSERT INTO sweep_settled VALUES (NEW.id, NEW.kind, NEW.due_at, clock_timestamp());
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER sweep_settle AFTER UPDATE ON routing_slatimer
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sweep_settle();
"""
COPIES: Final = """
CREATE TEMPORARY TABLE copies AS
SELECT number, pattern.id AS pattern, pattern.person_id AS of_person, pattern.decision_id AS of_decision,
       held.id AS of_assignment, gen_random_uuid() AS lead, gen_random_uuid() AS person,
       gen_random_uuid() AS decision, gen_random_uuid() AS assignment
FROM generate_series(1, %s) AS number
JOIN (SELECT *, row_number() OVER (ORDER BY id) AS place FROM routing_lead WHERE id = ANY(%s)) AS pattern
     ON pattern.place = 1 + number %% %s
JOIN routing_assignment held ON held.lead_id = pattern.id AND held.ended_at IS NULL
"""
LOADS: Final = """
UPDATE routing_producerload SET open_effort = (
    SELECT count(*) FROM routing_assignment held
    WHERE held.producer_id = routing_producerload.producer_id AND held.ended_at IS NULL)
"""


def build() -> LeadSource:
    """Load the agency, take in the pattern leads, and put the witness beside the timers."""
    stage.build()
    source = LeadSource.objects.get(slug="web-form")
    posted = bodies()
    while len(_patterns()) < PATTERNS:
        intake.receive(source=source, body=next(posted), key=None, now=timezone.now())
    SlaTimer.objects.all().update(state=SlaTimer.State.CANCELLED)
    with connection.cursor() as cursor:
        cursor.execute(WITNESS)
    return source


def _patterns() -> list[Any]:
    held = Decision.objects.filter(lead__state="ASSIGNED").values_list("lead_id", "receipt__eligible__count")
    return [lead for lead, count in held if (count or 0) >= CHOICE]


@transaction.atomic
def run_under_the_clock(number: int) -> None:
    """Add leads, each in somebody's hands, until so many timers run; none of them is due for a day."""
    leads = (number - SlaTimer.objects.filter(state=SlaTimer.State.RUNNING).count()) // len(KINDS)
    patterns = _patterns()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout TO 0")
        cursor.execute("ALTER TABLE routing_assignment DISABLE TRIGGER USER")  # the guards count rows at each insert
        cursor.execute(COPIES, [leads, patterns, len(patterns)])
    mail = "'copy.' || copies.lead || '@example.com'"
    _copy(Person, "of_person", {"id": "copies.person", "email": mail, "phone": "''"})
    whose = {"person_id": "copies.person", "decision_id": "copies.decision"}
    _copy(Lead, "pattern", {"id": "copies.lead", **whose, "external_id": "''"})
    _copy(Decision, "of_decision", {"id": "copies.decision", "lead_id": "copies.lead", "person_id": "copies.person"})
    in_hand = {"id": "copies.assignment", "lead_id": "copies.lead", "decision_id": "copies.decision"}
    _copy(Assignment, "of_assignment", in_hand)
    turn = {"id": "gen_random_uuid()", "assignment_id": "copies.assignment"}
    _copy(FairnessEntry, "of_assignment", turn, by="assignment_id")
    of_copy = {"id": "gen_random_uuid()", "lead_id": "copies.lead", "assignment_id": "copies.assignment"}
    later = dict.fromkeys(("due_at", "try_at"), "now() + interval '1 day' + copies.number * interval '1 second'")
    stands = {"state": "'RUNNING'", "settled_at": "NULL"}
    _copy(SlaTimer, "of_assignment", of_copy | later | stands, by="assignment_id", where="kind IN ('REMIND', 'BREACH')")
    with connection.cursor() as cursor:
        cursor.execute(LOADS)
        cursor.execute("DROP TABLE copies")
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE routing_assignment ENABLE TRIGGER USER")


def _copy(model: type[Model], of: str, changed: Mapping[str, str], *, by: str = "id", where: str = "true") -> None:
    """Write a row of the model for each copy, like the row it is a copy of but for what is changed."""
    table, columns = model._meta.db_table, [field.column for field in model._meta.concrete_fields]
    values = ", ".join(changed.get(column or "", f'row."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) "
            f"SELECT {values} FROM copies JOIN {table} row ON row.{by} = copies.{of} WHERE {where}"
        )


DUE: Final = """
UPDATE routing_slatimer SET due_at = instant, try_at = instant
FROM (SELECT id, %s::timestamptz + (row_number() OVER (ORDER BY id) - 1) * (%s::float / %s) * interval '1 second'
             AS instant
      FROM (SELECT id FROM routing_slatimer WHERE state = 'RUNNING' AND kind = %s ORDER BY id LIMIT %s) AS chosen
     ) AS due
WHERE routing_slatimer.id = due.id
"""


def let_fall_due(kind: str, number: int, *, since: Any, seconds: float) -> None:
    """Let so many running timers of a kind fall due one after the other, spread over so many seconds."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, [since, seconds, number, kind, number])
        cursor.execute("ANALYZE routing_slatimer")


def tidy() -> None:
    """Do what a database does by itself in quiet hours."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def lateness(*kinds: str) -> list[float]:
    """Return by how many seconds each timer settled since the last `forget` was late."""
    with connection.cursor() as cursor:
        asked = "SELECT extract(epoch FROM at - due_at)::float FROM sweep_settled WHERE kind = ANY(%s) ORDER BY 1"
        cursor.execute(asked, [list(kinds)])
        return [row[0] for row in cursor.fetchall()]


def forget() -> None:
    """Forget what the witness saw."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE sweep_settled")


def set_ladder(*steps: tuple[int, str]) -> None:
    """Give every tier a minute and these steps, one move long."""
    with transaction.atomic():
        SlaPolicy.objects.update(target_minutes=1, alarm_minutes=60, max_hops=1, cool_down_minutes=0, hours="ALWAYS")
        LadderStep.objects.all().delete()
        policies = SlaPolicy.objects.all()
        LadderStep.objects.bulk_create(
            [
                LadderStep(policy=policy, at_percent=at_percent, kind=kind, hours="ALWAYS")
                for policy in policies
                for at_percent, kind in steps
            ]
        )
        roster.changed(roster.AGENCY, at=timezone.now())
    roster.fold()
