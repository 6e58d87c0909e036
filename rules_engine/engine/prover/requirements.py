"""Requirements nobody can meet, alone or together, and requirements that exclude nobody."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from rules_engine.engine.prover.case import Case, found, undecided
from rules_engine.engine.prover.findings import Finding
from rules_engine.engine.prover.formulas import Ask, Claim
from rules_engine.engine.prover.units import Unit


def requirements(case: Case) -> Iterator[Finding]:
    """Yield what is wrong with single requirements, then pairs of them that contradict each other."""
    sound = []
    for unit in case.units:
        if unit.requirement is None or case.first(unit).example is None:
            continue
        finding = _alone(case, unit)
        if finding is None:
            sound.append(unit)
        else:
            yield finding
    yield from _contradicting(case, sound)


def _alone(case: Case, unit: Unit) -> Finding | None:
    met = case.prover.ask([unit.does(), Claim(unit.requirement)], unit.period)
    if met.is_impossible:
        text = f"No producer can meet {unit.name}: whatever lead it applies to goes to nobody."
        return found("requirement.impossible", [unit], text, case.first(unit).example)
    if not met.decided:
        return undecided([unit], f"Whether anybody can meet {unit.name}", met)
    if case.prover.excludes([unit.does(), Claim(unit.requirement, Ask.NOT_TRUE)], unit.period):
        return found("requirement.idle", [unit], f"Every producer meets {unit.name}: it excludes nobody.", met.example)
    return None


def _contradicting(case: Case, units: Sequence[Unit]) -> Iterator[Finding]:
    """Yield the pairs that can apply to one lead, and that no producer can meet both of."""
    for one, other in combinations(units, 2):
        if case.require_the_same(one, other) or case.can_whatever_the_lead(one, Ask.TRUE, other):
            continue
        period = one.period.within(other.period)
        both = [one.does(), other.does()]
        met = [*both, Claim(one.requirement), Claim(other.requirement)]
        allowed = case.prover.allows(met, period)
        if allowed is None:
            question = f"Whether one producer can meet both {one.name} and {other.name}"
            yield undecided([one, other], question, case.prover.ask(met, period))
        elif not allowed and (applying := case.prover.ask(both, period)).example is not None:
            text = f"Nobody can meet both {one.name} and {other.name}, and they can apply to the same lead."
            yield found("rules.contradict", [one, other], text, applying.example)
