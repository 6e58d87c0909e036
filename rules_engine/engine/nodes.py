"""Rules as values: the tree that `parse` returns, and everything after it works on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import assert_never

from rules_engine.engine.catalog import Facts
from rules_engine.engine.values import Scalar


@dataclass(frozen=True, slots=True)
class Literal:
    """One or several values written in the rule: a scalar, or a tuple of scalars for lists and pairs.

    `named` is the named list they were taken from, where the rule names one instead of writing them out.
    """

    value: Scalar | tuple[Scalar, ...]
    named: str = ""


@dataclass(frozen=True, slots=True)
class Ref:
    """The value of another fact."""

    field: str


@dataclass(frozen=True, slots=True)
class Key:
    """A compound key put together from facts and literals, part by part."""

    parts: tuple[Ref | Literal, ...]


Operand = Literal | Ref | Key | None


@dataclass(frozen=True, slots=True)
class Leaf:
    """One question about one fact."""

    field: str
    op: str
    operand: Operand
    muted: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """Holds where every member holds."""

    members: tuple["Condition", ...]
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Any:
    """Holds where at least one member holds."""

    members: tuple["Condition", ...]
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """Holds where its member does not."""

    member: "Condition"
    muted: bool = False


Condition = Leaf | All | Any | Not


class Status(StrEnum):
    """Whether compliance has confirmed the rule. A provisional one is traced as *would have* and decides nothing."""

    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Gate:
    """Stops a lead, or says something about it. `needs` names what the effect `require` asks for."""

    effect: str
    reason: str
    message: str
    needs: tuple[str, ...]
    skip_unknown: bool


@dataclass(frozen=True, slots=True)
class Score:
    """Adds points."""

    add: int


@dataclass(frozen=True, slots=True)
class Route:
    """Sends a lead to a pool."""

    pool: str
    strategy: str | None
    tier: str | None
    stop_unknown: bool


@dataclass(frozen=True, slots=True)
class Require:
    """Excludes producers for whom the condition does not hold."""

    condition: Condition
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Prefer:
    """Prefers producers for whom the condition holds."""

    condition: Condition
    weight: int | Decimal


Action = Gate | Score | Route | Require | Prefer


# A cell of a table that leaves open: any value will do, or, in an outcome, nothing is said.
OPEN = "-"


class Hit(StrEnum):
    """Which rows of a table speak: the first that holds, the one that can, all that do, or all, their numbers added."""

    FIRST = "first"
    UNIQUE = "unique"
    COLLECT = "collect"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of a table asks: the operator of its cells on the column's field."""

    field: str
    op: str


class Confidence(StrEnum):
    """How sure whoever wrote a rule of law down is of having read it right."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a rule of law is written, when somebody last looked, and how sure they are."""

    source: str
    verified_on: date | None
    confidence: Confidence | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One case of a table: a condition an input (None: any), a condition a column of requirements, and what it does.

    Where the action has a condition, it is that all of `asks` hold.
    """

    id: str
    cells: tuple[Condition | None, ...]
    asks: tuple[Condition | None, ...]
    action: Action
    comment: str
    citation: Citation | None


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table: cases of one shape. Its outputs are keys of the stage's rules, or columns of requirements.

    `on_unknown` says that its rows skip (gate) or stop (route) where a fact is missing.
    """

    inputs: tuple[Column, ...]
    outputs: tuple[str | Column, ...]
    hit: Hit
    rows: tuple[Row, ...]
    on_unknown: bool


def action_type(action: Action | Table) -> type[Action]:
    """Return what sort of thing a rule says; every row of a table says the same sort."""
    return type(action.rows[0].action if isinstance(action, Table) else action)


@dataclass(frozen=True, slots=True)
class Example:
    """A test that travels with its rule."""

    facts: Facts
    at: datetime
    expect: str | int | Decimal


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `active_from` and `active_to` are days in the set's time zone, end exclusive."""

    id: str
    name: str
    when: Condition | None
    action: Action | Table
    active_from: date | None
    active_to: date | None
    status: Status
    jurisdiction: str
    citation: Citation | None
    examples: tuple[Example, ...]

    @property
    def is_provisional(self) -> bool:
        """Say whether it only ever *would have* decided."""
        return self.status is Status.PROVISIONAL

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Its conditions: `when`, and what it requires or prefers; of a table every cell."""
        return tuple(condition for condition in (self.when, *_asked(self.action)) if condition is not None)


def _asked(action: Action | Table) -> tuple[Condition | None, ...]:
    match action:
        case Table():
            return tuple(cell for row in action.rows for cell in (*row.cells, *row.asks))
        case Require(condition) | Prefer(condition):
            return (condition,)
    return ()


@dataclass(frozen=True, slots=True)
class NamedList:
    """Values that conditions name instead of repeating, as the document writes them."""

    name: str
    values: tuple[str | int | float, ...]


@dataclass(frozen=True, slots=True)
class RuleSetTree:
    """A whole rule-set version, with the named lists its rules use."""

    stage: str
    time_zone: str
    rules: tuple[Rule, ...]
    lists: tuple[NamedList, ...] = ()


def members(condition: Condition) -> tuple[Condition, ...]:
    """Return the conditions directly inside this one."""
    match condition:
        case Leaf():
            return ()
        case All() | Any():
            return condition.members
        case Not():
            return (condition.member,)
        case _:
            assert_never(condition)


def leaves(condition: Condition) -> Iterator[Leaf]:
    """Yield every leaf, in the order written."""
    if isinstance(condition, Leaf):
        yield condition
    for member in members(condition):
        yield from leaves(member)


def fields_of(leaf: Leaf) -> tuple[str, ...]:
    """Return the facts a leaf reads: its own, then those its operand refers to."""
    if isinstance(leaf.operand, Literal):  # by far the most frequent
        return (leaf.field,)
    match leaf.operand:
        case Ref(field):
            return (leaf.field, field)
        case Key(parts):
            return (leaf.field, *(part.field for part in parts if isinstance(part, Ref)))
        case None:
            return (leaf.field,)
        case _:
            assert_never(leaf.operand)


def field_of_list(tree: RuleSetTree, name: str) -> str:
    """Return the first field that a rule compares with the named list of that name."""
    asked = (leaf for rule in tree.rules for condition in rule.conditions for leaf in leaves(condition))
    return next(leaf.field for leaf in asked if isinstance(leaf.operand, Literal) and leaf.operand.named == name)


def unmuted(condition: Condition) -> Condition | None:
    """Return the condition without what an author muted while drafting, or None where nothing is left."""
    if condition.muted:
        return None
    match condition:
        case Leaf():
            return condition
        case Not():
            inner = unmuted(condition.member)
            return None if inner is None else Not(inner)
        case All() | Any():
            kept = tuple(left for member in condition.members if (left := unmuted(member)) is not None)
            return type(condition)(kept) if kept else None
        case _:
            assert_never(condition)
