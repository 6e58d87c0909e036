"""Import leads from a CSV file: each row goes the way every lead goes, or is listed with its reason."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import chain, islice
from typing import Any, Final

from accounts import policy
from accounts.actor import Actor
from accounts.errors import FieldProblem, Invalid, Refused
from audit import services as audit
from licenses.sources.cells import CellError, read_date, read_instant
from licenses.sources.table import Row, TableError, read_table
from routing import reasons
from routing.decision import Context
from routing.models import Lead, LeadSource, Person
from routing.payload import Consent, LeadIn
from routing.services import arrivals, bursts, deciding, explaining, intake
from routing.services.forecasting import Forecast, Forecaster
from routing.services.intake import Answer

SOURCE: Final = "import"  # the source of leads from files, where the file's reader names no other
CONSENT: Final = tuple(f"consent_{name}" for name in Consent.model_fields)
COLUMNS: Final = (*(name for name in LeadIn.model_fields if name != "consent"), *CONSENT)
# One column each, or another that will do: what no lead comes without.
FLOOR: Final = (("first_name", "last_name"), ("phone", "email"), ("state", "zip"), ("product", "products", "line"))
# Spreadsheets put an apostrophe before what would otherwise be a formula or a number.
APOSTROPHE: Final = re.compile(r"'(?=[=+\-@0-9])")


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one line, or would: an outcome, a repeat of what came before, or the reason of its rejection."""

    line: int
    status: str
    text: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file would come to: line by line, and all told. Rejected rows and repeats are no part of the latter."""

    fates: Sequence[Fate]
    forecast: Forecast


def open_source() -> LeadSource:
    """Return the built-in source of leads from files."""
    source, _ = LeadSource.objects.get_or_create(slug=SOURCE, defaults={"name": "Imported from files"})
    return source


def import_leads(*, content: bytes, source: LeadSource, actor: Actor, clock: Callable[[], datetime]) -> Iterator[Fate]:
    """Check the whole file's shape, then take its leads in, a stretch of rows in a transaction.

    A long file takes a while, so each stretch is received at an instant of its own. The same file again repeats what it
    did: a row is known by its external id, or for a day by its content.

    :raises Forbidden: if the actor may not enter leads
    :raises Invalid: if the file is not UTF-8 or has the wrong columns; nothing of it is taken
    """
    policy.require(actor, "leads.create")
    detail = {"rows": _count(content), "sha256": hashlib.sha256(content).hexdigest()}
    audit.record(at=clock(), actor=actor, action="leads.import_started", target=source, detail=detail)
    return chain.from_iterable(_take_in(stretch, source, clock) for stretch in _stretches(content))


def preview_leads(*, content: bytes, source: LeadSource | None, actor: Actor, now: datetime) -> Preview:
    """Say where each lead of a file would go if all came now, one after the other; writes nothing.

    :raises Forbidden: if the actor may not enter leads
    :raises Invalid: if the file is not UTF-8 or has the wrong columns
    """
    policy.require(actor, "leads.create")
    _count(content)
    look = _Look(source or LeadSource(slug=SOURCE), deciding.context(), now)
    fates = [fate for stretch in _stretches(content) for fate in look.fates(stretch)]
    return Preview(fates, look.forecaster.forecast())


@dataclass
class _Look:
    """What a file is looked at under, and what the rows so far would leave behind."""

    source: LeadSource
    context: Context
    now: datetime
    forecaster: Forecaster = field(default_factory=Forecaster)
    seen: set[tuple[str, ...]] = field(default_factory=set)

    def fates(self, rows: Sequence[Row]) -> list[Fate]:
        """Say what these rows would come to; whoever has come before, here or ever, repeats a lead."""
        read: dict[int, tuple[Lead, Person]] = {}

        def imagine(line: int, lead: Mapping[str, Any]) -> tuple[str, str]:
            agency = self.context.roster.agency
            read[line] = explaining.imagined(data=lead, source=self.source, agency=agency, now=self.now)
            return "repeated", "came before"

        fates = [_fate(row, partial(imagine, row.line)) for row in rows]
        self.seen |= arrivals.lines_known([person for _, person in read.values()], self.source, self.now)
        asked = {}
        for line, (lead, person) in read.items():
            marks = set(bursts.contacts(person, lead.line))
            if marks.isdisjoint(self.seen):
                asked[line] = deciding.inquiry(lead, person, self.context, now=self.now), str(lead.pk)
                self.seen |= marks
        told = dict(zip(asked, self.forecaster.take(list(asked.values())), strict=True))
        return [Fate(each.line, *self._told(*told[each.line])) if each.line in told else each for each in fates]

    def _told(self, status: str, reason: str, producer_id: int | None) -> tuple[str, str]:
        name = self.context.roster.producers[producer_id].name if producer_id else reasons.text(reason)
        return status, name


def _count(content: bytes) -> int:
    """Read the whole file once, keeping nothing of it, and return how many rows it has.

    :raises Invalid: if it is no table of leads
    """
    number, header = 0, None
    try:
        for row in read_table(content, required=(), optional=COLUMNS):
            number += 1
            header = row.cells if header is None and not row.fault else header
    except TableError as error:
        raise _wrong_file(str(error)) from error
    if not number:
        raise _wrong_file("The file holds no leads.")
    missing = [" or ".join(names) for names in FLOOR if header and not set(names) & set(header)]
    if missing:
        raise _wrong_file(f"Wrong columns: {'; '.join(missing)} is missing.")
    return number


def _stretches(content: bytes) -> Iterator[list[Row]]:
    """Yield the rows, as many at once as are taken in together: all of a long file's would not fit into memory."""
    rows = read_table(content, required=(), optional=COLUMNS)
    while stretch := list(islice(rows, bursts.STRETCH)):
        yield stretch


