"""Which facts are compared with which, and so must be cut alike; and what each group of them is cut by."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from rules_engine.engine.catalog import Catalog
from rules_engine.engine.nodes import Condition, Key, Leaf, Literal, Ref, leaves
from rules_engine.engine.operators import OPERATORS, Moment, Shape
from rules_engine.engine.prover.domains import Cuts
from rules_engine.engine.values import Kind, Scalar


def part_of(name: str, index: int) -> str:
    """Return what stands for one part of a compound key among the names of fields."""
    return f"{name}#{index}"


@dataclass(slots=True)
class Group:
    """Facts compared with each other, or one alone: what cuts them, and the days their age is asked in."""

    members: set[str] = field(default_factory=set)
    cuts: Cuts = field(default_factory=Cuts)
    days: set[int] = field(default_factory=set)

    def take(self, other: "Group") -> None:
        """Take over another group's members, with what cuts them."""
        self.members |= other.members
        self.days |= other.days
        for name in ("values", "starts", "ends", "patterns"):
            getattr(self.cuts, name).update(getattr(other.cuts, name))


class Links:
    """The groups that some conditions make of the catalog's fields."""

    def __init__(self, conditions: Iterable[Condition], catalog: Catalog) -> None:
        self._catalog = catalog
        self._groups: dict[str, Group] = {}
        for condition in conditions:
            for leaf in leaves(condition):
                self._note(leaf)
        for group in {id(group): group for group in self._groups.values()}.values():
            self._finish(group)
        # Whether any question counts days back from the present.
        self.count_days = any(group.days for group in self._groups.values())

    def group(self, name: str) -> Group:
        """Return the group of a field, or of a part of a compound key."""
        if name not in self._groups:
            self._groups[name] = Group({name})
        return self._groups[name]

    def cuts(self, name: str, moment: Moment) -> Cuts:
        """Return what cuts a field at a moment, the days in which its age is asked among them."""
        group = self.group(name)
        if not group.days:
            return group.cuts
        field_ = self._catalog.get(name)
        now: datetime | date = moment.now if field_ is not None and field_.kind is Kind.DATETIME else moment.today
        turns: set[Scalar] = {now, *(now - timedelta(days=days) for days in group.days)}
        return Cuts(group.cuts.values | turns, spare=group.cuts.spare)

    def _note(self, leaf: Leaf) -> None:
        group = self.group(leaf.field)
        match leaf.operand:
            case Ref(other):
                self._join(leaf.field, other)
            case Key(parts):
                for index, part in enumerate(parts):
                    self._note_part(part_of(leaf.field, index), part)
            case Literal(value):
                _cut(group, leaf.op, value if isinstance(value, tuple) else (value,))
            case None:
                pass

    def _note_part(self, name: str, part: Ref | Literal) -> None:
        if isinstance(part, Ref):
            self._join(name, part.field)
        elif not isinstance(part.value, tuple):
            self.group(name).cuts.values.add(part.value)

    def _join(self, one: str, other: str) -> None:
        kept, lost = self.group(one), self.group(other)
        if kept is lost:
            return
        kept.take(lost)
        for name in lost.members:
            self._groups[name] = kept

    def _finish(self, group: Group) -> None:
        """Let as many facts differ inside one class as are compared, and a text be any option it is compared with."""
        group.cuts.spare = len(group.members)
        if len(group.members) > 1:
            fields = [found for name in group.members if (found := self._catalog.get(name)) is not None]
            group.cuts.values |= {option.value for found in fields for option in found.options}


def _cut(group: Group, op: str, values: tuple[Scalar, ...]) -> None:
    shape = OPERATORS[op].shape
    if shape is Shape.DAYS:
        group.days.update(value for value in values if isinstance(value, int))
        return
    kept: dict[str, set[str]] = {"starts_with": group.cuts.starts, "ends_with": group.cuts.ends}
    kept["matches"] = group.cuts.patterns
    if op in kept:
        kept[op].update(map(str, values))
    else:
        group.cuts.values.update(values)
