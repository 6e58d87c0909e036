"""Write to the ledger."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model

from accounts import rows
from accounts.actor import Actor
from audit.models import Entry


def entry(
    *,
    at: datetime,
    actor: Actor,
    action: str,
    target: Model | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Entry:
    """Return an entry not yet written, for `record_many`.

    The target is named as text, so that the entry outlives it: by its `ledger_label` where its own text would name a
    member of the public.
    """
    named = Entry(
        occurred_at=at,
        actor_kind=actor.kind.value,
        actor_id=actor.id[:100],
        actor_label=actor.label[:200],
        action=action,
        detail=dict(detail or {}),
    )
    if target is not None:
        named.target_type = target._meta.label_lower
        named.target_id = str(target.pk)
        named.target_label = str(getattr(target, "ledger_label", target))[:200]
    return named


def record(
    *,
    at: datetime,
    actor: Actor,
    action: str,
    target: Model | None = None,
    detail: Mapping[str, Any] | None = None,
) -> Entry:
    """Write one entry, in the transaction of what it tells of."""
    written = entry(at=at, actor=actor, action=action, target=target, detail=detail)
    rows.insert(written)
    return written


def record_many(entries: Sequence[Entry]) -> None:
    """Write several entries in one INSERT."""
    rows.insert(*entries)
