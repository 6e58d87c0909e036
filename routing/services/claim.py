"""Take a seat at a producer's desk, exactly once and only while the licence behind it holds."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import OperationalError, connection, transaction

from accounts import rows, turns
from accounts.errors import Refused
from licenses.authority import Authority
from routing.decision import Decided, Inquiry
from routing.queries.cap_counts import Own
from routing.roster import RosterProducer
from routing.services import capping

HAND_OVER: Final = 0xFA1  # the advisory lock of whoever moves a lead from desk to desk
EFFORT: Final = Decimal(1)  # what one lead weighs on a desk, until lines of different effort are told apart


class AnotherMoves(Refused):
    """Another sweep, or a person, is moving a lead from desk to desk this moment."""

    code = "sla.another_moves"


@dataclass
class Taken:
    """Whose desk it was, and who was passed over on the way."""

    producer: RosterProducer | None = None
    authority: Authority | None = None
    credit: Decimal = Decimal(0)
    skipped: list[dict[str, Any]] = field(default_factory=list)
    is_bare: bool = True  # whether no desk that refused is still held


RANKED: Final = "WITH ranked(producer_id, rank) AS ({ranking})"
# PostgreSQL takes the ranking as arrays: one text however many are ranked, planned once a connection.
ARRAYS: Final = "SELECT * FROM unnest(%s::bigint[], %s::integer[])"
# The profile is read here, not from the roster, so that a capacity lowered meanwhile counts; so are the caps.
WITH_ROOM: Final = """
    FROM ranked
    JOIN routing_producerload load ON load.producer_id = ranked.producer_id
    JOIN routing_producerprofile profile ON profile.producer_id = ranked.producer_id
    WHERE load.open_effort + %s <= profile.capacity
    ORDER BY ranked.rank
    LIMIT 1
"""
LOOK: Final = f"{RANKED} SELECT load.producer_id {WITH_ROOM}"
# One statement picks the first in rank order with room and takes the seat. The pick is materialised so that LIMIT holds
# under every plan.
TAKE: Final = f"""
{RANKED},
pick AS MATERIALIZED (SELECT load.producer_id {WITH_ROOM} {{lock}})
UPDATE routing_producerload
SET open_effort = open_effort + %s,
    last_assigned_at = %s
FROM pick
WHERE routing_producerload.producer_id = pick.producer_id
RETURNING routing_producerload.producer_id,
    (SELECT credit FROM routing_poolcredit WHERE pool_id = %s AND producer_id = routing_producerload.producer_id),
    EXISTS (SELECT 1 FROM routing_cap JOIN routing_producerprofile profile ON profile.id = routing_cap.profile_id
            WHERE profile.producer_id = routing_producerload.producer_id)
"""  # noqa: S608 - put together from the constants above
SKIPPING: Final = "FOR UPDATE OF load SKIP LOCKED"
BUSY_TRIES: Final = 50  # how often all may be busy, or seats be taken from under us, before we say that nobody has room
PATIENCE: Final = 100  # milliseconds to wait for one desk; meanwhile another may be free
TURN_PATIENCE: Final = 2_000  # milliseconds to wait for the turn to move leads; a stretch of a file takes about half
WITHIN: Final = "SELECT set_config('lock_timeout', %s, true)"
USUALLY: Final = "SET LOCAL lock_timeout TO DEFAULT"
LOCKED: Final = "55P03"  # what PostgreSQL says when that time is over

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


def take(*, decided: Decided, effort: Decimal, is_bare: bool = True) -> Taken:
    """Take the first free seat in rank order whose licence still stands; `is_bare` unless a claim before holds a desk.

    1. Pick and take a seat, skipping rows another claim holds; in the same message ask for 3 about the first in rank.
    2. An empty answer may mean "all busy": look without locks, and wait a little for the first who has room, then for
       anybody. All who waited for the same desk until it is theirs would go through it one by one, past free ones.
    3. Lock and re-read the licence rows; if they no longer stand, give the seat back and go on.
    4. Where the producer has caps, count the lead against them; if one refuses, likewise. Nobody else pays for caps:
       whether there are any comes along with the seat. They are read as they stand, not from the roster, so that one
       lowered meanwhile counts.

    Two claims that each hold the desk the other waits for would wait for ever. So a desk that refuses is let go of
    where refusals are to be expected, and where one is still held, nobody waits for the next.
    """
    taken, seating = Taken(is_bare=is_bare), _Seating(decided, effort)
    waiting = [each.producer_id for each in decided.chosen.ranked]
    while waiting:
        savepoint, seat = seating.take(waiting, may_wait=taken.is_bare)
        if seat is None:
            taken.skipped += [{"producer": each, "why": "AT_CAPACITY"} for each in waiting]
            return taken
        passed = waiting[: waiting.index(seat.producer_id)]
        ground = seat.ground or seating.ground_of(seat.producer_id)
        why = _refusal(seat, ground)
        if why is None:
            taken.skipped += [{"producer": each, "why": "BUSY"} for each in passed]
            taken.producer, taken.authority, taken.credit = ground.producer, ground.authority, seat.credit
            return taken
        if savepoint:
            transaction.savepoint_rollback(savepoint)
        else:
            release({seat.producer_id: effort})
            taken.is_bare = False
        taken.skipped.append({"producer": seat.producer_id, "why": why})
        waiting.remove(seat.producer_id)
    return taken


def _refusal(seat: "_Seat", ground: "Ground") -> str | None:
    """Return why a seat just taken must be given back; None where it stands, counted against the owner's caps."""
    if not ground.holds():
        return "LICENSE_CHANGED"
    if not seat.is_capped:
        return None
    own = seat.caps or Own.ask(seat.producer_id)
    return capping.reserve(own, facts=ground.inquiry.facts, now=ground.inquiry.now)


