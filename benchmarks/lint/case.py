"""Judge sets of 500 rules and of half as many, in turns."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from platform import python_version
from typing import Final

from benchmarks.gates.workload import Document
from benchmarks.lint import workload
from benchmarks.report import Result
from benchmarks.timing import median, time_call, time_in_turns
from routing.catalog import CATALOG
from rules_engine.engine.lint import lint
from rules_engine.engine.nodes import RuleSetTree
from rules_engine.engine.parse import parse

RULES: Final = 500
ROUNDS: Final = 5
SMALL: Final = 125
# Twice the rules are four times the pairs; what an index and one refuted example spare must outweigh the rest.
TARGET: Final = 4.0
NOTE: Final = "The peer is the same lint over half as many rules. 500 rules are promised in 5 s."

SETS: Final[dict[str, Callable[[int], Document]]] = {
    "lint_500_rules": workload.requirements,
    "lint_500_gates": workload.gates,
    "lint_500_routes": workload.routes,
}


def run(*, full: bool) -> list[Result]:
    """Measure each sort of set; requirements, which are compared with most others, stand for all."""
    return [_measure(name, draw) for name, draw in SETS.items()]


def _measure(name: str, draw: Callable[[int], Document]) -> Result:
    whole, half, small = (_tree(draw(count)) for count in (RULES, RULES // 2, SMALL))
    found = Counter(finding.code for finding in lint(whole, CATALOG))
    ours, peers = time_in_turns([partial(lint, whole, CATALOG)] * ROUNDS, [partial(lint, half, CATALOG)] * ROUNDS)
    growth = {SMALL: time_call(partial(lint, small, CATALOG)), RULES // 2: median(peers), RULES: median(ours)}
    return Result(
        name,
        median(ours),
        f"the same, {RULES // 2} rules",
        median(peers),
        ROUNDS,
        {"python": python_version()},
        TARGET,
        NOTE,
        {
            "seconds_by_rules": {str(rules): round(time / 1_000_000, 3) for rules, time in growth.items()},
            "slowest_seconds": round(max(ours) / 1_000_000, 3),
            "findings": dict(found),
        },
    )


def _tree(document: Document) -> RuleSetTree:
    tree = parse(document, CATALOG).tree
    if tree is None:
        raise ValueError("The drawn rules do not parse.")
    return tree
