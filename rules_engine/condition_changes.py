"""How the conditions of a rule differ from what they were, node by node: added, removed, changed, moved."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from rules_engine.engine.catalog import Catalog
from rules_engine.engine.explain import explain_condition
from rules_engine.engine.nodes import All, Any, Condition, Leaf, Not, members

GROUPS: Final = {All: "all of", Any: "at least one of", Not: "none of"}


@dataclass(frozen=True, slots=True)
class NodeChange:
    """One condition that differs; `group` says in which group it stands, and is blank at the top."""

    kind: str
    old: str
    new: str
    group: str = ""

    @property
    def text(self) -> str:
        """Say it in one sentence."""
        within = f", within “{self.group}”" if self.group else ""
        match self.kind:
            case "added":
                return f"Condition added{within}: {self.new}."
            case "removed":
                return f"Condition removed{within}: {self.old}."
            case "moved":
                return f"Condition moved{within}: {self.new}."
        return f"Condition changed{within}: {self.old} → {self.new}."


@dataclass(frozen=True, slots=True)
class _Found:
    kind: str
    old: Condition | None
    new: Condition | None
    group: str


def condition_changes(old: Condition | None, new: Condition | None, catalog: Catalog) -> tuple[NodeChange, ...]:
    """Return what differs between two conditions, either of which may be absent, which means always."""
    found = list(_differ(_as_all(old), _as_all(new), ""))
    return tuple(_told(each, catalog) for each in _rehoused(found))


def _as_all(condition: Condition | None) -> All:
    """Return the members of a condition as a group of all, so that a second one beside the first is one addition."""
    if condition is None:
        return All(())
    return condition if isinstance(condition, All) and not condition.muted else All((condition,))


def _differ(old: Condition, new: Condition, group: str) -> Iterator[_Found]:
    before, after = members(old), members(new)
    left, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    stay = Counter(before) & Counter(after)
    for node in _out_of_order(_taken(before, stay), _taken(after, stay)):
        yield _Found("moved", node, node, group)
    gone, arrived = _taken(before, left), _taken(after, come)
    for node in gone:
        successor = next((other for other in arrived if _is_same_question(node, other)), None)
        if successor is None:
            yield _Found("removed", node, None, group)
            continue
        arrived.remove(successor)
        yield from _changed(node, successor, group)
    yield from (_Found("added", None, node, group) for node in arrived)


def _changed(old: Condition, new: Condition, group: str) -> Iterator[_Found]:
    if isinstance(old, Leaf) or type(old) is not type(new) or old.muted != new.muted:
        yield _Found("changed", old, new, group)
    else:
        yield from _differ(old, new, " › ".join(filter(None, (group, GROUPS[type(new)]))))


def _is_same_question(old: Condition, new: Condition) -> bool:
    if isinstance(old, Leaf) and isinstance(new, Leaf):
        return old.field == new.field
    return not isinstance(old, Leaf) and not isinstance(new, Leaf)


def _taken(nodes: Sequence[Condition], wanted: Counter[Condition]) -> list[Condition]:
    """Return the nodes in their order, each as often as it is wanted."""
    rest, taken = Counter(wanted), []
    for node in nodes:
        if rest[node] > 0:
            rest[node] -= 1
            taken.append(node)
    return taken


def _out_of_order(old: Sequence[Condition], new: Sequence[Condition]) -> list[Condition]:
    runs = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    kept = {run.b + step for run in runs for step in range(run.size)}
    return [node for at, node in enumerate(new) if at not in kept]


def _rehoused(found: list[_Found]) -> Iterator[_Found]:
    """Tell what left one group and came into another as one move."""
    gone = Counter(each.old for each in found if each.kind == "removed")
    come = Counter(each.new for each in found if each.kind == "added")
    across = gone & come
    leaving, coming = Counter(across), Counter(across)
    for each in found:
        if each.kind == "removed" and leaving[each.old] > 0:
            leaving[each.old] -= 1
        elif each.kind == "added" and coming[each.new] > 0:
            coming[each.new] -= 1
            yield _Found("moved", each.new, each.new, each.group)
        else:
            yield each


def _told(found: _Found, catalog: Catalog) -> NodeChange:
    said = ["" if node is None else explain_condition(node, catalog) for node in (found.old, found.new)]
    return NodeChange(found.kind, said[0], said[1], found.group)
