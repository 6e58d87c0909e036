"""What the fairness ledger says: shares over a while, and why a producer did not get a lead."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet, Sum

from routing.fairness import Share, shares
from routing.models import Assignment, FairnessEntry, PoolCredit
from routing.reasons import PRODUCER_REASONS

Moved = tuple[int, str, int, Decimal]  # a producer, among whom leads were shared, how many, and their value
MISSED: Final = 12  # leads shown that went to others


def shares_of(pool_id: int, *, since: datetime) -> dict[int, Share]:
    """Return each producer's share of what a pool gave since then, by producer."""
    moved = FairnessEntry.objects.filter(pool=pool_id, at__gte=since)
    return _by_pool(moved).get(pool_id, {})


def shares_within(*, since: datetime, until: datetime, pool_id: int | None = None) -> dict[int, dict[int, Share]]:
    """Return the shares of what each pool gave in a time, end exclusive, by pool and producer; one statement."""
    moved = FairnessEntry.objects.filter(at__gte=since, at__lt=until)
    return _by_pool(moved if pool_id is None else moved.filter(pool=pool_id))


def _by_pool(moved: QuerySet[FairnessEntry]) -> dict[int, dict[int, Share]]:
    grouped = moved.exclude(leads=0).order_by().values_list("pool_id", "producer_id", "among")
    rows: dict[int, list[Moved]] = defaultdict(list)
    for pool_id, *row in grouped.annotate(Sum("leads"), Sum("value")):
        rows[pool_id].append(tuple(row))
    return {pool_id: shares(moved) for pool_id, moved in rows.items()}


def balances(pool_id: int) -> dict[int, Any]:
    """Return the turns each member has had, which the rotation goes by."""
    return dict(PoolCredit.objects.filter(pool=pool_id).values_list("producer_id", "credit"))


def missed(producer_id: int, *, since: datetime) -> QuerySet[Assignment]:
    """Return the newest leads of the producer's pools that somebody else got."""
    found = Assignment.objects.filter(
        pool__members__producer=producer_id, pool__members__is_active=True, assigned_at__gte=since
    )
    return (
        found.exclude(producer=producer_id)
        .select_related("lead", "pool", "decision")
        .order_by("-assigned_at", "-pk")[:MISSED]
    )


def why_not(receipt: Mapping[str, Any], producer_id: int) -> str | None:
    """Say why a producer who was eligible did not get the lead, by the receipt; None for one who was not.

    Nobody else is named, nor told of.
    """
    candidate = next((each for each in receipt["candidates"] if each["producer"] == producer_id), None)
    if candidate is None:
        return None
    skipped = {each["producer"]: each["why"] for each in receipt["claim"]["skipped"]}
    why = skipped.get(producer_id) or candidate.get("why")
    if why == "BUSY":
        return "It was your turn, but another lead was being handed to you at that moment."
    if why:
        return f"You could lawfully have it, but: {PRODUCER_REASONS.get(why, why.replace('_', ' ').lower())}."
    parts = candidate["parts"]
    said = f"You could have had it, in place {candidate['rank']}: it was not your turn."
    if "level" in parts:
        said += f" Turns you had had: {_plain(parts['turn'])}; the level: {_plain(parts['level'])}."
    return said


def _plain(number: str) -> str:
    return f"{float(number):.2f}".rstrip("0").rstrip(".")
