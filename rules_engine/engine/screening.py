"""The stage eligibility for everybody at once: who may have a lead, and which rule keeps whom from it.

It says of each producer what `ruleset.eligibility` says, which stays the reference and gives the reasons.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from rules_engine.engine.bitsets import positions
from rules_engine.engine.catalog import Facts
from rules_engine.engine.compile import ALLOWED, CompiledRule, CompiledSet, split
from rules_engine.engine.nodes import All, Any, Condition, Not, Prefer, Require, unmuted
from rules_engine.engine.operators import Moment
from rules_engine.engine.outcomes import Eligibility
from rules_engine.engine.population import Population
from rules_engine.engine.ruleset import Residue
from rules_engine.engine.set_code import Meet, NotIndexedError, meeting
from rules_engine.engine.values import Value

# Finds who meets what a rule asks; a slot for those it asks nothing of the lead; None where only asking each can tell.
Answer = Meet | int | None
Met = tuple[CompiledRule, Answer, Moment]


@dataclass(frozen=True)
class Screening:
    """What the rules say of everybody for one lead. `asked` counts the questions put to one producer at a time."""

    eligible: int
    lead: Facts
    asked: int
    _met: tuple[Met, ...]
    _population: Population

    def excluded(self) -> dict[str, int]:
        """Return, for each confirmed requirement that applies, the positions it excludes."""
        return dict(self._excluding(is_provisional=False))

    def would_have(self) -> dict[str, int]:
        """Return the same of the provisional ones, which decide nothing."""
        return dict(self._excluding(is_provisional=True))

    def preferences(self) -> list[tuple[int | Decimal, int]]:
        """Return the weights that count, each with the positions preferred by it."""
        return [
            (rule.answer.weight, self._holds(each))
            for each in self._met
            if isinstance((rule := each[0]).answer, Prefer) and not rule.rule.is_provisional
        ]

    def preference(self, position: int) -> int | Decimal:
        """Return how much one producer is preferred."""
        return sum(weight for weight, preferred in self.preferences() if preferred >> position & 1)

    def judge(self, position: int) -> Eligibility:
        """Return the reasons for one producer, by the reference."""
        facts = self._population.roster[position]
        if facts is None:
            raise LookupError(f"Nobody stands at position {position}.")
        return Residue(self.lead, tuple((rule, moment) for rule, _, moment in self._met)).judge(facts)

    def _excluding(self, *, is_provisional: bool) -> Iterator[tuple[str, int]]:
        for each in self._met:
            rule = each[0]
            if isinstance(rule.rule.action, Require) and rule.rule.is_provisional is is_provisional:
                yield rule.key, self._population.everybody ^ self._holds(each)

    def _holds(self, met: Met) -> int:
        rule, answer, moment = met
        if answer is None:
            return _asked(rule, moment, self.lead.known, self._population, self._population.everybody)
        return self._population.slots[answer] if isinstance(answer, int) else answer(self.lead.known, moment)


class Screen:
    """Eligibility rule sets made ready for one population. `not_indexed` names the rules that are asked one by one."""

    def __init__(self, sets: Sequence[CompiledSet], population: Population) -> None:
        self._population = population
        self._sets = [_Rules(set_, population) for set_ in sets]
        self.not_indexed = tuple(key for rules in self._sets for key in rules.not_indexed)

    def screen(self, lead: Facts, now: datetime) -> Screening:
        """Say who may have the lead.

        1. Find the rules whose lead part is not FALSE, of each set in one go.
        2. Keep those who surely meet what each requires.
        3. Ask what no look-up answers of those still left, one by one.
        """
        population, known, instant = self._population, lead.known, _instant(now)
        eligible, slots = population.everybody, population.slots
        met: list[Met] = []
        singly: list[Met] = []
        for rules in self._sets:
            if not rules.since <= instant < rules.until:
                rules.turn(instant)
            moment, steps = Moment(now, rules.zone), rules.steps
            for index in rules.find(known, moment):
                step = steps[index]
                if step is None:
                    continue
                rule, answer, decides = step
                met.append((rule, answer, moment))
                if decides:
                    if answer is None:
                        singly.append(met[-1])
                    else:
                        eligible &= slots[answer] if isinstance(answer, int) else answer(known, moment)
        asked = 0
        for rule, _, moment in singly:
            asked += eligible.bit_count()
            eligible = _asked(rule, moment, known, population, eligible)
        return Screening(eligible, lead, asked, tuple(met), population)


class _Rules:
    """The rules of one set in force at an instant, by the index `find` gives: what each asks, and whether it decides.

    `since` and `until` are the instants between which the same rules are in force.
    """

    def __init__(self, set_: CompiledSet, population: Population) -> None:
        self.find, self.zone = set_.find, set_.zone
        self._rules = [(rule, *_answering(rule, population)) for rule in set_.rules]
        self._turns = sorted({turn for rule in set_.rules for turn in (rule.starts, rule.ends)} - {-math.inf, math.inf})
        self.not_indexed = [rule.key for rule, answer, _ in self._rules if answer is None]
        self.since = self.until = math.nan
        self.steps: list[tuple[CompiledRule, Answer, bool] | None] = []

    def turn(self, instant: float) -> None:
        """Take the rules in force at an instant; the second half of `steps` is for complements, from its end."""
        self.since = max((turn for turn in self._turns if turn <= instant), default=-math.inf)
        self.until = min((turn for turn in self._turns if turn > instant), default=math.inf)
        sure = [each if each[0].is_active(instant) else None for each in self._rules]
        unknown = [None if each and isinstance(each[0].rule.action, Prefer) else each for each in sure]
        self.steps = [*sure, *reversed(unknown)]


def _answering(rule: CompiledRule, population: Population) -> tuple[Answer, bool]:
    """Return who meets what the rule asks, and whether that decides."""
    decides = isinstance(rule.rule.action, Require) and not rule.rule.is_provisional
    try:
        return meeting(_asked_of_producer(rule), population), decides
    except NotIndexedError:
        return None, decides


def _asked_of_producer(rule: CompiledRule) -> Condition:
    """Return what a producer must surely meet: the requirement, or not to be meant by it; or all that is preferred."""
    _, meant = split(rule.rule.when)
    match rule.rule.action:
        case Require(condition) | Prefer(condition):
            live = unmuted(condition)
            if live is None:
                raise ValueError("The whole condition is muted; parse refuses that.")
        case _:
            raise ValueError(f"The rule {rule.key} belongs to another stage than eligibility.")
    if meant is None:
        return live
    return Any((Not(meant), live)) if isinstance(rule.rule.action, Require) else All((meant, live))


def _asked(rule: CompiledRule, moment: Moment, lead: Mapping[str, Value], population: Population, whom: int) -> int:
    """Ask these producers one by one, and return those who meet the rule."""
    ask, found = rule.ask, whom
    is_met = 1 if isinstance(rule.rule.action, Prefer) else ALLOWED
    for position in positions(whom):
        facts = population.roster[position]
        if ask is not None and facts is not None and ask(lead, facts.known, moment) != is_met:
            found ^= 1 << position
    return found


def _instant(now: datetime) -> float:
    if now.tzinfo is None:
        raise ValueError("now needs a time zone: without one it is a different instant on every machine.")
    return now.timestamp()
