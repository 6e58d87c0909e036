"""A ladder as a picture: where each step stands on the line of a producer's time. A template draws it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from routing.sla.ladder import HOURS, RUNGS, WHOLE, Step

LEFT: Final = 12  # room for half a mark on either side
LENGTH: Final = 320
ROW: Final = 22


@dataclass(frozen=True, slots=True)
class Mark:
    """One step: where it stands, and how it reads."""

    at_percent: int
    label: str
    sentence: str
    hours: str
    takes_away: bool
    x: float
    number: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything a template draws."""

    steps: tuple[Mark, ...]
    due_x: float  # where the producer's time is up
    width = LEFT * 2 + LENGTH
    height = ROW * 2
    left = LEFT
    right = LEFT + LENGTH


def draw(steps: Sequence[Step]) -> Picture:
    """Lay the steps out along the time a producer has, and beyond it where a step comes later."""
    longest = max([WHOLE, *(step.at_percent for step in steps)])

    def place(percent: int) -> float:
        return round(LEFT + LENGTH * percent / longest, 1)

    marks = [
        Mark(
            step.at_percent,
            RUNGS[step.kind].label,
            RUNGS[step.kind].sentence,
            HOURS[step.hours],
            RUNGS[step.kind].takes_away,
            place(step.at_percent),
            number,
        )
        for number, step in enumerate(steps, start=1)
    ]
    return Picture(tuple(marks), place(WHOLE))
