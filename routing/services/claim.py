"""Take a seat at a producer's desk, exactly once and only while the licence behind it holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import F

from licenses.authority import Authority
from routing.decision import Decided
from routing.models import ProducerLoad
from routing.roster import RosterProducer

HAND_OVER: Final = 0xFA1  # the advisory lock of whoever moves a lead from desk to desk
EFFORT: Final = Decimal(1)  # what one lead weighs on a desk, until lines of different effort are told apart


@dataclass
class Taken:
    """Whose desk it was, and who was passed over on the way."""

    producer: RosterProducer | None = None
    authority: Authority | None = None
    credit: Decimal = Decimal(0)
    skipped: list[dict[str, Any]] = field(default_factory=list)


RANKED: Final = "WITH ranked(producer_id, rank, day) AS (VALUES {values})"
# The profile is read here, not from the roster, so that a capacity lowered meanwhile counts.
WITH_ROOM: Final = """
    FROM ranked
    JOIN routing_producerload load ON load.producer_id = ranked.producer_id
    JOIN routing_producerprofile profile ON profile.producer_id = ranked.producer_id
    WHERE load.open_effort + %s <= profile.capacity
      AND (profile.daily_cap IS NULL
           OR CASE WHEN CAST(load.day AS text) = ranked.day THEN load.day_count ELSE 0 END < profile.daily_cap)
    ORDER BY ranked.rank
    LIMIT 1
"""
LOOK: Final = f"{RANKED} SELECT load.producer_id {WITH_ROOM}"
# One statement picks the first in rank order with room and takes the seat. The pick is materialised so that LIMIT holds
# under every plan.
TAKE: Final = f"""
{RANKED},
pick AS MATERIALIZED (SELECT load.producer_id, ranked.day {WITH_ROOM} {{lock}})
UPDATE routing_producerload
SET open_effort = open_effort + %s,
    day_count = CASE WHEN CAST(routing_producerload.day AS text) = pick.day THEN day_count ELSE 0 END + 1,
    day = {{day}},
    last_assigned_at = %s
FROM pick
WHERE routing_producerload.producer_id = pick.producer_id
RETURNING routing_producerload.producer_id,
    (SELECT credit FROM routing_poolcredit WHERE pool_id = %s AND producer_id = routing_producerload.producer_id)
"""  # noqa: S608 - put together from the constants above
BUSY_TRIES: Final = 50  # seats others may take from under us before we say that nobody has room

# What the hand-over stands on, locked so that it cannot change before the commit.
STAND = """
WITH appointed AS MATERIALIZED (SELECT status FROM licenses_appointment WHERE id IN ({appointments}) {share})
SELECT producer.facts_version, license.status, license.is_perpetual, license.expiry_date, line.status, line.expiry_date,
       (SELECT count(*) FROM appointed WHERE status <> 'APPOINTED')
FROM licenses_lineofauthority line
JOIN licenses_license license ON license.id = line.license_id
JOIN licenses_producer producer ON producer.id = license.producer_id
WHERE line.id IN ({lines}) {share_all}
"""


def take(*, decided: Decided, effort: Decimal) -> Taken:
    """Take the first free seat in rank order whose licence still stands.

    1. Pick and take a seat, skipping rows another claim holds.
    2. An empty answer may mean "all busy": look without locks, and wait for the first who has room.
    3. Lock and re-read the licence rows; if they no longer stand, give the seat back and go on.
    """
    taken, roster = Taken(), decided.inquiry.context.roster
    waiting = [each.producer_id for each in decided.chosen.ranked]
    authorities = {each.producer_id: each.authority for each in decided.considered.standings}
    while waiting:
        seat = _Seating(decided, effort).take(waiting)
        if seat is None:
            taken.skipped += [{"producer": each, "why": "AT_CAPACITY"} for each in waiting]
            return taken
        producer_id, credit = seat
        passed = waiting[: waiting.index(producer_id)]
        producer, authority = roster.producers[producer_id], authorities[producer_id]
        if authority is not None and _stands(authority, producer, decided):
            taken.skipped += [{"producer": each, "why": "BUSY"} for each in passed]
            taken.producer, taken.authority, taken.credit = producer, authority, credit
            return taken
        _give_back(producer_id, effort)
        taken.skipped.append({"producer": producer_id, "why": "LICENSE_CHANGED"})
        waiting.remove(producer_id)
    return taken


def take_turn() -> None:
    """Wait until no other lead is between desks, before anything else is locked.

    A hand-over frees one desk and takes another: two at once, each holding the desk the other wants, would wait for
    each other for ever. SQLite has one writer anyway.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [HAND_OVER])


