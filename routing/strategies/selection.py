"""Run a pool's method: filters, then preferences, then the order; what was done without is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from routing.strategies.candidate import Candidate, Ranked, Wanted
from routing.strategies.plan import Plan, Use
from routing.strategies.skill import called_for
from routing.strategies.table import Filter


@dataclass(frozen=True, slots=True)
class Passage:
    """How one filter went: how many it left, by how many steps it was relaxed, and whether it stepped aside."""

    step: str
    left: int
    relaxed: int = 0
    stepped_aside: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return it as the receipt keeps it."""
        return {"step": self.step, "left": self.left, "relaxed": self.relaxed, "stepped_aside": self.stepped_aside}


@dataclass(frozen=True, slots=True)
class Selection:
    """Who is tried in which order, who was left out and why, and how each filter went."""

    ranked: tuple[Ranked, ...]
    unfit: Mapping[int, str]
    passages: tuple[Passage, ...]


def select(plan: Plan, candidates: Sequence[Candidate], *, seed: str, wanted: Wanted) -> Selection:
    """Return the candidates as the pool's method puts them."""
    wanted = replace(wanted, needs=called_for(plan.needs, wanted.products))
    left, passages = list(candidates), []
    unfit: dict[int, str] = {}
    for use in plan.filters:
        passage, refused = _pass(use, left, wanted)
        passages.append(passage)
        unfit |= refused
        left = [each for each in left if each.producer_id not in refused]
    liked = [_with_likes(plan, each, wanted) for each in left] if plan.preferences else left
    return Selection(plan.ordering.order(liked, seed=seed, wanted=wanted), unfit, tuple(passages))


def _pass(use: Use[Filter], candidates: Sequence[Candidate], wanted: Wanted) -> tuple[Passage, dict[int, str]]:
    """Return how a filter goes: relaxed step by step while nobody passes, and at last aside, if the pool says so."""
    refused: dict[int, str] = {}
    for slack in range(use.options.get("relax", 0) + 1):
        refused = {
            each.producer_id: why for each in candidates if (why := use.step.fits(each, wanted, use.options, slack))
        }
        if len(refused) < len(candidates) or not candidates:
            return Passage(use.step.name, len(candidates) - len(refused), slack), refused
    relaxed = use.options.get("relax", 0)
    if use.options["otherwise"] == "step_aside":
        return Passage(use.step.name, len(candidates), relaxed, stepped_aside=True), {}
    return Passage(use.step.name, 0, relaxed), refused


def _with_likes(plan: Plan, candidate: Candidate, wanted: Wanted) -> Candidate:
    return replace(candidate, liked=tuple(use.step.value(candidate, wanted, use.options) for use in plan.preferences))
