"""The chain's heads, appended to a file outside the database: without them a cut tail cannot be seen.

One JSON object a line: position, entry, hash, sealed_at. Keep the file where whoever can write the database cannot.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings

from audit.models import Seal

logger = logging.getLogger(__name__)
LAST_LINES: Final = 4096  # bytes at the end of the file that surely hold the last whole line


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain as it was published."""

    position: int
    entry: str
    hash: str
    sealed_at: str


def publish() -> bool:
    """Append the present head unless it is there already; return whether the file holds it.

    A file that cannot be written raises an alarm and stops nothing: the next head covers this one.

    1. Lock the file, so that heads are appended in the order of the chain.
    2. Read the last link only then: whoever published before us had committed before.
    3. Write one line and wait until the disk has it.
    """
    try:
        with _path().open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            return _append(file, Seal.objects.order_by("position").last())
    except OSError:
        logger.critical("audit.head_unwritable", exc_info=True)
        return False


def published(start: int = 0) -> Iterator[tuple[Head | None, int]]:
    """Yield each published head from a byte of the file on, oldest first, with the byte behind it.

    For a line that cannot be read the head is None.
    """
    if not _path().exists():
        return
    with _path().open("rb") as file:
        place = file.seek(start)
        for line in file:
            place += len(line)
            if line.strip():
                yield _parse(line), place


def _append(file: BinaryIO, last: Seal | None) -> bool:
    text = _tail(file)
    known = [head for head in map(_parse, text.splitlines()) if head]
    position = last.position if last else 0
    if known and known[-1].position > position:
        logger.critical("audit.tail_cut", extra={"published": known[-1].position, "position": position})
        return False
    if last and not (known and known[-1].position == position):
        head = {"position": position, "entry": str(last.entry_id), "hash": last.hash}
        line = json.dumps({**head, "sealed_at": last.sealed_at.isoformat()}).encode() + b"\n"
        file.write(line if text.endswith(b"\n") or not text else b"\n" + line)  # behind a line a full disk tore
        file.flush()
        os.fsync(file.fileno())
    return True


def _tail(file: BinaryIO) -> bytes:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(size - LAST_LINES, 0))
    return file.read(LAST_LINES)


def _parse(line: bytes) -> Head | None:
    try:
        told = json.loads(line)
        return Head(int(told["position"]), str(told["entry"]), str(told["hash"]), str(told["sealed_at"]))
    except (ValueError, TypeError, KeyError):
        return None


def _path() -> Path:
    return Path(settings.AUDIT_HEAD_FILE)
