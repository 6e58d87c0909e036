"""Pure: candidates in, an order and reasons out; one file each."""

from routing.strategies.candidate import Candidate, Ranked, Wanted
from routing.strategies.plan import PLAIN, Plan, parse
from routing.strategies.selection import Passage, select
from routing.strategies.table import STRATEGIES, Strategy

__all__ = ["PLAIN", "STRATEGIES", "Candidate", "Passage", "Plan", "Ranked", "Strategy", "Wanted", "parse", "select"]
