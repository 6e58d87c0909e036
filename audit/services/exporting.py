"""Export what a filter finds: sealed entries, written stretch by stretch to a file that its manifest proves.

An export is a row, not a task: whoever works takes one by a lock on its file, goes on until the turn is over and lets
go. A killed worker's lock goes with it; the next cuts the file back to what the row knows of and goes on from there.
"""

import fcntl
import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.db import transaction

from accounts import policy
from accounts.actor import Actor, system
from accounts.errors import Missing
from audit import chain, queries
from audit.filters import Filter
from audit.lines import COLUMNS, HEADS, WRITERS, Sealed
from audit.models import Export, Seal
from audit.queries import Place
from audit.services.recording import record

logger = logging.getLogger(__name__)
TURN: Final = 0.8  # seconds after which a worker lets go: shorter than beat's tick, so that turns do not pile up
STRETCH: Final = 2_000  # entries read and written at once
TRIES: Final = 3  # turns that may end without coming further
BLOCK: Final = 1 << 20
EXPORTER: Final = system("export")
State = Export.State


@transaction.atomic
def ask(*, asked: Filter, query: str, form: str, actor: Actor, now: datetime) -> Export:
    """Ask for what a filter finds as a file.

    :raises Forbidden: without `audit.export`
    """
    policy.require(actor, "audit.export")
    export = Export.objects.create(
        asked=asked.as_dict(), query=query, format=Export.Format(form), asked_by=str(actor), asked_at=now
    )
    record(at=now, actor=actor, action="export.asked", target=export, detail=_told(export))
    return export


def work(*, now: datetime, seconds: float = TURN) -> int:
    """Give the oldest unfinished export nobody is at a turn; return how many entries were written.

    1. Lock its file: whoever holds the lock is alive, and alone.
    2. Read the row only then, and cut the file back to what the row knows of.
    3. Write stretch after stretch, each to the disk before the row says so.
    4. Let go when the turn is over, or end it with its manifest when nothing is left.
    """
    for export in Export.objects.filter(state__in=[State.WAITING, State.RUNNING]).order_by("asked_at", "pk"):
        with _locked(export) as file:
            if file is not None:
                return _turn(export, file, seconds, now)
    return 0


@transaction.atomic
def fetch(*, export: Export, actor: Actor, now: datetime) -> Path:
    """Return where the file lies, having noted who takes it.

    :raises Forbidden: without `audit.export`
    :raises Missing: if it is not ready, or no longer there
    """
    policy.require(actor, "audit.export")
    path = path_of(export)
    if export.state != State.DONE or not path.exists():
        raise Missing("This file is not there: it is not ready yet, or was deleted by its age.")
    record(at=now, actor=actor, action="export.fetched", target=export, detail={"sha256": export.sha256})
    return path


def prune_due(*, now: datetime) -> int:
    """Delete the files of exports that are older than EXPORT_DAYS; what was exported stays on record."""
    over = Export.objects.filter(state=State.DONE, ended_at__lt=now - timedelta(days=settings.EXPORT_DAYS))
    export = over.order_by("ended_at", "pk").first()
    if export is None:
        return 0
    with transaction.atomic():
        if Export.objects.filter(pk=export.pk, state=State.DONE).update(state=State.PRUNED):
            record(at=now, actor=EXPORTER, action="export.pruned", target=export, detail={"sha256": export.sha256})
    path_of(export).unlink(missing_ok=True)
    return 1


def path_of(export: Export) -> Path:
    """Return where an export's file lies, or will."""
    return Path(settings.EXPORT_DIR) / export.file_name


@contextmanager
def _locked(export: Export) -> Iterator[BinaryIO | None]:
    """Give the export's file, or None while another worker is at it."""
    path = path_of(export)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield file


