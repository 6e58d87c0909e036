"""Looks for classes, one a fact, that make formulas hold: by narrowing what follows, then trying what is left open."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from rules_engine.engine.budget import Budget, NotDecidedError
from rules_engine.engine.prover.domains import Class
from rules_engine.engine.prover.formulas import Compared, Either, Every, Formula, Variable, Within
from rules_engine.engine.prover.spaces import Space

TOO_MANY: Final = "there are too many combinations to go through"

MAX_STEPS: Final = 20_000
MAX_DEPTH: Final = 400
# Up to so many open choices are taken one by one; of more, a fact that many of them ask about is taken apart instead.
FEW: Final = 8

# What an attempt and a formula looked at in it take of the budget.
ATTEMPT: Final = 8
LOOK: Final = 3

# What each variable met so far may still be; it can be anything where it is not named.
Narrowed = dict[Variable, int]


@dataclass(slots=True)
class _State:
    """One way of meeting the formulas so far: the variables narrowed, the choices still open, the comparisons left."""

    narrowed: Narrowed
    choices: list[tuple[Formula, ...]]
    compared: list[Compared]


class Search:
    """One search. A `certain` one uses only classes that surely hold a value: what it finds is an example; `left_out`
    says afterwards whether it passed over others. The other kind lets through whatever might be: where it finds
    nothing, there is nothing.

    :raises NotDecidedError: from `find`, after `MAX_STEPS` attempts, or once the budget is used up
    """

    def __init__(self, space: Space, budget: Budget, *, certain: bool) -> None:
        self._space = space
        self._budget = budget
        self._certain = certain
        self._steps = 0
        self.left_out = False

    def find(self, formulas: Iterable[Formula]) -> Narrowed | None:
        """Return what each variable may be where all formulas hold, or None where they cannot."""
        return self._find(_State({}, [], []), list(formulas), 0)

    def _find(self, state: _State, todo: list[Formula], depth: int) -> Narrowed | None:
        self._steps += 1
        if self._steps > MAX_STEPS or depth > MAX_DEPTH:
            raise NotDecidedError(TOO_MANY)
        self._budget.spend(ATTEMPT)
        while todo:
            if not (self._narrow(state, todo) and self._weigh(state, todo) and self._settle(state, todo)):
                return None
        if len(state.choices) > FEW:
            return self._try(state, self._classes_apart(state), depth)
        if state.choices:
            state.choices.sort(key=len, reverse=True)
            return self._try(state, state.choices.pop(), depth)
        if state.compared:
            return self._try(state, self._values_of_one(state), depth)
        return state.narrowed

    def _try(self, state: _State, options: Iterable[Formula], depth: int) -> Narrowed | None:
        for option in options:
            branch = _State(dict(state.narrowed), list(state.choices), list(state.compared))
            if (found := self._find(branch, [option], depth + 1)) is not None:
                return found
        return None

    def _narrow(self, state: _State, todo: list[Formula]) -> bool:
        """Apply what must hold; say whether it can."""
        while todo:
            self._budget.spend(LOOK)
            match todo.pop():
                case Within(variable, mask):
                    mask &= self._mask(variable, state.narrowed)
                    if not mask:
                        return False
                    state.narrowed[variable] = mask
                case Every(parts):
                    todo.extend(parts)
                case Either(parts):
                    state.choices.append(parts)
                case Compared() as compared:
                    state.compared.append(compared)
        return True

    def _weigh(self, state: _State, todo: list[Formula]) -> bool:
        """Drop choices that are met and options that cannot be; what has one option left must hold."""
        waiting, state.choices = state.choices, []
        for options in waiting:
            self._budget.spend(LOOK * len(options))
            standing = [(option, self._standing(option, state.narrowed)) for option in options]
            if any(stands for _, stands in standing):
                continue
            open_ = tuple(option for option, stands in standing if stands is None)
            if not open_:
                return False
            if len(open_) == 1:
                todo.append(open_[0])
            else:
                state.choices.append(open_)
        return True

    def _standing(self, formula: Formula, narrowed: Narrowed) -> bool | None:
        """Say whether it holds already, cannot any more, or is open (None)."""
        match formula:
            case Within(variable, mask):
                left = self._mask(variable, narrowed)
                return False if not left & mask else True if not left & ~mask else None
            case Compared():
                return None
        stands = [self._standing(part, narrowed) for part in formula.parts]
        decisive = isinstance(formula, Either)
        if decisive in stands:
            return decisive
        return None if None in stands else not decisive

    def _settle(self, state: _State, todo: list[Formula]) -> bool:
        """Turn comparisons whose facts are down to one class into what they come down to."""
        waiting, state.compared = state.compared, []
        for compared in waiting:
            if self._space.is_loose(compared.leaf):
                self.left_out = True
                if not self._certain:
                    continue
            settled = self._space.settled(compared, lambda name: self._only(name, state.narrowed))
            if settled is None:
                state.compared.append(compared)
            else:
                todo.append(settled)
        return True

    def _only(self, name: str, narrowed: Narrowed) -> Class | None:
        mask = self._mask(name, narrowed)
        return self._space.domain(name).first(mask) if mask.bit_count() == 1 else None

    def _classes_apart(self, state: _State) -> list[Formula]:
        """Divide the variable that most choices ask about into the groups of classes that they tell apart."""
        asked: dict[Variable, set[int]] = {}
        times: Counter[Variable] = Counter()
        for within in (part for options in state.choices for part in _withins(options)):
            if self._standing(within, state.narrowed) is None:
                asked.setdefault(within.variable, set()).add(within.mask)
                times[within.variable] += 1
        if not times:
            return list(state.choices.pop())
        ((variable, _),) = times.most_common(1)
        groups = [self._mask(variable, state.narrowed)]
        for mask in sorted(asked[variable]):
            groups = [part for group in groups for part in (group & mask, group & ~mask) if part]
        return [Within(variable, group) for group in groups]

    def _values_of_one(self, state: _State) -> list[Formula]:
        """Return each class that the most constrained fact of an open comparison may still be in."""
        names = {name for compared in state.compared for name in self._space.scalars(compared.leaf)}
        sizes = {name: self._mask(name, state.narrowed).bit_count() for name in sorted(names)}
        name = min((name for name, size in sizes.items() if size > 1), key=sizes.__getitem__)
        mask = self._mask(name, state.narrowed)
        return [Within(name, 1 << index) for index in range(mask.bit_length()) if mask >> index & 1]

    def _mask(self, variable: Variable, narrowed: Narrowed) -> int:
        if variable in narrowed:
            return narrowed[variable]
        full = self._space.full(variable)
        if not self._certain or (certain := self._space.certain(variable)) == full:
            return full
        self.left_out = True
        return certain


def _withins(formulas: Iterable[Formula]) -> Iterator[Within]:
    for formula in formulas:
        match formula:
            case Within():
                yield formula
            case Every(parts) | Either(parts):
                yield from _withins(parts)
