"""The finite space questions are asked in: the classes of every fact, and each question as a formula over them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final, assert_never, cast

from rules_engine.engine.budget import Budget
from rules_engine.engine.catalog import Catalog, Field
from rules_engine.engine.nodes import All, Any, Condition, Key, Leaf, Literal, Not, Ref, fields_of, unmuted
from rules_engine.engine.operators import OPERATORS, Moment, Operator, Shape
from rules_engine.engine.prover.domains import Class, Domain, Supposed, domain_of
from rules_engine.engine.prover.formulas import (
    FAILS,
    HOLDS,
    Ask,
    Claim,
    Compared,
    Either,
    Every,
    Formula,
    Member,
    Variable,
    Within,
)
from rules_engine.engine.prover.links import Links
from rules_engine.engine.values import MISSING, Scalar

# The classes of a set, whose content is known or not, and of each of its members.
SET: Final = Domain((True, MISSING))
ABSENT: Final = 1
PRESENT: Final = 2
EITHER_WAY: Final = ABSENT | PRESENT
_NEGATIVE: Final = frozenset({"not_in", "not_contains"})
_BY_BEGINNING_OR_END: Final = frozenset({"starts_with", "ends_with"})

Masks = tuple[int, int]


class Space:
    """The classes of the facts that the linked conditions read, at one moment."""

    def __init__(self, links: Links, catalog: Catalog, moment: Moment, budget: Budget) -> None:
        self.moment = moment
        self._budget = budget
        self._links = links
        self._catalog = catalog
        self._domains: dict[str, Domain] = {}
        self._masks: dict[Leaf, Masks] = {}
        self._scalars: dict[Leaf, tuple[str, ...]] = {}
        # By identity, for hashing a large condition costs more than most questions; each is kept, so ids stay theirs.
        self._formulas: dict[tuple[int, Ask], tuple[Condition, Formula]] = {}

    def formula(self, claim: Claim) -> Formula:
        """Return what the claim comes down to."""
        if claim.condition is None:
            return HOLDS if claim.ask.needs_every else FAILS
        key = (id(claim.condition), claim.ask)
        if key not in self._formulas:
            live = unmuted(claim.condition)
            formula = self._of(live, claim.ask) if live else self.formula(Claim(None, claim.ask))
            self._formulas[key] = (claim.condition, formula)
        return self._formulas[key][1]

    def full(self, variable: Variable) -> int:
        """Return every class of a variable."""
        return EITHER_WAY if isinstance(variable, Member) else self.domain(variable).full

    def certain(self, variable: Variable) -> int:
        """Return the classes that surely hold a value."""
        return EITHER_WAY if isinstance(variable, Member) else self.domain(variable).certain

    def domain(self, name: str) -> Domain:
        """Return the classes of a field."""
        if name not in self._domains:
            asked = self.field(name)
            cuts = self._links.cuts(name, self.moment)
            self._domains[name] = SET if asked.many else domain_of(asked, cuts)
        return self._domains[name]

    def field(self, name: str) -> Field:
        """Return a field that the conditions read.

        :raises ValueError: if the catalog lacks it: the conditions were parsed against another one
        """
        found = self._catalog.get(name)
        if found is None:
            raise ValueError(f"The catalog has no field {name}.")
        return found

    def scalars(self, leaf: Leaf) -> tuple[str, ...]:
        """Return the facts of one value that a comparing leaf reads."""
        if leaf not in self._scalars:
            self._scalars[leaf] = tuple(name for name in dict.fromkeys(fields_of(leaf)) if not self.field(name).many)
        return self._scalars[leaf]

    def is_loose(self, leaf: Leaf) -> bool:
        """Say whether classes cannot settle the leaf: how one fact begins or ends, by another's text."""
        return leaf.op in _BY_BEGINNING_OR_END and isinstance(leaf.operand, Ref)

    def settled(self, compared: Compared, value_of: Callable[[str], Class | None]) -> Formula | None:
        """Return a comparison without comparison, once the facts it needs are down to one class each; else None."""
        leaf = compared.leaf
        if isinstance(leaf.operand, Ref) and not (self.field(leaf.field).many or self.field(leaf.operand.field).many):
            return self._settled_pair(compared, leaf.operand.field, value_of)
        values = {name: value_of(name) for name in self.scalars(leaf)}
        if None in values.values():
            return None
        held = compared.wanted != (leaf.op in _NEGATIVE)
        return self._membership(leaf, values, held)

    def _settled_pair(self, compared: Compared, other: str, value_of: Callable[[str], Class | None]) -> Formula | None:
        leaf = compared.leaf
        if (left := value_of(leaf.field)) is not None:
            return Within(other, self.domain(other).where(lambda right: self._agrees(compared, left, right)))
        if (right := value_of(other)) is not None:
            return Within(leaf.field, self.domain(leaf.field).where(lambda left: self._agrees(compared, left, right)))
        return None

    def _agrees(self, compared: Compared, left: Class, right: Class) -> bool:
        """Supposed texts are equal to themselves only; how they begin and end is how what they are like does."""
        if MISSING in (left, right):
            return False
        if self.is_loose(compared.leaf):
            left, right = _like(left), _like(right)
        return bool(OPERATORS[compared.leaf.op].test(left, right)) == compared.wanted

    def _membership(self, leaf: Leaf, values: dict[str, Class | None], held: bool) -> Formula:
        match leaf.operand:
            case Key(parts):
                value = tuple(values[part.field] if isinstance(part, Ref) else part.value for part in parts)
                return self._holds(leaf.field, value, held)
            case Ref(other) if self.field(other).many:
                return self._holds(other, values[leaf.field], held)
            case Ref(other):
                return self._holds(leaf.field, values[other], held)
        raise AssertionError(f"{leaf.op} compares nothing.")

    def _holds(self, name: str, value: object, held: bool) -> Formula:
        """A set of choices holds options only."""
        options = self.field(name).options
        if options and all(option.value != value for option in options):
            return FAILS if held else HOLDS
        return Within(Member(name, cast(Scalar, value)), PRESENT if held else ABSENT)

    def _of(self, condition: Condition, ask: Ask) -> Formula:
        match condition:
            case Leaf():
                return self._leaf(condition, ask)
            case Not(member):
                return self._of(member, ask.turned)
            case All(members):
                parts = tuple(self._of(member, ask) for member in members)
                return Every(parts) if ask.needs_every else Either(parts)
            case Any(members):
                parts = tuple(self._of(member, ask) for member in members)
                return Either(parts) if ask.needs_every else Every(parts)
            case _:
                assert_never(condition)

    def _leaf(self, leaf: Leaf, ask: Ask) -> Formula:
        operator = OPERATORS[leaf.op]
        if operator.sees_missing:
            domain = self.domain(leaf.field)
            is_known = (leaf.op == "is_known") == ask.needs_every
            return Within(leaf.field, domain.known if is_known else domain.missing)
        if isinstance(leaf.operand, Literal) and not self.field(leaf.field).many:
            return self._single(leaf, leaf.operand.value, ask)
        known = tuple(Within(name, self.domain(name).known) for name in dict.fromkeys(fields_of(leaf)))
        unknown = tuple(Within(part.variable, self.full(part.variable) & ~part.mask) for part in known)
        answer = Every((*known, self._answer(leaf, wanted=ask.needs_every)))
        return answer if ask in {Ask.TRUE, Ask.FALSE} else Either((answer, *unknown))

    def _single(self, leaf: Leaf, operand: object, ask: Ask) -> Formula:
        domain = self.domain(leaf.field)
        yes, no = self._answers(leaf, operand, domain)
        mask = yes if ask.needs_every else no
        return Within(leaf.field, mask if ask in {Ask.TRUE, Ask.FALSE} else mask | domain.missing)

    def _answers(self, leaf: Leaf, operand: object, domain: Domain) -> Masks:
        """Return the classes for which a leaf may answer yes, and those for which it may answer no."""
        if leaf not in self._masks:
            self._budget.spend(len(domain.classes))
            operator = OPERATORS[leaf.op]
            prepared = operator.prepare(operand)
            answers = [self._says(operator, each, operand, prepared) for each in domain.classes[:-1]]
            yes = sum(1 << index for index, answer in enumerate(answers) if answer is not False)
            no = sum(1 << index for index, answer in enumerate(answers) if answer is not True)
            self._masks[leaf] = yes, no
        return self._masks[leaf]

    def _says(self, operator: Operator, each: Class, operand: object, prepared: object) -> bool | None:
        if isinstance(each, Supposed):
            if operator.shape is Shape.PATTERN:
                return each.matches(str(operand))
            each = each.like
        return operator.test(each, prepared, self.moment) if operator.dated else operator.test(each, prepared)

    def _answer(self, leaf: Leaf, *, wanted: bool) -> Formula:
        """Return a leaf on a set, or one that compares facts, given that all its facts are known."""
        match leaf.operand:
            case Literal(value):
                held = wanted != (leaf.op in _NEGATIVE)
                values = value if isinstance(value, tuple) else (value,)
                parts = tuple(self._holds(leaf.field, each, held) for each in values)
                return Every(parts) if (leaf.op == "contains_any") != held else Either(parts)
            case Ref(other) if self.field(leaf.field).many and self.field(other).many:
                return self._two_sets(leaf, other, wanted)
        return Compared(leaf, wanted)

    def _two_sets(self, leaf: Leaf, other: str, wanted: bool) -> Formula:
        pairs = [self._pair_of_members(leaf, other, value, wanted) for value in self._universe(leaf.field)]
        every = wanted == (leaf.op == "contains_all")
        return Every(tuple(pairs)) if every else Either(tuple(pairs))

    def _pair_of_members(self, leaf: Leaf, other: str, value: Class, wanted: bool) -> Formula:
        """One value's share in *at least one in common*, in *all of the other's*, or in their opposites."""
        if leaf.op == "contains_any":
            both = (self._holds(leaf.field, value, wanted), self._holds(other, value, wanted))
            return Every(both) if wanted else Either(both)
        both = (self._holds(leaf.field, value, wanted), self._holds(other, value, not wanted))
        return Either(both) if wanted else Every(both)

    def _universe(self, name: str) -> list[Class]:
        """Return every value that may tell two sets apart."""
        domain = domain_of(replace(self.field(name), many=False), self._links.cuts(name, self.moment))
        return [each for each in domain.classes[:-1] if not isinstance(each, Supposed)]


def _like(each: Class) -> Class:
    return each.like if isinstance(each, Supposed) else each
