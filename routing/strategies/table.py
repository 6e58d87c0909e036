"""The one table of strategies: engine, admin and docs read the same entries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final, Protocol

from routing.strategies import least_loaded
from routing.strategies.candidate import Candidate, Ranked
from routing.strategies.round_robin import ROUND_ROBIN
from routing.strategies.weighted import WEIGHTED


class Order(Protocol):
    """Puts candidates in the order to try them; the same for the same arguments, in whatever sequence they come."""

    def __call__(self, candidates: Sequence[Candidate], *, seed: str) -> tuple[Ranked, ...]: ...


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way to choose among the eligible.

    `settle` takes the chosen member and the candidates it was chosen among, and returns its new credit. Whoever claims
    re-reads the chosen member's credit under its lock first: two claims that settle from one reading count as one.
    """

    name: str
    label: str
    help: str
    order: Order
    settle: Callable[[Candidate, Sequence[Candidate]], Decimal]
    entry_credit: Callable[[Sequence[Candidate]], Decimal]


def _table(*strategies: Strategy) -> Mapping[str, Strategy]:
    table = {strategy.name: strategy for strategy in strategies}
    if len(table) < len(strategies):
        raise ValueError("Two strategies share a name.")
    return MappingProxyType(table)


STRATEGIES: Final = _table(
    Strategy(
        "round_robin",
        "Round robin",
        "Everyone in turn, each the same share of the leads they are licensed for.",
        ROUND_ROBIN.order,
        ROUND_ROBIN.settle,
        ROUND_ROBIN.entry_credit,
    ),
    Strategy(
        "weighted",
        "Weighted",
        "Shares as the weights: weight 3 gets three leads for every one of weight 1.",
        WEIGHTED.order,
        WEIGHTED.settle,
        WEIGHTED.entry_credit,
    ),
    Strategy(
        "least_loaded",
        "Least loaded",
        "Whoever has the most room, open work measured against capacity. Weights do not count.",
        least_loaded.order,
        least_loaded.settle,
        least_loaded.entry_credit,
    ),
)
