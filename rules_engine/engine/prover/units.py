"""The rules of a set as the prover looks at them: one unit a rule or a row of a table."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rules_engine.engine.nodes import (
    All,
    Condition,
    Prefer,
    Require,
    Rule,
    RuleSetTree,
    Table,
    fields_of,
    leaves,
    unmuted,
)
from rules_engine.engine.problems import step
from rules_engine.engine.prover.formulas import Ask, Claim
from rules_engine.engine.prover.proofs import Period
from rules_engine.engine.tables import expand, rows


@dataclass(frozen=True, eq=False)
class Unit:
    """One rule or row: where it is written, the rule it means, and that rule as written, without regard to the rows
    before it. `table` is the rule whose row it is, if it is one."""

    pointer: str
    place: int
    rule: Rule
    written: Rule
    table: Rule | None

    @cached_property
    def period(self) -> Period:
        """The days it is in force."""
        return Period(self.rule.active_from, self.rule.active_to)

    @cached_property
    def holds(self) -> Condition | None:
        """What makes it speak: its `when`, and of a preference what it prefers; None where it always does."""
        return _speaks(self.rule)

    @cached_property
    def holds_alone(self) -> Condition | None:
        """What makes it speak where no row before it does."""
        return _speaks(self.written)

    @cached_property
    def requirement(self) -> Condition | None:
        """What it requires of a producer, if it is a requirement."""
        return unmuted(self.rule.action.condition) if isinstance(self.rule.action, Require) else None

    @property
    def name(self) -> str:
        """How sentences call it."""
        return f"“{self.rule.name}”"

    @property
    def parts(self) -> tuple[tuple[str, Condition], ...]:
        """The conditions of a rule as written, under their keys."""
        action = self.written.action
        asked = action.condition if isinstance(action, Require | Prefer) else None
        keyed = (("when", self.written.when), ("prefer" if isinstance(action, Prefer) else "require", asked))
        return tuple((key, condition) for key, condition in keyed if condition is not None)

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition there are questions about."""
        asked = (self.holds, self.holds_alone, self.requirement)
        return tuple(condition for condition in asked if condition is not None)

    @cached_property
    def asks_of(self) -> frozenset[str]:
        """The facts that make it speak or not."""
        return _fields(self.holds)

    @cached_property
    def requires_of(self) -> frozenset[str]:
        """The facts it requires something of."""
        return _fields(self.requirement)

    def does(self, ask: Ask = Ask.TRUE) -> Claim:
        """Claim something of what makes it speak."""
        return Claim(self.holds, ask)

    def does_alone(self, ask: Ask = Ask.TRUE) -> Claim:
        """Claim something of what makes it speak where no row before it does."""
        return Claim(self.holds_alone, ask)


def _fields(condition: Condition | None) -> frozenset[str]:
    if condition is None:
        return frozenset()
    return frozenset(name for leaf in leaves(condition) for name in fields_of(leaf))


def _speaks(rule: Rule) -> Condition | None:
    asked = [rule.when, rule.action.condition if isinstance(rule.action, Prefer) else None]
    live = tuple(left for part in asked if part is not None and (left := unmuted(part)) is not None)
    return All(live) if len(live) > 1 else next(iter(live), None)


def units_of(tree: RuleSetTree) -> tuple[Unit, ...]:
    """Return the units of a set, in order."""
    units: list[Unit] = []
    for place, rule in enumerate(tree.rules):
        table = rule if isinstance(rule.action, Table) else None
        pointer = step("/rules", place)
        for index, (meant, written) in enumerate(zip(expand(rule), rows(rule), strict=True)):
            at = pointer if table is None else step(pointer, "table", "rows", index)
            units.append(Unit(at, len(units), meant, written, table))
    return tuple(units)


def names_of(units: Iterable[Unit]) -> str:
    """Return how a sentence calls several units."""
    names = [unit.name for unit in units]
    if len(names) > 4:
        return f"{', '.join(names[:3])} and {len(names) - 3} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
