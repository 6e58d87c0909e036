"""Rules that say what another says already: duplicates, and rules that add nothing to another."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence

from rules_engine.engine.nodes import Gate, Prefer, Require, Score
from rules_engine.engine.prover.case import Case, found
from rules_engine.engine.prover.findings import Finding
from rules_engine.engine.prover.formulas import Ask, Claim
from rules_engine.engine.prover.proofs import Answer, ExampleLead
from rules_engine.engine.prover.units import Unit
from rules_engine.engine.stages import STOPPING_EFFECTS


def alike(case: Case) -> Iterator[Finding]:
    """Yield each rule that says nothing which another does not; of two that say the same, the later is to blame."""
    for units in _by_what_they_do(case.units).values():
        idle: set[Unit] = set()
        for unit in reversed(units):
            others = [other for other in units if other is not unit and other not in idle]
            if (finding := _Alike(case, unit).among(others)) is not None:
                idle.add(unit)
                yield finding


def _by_what_they_do(units: Sequence[Unit]) -> dict[Hashable, list[Unit]]:
    groups: dict[Hashable, list[Unit]] = defaultdict(list)
    for unit in units:
        if (done := _done(unit)) is not None:
            groups[done].append(unit)
    return groups


def _done(unit: Unit) -> Hashable | None:
    """Return what two rules must share for one to be able to replace the other; None where order decides instead."""
    match unit.rule.action:
        case Gate(effect, reason, _, needs, skip_unknown):
            return effect, reason, needs, skip_unknown
        case Score(add):
            return add
        case Prefer(_, weight):
            return weight
        case Require():
            return Require
    return None


def _is_beside(other: Unit, unit: Unit) -> bool:
    """Say whether the other counts wherever and whenever the unit does."""
    counts = unit.rule.is_provisional or not other.rule.is_provisional
    return counts and unit.period.within(other.period) == unit.period


class _Alike:
    """One unit, looked for in others."""

    def __init__(self, case: Case, unit: Unit) -> None:
        self._case = case
        self._unit = unit

    def among(self, others: Sequence[Unit]) -> Finding | None:
        """Return the finding that one of the others says what the unit says, if one does."""
        example = self._case.first(self._unit).example
        if example is None or not others:
            return None
        left = [other for other in self._case.speaking(others, example) if _is_beside(other, self._unit)]
        return self._requirement(left, example) if self._unit.requirement else self._rule(left, example)

    def _rule(self, left: list[Unit], example: ExampleLead) -> Finding | None:
        while left:
            other = left.pop()
            answer = self._ask([self._unit.does(), other.does(Ask.NOT_TRUE)])
            if answer.is_impossible and self._acts_unknown_with(other):
                is_same = self._is_back(other)
                if is_same or isinstance(self._unit.rule.action, Gate):
                    return self._finding(other, example, is_same=is_same)
            if answer.example is not None:
                left = self._case.speaking(left, answer.example)
        return None

    def _acts_unknown_with(self, other: Unit) -> bool:
        """Where a gate's unknown sends a lead to review, the other must do so too, or fire."""
        action = self._unit.rule.action
        if not isinstance(action, Gate) or action.skip_unknown or action.effect not in STOPPING_EFFECTS:
            return True
        return self._excludes([self._unit.does(Ask.NOT_FALSE), other.does(Ask.FALSE)])

    def _is_back(self, other: Unit) -> bool:
        """Say whether the other speaks only where the unit does, and is in force only when it is."""
        same = self._unit.period == other.period
        return same and self._excludes([other.does(), self._unit.does(Ask.NOT_TRUE)])

    def _requirement(self, others: Sequence[Unit], example: ExampleLead) -> Finding | None:
        """A requirement adds nothing where the other applies whenever it does, and excludes everyone it excludes."""
        unit = self._unit
        excluding = [unit.does(Ask.NOT_FALSE), Claim(unit.requirement, Ask.NOT_TRUE)]
        left = [
            other
            for other in others
            if self._case.require_the_same(unit, other)
            or not self._case.can_whatever_the_lead(unit, Ask.NOT_TRUE, other)
        ]
        while left:
            other = left.pop()
            silent = self._ask([*excluding, other.does(Ask.FALSE)])
            if silent.example is not None:
                left = self._case.not_silent(left, silent.example)
            elif silent.decided and self._excludes([*excluding, Claim(other.requirement)]):
                return self._finding(other, example, is_same=self._is_required_back(other))
        return None

    def _is_required_back(self, other: Unit) -> bool:
        turned = [other.does(Ask.NOT_FALSE), Claim(other.requirement, Ask.NOT_TRUE)]
        back = [*turned, self._unit.does(Ask.FALSE)], [*turned, Claim(self._unit.requirement)]
        return self._unit.period == other.period and all(map(self._excludes, back))

    def _finding(self, other: Unit, example: ExampleLead, *, is_same: bool) -> Finding:
        unit = self._unit
        if not is_same:
            text = f"{unit.name} adds nothing: {other.name} says the same of every lead it holds for."
            return found("rule.subsumed", [unit, other], text, example)
        adds = isinstance(unit.rule.action, Score | Prefer)
        text = f"{unit.name} and {other.name} hold for the same leads and say the same"
        return found("rule.duplicate", [unit, other], text + (", so it counts twice." if adds else "."), example)

    def _ask(self, claims: Sequence[Claim]) -> Answer:
        return self._case.prover.ask(claims, self._unit.period)

    def _excludes(self, claims: Sequence[Claim]) -> bool:
        return self._case.prover.excludes(claims, self._unit.period)
