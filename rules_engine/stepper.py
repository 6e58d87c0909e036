"""Where a draft stands on its way, as the steps people see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rules_engine.models import Proposal

STEPS: Final = ("Draft", "In review", "Approved", "Live")
State = Proposal.State
# How far each state has come, and what the step it has come to says instead of its usual name.
REACHED: Final = {
    State.IN_REVIEW: (1, ""),
    State.APPROVED: (2, ""),
    State.SCHEDULED: (2, "Scheduled"),
    State.PUBLISHED: (3, ""),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: `standing` is done, current or ahead."""

    label: str
    standing: str


def steps(proposal: Proposal | None, *, is_live: bool = False) -> Sequence[Step]:
    """Return the steps of a proposal, or of a draft nobody has sent, or whose last proposal came to nothing.

    `is_live` says that the draft holds nothing that is not live, or that the proposal is the live version.
    """
    at, label = (3, "") if is_live else REACHED.get(State(proposal.state), (0, "")) if proposal else (0, "")
    if proposal and proposal.state == State.PUBLISHED and not is_live:
        label = "Superseded"
    return [
        Step(label if label and place == at else name, "current" if place == at else "done" if place < at else "ahead")
        for place, name in enumerate(STEPS)
    ]
