"""Priority: one score from five parts, each between 0 and 1 and weighted as the pool says.

Intent and urgency are the lead's own: they lift every producer alike, so among producers fit, account and capacity
decide, and among leads the total says which comes first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Final

from routing.strategies.candidate import ANY_LEAD, Candidate, Ranked, Wanted
from routing.strategies.least_loaded import work_fill
from routing.strategies.ranking import Place, rank, shown

URGENCY: Final[Mapping[str, Decimal]] = {"hot": Decimal(1), "warm": Decimal("0.5"), "low": Decimal(0)}
TIES: Final[Mapping[str, Decimal]] = {"account": Decimal(1), "household": Decimal("0.5")}
FULL_SCORE: Final = 100


@dataclass(frozen=True, slots=True)
class Priority:
    """The highest weighted total first; of two alike, who has waited longest."""

    weights: Mapping[str, Decimal]

    def order(self, candidates: Sequence[Candidate], *, seed: str, wanted: Wanted = ANY_LEAD) -> tuple[Ranked, ...]:
        """Return the candidates, the highest total first."""
        return rank(candidates, seed=seed, place=partial(self._places, wanted))

    def settle(self, chosen: Candidate, members: Sequence[Candidate]) -> Decimal:
        """Return the chosen member's credit as it was: nobody takes turns here."""
        return chosen.credit

    def entry_credit(self, members: Sequence[Candidate]) -> Decimal:
        """Return no credit: nobody takes turns here."""
        return Decimal(0)

    def _places(self, wanted: Wanted, group: Sequence[Candidate]) -> list[Place]:
        return [self._place(candidate, wanted) for candidate in group]

    def _place(self, candidate: Candidate, wanted: Wanted) -> Place:
        parts = {
            "fit": fit(candidate, wanted),
            "intent": Decimal(wanted.score or 0) / FULL_SCORE,
            "account": TIES.get(tie_of(candidate), Decimal(0)),
            "capacity": max(1 - (work_fill(candidate, wanted.effort) or Decimal(1)), Decimal(0)),
            "urgency": URGENCY.get(wanted.tier or "", Decimal(0)),
        }
        total = sum((self.weights[name] * part for name, part in parts.items()), Decimal(0))
        total /= sum(self.weights.values(), Decimal(0))
        return Place((-total,), shown(total), tuple((name, shown(part)) for name, part in parts.items()))


def fit(candidate: Candidate, wanted: Wanted) -> Decimal:
    """Return how much of what the lead calls for the candidate brings: each skill and the language count alike."""
    met = [Decimal(min(candidate.skills.get(need.skill, 0), need.level)) / need.level for need in wanted.needs]
    if wanted.language:
        met.append(Decimal(wanted.language in candidate.languages))
    return sum(met, Decimal(0)) / len(met) if met else Decimal(1)


def tie_of(candidate: Candidate) -> str:
    """Return how the candidate knows the person, "" where not at all or nobody looked."""
    tie = candidate.readings.get("tie")
    return str(tie[0]) if tie else ""
