"""A pool's method: filters, then preferences, then one order, then one pick; read from JSON, faults and all."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Generic, TypeVar

from routing.strategies.candidate import Need
from routing.strategies.options import UnreadableError
from routing.strategies.table import FILTERS, PICKS, PREFERENCES, STRATEGIES, Filter, Order, Pick, Preference, Step

PARTS: Final = ("filters", "preferences", "order", "pick")
FALLBACK: Final = "round_robin"

S = TypeVar("S", bound=Step)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend in a method: where (a JSON pointer), what (a stable code), and a sentence that says how."""

    pointer: str
    code: str
    text: str

    def as_dict(self) -> dict[str, str]:
        """Return its JSON form."""
        return {"pointer": self.pointer, "code": self.code, "text": self.text}


@dataclass(frozen=True, slots=True)
class Use(Generic[S]):
    """A step as a pool uses it."""

    step: S
    options: Mapping[str, Any]

    @property
    def reads(self) -> frozenset[str]:
        """The readings it asks for, with these options."""
        return self.step.reads | {each.reads for each in self.step.options if each.reads and self.options[each.name]}


@dataclass(frozen=True)
class Plan:
    """A method, ready to run. `faults` say why the one that was written is not the one that runs."""

    filters: tuple[Use[Filter], ...]
    preferences: tuple[Use[Preference], ...]
    order: Use[Any]
    pick: Use[Pick]
    ordering: Order
    faults: tuple[Fault, ...] = ()

    @property
    def strategy(self) -> str:
        """The order's name."""
        return str(self.order.step.name)

    @property
    def uses(self) -> tuple[Use[Any], ...]:
        """Every step, in the order they run."""
        return (*self.filters, *self.preferences, self.order, self.pick)

    @cached_property
    def reads(self) -> frozenset[str]:
        """The readings the steps ask for, beside desks and credits."""
        return frozenset().union(*(use.reads for use in self.uses))

    @cached_property
    def is_plain(self) -> bool:
        """Say whether desks, turns and weights are all it looks at."""
        return not (self.filters or self.preferences or self.reads or self.order.step.asks_for_profiles)

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """The skills the steps list."""
        return tuple(need for use in self.filters for need in use.options.get("needs", ()))

    def ordered_by(self, strategy: str) -> "Plan":
        """Return the plan with another order, as a route may ask for; its options are those nobody has set.

        A plan that stands in for one with faults stays as it is.
        """
        if self.faults or strategy == self.strategy:
            return self
        step = STRATEGIES.get(strategy)
        if step is None:
            return replace(self, faults=(*self.faults, _unknown("/strategy", strategy, STRATEGIES)))
        return replace(self, order=Use(step, step.defaults), ordering=step.plain)


def parse(document: object, strategy: str) -> Plan:
    """Return the plan that a document and the name of an order say.

    A document with faults is put aside as a whole: half a method would surprise more than none. The plan is round robin
    then, over whoever may lawfully have the lead, and its `faults` say why.
    """
    faults: list[Fault] = []
    plan = _Reader(faults).plan(document, strategy)
    return replace(PLAIN, faults=tuple(faults)) if faults or plan is None else plan


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads a document and notes every fault at its place."""

    faults: list[Fault]

    def plan(self, document: object, strategy: str) -> Plan | None:
        if not isinstance(document, dict):
            self._note("", "method.shape", f"A method is an object with {', '.join(PARTS)}.")
            return None
        for key in document.keys() - {*PARTS}:
            self._note(f"/{key}", "key.unknown", f"Leave {key} out: a method has {', '.join(PARTS)} only.")
        filters = self._uses(document.get("filters", []), FILTERS, "/filters")
        preferences = self._uses(document.get("preferences", []), PREFERENCES, "/preferences")
        pick = self._use(document.get("pick", {"step": "push"}), PICKS, "/pick")
        step = STRATEGIES.get(strategy)
        if step is None:
            self.faults.append(_unknown("/strategy", strategy, STRATEGIES))
            return None
        options = self._options(document.get("order", {}), step, "/order")
        if step.options and not any(options.values()) and step.name == "priority":
            self._note("/order", "weights.zero", "At least one weight must be more than 0.")
        if self.faults or pick is None:
            return None
        return Plan(filters, preferences, Use(step, options), pick, step.make(**options))

    def _uses(self, value: object, table: Mapping[str, S], pointer: str) -> tuple[Use[S], ...]:
        if not isinstance(value, list):
            self._note(pointer, "method.shape", "Use a list of steps.")
            return ()
        uses = [self._use(each, table, f"{pointer}/{place}") for place, each in enumerate(value)]
        found = [use for use in uses if use is not None]
        for place, use in enumerate(uses):
            if use is not None and any(use.step is other.step for other in uses[:place] if other):
                self._note(f"{pointer}/{place}/step", "step.twice", f"{use.step.label} is there already.")
        return tuple(found)

    def _use(self, value: object, table: Mapping[str, S], pointer: str) -> Use[S] | None:
        if not isinstance(value, dict) or not isinstance(value.get("step"), str):
            self._note(pointer, "method.shape", "A step is an object with the step's name as step, and its options.")
            return None
        step = table.get(value["step"])
        if step is None:
            self.faults.append(_unknown(f"{pointer}/step", value["step"], table))
            return None
        return Use(step, self._options({key: each for key, each in value.items() if key != "step"}, step, pointer))

    def _options(self, value: object, step: Step, pointer: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            self._note(pointer, "method.shape", "Options are an object, by name.")
            return step.defaults
        read = step.defaults
        known = {option.name: option for option in step.options}
        for name, given in value.items():
            option = known.get(name)
            if option is None:
                self._note(f"{pointer}/{name}", "option.unknown", f"{step.label} has no option {name}.")
                continue
            try:
                read[name] = option.kind.read(given)
            except UnreadableError as error:
                self._note(f"{pointer}/{name}", "option.bad", f"{step.label}, {option.label.lower()}: {error}")
        return read

    def _note(self, pointer: str, code: str, text: str) -> None:
        self.faults.append(Fault(pointer, code, text))


def _unknown(pointer: str, name: str, table: Mapping[str, Step]) -> Fault:
    return Fault(pointer, "step.unknown", f"There is no {name[:40]}; use one of {', '.join(table)}.")


def _plain() -> Plan:
    step, pick = STRATEGIES[FALLBACK], PICKS["push"]
    return Plan((), (), Use(step, step.defaults), Use(pick, pick.defaults), step.plain)


PLAIN: Final = _plain()