def release(*, producer_id: int, effort: Decimal) -> None:
    """Free a seat, inside the transaction that ends the assignment."""
    ProducerLoad.objects.filter(producer_id=producer_id).update(open_effort=F("open_effort") - effort)


@dataclass(frozen=True)
class _Seating:
    """How one decision looks for a seat."""

    decided: Decided
    effort: Decimal

    def take(self, ranked: Sequence[int]) -> tuple[int, Decimal] | None:
        """Take the first free seat; return whose it is and the credit it had in the pool's rotation."""
        seat = self._try(ranked, "FOR UPDATE OF load SKIP LOCKED")
        for _ in range(BUSY_TRIES):
            if seat or (busy := self._look(ranked)) is None:
                break
            seat = self._wait(busy)
        return seat

    def _wait(self, producer_id: int) -> tuple[int, Decimal] | None:
        """Wait for one desk, and let go of it where it turns out full: who waits for another must hold none."""
        savepoint = transaction.savepoint()
        seat = self._try([producer_id], "FOR UPDATE OF load")
        if seat is None:
            transaction.savepoint_rollback(savepoint)
        else:
            transaction.savepoint_commit(savepoint)
        return seat

    def _look(self, ranked: Sequence[int]) -> int | None:
        """Return the first who has room by what is committed, locked or not."""
        values, rows = self._rows(ranked)
        with connection.cursor() as cursor:
            cursor.execute(LOOK.format(values=values), [*rows, self._amount()])
            found = cursor.fetchone()
        return found[0] if found else None

    def _try(self, ranked: Sequence[int], lock: str) -> tuple[int, Decimal] | None:
        postgres, now = connection.vendor == "postgresql", self.decided.inquiry.now
        values, rows = self._rows(ranked)
        day = "CAST(pick.day AS date)" if postgres else "pick.day"
        sql = TAKE.format(values=values, lock=lock if postgres else "", day=day)
        pool = self.decided.inquiry.context.roster.pools.get(self.decided.considered.pool or "")
        with connection.cursor() as cursor:
            at = now if postgres else _sqlite_instant(now)
            cursor.execute(sql, [*rows, self._amount(), self._amount(), at, pool.id if pool else None])
            found = cursor.fetchone()
        return (found[0], Decimal(str(found[1] or 0))) if found else None

    def _rows(self, ranked: Sequence[int]) -> tuple[str, list[int | str]]:
        roster, now = self.decided.inquiry.context.roster, self.decided.inquiry.now
        days = [roster.producers[each].local_day(now).isoformat() for each in ranked]
        rows: list[int | str] = [value for rank, each in enumerate(ranked) for value in (each, rank, days[rank])]
        return ", ".join(["(%s, %s, %s)"] * len(ranked)), rows

    def _amount(self) -> Decimal | str:
        return self.effort if connection.vendor == "postgresql" else str(self.effort)


def _sqlite_instant(at: datetime) -> str:
    return connection.ops.adapt_datetimefield_value(at) or ""


def _give_back(producer_id: int, effort: Decimal) -> None:
    ProducerLoad.objects.filter(producer_id=producer_id).update(
        open_effort=F("open_effort") - effort, day_count=F("day_count") - 1
    )


def _stands(authority: Authority, producer: RosterProducer, decided: Decided) -> bool:
    relied, now = authority.relies_on, decided.inquiry.now
    postgres = connection.vendor == "postgresql"
    sql = STAND.format(
        appointments=", ".join(["%s"] * len(relied.appointment_ids)) or "NULL",
        lines=", ".join(["%s"] * len(relied.line_ids)) or "NULL",
        share="FOR SHARE" if postgres else "",
        share_all="FOR SHARE OF line, license, producer" if postgres else "",
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*relied.appointment_ids, *relied.line_ids])
        rows = cursor.fetchall()
    ask = decided.inquiry.ask
    today = max(now.astimezone(ZoneInfo(zone)).date() for zone in ask.zones) if ask and ask.zones else now.date()
    day = today.isoformat()
    return len(rows) == len(relied.line_ids) and all(
        version == producer.facts_version
        and license_status == line_status == "ACTIVE"
        and (perpetual or expires is None or str(expires) >= day)
        and (line_expires is None or str(line_expires) >= day)
        and not unappointed
        for version, license_status, perpetual, expires, line_status, line_expires, unappointed in rows
    )
