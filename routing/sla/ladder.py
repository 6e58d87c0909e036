"""What happens as a producer's time runs out, step by step, and whether such a ladder can stand. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

HOURS: Final = {
    "AGENCY": "the agency's hours",
    "WORKABLE": "hours in which the agency and the producer both work",
    "CUSTOMER": "8 to 20 o'clock wherever the customer may be",
    "ALWAYS": "around the clock",
}
CHANNELS: Final = {"EMAIL": "E-mail"}
HIGHEST: Final = 1_000  # percent of the time a producer has
WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Rung:
    """A kind of step: what it does, whether it takes the lead away, whether a person is then in charge."""

    code: str
    label: str
    sentence: str
    takes_away: bool = False
    ends_with_a_person: bool = False


RUNGS: Final = {
    rung.code: rung
    for rung in (
        Rung("REMIND", "Remind the producer", "the producer is reminded"),
        Rung(
            "FORESEEN",
            "Move it if a miss is foreseen",
            "if other leads leave the producer no time for it, it goes to the next best now; where there is none, the "
            "pool's manager is told",
        ),
        Rung(
            "BREACH",
            "Move it to the next best",
            "the lead goes to the next best who has not had it; after the last hand-over a manager gets it",
            takes_away=True,
            ends_with_a_person=True,
        ),
        Rung("TEAM_LEAD", "Tell the pool's manager", "the pool's manager is told", ends_with_a_person=True),
        Rung("MANAGER", "Tell the agency's manager", "the agency's manager is told", ends_with_a_person=True),
        Rung(
            "POOL",
            "Put it before a manager",
            "the lead goes to the fallback queue",
            takes_away=True,
            ends_with_a_person=True,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: after how much of the producer's time, by which hours, what happens, and how people hear of it."""

    at_percent: int
    kind: str
    hours: str = "AGENCY"
    channel: str = "EMAIL"


SHIPPED: Final = (Step(50, "REMIND"), Step(100, "BREACH"))


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with the step at a place, counted from 0; None: with the ladder as a whole."""

    place: int | None
    code: str
    text: str


def in_order(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps as they come; none at all means the shipped ladder."""
    return tuple(sorted(steps, key=lambda step: step.at_percent)) or SHIPPED


def faults(steps: Sequence[Step]) -> Iterator[Fault]:
    """Yield what would make a ladder repeat itself, or end with nobody in charge."""
    seen: dict[tuple[int, str], int] = {}
    for place, step in enumerate(steps):
        if (step.at_percent, step.kind) in seen:
            yield Fault(place, "step.twice", "The same step stands there already.")
        seen[step.at_percent, step.kind] = place
    for kind in ("BREACH", "POOL"):
        places = [place for place, step in enumerate(steps) if step.kind == kind]
        for place in places[1:]:
            yield Fault(place, "step.once", f"{RUNGS[kind].label} can stand in a ladder once.")
    for place, step in enumerate(steps):
        if step.kind == "FORESEEN" and step.at_percent >= WHOLE:
            yield Fault(place, "step.too_late", "A miss is foreseen before the time is up: use less than 100 percent.")
    if not steps:
        return
    last = max(step.at_percent for step in steps)
    for place, step in enumerate(steps):
        if step.kind == "POOL" and step.at_percent < last:
            yield Fault(place, "step.after_the_end", "Nothing comes after this step: the producer has lost the lead.")
    if not any(RUNGS[step.kind].ends_with_a_person for step in steps if step.at_percent == last):
        text = "End with a step after which a person is in charge: move it, tell a manager, or put it before one."
        yield Fault(None, "ladder.no_person", text)
