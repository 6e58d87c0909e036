"""Import producers and licences from CSV files: good rows are taken, every other row is listed with its reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid
from licenses.models import LicenseRefresh, Producer
from licenses.services import facts, refreshing
from licenses.services.applying import Rejected
from licenses.services.saved_rows import FieldChange
from licenses.sources.cells import CellError, read_choice, read_npn, read_text
from licenses.sources.csv_file import read_licenses
from licenses.sources.records import SourceError
from licenses.sources.table import Row, TableError, read_table
from licenses.states import JURISDICTIONS, STATE_ZONES

REQUIRED: Final = ("npn", "first_name", "last_name", "resident_state")
OPTIONAL: Final = ("email", "time_zone", "status")
STATES: Final = {code.casefold(): code for code in JURISDICTIONS}
STATUSES: Final = {code.casefold(): code for code in Producer.Status.values}


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file."""

    read: int
    changed: int
    rejected: tuple[Rejected, ...]


def import_producers(*, content: bytes, actor: Actor, now: datetime) -> Imported:
    """Add producers, or bring known ones into line by their NPN; one transaction a row.

    :raises Forbidden: if the actor may not import licences
    :raises Invalid: if the file is not UTF-8 or has the wrong columns; nothing of it is taken
    """
    policy.require(actor, "licenses.import")
    try:
        rows = list(read_table(content, required=REQUIRED, optional=OPTIONAL))
    except TableError as error:
        raise _wrong_file(error) from error
    seen: dict[str, int] = {}
    rejected: list[Rejected] = []
    changed = 0
    for row in rows:
        try:
            changed += bool(_take_producer(row, seen, actor, now))
        except CellError as fault:
            rejected.append(Rejected(row.line, str(fault)))
        except Invalid as refusal:
            rejected.append(Rejected(row.line, refusal.message))
    return Imported(len(rows), changed, tuple(rejected))


def import_licenses(*, content: bytes, actor: Actor, now: datetime) -> Imported:
    """Add licences and lines, or bring known ones into line; kept as a refresh run with its differences.

    :raises Forbidden: if the actor may not import licences
    :raises Invalid: if the file is not UTF-8 or has the wrong columns; nothing of it is taken
    """
    policy.require(actor, "licenses.import")
    try:
        haul = refreshing.Haul.of(read_licenses(content))
    except SourceError as error:
        raise _wrong_file(error) from error
    run = refreshing.open_run(source="import", actor=actor, now=now, full=False)
    refreshing.take(run=run, haul=haul, npns=set(), actor=actor, now=now)
    return _imported(run)


def _imported(run: LicenseRefresh) -> Imported:
    return Imported(run.read, run.changed, tuple(Rejected(each["place"], each["reason"]) for each in run.rejected))


def _take_producer(row: Row, seen: dict[str, int], actor: Actor, now: datetime) -> tuple[FieldChange, ...]:
    if row.fault:
        raise CellError(row.fault)
    npn = read_npn(row.cells)
    if npn in seen:
        raise CellError(f"repeats the NPN of line {seen[npn]}")
    seen[npn] = row.line
    producer = Producer.objects.filter(npn=npn).first() or Producer(npn=npn)
    _fill(producer, row.cells)
    return facts.write(facts=(producer,), actor=actor, now=now)


def _fill(producer: Producer, cells: Mapping[str, str]) -> None:
    """Set what the row says; a column that is not there, or empty and optional, leaves what is known."""
    producer.first_name = read_text(cells, "first_name", most=100)
    producer.last_name = read_text(cells, "last_name", most=100)
    producer.resident_state = read_choice(cells, "resident_state", STATES)
    producer.email = cells.get("email", "") or producer.email
    producer.status = read_choice(cells, "status", STATUSES, default=producer.status)
    default = STATE_ZONES[producer.resident_state][0] if producer._state.adding else producer.time_zone
    producer.time_zone = cells.get("time_zone", "") or default


def _wrong_file(error: Exception) -> Invalid:
    return Invalid((FieldProblem("", "file", str(error)),), str(error))
