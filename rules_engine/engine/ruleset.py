"""The stages themselves: rule sets, facts and an instant in; an outcome with every reason out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from rules_engine.engine.catalog import Facts
from rules_engine.engine.compile import ALLOWED, UNKNOWN, CompiledRule, CompiledSet
from rules_engine.engine.nodes import Gate, Prefer, Require, Route
from rules_engine.engine.operators import Moment
from rules_engine.engine.outcomes import (
    Block,
    Eligibility,
    FiredGate,
    GateOutcome,
    RouteOutcome,
    ScoreOutcome,
    ScorePart,
)
from rules_engine.engine.stages import DATA_MISSING, STOPPING_EFFECTS, UNKNOWN_FACT, worst
from rules_engine.engine.values import Verdict

LOWEST, HIGHEST = 0, 100


def gate(sets: Sequence[CompiledSet], facts: Facts, now: datetime) -> GateOutcome:
    """Ask every gate rule about a lead: all that fire are kept, the worst that is confirmed decides."""
    fired: list[FiredGate] = []
    unknown: list[FiredGate] = []
    for set_ in sets:
        if set_.stage != "gate":
            raise _wrong_stage(set_, "gate")
        moment, gates = Moment(now, set_.zone), set_.gates
        for index in _found(set_, facts, moment):
            if index < 0:
                _wonder(set_.rules[~index], facts, moment, fired, unknown)
            else:
                fired.append(gates[index])
    effect = worst({each.effect for each in fired if not each.provisional}) if fired else None
    return GateOutcome(effect, tuple(fired), tuple(unknown))


def _wonder(
    compiled: CompiledRule, facts: Facts, moment: Moment, fired: list[FiredGate], unknown: list[FiredGate]
) -> None:
    """Put a gate whose condition is unknown where its effect, or its `on_unknown`, has it."""
    answer, action = compiled.answer, compiled.rule.action
    if not (isinstance(answer, FiredGate) and isinstance(action, Gate)):
        raise _wrong_stage(compiled, "gate")
    lacking = compiled.lacking.names(facts.known, moment)
    if answer.effect in STOPPING_EFFECTS and not action.skip_unknown:
        fired.append(_unknown(answer, "review", DATA_MISSING, lacking))
    else:
        unknown.append(_unknown(answer, answer.effect, answer.reason, lacking))


def _unknown(answer: FiredGate, effect: str, reason: str, lacking: tuple[str, ...]) -> FiredGate:
    """Spelt out, because `replace` costs more than judging the rule."""
    told = answer.message, Verdict.UNKNOWN, lacking, answer.provisional, answer.needs
    return FiredGate(answer.rule, answer.name, effect, reason, *told)


def score(sets: Sequence[CompiledSet], facts: Facts, now: datetime) -> ScoreOutcome:
    """Add up the points of every score rule that holds."""
    parts: list[ScorePart] = []
    for compiled, is_sure, moment in _met(sets, facts, now):
        part = compiled.answer
        if not isinstance(part, ScorePart):
            raise _wrong_stage(compiled, "score")
        if not is_sure:
            lacking = compiled.lacking.names(facts.known, moment)
            part = replace(part, add=0, verdict=Verdict.UNKNOWN, missing=lacking)
        parts.append(part)
    total = sum(part.add for part in parts if not part.provisional)
    return ScoreOutcome(max(LOWEST, min(HIGHEST, total)), tuple(parts))


def route(set_: CompiledSet, facts: Facts, now: datetime) -> RouteOutcome:
    """Find the first route rule that matches; rules that meet a missing fact are passed over, or stop the search."""
    passed_over: list[str] = []
    lacking: dict[str, None] = {}
    would_have: list[str] = []
    matched = RouteOutcome(None, None, None, None, (), False, ())
    for compiled, is_sure, moment in _met((set_,), facts, now):
        answer, action = compiled.answer, compiled.rule.action
        if not (isinstance(answer, RouteOutcome) and isinstance(action, Route)):
            raise _wrong_stage(compiled, "route")
        if compiled.rule.is_provisional:
            would_have += [compiled.key] if is_sure else []
        elif is_sure:
            matched = answer
            break
        else:
            passed_over.append(compiled.key)
            lacking |= dict.fromkeys(compiled.lacking.names(facts.known, moment))
            if action.stop_unknown:
                matched = replace(matched, stopped=True)
                break
    return replace(matched, passed_over=tuple(passed_over), missing=tuple(lacking), would_have=tuple(would_have))


@dataclass(frozen=True, slots=True)
class Residue:
    """What the eligibility rules still ask once the lead is known: the rules that apply to it, ready for producers."""

    facts: Facts
    rules: tuple[tuple[CompiledRule, Moment], ...]

    def judge(self, producer_facts: Facts) -> Eligibility:
        """Say whether this producer may have the lead. What is unknown about a requirement excludes him."""
        blocks: list[Block] = []
        would_have: list[Block] = []
        preference: int | Decimal = 0
        for compiled, moment in self.rules:
            said = compiled.ask(self.facts.known, producer_facts.known, moment) if compiled.ask else ALLOWED
            if said == ALLOWED:
                continue
            if isinstance(compiled.answer, Prefer):
                preference += 0 if compiled.rule.is_provisional else compiled.answer.weight
                continue
            block = self._block(compiled, moment, said, producer_facts)
            (would_have if compiled.rule.is_provisional else blocks).append(block)
        return Eligibility(not blocks, tuple(blocks), preference, tuple(would_have))

    def _block(self, compiled: CompiledRule, moment: Moment, said: int, producer_facts: Facts) -> Block:
        action = compiled.rule.action
        if not (isinstance(compiled.answer, Block) and isinstance(action, Require)):
            raise _wrong_stage(compiled, "eligibility")
        if said != UNKNOWN:
            return compiled.answer
        lacking = compiled.lacking_required.names(self.facts.merged(producer_facts).known, moment)
        return Block(compiled.key, compiled.rule.name, UNKNOWN_FACT, compiled.answer.message, lacking)


def eligibility(sets: Sequence[CompiledSet], facts: Facts, now: datetime) -> Residue:
    """Resolve the lead part of every eligibility rule, once per lead, whatever the number of producers.

    A requirement whose `when` is unknown applies; a preference whose `when` is unknown counts for nothing.
    """
    rules = [
        (compiled, moment)
        for compiled, is_sure, moment in _met(sets, facts, now)
        if is_sure or not isinstance(compiled.rule.action, Prefer)
    ]
    return Residue(facts, tuple(rules))


def _met(sets: Sequence[CompiledSet], facts: Facts, now: datetime) -> Iterator[tuple[CompiledRule, bool, Moment]]:
    """Yield the active rules whose lead part is not FALSE, in order, and whether it is TRUE."""
    for set_ in sets:
        moment = Moment(now, set_.zone)
        for index in _found(set_, facts, moment):
            yield set_.rules[index if index >= 0 else ~index], index >= 0, moment


def _found(set_: CompiledSet, facts: Facts, moment: Moment) -> list[int]:
    """Return the active rules whose lead part is TRUE, and as complements those for which it is UNKNOWN."""
    if moment.now.tzinfo is None:
        raise ValueError("now needs a time zone: without one it is a different instant on every machine.")
    found = set_.find(facts.known, moment)
    if set_.is_dated:
        instant = moment.now.timestamp()
        return [index for index in found if set_.rules[index if index >= 0 else ~index].is_active(instant)]
    return found


def _wrong_stage(asked: CompiledRule | CompiledSet, stage: str) -> ValueError:
    what = f"rule {asked.key}" if isinstance(asked, CompiledRule) else f"set {asked.slug}"
    return ValueError(f"The {what} belongs to another stage than {stage}.")
