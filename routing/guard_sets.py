"""The licence guard's answers for a whole roster, as sets: who may sell what is asked, and whom each gate stops. Pure.

The guard judges every producer once for an ask and the days it is; after that, whoever changed.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from licenses.authority import Ask, Case, Regime
from licenses.findings import Days, days_in
from routing.producer_facts import days_everywhere
from routing.roster import RosterProducer

BYTES_KEPT: Final = 32_000_000
SETS_AN_ASK: Final = 16  # about as many as there are gates that stop anybody

Key = tuple[Ask, int, Days, tuple[date, ...]]


class GuardSet:
    """What the guard says of everybody for one ask: `allowed`, and by code the sets of those it stops, once a block."""

    def __init__(self, case: Case, regimes: Sequence[Regime]) -> None:
        self.case = case
        self.allowed = 0
        self.stopped: defaultdict[str, list[int]] = defaultdict(list)
        self.seen = 0  # how many changes of the roster it has taken in
        self._regimes = regimes  # held, so that no other rows get their identity, which keys go by

    def forget(self, position: int) -> None:
        """Take back what the guard said of one producer."""
        but = ~(1 << position)
        self.allowed &= but
        for sets in self.stopped.values():
            sets[:] = [found & but for found in sets]

    def judge(self, position: int, producer: RosterProducer) -> None:
        """Ask the guard about one producer."""
        bit, authority = 1 << position, self.case.judge(producer.licensing)
        if authority.allowed:
            self.allowed |= bit
        for block in authority.blocks:
            self._stop(self.stopped[block.code], bit)

    @staticmethod
    def _stop(sets: list[int], bit: int) -> None:
        """Note one block more: who meets the same gate twice is in two sets."""
        for at, found in enumerate(sets):
            if not found & bit:
                sets[at] |= bit
                return
        sets.append(bit)


class GuardSets:
    """The sets of the asks that came last; `changed` lists the positions that ever changed, the last one last."""

    def __init__(self, producers: Sequence[RosterProducer | None], changed: Sequence[int]) -> None:
        self._producers, self._changed = producers, changed
        self._kept: OrderedDict[Key, GuardSet] = OrderedDict()

    def open(self, ask: Ask, regimes: Sequence[Regime], now: datetime) -> GuardSet:
        """Return what the guard says of everybody at an instant."""
        key = ask, id(regimes), days_in(ask.zones, now), days_everywhere(now)
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = GuardSet(Case(ask, regimes, now), regimes)
            stale: Sequence[int] = range(len(self._producers))
            if len(self._kept) * SETS_AN_ASK * (len(self._producers) // 8 + 1) > BYTES_KEPT and len(self._kept) > 1:
                self._kept.popitem(last=False)
        else:
            stale = list(dict.fromkeys(self._changed[found.seen :]))
            self._kept.move_to_end(key)
            for position in stale:
                found.forget(position)
        for position in stale:
            if producer := self._producers[position]:
                found.judge(position, producer)
        found.seen = len(self._changed)
        return found