def _turn(export: Export, file: BinaryIO, seconds: float, now: datetime) -> int:
    export.refresh_from_db()
    if export.state not in {State.WAITING, State.RUNNING}:
        return 0
    if export.attempts >= TRIES:
        _stumble(export, "the worker was lost", now)
        return 0
    before = export.rows
    try:
        _begin(export)
        file.truncate(export.bytes)
        file.seek(export.bytes)
        if _write_on(export, file, time.monotonic() + seconds):
            _end(export, file, now)
    except Exception as error:  # isolation: what one export meets is recorded and stops no other
        logger.exception("export.failed", extra={"export_id": str(export.pk)})
        _stumble(export, type(error).__name__, now)
    return export.rows - before


def _begin(export: Export) -> None:
    """Note the chain's head the first time: later entries are not in it, so that the set is exact."""
    export.attempts += 1
    if export.head_position is None:
        last = Seal.objects.order_by("position").last()
        export.head_position, export.head_hash = (last.position, last.hash) if last else (0, chain.GENESIS)
    export.state = State.RUNNING
    export.save(update_fields=["state", "attempts", "head_position", "head_hash"])


def _write_on(export: Export, file: BinaryIO, until: float) -> bool:
    """Write what is left until the turn is over; return whether nothing is."""
    asked = Filter.from_dict(export.asked)
    while True:
        after = Place(export.passed_at, export.passed_seq) if export.passed_at else None
        found = queries.following(asked, after=after, length=STRETCH)
        if not found:
            return True
        sealed = list(_sealed(found, export.head_position or 0))
        head = b"" if export.bytes else HEADS[export.format].encode()
        file.write(head + WRITERS[export.format](sealed).encode())
        file.flush()
        os.fsync(file.fileno())
        export.passed_at, export.passed_seq = Place.of(found[-1])
        export.rows, export.bytes, export.attempts = export.rows + len(sealed), file.tell(), 0
        export.save(update_fields=["passed_at", "passed_seq", "rows", "bytes", "attempts"])
        if time.monotonic() >= until:
            return False


def _sealed(entries: list[Any], head: int) -> Iterator[Sealed]:
    """Yield the entries that the chain held when the export was begun, each with its link."""
    links = Seal.objects.filter(entry__in=[entry.pk for entry in entries], position__lte=head)
    held = {link[0]: link[1:] for link in links.values_list("entry_id", "position", "hash")}
    return ((entry, *held[entry.pk]) for entry in entries if entry.pk in held)


def _end(export: Export, file: BinaryIO, now: datetime) -> None:
    if not export.bytes:
        export.bytes = file.write(HEADS[export.format].encode())
        file.flush()
    export.state, export.ended_at, export.sha256 = State.DONE, now, _sha256(file)
    export.manifest = {
        "file": export.file_name,
        "sha256": export.sha256,
        "bytes": export.bytes,
        "rows": export.rows,
        "columns": list(COLUMNS),
        "order": "occurred_at, seq",
        "filter": export.asked,
        "asked_by": export.asked_by,
        "asked_at": export.asked_at.isoformat(),
        "ended_at": now.isoformat(),
        "chain": {"position": export.head_position, "hash": export.head_hash},
    }
    with transaction.atomic():
        export.save(update_fields=["state", "ended_at", "sha256", "bytes", "manifest"])
        proof = {"sha256": export.sha256, "rows": export.rows, "chain": export.manifest["chain"]}
        record(at=now, actor=EXPORTER, action="export.ended", target=export, detail={**_told(export), **proof})


def _sha256(file: BinaryIO) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _stumble(export: Export, error: str, now: datetime) -> None:
    """Let it be tried again, or end it where it has failed too often."""
    Export.objects.filter(pk=export.pk).update(error=error)
    if export.attempts < TRIES:
        return
    with transaction.atomic():
        Export.objects.filter(pk=export.pk).update(state=State.FAILED, ended_at=now)
        record(at=now, actor=EXPORTER, action="export.failed", target=export, detail={"error": error})
    path_of(export).unlink(missing_ok=True)


def manifest_text(export: Export) -> str:
    """Return the manifest as it is given away."""
    return json.dumps(export.manifest, indent=2, sort_keys=True) + "\n"


def _told(export: Export) -> dict[str, Any]:
    return {"filter": export.asked, "format": export.format}
