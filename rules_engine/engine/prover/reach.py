"""Rules that can never hold, rules that others always precede, and leads that no route takes."""

from collections.abc import Collection, Iterator, Sequence
from itertools import count, pairwise
from typing import Final

from rules_engine.engine.nodes import Hit, Leaf, Route, Table
from rules_engine.engine.problems import step
from rules_engine.engine.prover.case import Case, found, undecided
from rules_engine.engine.prover.chorus import Chorus
from rules_engine.engine.prover.conditions import IMPOSSIBLE, ConditionFinding, findings_inside
from rules_engine.engine.prover.findings import Finding
from rules_engine.engine.prover.formulas import Ask, Claim
from rules_engine.engine.prover.proofs import ALWAYS, Answer, Period
from rules_engine.engine.prover.units import Unit, names_of
from rules_engine.engine.tables import passes_over_unknown

# Examples are refuted one by one so often; then all the units before are taken into account at once.
ROUNDS: Final = 6
MAX_BLAMED: Final = 12


def reach(case: Case) -> Iterator[Finding]:
    """Yield what is wrong inside each unit's condition, and why a unit never speaks."""
    queue = _Queue(case)
    for unit in case.units:
        alone = case.prover.ask([unit.does_alone()], unit.period)
        inside = _inside(case, unit)
        if alone.is_impossible:
            yield _unreachable(unit, inside)
            continue
        yield from (_said_of(unit, finding) for finding in inside)
        if not alone.decided:
            yield undecided([unit], f"Whether {unit.name} can ever hold", alone)
        else:
            yield from queue.before(unit, alone)


def catch_all(case: Case) -> Iterator[Finding]:
    """Yield a lead that meets no route, if there is one: with every fact known where there is such a lead."""
    if case.tree.stage != "route":
        return
    confirmed = [unit for unit in case.units if not unit.rule.is_provisional]
    against = [unit.does_alone(Ask.NOT_TRUE) for unit in confirmed if unit.period == ALWAYS]
    asked = {name for unit in confirmed for name in unit.asks_of}
    known = [Claim(Leaf(name, "is_known", None)) for name in sorted(asked)]
    answer = case.prover.ask([*against, *known])
    if answer.example is None:
        answer = case.prover.ask(against)
    if answer.example is not None:
        text = "A lead can come that no route takes; end the set with a rule without a when."
        yield Finding("set.no_catch_all", (), ("/rules",), text, answer.example)
    elif not answer.decided:
        text = f"Whether every lead meets a route is not decided, because {answer.why}."
        yield Finding("lint.undecided", (), ("/rules",), text, decided=False)


def _inside(case: Case, unit: Unit) -> list[ConditionFinding]:
    """Look into the conditions of a rule; those of a table's rows are no groups that somebody wrote."""
    if unit.table is not None:
        return []
    return [
        finding
        for key, condition in unit.parts
        for finding in findings_inside(condition, step(unit.pointer, key), case.prover, case.catalog, unit.period)
        if finding.decided
    ]


def _said_of(unit: Unit, finding: ConditionFinding) -> Finding:
    return found(finding.code, [unit], f"In {unit.name}: {finding.message}", pointers=finding.pointers)


def _unreachable(unit: Unit, inside: Sequence[ConditionFinding]) -> Finding:
    why = next((finding for finding in inside if finding.code == IMPOSSIBLE), None)
    text = f"{unit.name} can never hold" + (f": {why.message}" if why else ".")
    return found("rule.unreachable", [unit], text, pointers=why.pointers if why else ())


class _Queue:
    """Units that wait for each other: the routes of a set, or the rows of a table of which the first speaks."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._barring = Chorus([_bar(unit, barred=False) for unit in case.units], case.zone)

    def before(self, unit: Unit, alone: Answer) -> Iterator[Finding]:
        """Yield the finding that others always precede the unit; `alone` holds a lead for which it waits."""
        earlier = [other for other in self._case.units[: unit.place] if _goes_before(other, unit)]
        blamed: dict[Unit, None] = {}
        for period in _pieces(unit.period, earlier):
            in_force = [other for other in earlier if period.within(other.period) == period]
            answer, against = self._turn(unit, in_force, period)
            if not answer.decided:
                yield undecided([unit], f"Whether {unit.name} ever gets its turn", answer)
            if not answer.is_impossible:
                return
            blamed |= dict.fromkeys(self._fewest(unit, against, period))
        if blamed:
            text = (
                f"{unit.name} never gets its turn: whatever it would take, {names_of(tuple(blamed))} take{_s(blamed)}."
            )
            yield found("rule.shadowed", [unit, *blamed], text, alone.example)

    def _turn(self, unit: Unit, earlier: Sequence[Unit], period: Period) -> tuple[Answer, list[Unit]]:
        """Look for a lead that no unit before takes, learning from each example which of them do."""
        against: list[Unit] = []
        places = {other.place: other for other in earlier}
        for attempt in count(1):
            answer = self._ask(unit, against, period)
            if answer.example is None:
                return answer, against
            taken = [places[place] for place in self._barring.holding(answer.example) if place in places]
            if not taken:
                return answer, []
            against = list(earlier) if attempt == ROUNDS else [*against, *taken]
        raise AssertionError("The attempts never end.")

    def _fewest(self, unit: Unit, against: Sequence[Unit], period: Period) -> Sequence[Unit]:
        """Return few units that take everything between them: one alone, where one does."""
        for other in against:
            if self._exclude(unit, [other], period):
                return [other]
        kept = list(against)
        for other in against if len(against) <= MAX_BLAMED else ():
            fewer = [each for each in kept if each is not other]
            if self._exclude(unit, fewer, period):
                kept = fewer
        return kept

    def _ask(self, unit: Unit, against: Sequence[Unit], period: Period) -> Answer:
        return self._case.prover.ask(_turn_of(unit, against), period)

    def _exclude(self, unit: Unit, against: Sequence[Unit], period: Period) -> bool:
        return self._case.prover.excludes(_turn_of(unit, against), period)


def _turn_of(unit: Unit, against: Sequence[Unit]) -> list[Claim]:
    return [unit.does_alone(), *(_bar(other) for other in against)]


def _bar(unit: Unit, *, barred: bool = True) -> Claim:
    """Claim that the unit leaves later ones their turn, or that it does not."""
    waits = isinstance(unit.rule.action, Route) and unit.rule.action.stop_unknown
    if unit.table is not None and isinstance(unit.table.action, Table):
        waits = waits or not passes_over_unknown(unit.table.action)
    ask = Ask.FALSE if waits else Ask.NOT_TRUE
    return unit.does_alone(ask if barred else _OPPOSITE[ask])


_OPPOSITE: Final = {Ask.FALSE: Ask.NOT_FALSE, Ask.NOT_TRUE: Ask.TRUE}


def _goes_before(other: Unit, unit: Unit) -> bool:
    """Say whether the other, earlier unit can take a lead away: a provisional one takes it from provisional ones only
    inside its own table."""
    if other.table is not None and other.table is unit.table:
        return isinstance(other.table.action, Table) and other.table.action.hit is Hit.FIRST
    return isinstance(unit.rule.action, Route) and not other.rule.is_provisional


def _pieces(period: Period, others: Sequence[Unit]) -> list[Period]:
    """Cut a period where one of the others comes into force or ends."""
    days = {day for other in others for day in (other.period.start, other.period.end) if day is not None}
    edges = [period.start, *sorted(day for day in days if period.holds(day) and day != period.start), period.end]
    return [Period(start, end) for start, end in pairwise(edges)]


def _s(units: Collection[Unit]) -> str:
    return "s it" if len(units) == 1 else " it"
