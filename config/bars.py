"""A bar chart as plain geometry, which a template draws as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from routing.queries.today import Hour

OUTCOMES: Final = (
    ("assigned", "Assigned"),
    ("fallback", "Fallback or review"),
    ("quarantined", "Quarantined"),
    ("other", "Duplicate or rejected"),
)
WIDTH: Final = 720
HEIGHT: Final = 190
LEFT: Final = 34
BASE: Final = 164
TOP: Final = 12
STEPS: Final = tuple(factor * 10**power for power in range(6) for factor in (1, 2, 5))
LINES: Final = 4
LABEL_EVERY: Final = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One piece of a stacked bar."""

    outcome: str
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A label on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One hour of the table that says the same in words."""

    label: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """The chart of a day's leads by hour and outcome, and its table."""

    bars: tuple[Bar, ...]
    lines: tuple[Mark, ...]
    hours: tuple[Mark, ...]
    rows: tuple[Row, ...]
    total: int
    bar_width: float

    width = WIDTH
    height = HEIGHT
    left = LEFT
    base = BASE
    outcomes = OUTCOMES


def chart(hours: Sequence[Hour]) -> Chart:
    """Lay out a day of hours."""
    totals = [sum(hour.outcomes.values()) for hour in hours]
    step = next((step for step in STEPS if step * LINES >= max(totals)), STEPS[-1])
    scale = (BASE - TOP) / (step * LINES)
    slot = (WIDTH - LEFT) / len(hours)
    return Chart(
        bars=tuple(
            bar for place, hour in enumerate(hours) for bar in _stack(hour, LEFT + place * slot + slot * 0.15, scale)
        ),
        lines=tuple(Mark(BASE - step * line * scale, str(step * line)) for line in range(LINES + 1)),
        hours=tuple(
            Mark(LEFT + (place + 0.5) * slot, f"{hour.hour:02}:00")
            for place, hour in enumerate(hours)
            if hour.hour % LABEL_EVERY == 0
        ),
        rows=tuple(_row(hour) for hour in hours if sum(hour.outcomes.values())),
        total=sum(totals),
        bar_width=round(slot * 0.7, 2),
    )


def _stack(hour: Hour, x: float, scale: float) -> list[Bar]:
    bars, top = [], float(BASE)
    for outcome, _label in OUTCOMES:
        height = hour.outcomes.get(outcome, 0) * scale
        top -= height
        if height:
            bars.append(Bar(outcome, round(x, 2), round(top, 2), round(height, 2)))
    return bars


def _row(hour: Hour) -> Row:
    return Row(f"{hour.hour:02}:00", tuple(hour.outcomes.get(outcome, 0) for outcome, _label in OUTCOMES))
