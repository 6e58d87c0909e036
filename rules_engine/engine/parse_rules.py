"""Reads rules: what every rule carries, what its stage adds, and the examples that travel with it."""

from datetime import date, datetime
from decimal import Decimal

from rules_engine.engine.catalog import NO_FACTS, Facts
from rules_engine.engine.nodes import (
    Action,
    Citation,
    Condition,
    Example,
    Gate,
    Prefer,
    Require,
    Route,
    Rule,
    Score,
    Status,
)
from rules_engine.engine.parse_conditions import ConditionReader
from rules_engine.engine.parse_operands import EXPECTED
from rules_engine.engine.problems import Code, shown, step
from rules_engine.engine.reading import Reading
from rules_engine.engine.stages import COMMON_KEYS, GATE_EFFECTS, STOPPING_EFFECTS, TIERS, Stage
from rules_engine.engine.values import MISSING, Kind, read, read_number

MAX_POINTS = 100
# What an example of a rule may expect; of score and prefer rules, a number.
EXPECTS: dict[type[Action], tuple[str, ...]] = {
    Gate: (*GATE_EFFECTS, "none"),
    Route: ("match", "no_match"),
    Require: ("ALLOW", "BLOCK", "UNKNOWN", "NOT_APPLICABLE"),
}
_Object = dict[str, object]


