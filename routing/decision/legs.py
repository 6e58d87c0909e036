"""The waterfall of a pool: which pools its leads go on to, each once, and which of them are not asked. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from routing.decision.inquiry import Inquiry
from routing.roster import Roster, RosterPool


@dataclass(frozen=True, slots=True)
class Leg:
    """One pool of a waterfall, and why it is not asked, where it is not: a published reason."""

    pool: RosterPool
    why: str | None = None


def legs_of(inquiry: Inquiry, first: RosterPool) -> tuple[Leg, ...]:
    """Return the pools that a lead routed to the first may come to, in order; none where it goes on to no other.

    Switched off or out of time, a pool is passed over. A pool runs out of time only where its leads have somewhere to
    go: otherwise it asks on.
    """
    if first.goes_on_to is None:
        return ()
    pools = tuple(chain(inquiry.context.roster, first))
    return tuple(Leg(pool, _why_not(inquiry, pool)) for pool in pools) if len(pools) > 1 else ()


def goes_on(roster: Roster, pool: RosterPool) -> bool:
    """Say whether there is another pool, switched on, that this one's leads go on to."""
    return any(each.is_active for each in chain(roster, pool) if each is not pool)


def chain(roster: Roster, first: RosterPool) -> Iterator[RosterPool]:
    """Yield the pools one after the other, each once: one written into the database by hand may lead in a circle."""
    pool: RosterPool | None = first
    seen: set[str] = set()
    while pool is not None and pool.slug not in seen:
        seen.add(pool.slug)
        yield pool
        pool = roster.pools.get(pool.goes_on_to or "")


def _why_not(inquiry: Inquiry, pool: RosterPool) -> str | None:
    if not pool.is_active:
        return "POOL_UNKNOWN"
    left = seconds_left(inquiry, pool)
    return "OUT_OF_TIME" if left is not None and left <= 0 else None


def seconds_left(inquiry: Inquiry, pool: RosterPool) -> float | None:
    """Return for how long the pool may still ask about the lead before it goes on; None: as long as it likes."""
    if pool.goes_on_to is None or pool.asking_time is None or not goes_on(inquiry.context.roster, pool):
        return None
    since = inquiry.asked_since.get(pool.slug, inquiry.now)
    return (since + pool.asking_time - inquiry.now).total_seconds()
