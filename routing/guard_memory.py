"""The licence guard's answers, remembered: what it says of a producer changes only where a day begins. Pure."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from licenses.authority import Ask, Authority, Case, Licensing, Regime
from licenses.findings import Days, days_in
from routing.producer_facts import days_everywhere

ANSWERS_REMEMBERED: Final = 50_000

Key = tuple[Ask, int, Days, tuple[date, ...]]


class GuardMemory:
    """Opens cases and keeps them: for one ask on the same days everywhere a producer is judged once."""

    def __init__(self, most: int = ANSWERS_REMEMBERED) -> None:
        self._most = most
        self._cases: dict[Key, RememberingCase] = {}
        self._answers = 0

    def open(self, ask: Ask, regimes: Sequence[Regime], now: datetime) -> Case:
        """Return the case, with what was answered before."""
        key = ask, id(regimes), days_in(ask.zones, now), days_everywhere(now)
        case = self._cases.get(key)
        if case is None:
            if self._answers >= self._most:
                self._cases, self._answers = {}, 0
            case = self._cases[key] = RememberingCase(ask, regimes, now, self)
            self.count()
        return case

    def count(self) -> None:
        """Count one more thing remembered: a case, or an answer."""
        self._answers += 1


class RememberingCase(Case):
    """A case that judges each producer's licensing once."""

    def __init__(self, ask: Ask, regimes: Sequence[Regime], now: datetime, memory: GuardMemory) -> None:
        super().__init__(ask, regimes, now)
        self._regimes = regimes  # held, so that no other rows get their identity, which the memory goes by
        self._memory = memory
        self._known: dict[int, tuple[Licensing, Authority]] = {}  # by identity, likewise

    def judge(self, licensing: Licensing) -> Authority:
        """Say what the guard says, or said."""
        known = self._known.get(id(licensing))
        if known is None:
            known = self._known[id(licensing)] = licensing, super().judge(licensing)
            self._memory.count()
        return known[1]


recalled: Final = GuardMemory().open
