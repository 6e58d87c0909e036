"""Reads rules: what every rule carries, what its stage adds, and the examples that travel with it."""

from datetime import date, datetime
from decimal import Decimal

from rules_engine.engine.catalog import NO_FACTS, Facts
from rules_engine.engine.nodes import (
    Action,
    Example,
    Gate,
    Require,
    Route,
    Rule,
    Status,
    Table,
    action_type,
)
from rules_engine.engine.overlaps import refuse_overlaps
from rules_engine.engine.parse_actions import ActionReader
from rules_engine.engine.parse_conditions import ConditionReader
from rules_engine.engine.parse_operands import EXPECTED
from rules_engine.engine.parse_tables import TableReader
from rules_engine.engine.problems import Code, shown, step
from rules_engine.engine.reading import Reading
from rules_engine.engine.stages import COMMON_KEYS, GATE_EFFECTS, Stage
from rules_engine.engine.values import MISSING, Kind, read, read_number

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
        self.actions = ActionReader(reading, stage, self.conditions)

    def read(self, raw: object, pointer: str) -> Rule | None:
        """Return the rule; where it has problems they are noted, and what is returned is not to be used."""
        since = len(self.problems.found)
        is_table = isinstance(raw, dict) and "table" in raw
        what = f"A {'table' if is_table else 'rule'} of the stage {self.stage.name}"
        keys = self.stage.table_keys if is_table else self.stage.keys
        holder = self.reading.obj(raw, pointer, what, COMMON_KEYS | keys)
        if holder is None:
            return None
        when = None if holder.get("when") is None else self.conditions.under(holder, "when", pointer)
        reader = TableReader(self.actions) if is_table else self.actions
        action = reader.read(holder, pointer)
        active_from, active_to = self._period(holder, pointer)
        status = self._status(holder, pointer)
        rule_id = self.reading.id(holder, pointer, "A rule's id")
        name = self.reading.text(holder, "name", pointer, required=True)
        jurisdiction = self.reading.text(holder, "jurisdiction", pointer)
        citation = self.reading.citation(holder, pointer)
        if action is None:
            return None
        examples = self._examples(holder, pointer, action)
        rule = Rule(
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
        if len(self.problems.found) == since:
            refuse_overlaps(rule, self.reading, pointer)
        return rule

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

    def _examples(self, holder: _Object, pointer: str, action: Action | Table) -> tuple[Example, ...]:
        if holder.get("examples") is None:
            return ()
        inner = step(pointer, "examples")
        given = self.reading.array(holder["examples"], inner, '"examples"')
        read_examples = [self._example(raw, step(inner, index), action) for index, raw in enumerate(given)]
        return tuple(example for example in read_examples if example is not None)

    def _example(self, raw: object, pointer: str, action: Action | Table) -> Example | None:
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

    def _expect(self, raw: object, pointer: str, action: Action | Table) -> str | int | Decimal | None:
        words = EXPECTS.get(action_type(action))
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
