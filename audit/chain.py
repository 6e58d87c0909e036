"""The chain of hashes: each link is SHA-256 over the link before and one entry."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Final

from audit.models import Entry

GENESIS: Final = "0" * 64
"""What stands before the first link."""


def link(previous: str, entry: Entry) -> str:
    """Return the hash that seals the entry behind the previous link."""
    return hashlib.sha256(bytes.fromhex(previous) + canonical(entry)).hexdigest()


def canonical(entry: Entry) -> bytes:
    """Return the one text form of a stored entry: JSON with sorted keys and no spaces, ASCII only, times in UTC."""
    told = {
        "id": str(entry.id),
        "seq": entry.seq,
        "txid": entry.txid,
        "occurred_at": _instant(entry.occurred_at),
        "recorded_at": _instant(entry.recorded_at),
        "actor_kind": entry.actor_kind,
        "actor_id": entry.actor_id,
        "actor_label": entry.actor_label,
        "action": entry.action,
        "target_type": entry.target_type,
        "target_id": entry.target_id,
        "target_label": entry.target_label,
        "detail": entry.detail,
    }
    return json.dumps(told, sort_keys=True, separators=(",", ":")).encode("ascii")


def _instant(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="microseconds") if moment else None