def _wrong_file(text: str) -> Invalid:
    return Invalid((FieldProblem("", "file", text),), text)


def _take_in(rows: Sequence[Row], source: LeadSource, clock: Callable[[], datetime]) -> Iterator[Fate]:
    """Take what can go together in at once, and the rest row by row."""
    bodies = {row.line: body for row in rows if (body := _body(row))}
    answers = bursts.receive_together(source=source, bodies=list(bodies.values()), now=clock())
    known = dict(zip(bodies, answers, strict=True))
    for row in rows:
        answer = known.get(row.line)
        yield Fate(row.line, *_heard(answer)) if answer else _fate(row, lambda lead: _receive(lead, source, clock()))


def _body(row: Row) -> bytes | None:
    """Return what a source would send for a row; None where it cannot be told."""
    try:
        return None if row.fault else json.dumps(_lead(row.cells)).encode()
    except CellError:
        return None


def _fate(row: Row, take: Callable[[dict[str, Any]], tuple[str, str]]) -> Fate:
    if row.fault:
        return Fate(row.line, "rejected", row.fault)
    try:
        return Fate(row.line, *take(_lead(row.cells)))
    except CellError as fault:
        return Fate(row.line, "rejected", str(fault))
    except Invalid as invalid:
        told = [f"{each.pointer.strip('/') or 'the row'}: {each.detail}" for each in invalid.problems]
        return Fate(row.line, "rejected", " ".join(told) or invalid.message)
    except Refused as refusal:
        return Fate(row.line, "rejected", refusal.message)


def _receive(lead: Mapping[str, Any], source: LeadSource, now: datetime) -> tuple[str, str]:
    return _heard(intake.receive(source=source, body=json.dumps(lead).encode(), key=None, now=now))


def _heard(answer: Answer) -> tuple[str, str]:
    if answer.status == 202:
        return "quarantined", " ".join(str(each["detail"]) for each in answer.body["errors"])
    return ("repeated", "came before") if answer.status == 200 else _told(answer.body)


def _told(outcome: Mapping[str, Any]) -> tuple[str, str]:
    """Return a status, and who got the lead or why nobody did; the person behind it is not named."""
    producer = outcome["producer"]
    if producer is None:
        return outcome["status"], reasons.text(outcome["reason"]["code"])
    tier, pool = outcome["tier"], outcome["pool"]
    return outcome["status"], f"{producer['name']}, {', '.join(filter(None, [pool, tier]))}"


def _lead(cells: Mapping[str, str]) -> dict[str, Any]:
    """Return a row as a source would send it; what is empty is left out."""
    given = {name: APOSTROPHE.sub("", value, count=1) for name, value in cells.items() if value}
    lead: dict[str, Any] = {name: value for name, value in given.items() if name not in CONSENT}
    if "products" in lead:
        lead["products"] = _listed(given["products"])
    if "premium" in lead:
        lead["premium"] = given["premium"].replace("$", "").replace(",", "")
    if "attributes" in lead:
        lead["attributes"] = dict(_pairs(given["attributes"]))
    day: date | None = read_date(given, "birth_date")
    consent = _consent(given)
    return lead | ({"birth_date": day.isoformat()} if day else {}) | ({"consent": consent} if consent else {})


def _consent(given: Mapping[str, str]) -> dict[str, Any]:
    consent: dict[str, Any] = {name.removeprefix("consent_"): given[name] for name in CONSENT if name in given}
    at = read_instant(given, "consent_captured_at")
    lists = {name: _listed(consent[name]) for name in ("channels", "sellers") if name in consent}
    return consent | lists | ({"captured_at": at.isoformat()} if at else {})


def _listed(text: str) -> list[str]:
    return [item.strip() for item in re.split(r"[;|]", text) if item.strip()]


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for item in _listed(text):
        name, colon, value = item.partition(":")
        if not colon:
            raise CellError(f"attributes {item[:40]!r} is not “name: value”")
        yield name.strip(), value.strip()
