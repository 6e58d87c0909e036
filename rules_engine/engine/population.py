"""Every producer's facts at once, turned round so that a question is asked of all of them with a few look-ups.

A producer stands at a position; a set of producers is a number with these bits. A fact is turned round when a rule
first asks about it. A condition that asks nothing of the lead has its answer kept (a slot), and brought up to date with
each producer.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import assert_never

from rules_engine.engine.attributes import NOBODY, Attribute, Held
from rules_engine.engine.bitsets import gathered
from rules_engine.engine.catalog import Facts
from rules_engine.engine.codegen import Writer
from rules_engine.engine.lookups import LOOKUPS
from rules_engine.engine.nodes import All, Any, Condition, Key, Leaf, Literal, Not, Operand, fields_of, leaves
from rules_engine.engine.operators import OPERATORS, Operator
from rules_engine.engine.values import Value

Test = Callable[[dict[str, Value], dict[str, Value], None], bool]


class Population:
    """Who there is, by position, and what is known of each.

    `slots` are the answers kept, read by the compiled rules; nobody else writes to them.
    """

    def __init__(self, roster: Iterable[Facts | None]) -> None:
        self.roster = list(roster)
        self.everybody = gathered(
            (position for position, facts in enumerate(self.roster) if facts is not None), len(self.roster)
        )
        self.slots: list[int] = []
        self._attributes: dict[str, Attribute] = {}
        self._tests: list[Test] = []
        self._kept: dict[tuple[Condition, bool], int] = {}
        self._asking: dict[str, list[int]] = {}  # the slots that ask about each fact

    def attribute(self, name: str) -> Attribute:
        """Return one fact of everybody."""
        found = self._attributes.get(name)
        if found is None:
            found = self._attributes[name] = Attribute([_held(facts, name) for facts in self.roster])
        return found

    def bit_sets(self) -> Iterator[int | set[int]]:
        """Yield every set it holds, for whoever wants to know what they weigh."""
        yield from (self.everybody, *self.slots)
        for attribute in self._attributes.values():
            yield from attribute.bit_sets()

    def place(self, position: int, facts: Facts | None) -> None:
        """Put a producer at a position, give him other facts, or, with None, take him away.

        :raises IndexError: if the position is beyond the first free one
        """
        if position > len(self.roster):
            raise IndexError(f"Position {position} is beyond the first free one, {len(self.roster)}.")
        if position == len(self.roster):
            self.roster.append(None)
        before, self.roster[position] = self.roster[position], facts
        bit = 1 << position
        if (before is None) is not (facts is None):
            self.everybody ^= bit
        for slot in self._moved(position, before, facts):
            test = self._tests[slot]
            held = before is not None and test({}, before.known, None)
            if held is not (facts is not None and test({}, facts.known, None)):
                self.slots[slot] ^= bit

    def _moved(self, position: int, before: Facts | None, after: Facts | None) -> Iterable[int]:
        """Take one producer's facts in, and return the slots that may answer otherwise."""
        if (before is None) is not (after is None):
            for name, attribute in self._attributes.items():
                attribute.move(position, _held(before, name), _held(after, name))
            return range(len(self.slots))
        stale = set[int]()
        for name, attribute in self._attributes.items():
            old, new = _held(before, name), _held(after, name)
            if old != new:
                attribute.move(position, old, new)
                stale.update(self._asking.get(name, ()))
        return stale

    def slot(self, condition: Condition, *, surely: bool) -> int:
        """Return where the answer to a condition about producers alone is kept: who surely meets it, or may."""
        key = condition, surely
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = len(self.slots)
            writer = Writer()
            answer = writer.surely(condition) if surely else writer.possibly(condition)
            self._tests.append(writer.function("lead, producer, moment", [f"return bool({answer})"]))
            self.slots.append(self._surely(condition) if surely else self._possibly(condition))
            for name in {name for leaf in leaves(condition) for name in fields_of(leaf)}:
                self.attribute(name)
                self._asking.setdefault(name, []).append(found)
        return found

    def _surely(self, condition: Condition) -> int:
        match condition:
            case Leaf():
                return self._leaf(condition)
            case All(members):
                found = self.everybody
                for member in members:
                    found &= self._surely(member)
                return found
            case Any(members):
                found = 0
                for member in members:
                    found |= self._surely(member)
                return found
            case Not(member):
                return self.everybody ^ self._possibly(member)
            case _:
                assert_never(condition)

    def _possibly(self, condition: Condition) -> int:
        match condition:
            case Leaf():
                return self._leaf(condition) | self._unknown(condition)
            case All(members):
                found = self.everybody
                for member in members:
                    found &= self._possibly(member)
                return found
            case Any(members):
                found = 0
                for member in members:
                    found |= self._possibly(member)
                return found
            case Not(member):
                return self.everybody ^ self._surely(member)
            case _:
                assert_never(condition)

    def _leaf(self, leaf: Leaf) -> int:
        """Return who answers a question about himself with yes."""
        operator = OPERATORS[leaf.op]
        look_up = LOOKUPS.get(leaf.op)
        if len(fields_of(leaf)) > 1 or (look_up is None and operator.many):
            return self._asked(leaf)
        attribute = self.attribute(leaf.field)
        operand = _written(leaf.operand, operator)
        if look_up is not None:
            return look_up(attribute)(operand)
        return attribute.tested(lambda value: operator.test(value, operand))

    def _asked(self, leaf: Leaf) -> int:
        """Ask producer by producer, where two of his own facts are compared or no look-up answers."""
        writer = Writer()
        test: Test = writer.function("lead, producer, moment", [f"return {writer.surely(leaf)}"])
        met = (at for at, facts in enumerate(self.roster) if facts is not None and test({}, facts.known, None))
        return gathered(met, len(self.roster))

    def _unknown(self, leaf: Leaf) -> int:
        if OPERATORS[leaf.op].sees_missing:
            return 0
        found = 0
        for name in fields_of(leaf):
            found |= self.attribute(name).missing
        return found


def _written(operand: Operand, operator: Operator) -> object:
    """Return what a question compares with, where it is written in the rule."""
    match operand:
        case Literal(value):
            return operator.prepare(value)
        case Key(parts):
            return tuple(part.value for part in parts if isinstance(part, Literal))
    return None


def _held(facts: Facts | None, name: str) -> Held:
    return NOBODY if facts is None else facts[name]
