"""Judges a whole rule set: what can never hold, what says nothing new, what contradicts, where nothing answers."""

from collections.abc import Callable, Iterator
from typing import Final

from rules_engine.engine.budget import LINT_STEPS, SPENT
from rules_engine.engine.catalog import Catalog
from rules_engine.engine.nodes import RuleSetTree
from rules_engine.engine.prover.alike import alike
from rules_engine.engine.prover.case import Case
from rules_engine.engine.prover.conditions import ConditionFinding, condition_findings
from rules_engine.engine.prover.findings import SORTS, Finding, Severity
from rules_engine.engine.prover.proofs import ExampleLead
from rules_engine.engine.prover.reach import catch_all, reach
from rules_engine.engine.prover.requirements import requirements
from rules_engine.engine.prover.tables import tables

__all__ = [
    "SORTS",
    "ConditionFinding",
    "ExampleLead",
    "Finding",
    "Severity",
    "condition_findings",
    "lint",
]

_CHECKS: Final[tuple[Callable[[Case], Iterator[Finding]], ...]] = (catch_all, reach, requirements, alike, tables)


# Pairs grow with the square; a set this large is one nobody can read either.
MAX_UNITS: Final = 3_000


def lint(tree: RuleSetTree, catalog: Catalog, steps: int = LINT_STEPS) -> tuple[Finding, ...]:
    """Return everything found in a set, the same for the same set, what matters most first.

    Where so many steps do not suffice, one finding says so for all that was left undecided.
    """
    case = Case(tree, catalog, steps)
    if len(case.units) > MAX_UNITS:
        text = f"Only sets of up to {MAX_UNITS:,} rules and rows are judged; split this one."
        return (Finding("lint.undecided", (), ("/rules",), text, decided=False),)
    order = list(SORTS)
    found = list(_found(case))
    return tuple(sorted(found, key=lambda finding: order.index(finding.code)))


def _found(case: Case) -> Iterator[Finding]:
    budget = case.prover.budget
    for check in _CHECKS:
        yield from (finding for finding in check(case) if finding.decided or not budget.is_spent)
    if budget.is_spent:
        text = f"Whether there is more to find is not decided, because {SPENT}; split this set."
        yield Finding("lint.undecided", (), ("/rules",), text, decided=False)
