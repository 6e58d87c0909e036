"""From facts to a ranked list of lawful producers: the pure half of a decision.

`consider` runs gate, score, route and eligibility; `choose` orders the eligible by the pool's strategy. Both are
functions of their arguments alone, so a decision can be replayed, previewed and proved. `descend` goes on to the next
pool of a waterfall where nobody could be chosen.
"""

from routing.decision.asking import Asking, asking_of
from routing.decision.choosing import (
    Chosen,
    Decided,
    Step,
    choose,
    credit_step,
    full_reason,
    fullness,
    plan_of,
    wanted_of,
)
from routing.decision.considering import GATE_REASONS, SHIFT_REASONS, Considered, by_hand, consider, consider_next
from routing.decision.inquiry import Context, Inquiry, Rules, Who
from routing.decision.judging import FORMER_OWNER, judge_producer, judge_producers
from routing.decision.legs import chain, goes_on, legs_of
from routing.decision.standing import AtOnce, Block, Standing
from routing.decision.volatile import Volatile
from routing.decision.waterfall import Tried, choices, conclude, descend, nobody_reason, way_down

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
    "Step",
    "Tried",
    "Volatile",
    "Who",
    "asking_of",
    "by_hand",
    "chain",
    "choices",
    "choose",
    "conclude",
    "consider",
    "consider_next",
    "credit_step",
    "descend",
    "full_reason",
    "fullness",
    "goes_on",
    "judge_producer",
    "judge_producers",
    "legs_of",
    "nobody_reason",
    "plan_of",
    "wanted_of",
    "way_down",
]
