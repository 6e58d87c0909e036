"""Keeps a population right while time passes: a fact that changes by itself is read again at that instant."""

import heapq
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from rules_engine.engine.catalog import Facts
from rules_engine.engine.population import Population


@dataclass(frozen=True, slots=True)
class Spell:
    """Facts and the POSIX times between which they hold; the end is exclusive. No facts: nobody is there."""

    facts: Facts | None
    since: float = -math.inf
    until: float = math.inf


class Horizon:
    """Knows when a population next changes by itself. `read` gives the spell of a position that an instant falls in."""

    def __init__(self, read: Callable[[int, datetime], Spell], size: int, now: datetime) -> None:
        self._read = read
        self._spells = [read(position, now) for position in range(size)]
        self._ends = [(spell.until, position) for position, spell in enumerate(self._spells)]
        heapq.heapify(self._ends)
        self._latest = max((spell.since for spell in self._spells), default=-math.inf)
        self.population = Population(spell.facts for spell in self._spells)

    @property
    def next(self) -> float:
        """The next instant, in POSIX time, at which any fact changes by itself."""
        return self._ends[0][0] if self._ends else math.inf

    @property
    def since(self) -> float:
        """The latest instant, in POSIX time, at which any of the facts held begins to hold."""
        return self._latest

    def reach(self, now: datetime) -> int:
        """Read again whatever holds no longer at an instant, or not yet; return how many positions were read."""
        instant = now.timestamp()
        is_back = instant < self._latest
        stale = set(self._beginning_after(instant)) if is_back else set[int]()
        while self._ends and self._ends[0][0] <= instant:
            until, position = heapq.heappop(self._ends)
            if self._spells[position].until == until:
                stale.add(position)
        for position in stale:
            self.read(position, now)
        if is_back:
            self._latest = max((spell.since for spell in self._spells), default=-math.inf)
        return len(stale)

    def _beginning_after(self, instant: float) -> Iterator[int]:
        return (position for position, spell in enumerate(self._spells) if spell.since > instant)

    def read(self, position: int, now: datetime) -> None:
        """Read one producer again, or, at the first free position, for the first time."""
        spell = self._read(position, now)
        if position == len(self._spells):
            self._spells.append(spell)
        self._spells[position] = spell
        self._latest = max(self._latest, spell.since)
        heapq.heappush(self._ends, (spell.until, position))
        self.population.place(position, spell.facts)
