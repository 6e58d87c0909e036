"""From facts to a ranked list of lawful producers: the pure half of a decision.

`consider` runs gate, score, route and eligibility; `choose` orders the eligible by the pool's strategy. Both are
functions of their arguments alone, so a decision can be replayed, previewed and proved.
"""

from routing.decision.asking import Asking, asking_of
from routing.decision.choosing import Chosen, Decided, choose, credit_step, full_reason, fullness, plan_of, wanted_of
from routing.decision.considering import GATE_REASONS, SHIFT_REASONS, Considered, by_hand, consider
from routing.decision.inquiry import Context, Inquiry, Rules, Who
from routing.decision.judging import FORMER_OWNER, judge_producer, judge_producers
from routing.decision.standing import AtOnce, Block, Standing
from routing.decision.volatile import Volatile

__all__ = [
    "FORMER_OWNER",
    "GATE_REASONS",
    "SHIFT_REASONS",
    "Asking",
    "AtOnce",
    "Block",
    "Chosen",
    "Considered",
    "Context",
    "Decided",
    "Inquiry",
    "Rules",
    "Standing",
    "Volatile",
    "Who",
    "asking_of",
    "by_hand",
    "choose",
    "consider",
    "credit_step",
    "full_reason",
    "fullness",
    "judge_producer",
    "judge_producers",
    "plan_of",
    "wanted_of",
]
