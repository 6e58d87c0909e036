"""The fewest answers that would have to turn for a condition to come out as wanted, read off its trace."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain

from rules_engine.engine.evaluate import GroupTrace, LeafTrace, Trace
from rules_engine.engine.values import Verdict

OPPOSITE = {Verdict.TRUE: Verdict.FALSE, Verdict.FALSE: Verdict.TRUE}


@dataclass(frozen=True, slots=True)
class Turn:
    """One question, and what its answer would have to be."""

    trace: LeafTrace
    wanted: Verdict


def turns(trace: Trace, wanted: Verdict, may_turn: Callable[[LeafTrace], bool]) -> tuple[Turn, ...] | None:
    """Return the fewest turns after which the condition is TRUE or FALSE, as wanted; of equals those written first.

    None where it takes an answer that may not turn.
    """
    if trace.verdict is wanted:
        return ()
    if isinstance(trace, LeafTrace):
        return (Turn(trace, wanted),) if may_turn(trace) else None
    if trace.group == "not":
        return turns(trace.members[0], OPPOSITE[wanted], may_turn)
    found = [turns(member, wanted, may_turn) for member in trace.members]
    return _all(found) if _takes_all(trace, wanted) else _one(found)


def _takes_all(trace: GroupTrace, wanted: Verdict) -> bool:
    """Say whether every member has to come out as wanted, or one is enough."""
    return (trace.group == "all") is (wanted is Verdict.TRUE)


def _all(found: list[tuple[Turn, ...] | None]) -> tuple[Turn, ...] | None:
    whole = [each for each in found if each is not None]
    return tuple(dict.fromkeys(chain.from_iterable(whole))) if len(whole) == len(found) else None


def _one(found: list[tuple[Turn, ...] | None]) -> tuple[Turn, ...] | None:
    return min((each for each in found if each is not None), key=len, default=None)
