"""Pure: candidates in, an order and reasons out; one file each."""

from routing.strategies.candidate import Candidate, Ranked
from routing.strategies.table import STRATEGIES, Strategy

__all__ = ["STRATEGIES", "Candidate", "Ranked", "Strategy"]