class RuleReader:
    """Reads one rule of a stage."""

    def __init__(self, reading: Reading, stage: Stage) -> None:
        self.reading = reading
        self.problems = reading.problems
        self.stage = stage
        self.conditions = ConditionReader(reading, stage)

    def read(self, raw: object, pointer: str) -> Rule | None:
        """Return the rule; where it has problems they are noted, and what is returned is not to be used."""
        what = f"A rule of the stage {self.stage.name}"
        holder = self.reading.obj(raw, pointer, what, COMMON_KEYS | self.stage.keys)
        if holder is None:
            return None
        when = None if holder.get("when") is None else self._condition(holder, "when", pointer)
        action = self._action(holder, pointer)
        active_from, active_to = self._period(holder, pointer)
        status = self._status(holder, pointer)
        rule_id = self.reading.rule_id(holder, pointer)
        name = self.reading.text(holder, "name", pointer, required=True)
        jurisdiction = self.reading.text(holder, "jurisdiction", pointer)
        citation = self._citation(holder, pointer)
        if action is None:
            return None
        examples = self._examples(holder, pointer, action)
        return Rule(
            id=rule_id,
            name=name,
            when=when,
            action=action,
            active_from=active_from,
            active_to=active_to,
            status=status,
            jurisdiction=jurisdiction,
            citation=citation,
            examples=examples,
        )

    def _period(self, holder: _Object, pointer: str) -> tuple[date | None, date | None]:
        start = self.reading.day(holder, "active_from", pointer)
        end = self.reading.day(holder, "active_to", pointer)
        if start is not None and end is not None and start >= end:
            text = (
                "The rule would never be active; active_to is the first day it no longer holds, later than active_from."
            )
            self.problems.add(step(pointer, "active_to"), Code.DATES_UNREACHABLE, text)
        return start, end

    def _status(self, holder: _Object, pointer: str) -> Status:
        if "status" not in holder:
            return Status.CONFIRMED
        given = self.reading.choice(holder, "status", pointer, tuple(Status), Code.STATUS)
        return Status(given) if given else Status.PROVISIONAL

    def _condition(self, holder: _Object, key: str, pointer: str) -> Condition | None:
        """Return the condition under a key, or None with its problems noted."""
        condition = self.conditions.read(holder[key], step(pointer, key))
        if condition is MISSING:
            return None
        if condition.muted:
            text = f'"{key}" is muted as a whole, which would change what the rule means; leave a part of it in force.'
            self.problems.add(step(pointer, key), Code.CONDITION_ALL_MUTED, text)
        return condition

    def _action(self, holder: _Object, pointer: str) -> Action | None:
        match self.stage.name:
            case "gate":
                return self._gate(holder, pointer)
            case "score":
                return self._score(holder, pointer)
            case "route":
                return self._route(holder, pointer)
        return self._eligibility(holder, pointer)

    def _gate(self, holder: _Object, pointer: str) -> Gate:
        effect = self.reading.choice(holder, "effect", pointer, GATE_EFFECTS, Code.EFFECT)
        stops = effect in STOPPING_EFFECTS
        reason = self.reading.reason(holder, pointer, f"A rule that can {effect} a lead says why" if stops else "")
        skip = self._on_unknown(holder, pointer, "skip", allowed=stops)
        message = self.reading.text(holder, "message", pointer)
        return Gate(effect, reason, message, self._needs(holder, pointer, effect), skip)

    def _needs(self, holder: _Object, pointer: str, effect: str) -> tuple[str, ...]:
        if "needs" not in holder:
            if effect == "require":
                text = 'The effect require names what it asks for; add "needs", such as ["consent"].'
                self.problems.add(pointer, Code.NEEDS, text)
            return ()
        if effect != "require":
            text = 'Only the effect require has "needs"; take it out or change the effect.'
            self.problems.add(step(pointer, "needs"), Code.NEEDS, text)
        given = self.reading.array(holder["needs"], step(pointer, "needs"), '"needs"')
        named = tuple(need for need in given if isinstance(need, str) and need.strip())
        if not named or len(named) != len(given):
            text = '"needs" lists the names of fields or documents, at least one.'
            self.problems.add(step(pointer, "needs"), Code.NEEDS, text)
        return named

    def _on_unknown(self, holder: _Object, pointer: str, word: str, *, allowed: bool) -> bool:
        if "on_unknown" not in holder:
            return False
        given = holder["on_unknown"]
        if not allowed or given != word:
            mend = f'write "{word}" or take it out' if allowed else "take it out: such a rule never stops a lead"
            text = f'"on_unknown" cannot be {shown(given)} here; {mend}.'
            self.problems.add(step(pointer, "on_unknown"), Code.ON_UNKNOWN, text)
        return True

    def _score(self, holder: _Object, pointer: str) -> Score:
        add = holder.get("add")
        if isinstance(add, int) and not isinstance(add, bool) and -MAX_POINTS <= add <= MAX_POINTS:
            return Score(add)
        text = f'"add" is a whole number of points from -{MAX_POINTS} to {MAX_POINTS}, not {shown(add)}.'
        self.problems.add(step(pointer, "add"), Code.ADD, text)
        return Score(0)

    def _route(self, holder: _Object, pointer: str) -> Route:
        stop = self._on_unknown(holder, pointer, "stop", allowed=True)
        inner = step(pointer, "route")
        route = self.reading.obj(holder.get("route"), inner, '"route"', ("pool", "strategy", "tier")) or {"pool": "-"}
        tier = None
        if route.get("tier") is not None:
            tier = self.reading.choice(route, "tier", inner, TIERS, Code.TIER)
        pool = self.reading.text(route, "pool", inner, required=True)
        return Route(pool, self.reading.text(route, "strategy", inner) or None, tier, stop)

    def _eligibility(self, holder: _Object, pointer: str) -> Require | Prefer | None:
        kinds = [key for key in self.stage.one_of if key in holder]
        if len(kinds) != 1:
            text = "An eligibility rule holds either a require or a prefer; " + (
                "split it into two rules." if kinds else "add one of them."
            )
            self.problems.add(pointer, Code.CONDITION_SHAPE, text)
            return None
        condition = self._condition(holder, kinds[0], pointer)
        if kinds == ["require"]:
            self._refuse(holder, pointer, "require", ("weight",))
            reason = self.reading.reason(holder, pointer, "A requirement says why it excludes a producer")
            message = self.reading.text(holder, "message", pointer)
            return None if condition is None else Require(condition, reason, message)
        self._refuse(holder, pointer, "prefer", ("reason", "message"))
        given = holder.get("weight")
        weight = MISSING if isinstance(given, str) else read_number(given)
        if weight is MISSING:
            text = f'"weight" is a number that a preferred producer gains, not {shown(given)}.'
            self.problems.add(step(pointer, "weight"), Code.WEIGHT, text)
            return None
        return None if condition is None else Prefer(condition, weight)

    def _refuse(self, holder: _Object, pointer: str, kind: str, keys: tuple[str, ...]) -> None:
        for key in keys:
            if key in holder:
                text = f'A rule that {kind}s has no "{key}"; take it out.'
                self.problems.add(step(pointer, key), Code.KEY_UNKNOWN, text)

    def _citation(self, holder: _Object, pointer: str) -> Citation | None:
        if holder.get("citation") is None:
            return None
        inner = step(pointer, "citation")
        citation = self.reading.obj(holder["citation"], inner, "A citation", ("source", "verified_on"))
        if citation is None:
            return None
        source = self.reading.text(citation, "source", inner, required=True)
        return Citation(source, self.reading.day(citation, "verified_on", inner))

    def _examples(self, holder: _Object, pointer: str, action: Action) -> tuple[Example, ...]:
        if holder.get("examples") is None:
            return ()
        inner = step(pointer, "examples")
        given = self.reading.array(holder["examples"], inner, '"examples"')
        read_examples = [self._example(raw, step(inner, index), action) for index, raw in enumerate(given)]
        return tuple(example for example in read_examples if example is not None)

    def _example(self, raw: object, pointer: str, action: Action) -> Example | None:
        holder = self.reading.obj(raw, pointer, "An example", ("facts", "at", "expect"))
        if holder is None:
            return None
        at = read(Kind.DATETIME, holder.get("at"))
        if not isinstance(at, datetime):
            text = f'"at" is {EXPECTED[Kind.DATETIME]}, not {shown(holder.get("at"))}.'
            self.problems.add(step(pointer, "at"), Code.EXAMPLE_AT, text)
            return None
        facts = self._example_facts(holder.get("facts"), step(pointer, "facts"))
        expect = self._expect(holder.get("expect"), step(pointer, "expect"), action)
        return None if expect is None else Example(facts, at, expect)

    def _example_facts(self, raw: object, pointer: str) -> Facts:
        """Return the facts an example states; null says that a fact is missing, as leaving it out does."""
        if not isinstance(raw, dict):
            self.problems.add(pointer, Code.TYPE, f'"facts" is an object in braces, not {shown(raw)}.')
            return NO_FACTS
        for name, value in raw.items():
            field = self.reading.catalog.get(name)
            if field is None:
                text = f"There is no field {shown(name)}; choose one from the catalog."
                self.problems.add(step(pointer, name), Code.FIELD_UNKNOWN, text)
            elif value is not None and field.read(value) is MISSING:
                wanted = f"{'a list, each ' if field.many else ''}{EXPECTED[field.kind]}"
                text = f"{name} cannot be {shown(value)}; it is {wanted}."
                self.problems.add(step(pointer, name), Code.EXAMPLE_VALUE, text)
        return self.reading.catalog.facts(raw)

    def _expect(self, raw: object, pointer: str, action: Action) -> str | int | Decimal | None:
        words = EXPECTS.get(type(action))
        if words is None:
            number = MISSING if isinstance(raw, str) else read_number(raw)
            if number is not MISSING:
                return number
            self.problems.add(pointer, Code.EXAMPLE_EXPECT, f'"expect" is a number, not {shown(raw)}.')
            return None
        if isinstance(raw, str) and raw in words:
            return raw
        text = f'"expect" is one of {", ".join(words)}, not {shown(raw)}.'
        self.problems.add(pointer, Code.EXAMPLE_EXPECT, text)
        return None
