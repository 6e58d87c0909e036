"""An entry as a line of a file: for spreadsheets, whose formulas it must not become, and for programs."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from audit.models import Entry, Export

COLUMNS: Final = (
    "seq",
    "occurred_at",
    "recorded_at",
    "actor_kind",
    "actor_id",
    "actor_label",
    "action",
    "target_type",
    "target_id",
    "target_label",
    "detail",
    "id",
    "txid",
    "position",
    "hash",
)
# A cell that begins so is a formula to spreadsheets, which may fetch or run what somebody typed as a name.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

Sealed = tuple[Entry, int, str]  # with its position in the chain, and the hash there


def values_of(sealed: Sealed) -> dict[str, Any]:
    """Return what a file tells of an entry."""
    entry, position, link = sealed
    return {
        "seq": entry.seq,
        "occurred_at": entry.occurred_at.isoformat(),
        "recorded_at": entry.recorded_at.isoformat() if entry.recorded_at else None,
        "actor_kind": entry.actor_kind,
        "actor_id": entry.actor_id,
        "actor_label": entry.actor_label,
        "action": entry.action,
        "target_type": entry.target_type,
        "target_id": entry.target_id,
        "target_label": entry.target_label,
        "detail": entry.detail,
        "id": str(entry.pk),
        "txid": entry.txid,
        "position": position,
        "hash": link,
    }


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _as_csv(entries: Iterable[Sealed]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for entry in entries:
        told = values_of(entry) | {"detail": json.dumps(entry[0].detail, sort_keys=True, ensure_ascii=False)}
        writer.writerow([safe(cell) if isinstance(cell, str) else cell for cell in told.values()])
    return text.getvalue()


def _as_json(entries: Iterable[Sealed]) -> str:
    return "".join(json.dumps(values_of(entry), ensure_ascii=False) + "\n" for entry in entries)


WRITERS: Final[Mapping[str, Callable[[Iterable[Sealed]], str]]] = {
    Export.Format.CSV: _as_csv,
    Export.Format.JSONL: _as_json,
}
HEADS: Final[Mapping[str, str]] = {Export.Format.CSV: ",".join(COLUMNS) + "\r\n", Export.Format.JSONL: ""}
