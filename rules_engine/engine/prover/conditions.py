"""Finds what is wrong inside one condition: rows that clash, rows that always hold, rows that say the same."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final
from zoneinfo import ZoneInfo

from rules_engine.engine.budget import PREVIEW_STEPS, SPENT, Budget
from rules_engine.engine.catalog import Catalog
from rules_engine.engine.explain import explain_condition
from rules_engine.engine.nodes import All, Any, Condition, Leaf, Not, fields_of, leaves, unmuted
from rules_engine.engine.problems import step
from rules_engine.engine.prover.formulas import Ask, Claim
from rules_engine.engine.prover.proofs import ALWAYS, Period, Prover

IMPOSSIBLE: Final = "condition.impossible"
ALWAYS_TRUE: Final = "condition.always"
DUPLICATE: Final = "condition.duplicate"
IMPLIED: Final = "condition.implied"
UNDECIDED: Final = "condition.undecided"
UNFINISHED: Final = "condition.unfinished"

_UTC: Final = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class ConditionFinding:
    """What a part of a condition is, a sentence, and the JSON pointers of the rows that make it so."""

    code: str
    pointers: tuple[str, ...]
    message: str
    decided: bool = True

    def as_dict(self) -> dict[str, object]:
        """Return its JSON form."""
        return {
            "code": self.code,
            "pointers": list(self.pointers),
            "message": self.message,
            "decided": self.decided,
        }


def condition_findings(
    condition: Condition, catalog: Catalog, pointer: str = "", zone: ZoneInfo = _UTC, steps: int = PREVIEW_STEPS
) -> tuple[ConditionFinding, ...]:
    """Return what is wrong inside a condition, innermost first; muted rows count for nothing.

    Where so many steps do not suffice, the last finding says so.
    """
    prover = Prover([condition], catalog, zone, Budget(steps))
    found = list(findings_inside(condition, pointer, prover, catalog, ALWAYS))
    if prover.budget.is_spent:
        text = f"Whether there is more to find in this is not decided, because {SPENT}."
        found = [each for each in found if each.decided]
        found.append(ConditionFinding(UNFINISHED, (pointer,), text, decided=False))
    return tuple(found)


def findings_inside(
    condition: Condition, pointer: str, prover: Prover, catalog: Catalog, period: Period
) -> tuple[ConditionFinding, ...]:
    """Return the same with a prover that knows the condition already, for the days a rule is active on."""
    inside = _Inside(prover, catalog, period)
    found = list(inside.look(Row(pointer, condition)))
    if not found:
        found += inside.doubt(Row(pointer, condition))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Row:
    """A condition and where it is written."""

    pointer: str
    condition: Condition

    @property
    def members(self) -> tuple["Row", ...]:
        """The rows inside it that are in force."""
        match self.condition:
            case All(members):
                inside = [(("all", index), member) for index, member in enumerate(members)]
            case Any(members):
                inside = [(("any", index), member) for index, member in enumerate(members)]
            case Not(member):
                return (Row(step(self.pointer, "not"), member),)
            case Leaf():
                return ()
        return tuple(Row(step(self.pointer, *place), member) for place, member in inside if not member.muted)

    @property
    def fields(self) -> frozenset[str]:
        """The facts it reads."""
        return frozenset(name for leaf in leaves(self.condition) for name in fields_of(leaf))


@dataclass(frozen=True, slots=True)
class _Inside:
    """One look into a condition."""

    prover: Prover
    catalog: Catalog
    period: Period

    def look(self, row: Row) -> Iterator[ConditionFinding]:
        """Yield what is found in a row and the rows inside it; a group is not blamed for what one of its rows does."""
        if row.condition.muted:
            return
        inner = [finding for member in row.members for finding in self.look(member)]
        yield from inner
        decided = {IMPOSSIBLE, ALWAYS_TRUE} & {finding.code for finding in inner}
        match row.condition:
            case Leaf():
                yield from self._single(row)
            case All():
                clash = [] if decided else self._clash(row.members, Ask.TRUE)
                yield from [self._impossible(clash)] if clash else self._alike(row.members, narrower_wins=True)
            case Any():
                clash = [] if decided else self._clash(row.members, Ask.FALSE)
                yield from [self._always(clash)] if clash else self._alike(row.members, narrower_wins=False)

    def doubt(self, row: Row) -> list[ConditionFinding]:
        """Say so where it cannot be told whether the condition can hold."""
        answer = self.prover.ask([Claim(row.condition)], self.period)
        if answer.decided:
            return []
        text = f"Whether this can hold is not decided, because {answer.why}."
        return [ConditionFinding(UNDECIDED, (row.pointer,), text, decided=False)]

    def _single(self, row: Row) -> Iterator[ConditionFinding]:
        if self._clash((row,), Ask.TRUE):
            yield self._impossible([row])
        elif self._clash((row,), Ask.FALSE):
            yield self._always([row])

    def _impossible(self, clash: Sequence[Row]) -> ConditionFinding:
        said = self._said(clash)
        text = f"{said} cannot hold of any lead." if len(clash) == 1 else f"{said} cannot hold together."
        return ConditionFinding(IMPOSSIBLE, _pointers(clash), text)

    def _always(self, clash: Sequence[Row]) -> ConditionFinding:
        said = self._said(clash)
        always = f"{said} holds of every lead it can be asked about."
        text = always if len(clash) == 1 else f"Of {said} one always holds."
        return ConditionFinding(ALWAYS_TRUE, _pointers(clash), text)

    def _clash(self, rows: Sequence[Row], ask: Ask) -> list[Row]:
        """Return the fewest of these rows that cannot all be what is asked, or none where they can."""
        if not self._exclude(rows, ask):
            return []
        for pair in combinations(rows, 2):
            if pair[0].fields & pair[1].fields and self._exclude(pair, ask):
                return list(pair)
        kept = list(rows)
        for row in rows:
            fewer = [other for other in kept if other is not row]
            if fewer and self._exclude(fewer, ask):
                kept = fewer
        return kept

    def _alike(self, rows: Sequence[Row], *, narrower_wins: bool) -> Iterator[ConditionFinding]:
        """Yield rows that say the same, and rows that say nothing beside another of their group."""
        told: set[Row] = set()
        for one, other in combinations(rows, 2):
            if not one.fields & other.fields or {one, other} & told:
                continue
            forth, back = self._follows(one, other), self._follows(other, one)
            if forth and back:
                told.add(other)
                text = f"{self._said((one,))} and {self._said((other,))} are the same question; one of them can go."
                yield ConditionFinding(DUPLICATE, _pointers((one, other)), text)
            elif forth or back:
                narrow, wide = (one, other) if forth else (other, one)
                kept, idle = (narrow, wide) if narrower_wins else (wide, narrow)
                told.add(idle)
                text = f"{self._said((idle,))} changes nothing beside {self._said((kept,))}; it can go."
                yield ConditionFinding(IMPLIED, _pointers((idle, kept)), text)

    def _follows(self, one: Row, other: Row) -> bool:
        """Say whether the other holds whenever the one does, and is not false while the one is unknown."""
        weaker = [(Ask.TRUE, Ask.NOT_TRUE), (Ask.NOT_FALSE, Ask.FALSE)]
        return all(
            self.prover.excludes([Claim(one.condition, has), Claim(other.condition, lacks)], self.period)
            for has, lacks in weaker
        )

    def _exclude(self, rows: Sequence[Row], ask: Ask) -> bool:
        return self.prover.excludes([Claim(row.condition, ask) for row in rows], self.period)

    def _said(self, rows: Sequence[Row]) -> str:
        live = [unmuted(row.condition) or row.condition for row in rows]
        said = [f"“{explain_condition(condition, self.catalog)}”" for condition in live]
        return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"


def _pointers(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(row.pointer for row in rows)
