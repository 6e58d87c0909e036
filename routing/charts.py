"""Charts as plain geometry, which a template draws as SVG: across in percent, down in pixels. Pure.

Widths in percent let one drawing fit a desk and a phone with its letters at their own size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

LEFT: Final = 9.0  # percent, for the labels of the axis
TOP: Final = 12
BASE: Final = 184
HEIGHT: Final = 208
STEPS: Final = tuple(factor * 10**power for power in range(8) for factor in (1, 2, 5))
TOPS: Final = (4, 20, 40, 60, 80, 100)  # percent a curve's axis may reach: whole numbers on each line
LINES: Final = 4
LABELS: Final = 8  # along the axis at most, so that they stand apart on a phone
GAP: Final = 0.15  # of a slot, on either side of its bar
LYING: Final = 46  # pixels a lying bar takes with its label above
PAIRED: Final = 8  # pixels each of two bars is high
SHOWN: Final = 20  # lying bars; the table has them all
LONGEST: Final = 46  # letters of a label that fit a phone


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of a chart and what it stands for."""

    label: str
    tone: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A label on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One piece of a bar."""

    tone: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Dot:
    """One point of a curve, with the way from the point before."""

    x: float
    y: float
    label: str
    from_x: float | None = None
    from_y: float | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """One lying bar with its label and its number."""

    label: str
    number: str
    y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Upright:
    """Stacked bars, or a curve, over an axis of labels."""

    lines: tuple[Mark, ...]
    labels: tuple[Mark, ...]
    bars: tuple[Bar, ...] = ()
    dots: tuple[Dot, ...] = ()

    left = LEFT
    base = BASE
    height = HEIGHT


@dataclass(frozen=True, slots=True)
class Lying:
    """Lying bars, one below the other; `more` are left to the table."""

    lanes: tuple[Lane, ...]
    more: int

    @property
    def height(self) -> int:
        """How tall the drawing is."""
        return LYING * len(self.lanes)


def stacked(labels: Sequence[str], series: Sequence[Series], numbers: Sequence[Sequence[float]]) -> Upright:
    """Lay out one bar a label, of one piece a series."""
    top = max((sum(pieces) for pieces in numbers), default=0)
    step = next((step for step in STEPS if step * LINES >= top), STEPS[-1])
    scale = (BASE - TOP) / (step * LINES)
    slot = _slot(labels)
    bars: list[Bar] = []
    for place, pieces in enumerate(numbers):
        y = float(BASE)
        for each, number in zip(series, pieces, strict=True):
            height = number * scale
            y -= height
            if number:
                x, width = LEFT + (place + GAP) * slot, slot * (1 - 2 * GAP)
                bars.append(Bar(each.tone, round(x, 2), round(y, 2), round(width, 2), round(height, 2)))
    lines = tuple(Mark(round(BASE - step * line * scale, 2), f"{step * line:,}") for line in range(LINES + 1))
    return Upright(lines, _labels(labels), tuple(bars))


def curve(labels: Sequence[str], shares: Sequence[float | None], told: Sequence[str]) -> Upright:
    """Lay out one point a label for a share between 0 and 1; where there is none the curve has a gap."""
    highest = max((each for each in shares if each is not None), default=0)
    top = next(each for each in TOPS if highest * 100 <= each)
    slot = _slot(labels)
    dots: list[Dot] = []
    last: Dot | None = None
    for place, (each, text) in enumerate(zip(shares, told, strict=True)):
        if each is None:
            last = None
            continue
        x, y = round(LEFT + (place + 0.5) * slot, 2), round(BASE - each * 100 / top * (BASE - TOP), 2)
        last = Dot(x, y, text, last.x if last else None, last.y if last else None)
        dots.append(last)
    lines = tuple(
        Mark(round(BASE - line / LINES * (BASE - TOP), 2), f"{top * line / LINES:g}%") for line in range(LINES + 1)
    )
    return Upright(lines, _labels(labels), dots=tuple(dots))


def lying(
    labels: Sequence[str],
    series: Sequence[Series],
    numbers: Sequence[Sequence[float]],
    told: Sequence[str],
    *,
    least: float = 0,
    is_paired: bool = False,
) -> Lying:
    """Lay out one lying bar a label, of one piece a series; the longest, or `least` if more, takes the whole width.

    :param is_paired: give each of two series a bar of its own, one below the other
    """
    longest = max(least, *(max(pieces) if is_paired else sum(pieces) for pieces in numbers), 0) or 1
    lanes: list[Lane] = []
    for place, (label, pieces, text) in enumerate(zip(labels, numbers, told, strict=True)):
        if place == SHOWN:
            break
        bars: list[Bar] = []
        x = 0.0
        top, height = place * LYING + 20, PAIRED if is_paired else 12
        for each, number in zip(series, pieces, strict=True):
            width = number / longest * 100
            if number > 0:
                bars.append(Bar(each.tone, round(x, 2), top, round(width, 2), height))
            if is_paired:
                top += PAIRED + 1
            else:
                x += width
        lanes.append(Lane(_short(label), text, place * LYING + 13, tuple(bars)))
    return Lying(tuple(lanes), max(len(labels) - SHOWN, 0))


def _slot(labels: Sequence[str]) -> float:
    return (100 - LEFT) / max(len(labels), 1)


def _labels(labels: Sequence[str]) -> tuple[Mark, ...]:
    every, slot = -(-len(labels) // LABELS) or 1, _slot(labels)
    return tuple(
        Mark(round(LEFT + (place + 0.5) * slot, 2), label) for place, label in enumerate(labels) if place % every == 0
    )


def _short(label: str) -> str:
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1].rstrip()}…"
