"""A condition as alternatives: it holds where every question of at least one of them is answered as asked.

Negation, `all` and `any` distribute over three verdicts as they do over two, so the verdict is the same for every lead.
"""

from collections.abc import Iterable
from typing import Final, assert_never

from rules_engine.engine.nodes import All, Any, Condition, Leaf, Not

# A question, and the answer it must have: yes or no.
Demand = tuple[Leaf, bool]
Term = frozenset[Demand]

# Beyond this a condition is cheaper to judge than to look up. Rules that people write have one or two alternatives.
MOST_TERMS: Final = 32
ALWAYS: Final[tuple[Term, ...]] = (frozenset(),)

# Questions that ask the opposite of another one: an unknown fact leaves both unanswered, or neither.
OPPOSITES: Final = {"ne": "eq", "not_in": "in", "not_contains": "contains", "is_missing": "is_known"}


def terms_of(condition: Condition) -> tuple[Term, ...] | None:
    """Return the alternatives of a condition without muted parts, or None where there are too many."""
    return _terms(condition, wanted=True)


def _terms(condition: Condition, *, wanted: bool) -> tuple[Term, ...] | None:
    match condition:
        case Leaf(field, op, operand):
            asked = OPPOSITES.get(op, op)
            return (frozenset({(Leaf(field, asked, operand), wanted is (asked == op))}),)
        case Not(member):
            return _terms(member, wanted=not wanted)
        case All(members):
            inner = [_terms(member, wanted=wanted) for member in members]
            return _every(inner) if wanted else _either(inner)
        case Any(members):
            inner = [_terms(member, wanted=wanted) for member in members]
            return _either(inner) if wanted else _every(inner)
        case _:
            assert_never(condition)


def _either(groups: Iterable[tuple[Term, ...] | None]) -> tuple[Term, ...] | None:
    found: dict[Term, None] = {}
    for group in groups:
        if group is None:
            return None
        found |= dict.fromkeys(group)
    return tuple(found) if len(found) <= MOST_TERMS else None


def _every(groups: Iterable[tuple[Term, ...] | None]) -> tuple[Term, ...] | None:
    found = ALWAYS
    for group in groups:
        if group is None or len(found) * len(group) > MOST_TERMS:
            return None
        found = tuple(dict.fromkeys(left | right for left in found for right in group))
    return found
