"""Where some producer could ever have a lead, by state and line: what the guard and the rules leave open. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from licenses.authority import Ask, Case
from licenses.lines import LINES
from routing.catalog import CATALOG
from routing.decision import Context
from routing.geography.states import JURISDICTIONS
from routing.producer_facts import producer_facts
from routing.roster import RosterProducer
from rules_engine.engine.catalog import Facts
from rules_engine.engine.compile import CompiledRule
from rules_engine.engine.nodes import Any, Condition, Not, Require
from rules_engine.engine.operators import Moment
from rules_engine.engine.prover.formulas import Claim
from rules_engine.engine.prover.given import Given
from rules_engine.engine.prover.proofs import Answer, Period, Prover
from rules_engine.engine.ruleset import eligibility

SETTLED: Final = (
    "lead.state",
    "lead.line",
    *(field.name for field in CATALOG.fields if field.scope == "producer"),
)


class Verdict(StrEnum):
    """Whether some producer could have some lead of a state and line."""

    OPEN = "open"
    UNLICENSED = "unlicensed"
    RULED_OUT = "ruled_out"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Cell:
    """One state and line: the answer, how many producers the guard lets through, and who could have a lead."""

    state: str
    line: str
    verdict: Verdict
    lawful: int
    producer: str = ""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that keeps producers from every lead of a state and line, and how many of them it keeps."""

    code: str
    text: str
    producers: int


@dataclass(frozen=True, slots=True)
class Why:
    """A cell with what stands in the way: the guard's reasons, and the rules for those whom the guard lets through."""

    cell: Cell
    guard: tuple[Obstacle, ...]
    rules: tuple[Obstacle, ...]


class Selling:
    """What the live roster and rules leave open at one moment.

    The guard is asked about a lead that names no carrier, which is the least it ever asks. Of the rules it is proven
    whether any lead passes them all; what is found is tried on the rules themselves before it counts.
    """

    def __init__(self, context: Context, now: datetime) -> None:
        self._context = context
        self._moment = Moment(now, ZoneInfo(context.roster.agency.time_zone))
        self._requirements = tuple(
            compiled
            for set_ in context.rules.eligibility
            for compiled in set_.rules
            if isinstance(compiled.rule.action, Require)
            and not compiled.rule.is_provisional
            and compiled.is_active(now.timestamp())
        )

    def cells(self) -> tuple[Cell, ...]:
        """Return every state and line, states first."""
        return tuple(self.cell(state, line) for state in JURISDICTIONS for line in LINES)

    def cell(self, state: str, line: str) -> Cell:
        """Return one state and line."""
        lawful = self._lawful(state, line)
        if not lawful:
            return Cell(state, line, Verdict.UNLICENSED, 0)
        answers = []
        for producer in lawful:
            answer = self._passing_lead(producer, state, line, self._requirements)
            if answer.example is not None and self._is_allowed(producer, answer.example.facts, state, line):
                return Cell(state, line, Verdict.OPEN, len(lawful), producer.name)
            answers.append(answer)
        is_proven = all(answer.is_impossible for answer in answers)
        return Cell(state, line, Verdict.RULED_OUT if is_proven else Verdict.UNDECIDED, len(lawful))

    def why(self, state: str, line: str) -> Why:
        """Return one state and line with what stands in the way of whoever holds a licence of the state."""
        case = self._case(state, line)
        judged = [case.judge(each.licensing) for each in self._licensed.get(state, ())]
        blocks = Counter(found for each in judged for found in {(block.code, block.text) for block in each.blocks})
        guard = tuple(Obstacle(code, text, number) for (code, text), number in sorted(blocks.items(), key=_most_first))
        return Why(self.cell(state, line), guard, tuple(self._rules_against(state, line)))

    def _rules_against(self, state: str, line: str) -> Iterator[Obstacle]:
        lawful = self._lawful(state, line)
        for compiled in self._requirements:
            stopped = sum(self._passing_lead(each, state, line, [compiled]).is_impossible for each in lawful)
            if stopped:
                yield Obstacle(compiled.key, compiled.rule.name, stopped)

    @cached_property
    def _licensed(self) -> Mapping[str, Sequence[RosterProducer]]:
        """Producers by the states they hold any licence of: nobody else needs to be asked."""
        found: dict[str, list[RosterProducer]] = {}
        for producer in self._context.roster.producers.values():
            for state in sorted({license_.state for license_ in producer.licensing.licenses}):
                found.setdefault(state, []).append(producer)
        return found

    def _lawful(self, state: str, line: str) -> list[RosterProducer]:
        case = self._case(state, line)
        return [each for each in self._licensed.get(state, ()) if case.judge(each.licensing).allowed]

    def _case(self, state: str, line: str) -> Case:
        ask = Ask(state=state, zones=(), products=(), carrier=None, line=line)
        return Case(ask, self._context.roster.agency.regimes, self._moment.now)

    def _passing_lead(
        self, producer: RosterProducer, state: str, line: str, requirements: Sequence[CompiledRule]
    ) -> Answer:
        """Look for a lead of the state and line that these requirements let the producer have."""
        facts = producer_facts(producer, self._moment.now).merged(_lead(state, line))
        given = Given(SETTLED, facts, self._moment)
        asked = [Claim(given.put_into(_allowing(compiled))) for compiled in requirements]
        claims = [*given.claims(), *asked]
        prover = Prover([claim.condition for claim in claims if claim.condition], CATALOG, self._moment.zone)
        return prover.ask(claims, Period(self._moment.today, self._moment.today + timedelta(days=1)))

    def _is_allowed(self, producer: RosterProducer, found: Facts, state: str, line: str) -> bool:
        facts = found.merged(_lead(state, line))
        residue = eligibility(self._context.rules.eligibility, facts, self._moment.now)
        return residue.judge(producer_facts(producer, self._moment.now)).allowed


def _lead(state: str, line: str) -> Facts:
    return CATALOG.facts({"lead.state": state, "lead.line": line})


def _allowing(compiled: CompiledRule) -> Condition:
    """Return what must be true for a requirement to let a producer through: it does not apply, or it is met."""
    action = compiled.rule.action
    if not isinstance(action, Require):
        raise TypeError(f"The rule {compiled.key} requires nothing.")
    when = compiled.rule.when
    return action.condition if when is None else Any((Not(when), action.condition))


def _most_first(counted: tuple[tuple[str, str], int]) -> tuple[int, str]:
    (code, _), number = counted
    return -number, code