def take_turn() -> None:
    """Wait until no other lead is between desks, before anything else is locked.

    A hand-over frees one desk and takes another: two at once, each holding the desk the other wants, would wait for
    each other for ever.
    """
    turns.take(HAND_OVER)


def find_turn() -> None:
    """Take the turn as `take_turn` does, waiting two seconds at most.

    Not to wait at all would never get between the stretches of a long file.

    :raises AnotherMoves: if it is not ours by then; the transaction can only be undone
    """
    try:
        with _patient_for(TURN_PATIENCE):
            take_turn()
    except OperationalError as error:
        if _is_locked(error):
            raise AnotherMoves from error
        raise


@contextmanager
def _patient_for(milliseconds: int) -> Iterator[None]:
    """Wait for locks so long and no longer, in what is asked within, all of it in one message."""
    if connection.vendor != "postgresql":
        yield
        return
    with rows.in_one_message():
        rows.Asked(WITHIN, [str(milliseconds)])
        yield
    with connection.cursor() as cursor:
        cursor.execute(USUALLY)


def _is_locked(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", "") == LOCKED


FREED: Final = "UPDATE routing_producerload SET open_effort = open_effort - %s WHERE producer_id = %s"


def release(efforts: Mapping[int, Decimal]) -> None:
    """Free seats of these producers, inside the transaction that took them or ends the assignments.

    Desks are freed in the order of their ids, as whoever locks several does.
    """
    with rows.in_one_message(), connection.cursor() as cursor:
        for producer_id, effort in sorted(efforts.items()):
            cursor.execute(FREED, [str(effort), producer_id])


@dataclass(frozen=True)
class _Seat:
    """Whose desk was taken, the owner's credit in the rotation, caps or none, and what was asked about the owner."""

    producer_id: int
    credit: Decimal
    is_capped: bool
    ground: "Ground | None" = None
    caps: Own | None = None


@dataclass(frozen=True)
class _Seating:
    """How one decision looks for a seat."""

    decided: Decided
    effort: Decimal

    def expects_refusal(self, ranked: Sequence[int]) -> bool:
        """Say whether a seat may well be refused after it was taken: somebody has caps."""
        return any(self._is_capped(each) for each in ranked)

    def take(self, ranked: Sequence[int], *, may_wait: bool) -> tuple[str | None, _Seat | None]:
        """Take the first free seat; where all with room are busy, wait for one, if the claim may.

        Beside it return the savepoint before it, where the seat may have to be let go of.
        """
        with rows.in_one_message():
            savepoint = transaction.savepoint() if self.expects_refusal(ranked) else None
            asked = self._ask(ranked, SKIPPING)
            ground = self.ground_of(ranked[0])
            own = Own.ask(ranked[0]) if self._is_capped(ranked[0]) else None
        seat = _seat(asked)
        if seat and seat.producer_id == ranked[0]:
            seat = replace(seat, ground=ground, caps=own)
        for _ in range(BUSY_TRIES if may_wait else 0):
            if seat or (busy := self._look(ranked)) is None:
                break
            seat = self._wait(busy) or _seat(self._ask(ranked, SKIPPING))
        return savepoint, seat

    def _is_capped(self, producer_id: int) -> bool:
        return bool(self.decided.inquiry.context.roster.producers[producer_id].caps)

    def ground_of(self, producer_id: int) -> "Ground":
        """Ask, with locks, for what a hand-over to this producer stands on."""
        eligible = self.decided.considered.eligible
        authority = next(each.authority for each in eligible if each.producer_id == producer_id)
        if authority is None:
            raise ValueError("Nobody is ranked whom the guard did not judge.")
        return Ground.ask(authority, self.decided.inquiry.context.roster.producers[producer_id], self.decided.inquiry)

    def _wait(self, producer_id: int) -> _Seat | None:
        """Wait a little for one desk, and let go of it where it is full: whoever waits for another must hold none."""
        savepoint = transaction.savepoint()
        try:
            with _patient_for(PATIENCE):
                asked = self._ask([producer_id], "FOR UPDATE OF load")
            seat = _seat(asked)
        except OperationalError as error:
            if not _is_locked(error):
                raise
            seat = None
        if seat is None:
            transaction.savepoint_rollback(savepoint)  # and with it to the usual patience
        else:
            transaction.savepoint_commit(savepoint)
        return seat

    def _look(self, ranked: Sequence[int]) -> int | None:
        """Return the first who has room by what is committed, locked or not."""
        ranking, values = self._ranking(ranked)
        found = rows.Asked(LOOK.format(ranking=ranking), [*values, self._amount()]).rows()
        return found[0][0] if found else None

    def _ask(self, ranked: Sequence[int], lock: str) -> rows.Asked:
        postgres, now = connection.vendor == "postgresql", self.decided.inquiry.now
        ranking, values = self._ranking(ranked)
        sql = TAKE.format(ranking=ranking, lock=lock if postgres else "")
        pool = self.decided.inquiry.context.roster.pools.get(self.decided.considered.pool or "")
        at = now if postgres else _sqlite_instant(now)
        return rows.Asked(sql, [*values, self._amount(), self._amount(), at, pool.id if pool else None])

    def _ranking(self, ranked: Sequence[int]) -> tuple[str, list[Any]]:
        """Return the ranked producers as SQL and its values."""
        if connection.vendor == "postgresql":
            return ARRAYS, [list(ranked), list(range(len(ranked)))]
        values = [value for rank, each in enumerate(ranked) for value in (each, rank)]
        return f"VALUES {', '.join(['(%s, %s)'] * len(ranked))}", values

    def _amount(self) -> Decimal | str:
        return self.effort if connection.vendor == "postgresql" else str(self.effort)


def _seat(asked: rows.Asked) -> _Seat | None:
    """Return the seat that was taken."""
    for producer_id, credit, is_capped in asked.rows():
        return _Seat(producer_id, Decimal(str(credit or 0)), bool(is_capped))
    return None


def _sqlite_instant(at: datetime) -> str:
    return connection.ops.adapt_datetimefield_value(at) or ""


@dataclass(frozen=True)
class Ground:
    """What a hand-over to one producer stands on: rows that cannot change now before the commit."""

    authority: Authority
    producer: RosterProducer
    inquiry: Inquiry
    asked: rows.Asked

    @classmethod
    def ask(cls, authority: Authority, producer: RosterProducer, inquiry: Inquiry) -> "Ground":
        """Lock the rows and ask what they hold."""
        relied, postgres = authority.relies_on, connection.vendor == "postgresql"
        sql = STAND.format(
            appointments=", ".join(["%s"] * len(relied.appointment_ids)) or "NULL",
            lines=", ".join(["%s"] * len(relied.line_ids)) or "NULL",
            share="FOR SHARE" if postgres else "",
            share_all="FOR SHARE OF line, license, producer" if postgres else "",
        )
        return cls(authority, producer, inquiry, rows.Asked(sql, [*relied.appointment_ids, *relied.line_ids]))

    def holds(self) -> bool:
        """Say whether everything is still as the decision saw it."""
        found, ask, now = self.asked.rows(), self.inquiry.ask, self.inquiry.now
        today = max(now.astimezone(ZoneInfo(zone)).date() for zone in ask.zones) if ask and ask.zones else now.date()
        day = today.isoformat()
        return len(found) == len(self.authority.relies_on.line_ids) and all(
            version == self.producer.facts_version
            and license_status == line_status == "ACTIVE"
            and (perpetual or expires is None or str(expires) >= day)
            and (line_expires is None or str(line_expires) >= day)
            and not unappointed
            for version, license_status, perpetual, expires, line_status, line_expires, unappointed in found
        )
