"""Ordered kinds counted in their finest unit, so that *is there a value in between* has an exact answer."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from rules_engine.engine.values import Kind, Scalar

_DECIMALS: Final = 60  # a readable number has at most so many decimals, and fewer than _DIGITS digits before them
_DIGITS: Final = 30
_SECOND: Final = 10**6
_HOUR: Final = 3600 * _SECOND
_DAY: Final = 24 * _HOUR
_YEAR_ONE: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scale:
    """How a kind counts: from a value to ticks and back, its first and last tick, a familiar one to start from where
    nothing cuts it, and the steps people find neat, coarsest first, down to the single tick."""

    ticks: Callable[[Any], int]
    value: Callable[[int], Scalar]
    first: int
    last: int
    origin: int
    grains: tuple[int, ...]

    def cut(self, at: Iterable[Scalar], spare: int) -> list[Scalar]:
        """Return each cut, and from each gap before, between and after cuts `spare` values, or all it has."""
        cuts = sorted({self.ticks(value) for value in at}) or [self.origin]
        edges = [self.first - 1, *cuts, self.last + 1]
        gaps = [tick for low, high in pairwise(edges) for tick in self._inside(low, high, spare)]
        return [self.value(tick) for tick in sorted({*cuts, *gaps})]

    def _inside(self, low: int, high: int, count: int) -> range:
        """Return ticks strictly between two others: neat ones where they fit, and those nearest to a cut."""
        for grain in self.grains:
            lowest, highest = (low // grain + 1) * grain, (high - 1) // grain * grain
            room = (highest - lowest) // grain + 1
            if room >= count or grain == 1:
                break
        taken = max(0, min(count, room))
        start = highest - (taken - 1) * grain if low < self.first else lowest
        return range(start, start + taken * grain, grain)


def _number_ticks(number: int | Decimal) -> int:
    """Exact at any precision: decimal arithmetic would round to the context's 28 digits."""
    sign, digits, exponent = Decimal(number).as_tuple()
    size: int = int("".join(map(str, digits))) * 10 ** (_DECIMALS + int(exponent))
    return -size if sign else size


def _number(ticks: int) -> int | Decimal:
    unit: int = 10**_DECIMALS
    whole, rest = divmod(abs(ticks), unit)
    if not rest:
        return -whole if ticks < 0 else whole
    decimals = f"{rest:0{_DECIMALS}}".rstrip("0")
    return Decimal(f"{'-' if ticks < 0 else ''}{whole}.{decimals}")


def _day(ticks: int) -> date:
    return date.fromordinal(ticks)


def _instant_ticks(instant: datetime) -> int:
    return (instant - _YEAR_ONE) // timedelta(microseconds=1)


def _instant(ticks: int) -> datetime:
    return _YEAR_ONE + timedelta(microseconds=ticks)


def _time_ticks(value: time) -> int:
    return (value.hour * 3600 + value.minute * 60 + value.second) * _SECOND + value.microsecond


def _time(ticks: int) -> time:
    return (_YEAR_ONE + timedelta(microseconds=ticks)).time()


_BOUND: Final = 10 ** (_DIGITS + _DECIMALS) - 1
_NUMBERS: Final = Scale(
    _number_ticks,
    _number,
    -_BOUND,
    _BOUND,
    10**_DECIMALS,
    (*(10**power for power in range(_DECIMALS, _DECIMALS - _DIGITS, -1)), 1),
)
_FAMILIAR: Final = datetime(2026, 1, 5, 17, tzinfo=UTC)

SCALES: Final = {
    Kind.NUMBER: _NUMBERS,
    Kind.MONEY: _NUMBERS,
    Kind.DATE: Scale(
        date.toordinal, _day, date.min.toordinal(), date.max.toordinal(), _FAMILIAR.date().toordinal(), (1,)
    ),
    Kind.DATETIME: Scale(
        _instant_ticks,
        _instant,
        0,
        _instant_ticks(datetime.max.replace(tzinfo=UTC)),
        _instant_ticks(_FAMILIAR),
        (_DAY, _HOUR, 60 * _SECOND, _SECOND, 1),
    ),
    Kind.TIME: Scale(_time_ticks, _time, 0, _DAY - 1, 12 * _HOUR, (_HOUR, 60 * _SECOND, _SECOND, 1)),
}
