"""Writes what a rule asks of producers as one Python expression whose value is the set of those who meet it.

As in `codegen`, a condition becomes two expressions, `surely` and `possibly`. What asks nothing of the lead is a slot
of the population; what asks nothing of the producer is everybody or nobody; only what compares the two is looked up.
"""

from collections.abc import Callable, Iterable
from typing import assert_never

from rules_engine.engine.attributes import Attribute
from rules_engine.engine.codegen import Writer
from rules_engine.engine.lookups import DATED, LOOKUPS, TURNED, Lookup
from rules_engine.engine.nodes import All, Any, Condition, Key, Leaf, Literal, Not, Ref, fields_of, leaves
from rules_engine.engine.operators import OPERATORS, Moment, Operator
from rules_engine.engine.population import Population
from rules_engine.engine.values import Value

# Of what is known of the lead: the positions that meet the condition.
Meet = Callable[[dict[str, Value], Moment], int]


class NotIndexedError(Exception):
    """A question that puts a producer's facts and the lead's together: no look-up answers it."""


def meeting(condition: Condition, population: Population) -> Meet | int:
    """Return the function that finds who surely meets a condition, or the slot that holds them for every lead.

    :raises NotIndexedError: if it can only be asked producer by producer
    """
    if not _asks_lead(condition):
        return population.slot(condition, surely=True)
    writer = Writer()
    expression = SetWriter(population, writer).surely(condition)
    found: Meet = writer.function("lead, moment", [f"return {expression}"])
    return found


class SetWriter:
    """Writes expressions for sets of positions; `lead` writes what they ask about the lead alone."""

    def __init__(self, population: Population, lead: Writer) -> None:
        self._population = population
        self._lead = lead
        self._everybody = f"{lead.constant(population)}.everybody"
        self._slots = lead.constant(population.slots)

    def surely(self, condition: Condition) -> str:
        """Return the expression for those of whom the condition is TRUE."""
        return self._written(condition, is_sure=True)

    def possibly(self, condition: Condition) -> str:
        """Return the expression for those of whom it is TRUE or UNKNOWN."""
        return self._written(condition, is_sure=False)

    def _written(self, condition: Condition, *, is_sure: bool) -> str:
        if not _asks_lead(condition):
            return f"{self._slots}[{self._population.slot(condition, surely=is_sure)}]"
        if not _asks_producer(condition):
            asked = self._lead.surely(condition) if is_sure else self._lead.possibly(condition)
            return f"({self._everybody} if {asked} else 0)"
        match condition:
            case Leaf():
                return self._compared(condition, is_sure=is_sure)
            case All(members):
                return self._joined(" & ", All, members, is_sure=is_sure)
            case Any(members):
                return self._joined(" | ", Any, members, is_sure=is_sure)
            case Not(member):
                return f"({self._everybody} ^ {self._written(member, is_sure=not is_sure)})"
            case _:
                assert_never(condition)

    def _joined(self, joint: str, group: type[All | Any], members: Iterable[Condition], *, is_sure: bool) -> str:
        """Put the members that ask nothing of the lead into one slot."""
        lasting = [member for member in members if not _asks_lead(member)]
        asking = [member for member in members if _asks_lead(member)]
        whole = [group(tuple(lasting)), *asking] if lasting else asking
        return f"({joint.join(self._written(member, is_sure=is_sure) for member in whole)})"

    def _compared(self, leaf: Leaf, *, is_sure: bool) -> str:
        """Write a question that compares a fact of the producer with the lead or the moment."""
        producer = [name for name in fields_of(leaf) if _is_producer(name)]
        if len(producer) != 1 or (isinstance(leaf.operand, Key) and not _is_producer(leaf.field)):
            raise NotIndexedError(leaf)
        attribute, operator = self._population.attribute(producer[0]), OPERATORS[leaf.op]
        others = [self._lead.fact(name) for name in dict.fromkeys(fields_of(leaf)) if not _is_producer(name)]
        found = f"{self._lead.constant(self._look_up(leaf, attribute, operator))}({self._asked(leaf)})"
        unknown = " or ".join(f"{name} is MISSING" for name in others)
        if not is_sure:
            found = f"({found} | {self._lead.constant(attribute)}.missing)"
        if not unknown:
            return found
        return f"({'0' if is_sure else self._everybody} if {unknown} else {found})"

    def _look_up(self, leaf: Leaf, attribute: Attribute, operator: Operator) -> Callable[..., int]:
        if operator.dated and isinstance(leaf.operand, Literal):
            return DATED[leaf.op](attribute, leaf.operand)
        is_subject = _is_producer(leaf.field)
        known = (LOOKUPS if is_subject else TURNED).get(leaf.op)
        return (known or _tested(operator, is_subject=is_subject))(attribute)

    def _asked(self, leaf: Leaf) -> str:
        """Write what the look-up is given: the moment, the lead's fact, or the key put together from its facts."""
        match leaf.operand:
            case Ref(other):
                return self._lead.fact(other if _is_producer(leaf.field) else leaf.field)
            case Key(parts):
                return f"({''.join(f'{self._lead.part(part)}, ' for part in parts)})"
            case _:
                return "moment"


def _tested(operator: Operator, *, is_subject: bool) -> Lookup:
    """Return what answers an operator without a look-up: every value the roster holds takes its test."""
    if operator.many or operator.dated:
        raise NotIndexedError(operator.name)
    if is_subject:
        return lambda attribute: lambda value: attribute.tested(lambda held: operator.test(held, value))
    return lambda attribute: lambda value: attribute.tested(lambda held: operator.test(value, held))


def _is_producer(name: str) -> bool:
    return name.startswith("producer.")


def _asks_producer(condition: Condition) -> bool:
    return any(_is_producer(name) for leaf in leaves(condition) for name in fields_of(leaf))


def _asks_lead(condition: Condition) -> bool:
    """Say whether the answer changes with the lead or the moment."""
    return any(OPERATORS[leaf.op].dated or not all(map(_is_producer, fields_of(leaf))) for leaf in leaves(condition))
