"""Seal what was recorded into the chain, by transaction order."""

from typing import Final

from django.db import connection, transaction
from django.db.models import BigIntegerField, Func, Q, QuerySet
from django.db.models.functions import Now

from audit import chain, heads
from audit.models import Entry, Seal

SEALER: Final = 0x5EA1  # the advisory lock that only one sealer holds
NONE_RUNNING: Final = 2**63 - 1


class Snapshot(Func):
    """A transaction id of this statement's snapshot, as a number."""

    template = "%(function)s::text::bigint"
    output_field = BigIntegerField()


OLDEST_RUNNING: Final = Snapshot(function="pg_snapshot_xmin(pg_current_snapshot())")
NOT_YET_BEGUN: Final = Snapshot(function="pg_snapshot_xmax(pg_current_snapshot())")
OWN: Final = Snapshot(function="pg_current_xact_id_if_assigned()")


def seal(*, limit: int = 5000) -> int:
    """Append links for up to `limit` entries and publish the head; return how many were sealed.

    1. Take the sealer's lock; if another sealer holds it, leave the work to it.
    2. Read the last link.
    3. Read the entries no running transaction can still precede, by transaction and then by number. By number alone an
       entry of a slow transaction would be passed over for ever.
    4. Append their links in one INSERT and commit.
    5. Publish the head outside the database; also if there was nothing to seal, for whoever died between 4 and 5.
    """
    with transaction.atomic():
        oldest_running = _take_turn()
        sealed = 0 if oldest_running is None else _append_links(limit, oldest_running)
    heads.publish()
    return sealed


def _take_turn() -> int | None:
    """Return the oldest transaction that still runs, or None if another sealer is at work."""
    if connection.vendor != "postgresql":
        return NONE_RUNNING  # one writer at a time
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN pg_try_advisory_xact_lock(%s)"
            " THEN pg_snapshot_xmin(pg_current_snapshot())::text::bigint END",
            [SEALER],
        )
        [oldest] = cursor.fetchone()
        return None if oldest is None else int(oldest)


def _append_links(limit: int, oldest_running: int) -> int:
    last = Seal.objects.order_by("position").last()
    position, previous, top = (last.position, last.hash, last.top_seq) if last else (0, chain.GENESIS, 0)
    links = []
    for entry in sealable(last)[:limit]:
        position, previous, top = position + 1, chain.link(previous, entry), max(top, entry.seq or 0)
        floor = min(entry.txid or 0, oldest_running)
        links.append(
            Seal(position=position, entry=entry, hash=previous, floor_txid=floor, top_seq=top, sealed_at=Now())
        )
    Seal.objects.bulk_create(links, batch_size=1000)
    return len(links)


def sealable(last: Seal | None) -> QuerySet[Entry]:
    """Return what may be sealed behind the last link, in the order of the chain.

    That is what no running transaction precedes, what this transaction wrote itself, and what a restored database
    brought along, whose transaction ids its new server has not reached. All of it lies at or above the last link's
    marks, so only that is searched.
    """
    waiting = Entry.objects.filter(seal=None).order_by("txid", "seq")
    if last:
        waiting = waiting.filter(Q(txid__gte=last.floor_txid) | Q(seq__gt=last.top_seq))
    if connection.vendor == "postgresql":
        waiting = waiting.filter(Q(txid__lt=OLDEST_RUNNING) | Q(txid=OWN) | Q(txid__gte=NOT_YET_BEGUN))
    return waiting
