"""Desks while several leads are handed out in a row: what each hand-over leaves for the next. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from routing.caps import Cap, Used
from routing.decision import Volatile

Pool = str | None


class Desks:
    """What is known of desks, kept up to date in memory: until it is written as a whole, or for nothing but a look."""

    def __init__(self) -> None:
        self._pools: dict[Pool, dict[int, Volatile]] = {}
        self._used: dict[int, Used] = {}
        self.seated: Counter[int] = Counter()
        self._counting: dict[Cap, int] = {}

    def unread(self, pool: Pool, producer_ids: Iterable[int]) -> list[int]:
        """Return whose desks are not known yet in this pool."""
        known = self._pools.get(pool, {})
        return [each for each in producer_ids if each not in known]

    def uncounted(self, caps: Iterable[Cap]) -> list[Cap]:
        """Return the caps of which is not known yet what is used."""
        return [cap for cap in caps if cap.id not in self._used]

    def take_in(self, pool: Pool, read: Mapping[int, Volatile], used: Mapping[int, Used]) -> None:
        """Take in desks as they were read, and what was used of caps; leads put there before are counted along."""
        desks = self._pools.setdefault(pool, {})
        for producer_id, desk in read.items():
            known = self._elsewhere(producer_id)
            desks[producer_id] = replace(
                desk,
                caps={},
                load=known.load if known else desk.load,
                last_assigned_at=known.last_assigned_at if known else desk.last_assigned_at,
            )
        self._used |= used

    def _elsewhere(self, producer_id: int) -> Volatile | None:
        return next((desks[producer_id] for desks in self._pools.values() if producer_id in desks), None)

    def copy(self) -> "Desks":
        """Return the same desks, to be filled in another way."""
        other = Desks()
        other._pools = {pool: dict(desks) for pool, desks in self._pools.items()}
        other._used = dict(self._used)
        return other

    def of(self, pool: Pool, producer_ids: Iterable[int], under: Mapping[int, Iterable[Cap]]) -> dict[int, Volatile]:
        """Return the desks of these members of a pool, with the caps that a lead falls under, by producer."""
        known = self._pools.get(pool, {})
        desks = {each: known[each] for each in producer_ids}
        for producer_id, caps in under.items():
            used = {cap.id: self._used[cap.id] for cap in caps}
            desks[producer_id] = replace(desks[producer_id], caps=used)
        return desks

    def seat(
        self, pool: Pool, producer_id: int, *, effort: Decimal, step: Decimal, counts: Iterable[Cap], now: datetime
    ) -> None:
        """Put a lead on a desk: the load of the producer wherever it is known, the credit in this pool alone."""
        for name, desks in self._pools.items():
            if desk := desks.get(producer_id):
                credit = desk.credit + (step if name == pool else 0)
                desks[producer_id] = replace(desk, load=desk.load + effort, credit=credit, last_assigned_at=now)
        self.seated[producer_id] += 1
        for cap in counts:
            self._used[cap.id] = Used(self._used[cap.id].count + 1, now)
            self._counting[cap] = producer_id

    def counted(self) -> list[tuple[int, Cap, Used]]:
        """Return what is used by now of every cap that counted a lead, with whose it is."""
        return [(producer_id, cap, self._used[cap.id]) for cap, producer_id in self._counting.items()]
