"""What one run of lint works with: the units of a set, the prover that knows their conditions, and what is common."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from rules_engine.engine.budget import Budget
from rules_engine.engine.catalog import Catalog
from rules_engine.engine.nodes import Condition, RuleSetTree
from rules_engine.engine.prover.chorus import Chorus
from rules_engine.engine.prover.findings import Finding
from rules_engine.engine.prover.formulas import Ask, Claim
from rules_engine.engine.prover.proofs import Answer, ExampleLead, Prover
from rules_engine.engine.prover.units import Unit, units_of

# Rules one finding points to; its sentence says how many more there are.
MAX_NAMED: Final = 12


class Case:
    """One set under examination."""

    def __init__(self, tree: RuleSetTree, catalog: Catalog, steps: int) -> None:
        self.tree = tree
        self.catalog = catalog
        self.zone = ZoneInfo(tree.time_zone)
        self.units = units_of(tree)
        self.prover = Prover(
            [
                *(condition for rule in tree.rules for condition in rule.conditions),
                *(condition for unit in self.units for condition in unit.conditions),
            ],
            catalog,
            self.zone,
            Budget(steps),
        )
        self._firsts: dict[Unit, Answer] = {}
        self._requirements: dict[Condition | None, int] = {}
        self._numbers: dict[Unit, int] = {}
        self._whatever_the_lead: dict[tuple[int, Ask, int], bool] = {}

    def first(self, unit: Unit) -> Answer:
        """Say whether the unit can ever speak, with a lead on which it does."""
        if unit not in self._firsts:
            self._firsts[unit] = self.prover.ask([unit.does()], unit.period)
        return self._firsts[unit]

    def speaking(self, units: Iterable[Unit], example: ExampleLead) -> list[Unit]:
        """Return those of some units that speak of a lead, in force or not."""
        places = set(self._speaking.holding(example))
        return [unit for unit in units if unit.place in places]

    def not_silent(self, units: Iterable[Unit], example: ExampleLead) -> list[Unit]:
        """Return those of some units that speak of a lead or meet a missing fact."""
        places = set(self._not_silent.holding(example))
        return [unit for unit in units if unit.place in places]

    def can_whatever_the_lead(self, one: Unit, ask: Ask, other: Unit) -> bool:
        """Say whether one requirement can be what is asked while the other is met, where no lead has a say in that.

        Asked once for each pair of requirements, not for each pair of rules that make them.
        """
        if not one.requires_of & other.requires_of:
            return True
        reads = one.requires_of | other.requires_of
        if reads & (one.asks_of | other.asks_of) or self.prover.links.count_days:
            return False
        key = (self._number(one), ask, self._number(other))
        if key not in self._whatever_the_lead:
            answer = self.prover.ask([Claim(one.requirement, ask), Claim(other.requirement)])
            self._whatever_the_lead[key] = answer.example is not None
        return self._whatever_the_lead[key]

    def require_the_same(self, one: Unit, other: Unit) -> bool:
        """Say whether two units require the same, word for word."""
        return self._number(one) == self._number(other)

    def _number(self, unit: Unit) -> int:
        """Number different requirements."""
        if unit not in self._numbers:
            self._numbers[unit] = self._requirements.setdefault(unit.requirement, len(self._requirements))
        return self._numbers[unit]

    @cached_property
    def _speaking(self) -> Chorus:
        return Chorus([unit.does() for unit in self.units], self.zone)

    @cached_property
    def _not_silent(self) -> Chorus:
        return Chorus([unit.does(Ask.NOT_FALSE) for unit in self.units], self.zone)


def found(
    code: str, units: Sequence[Unit], message: str, example: ExampleLead | None = None, pointers: Iterable[str] = ()
) -> Finding:
    """Return a finding about some units, the first of which is to blame."""
    return Finding(
        code=code,
        rules=tuple(unit.rule.id for unit in units[:MAX_NAMED]),
        pointers=tuple(pointers) or tuple(unit.pointer for unit in units[:MAX_NAMED]),
        message=message,
        example=example,
        provisional=units[0].rule.is_provisional,
    )


def undecided(units: Sequence[Unit], question: str, answer: Answer) -> Finding:
    """Return the finding that a question could not be decided."""
    return Finding(
        code="lint.undecided",
        rules=tuple(unit.rule.id for unit in units),
        pointers=tuple(unit.pointer for unit in units),
        message=f"{question} is not decided, because {answer.why}.",
        decided=False,
        provisional=units[0].rule.is_provisional,
    )
