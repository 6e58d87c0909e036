"""A pack's new version, the one taken before, and what people made of it: merged rule by rule, losing nobody's edit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from rules_engine.documents import lists_named

Body = Mapping[str, Any]
Document = Mapping[str, Any]


class Choice(StrEnum):
    """Whose rule stands where both changed it."""

    OURS = "ours"
    PACK = "pack"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A rule both sides changed since the version taken before; None on a side that does not have it."""

    rule_id: str
    name: str
    before: Body | None
    ours: Body | None
    pack: Body | None


@dataclass(frozen=True, slots=True)
class Merge:
    """What a set comes to: rules nobody has to decide, rules somebody has to, and own edits that simply stay."""

    settled: Mapping[str, Body | None]
    conflicts: tuple[Conflict, ...]
    kept: tuple[str, ...]
    order: tuple[str, ...]
    head: Document

    def document(self, choices: Mapping[str, Choice]) -> dict[str, Any]:
        """Return the merged document; an undecided conflict leaves the rule as it is here."""
        chosen = {
            each.rule_id: each.pack if choices.get(each.rule_id) is Choice.PACK else each.ours
            for each in self.conflicts
        }
        bodies = {**self.settled, **chosen}
        rules = [body for rule_id in self.order if (body := bodies[rule_id]) is not None]
        named = lists_named(rules)
        lists = {name: values for name, values in self.head.get("lists", {}).items() if name in named}
        rest = {key: value for key, value in self.head.items() if key != "lists"}
        return {**rest, **({"lists": lists} if lists else {}), "rules": rules}


def merge(before: Document, ours: Document, pack: Document) -> Merge:
    """Return what the pack's document and ours come to; `before` is the pack's older one, `{}` where there is none."""
    was, here, there = _rules(before), _rules(ours), _rules(pack)
    order = _order(list(was), list(here), list(there))
    settled: dict[str, Body | None] = {}
    conflicts, kept = [], []
    for rule_id in order:
        old, mine, theirs = was.get(rule_id), here.get(rule_id), there.get(rule_id)
        if mine in (old, theirs):
            settled[rule_id] = theirs
        elif theirs == old:
            settled[rule_id] = mine
            kept += [rule_id] if old is not None else []
        else:
            named = mine or theirs or old or {}
            conflicts.append(Conflict(rule_id, str(named["name"]), old, mine, theirs))
    return Merge(settled, tuple(conflicts), tuple(kept), order, _head(before, ours, pack))


def _rules(document: Document) -> dict[str, Body]:
    return {body["id"]: body for body in document.get("rules", [])}


def _head(before: Document, ours: Document, pack: Document) -> Document:
    """Return all but the rules: the pack's, and of each key changed here our own."""
    mine = {key: value for key, value in ours.items() if key != "rules" and before.get(key, pack.get(key)) != value}
    return {key: value for key, value in pack.items() if key != "rules"} | mine


def _order(was: Sequence[str], here: Sequence[str], there: Sequence[str]) -> tuple[str, ...]:
    """Return every rule once: in our order where people changed it, else in the pack's; the others beside those they
    followed. Rules that only the version before had come last: nobody has them.
    """
    moved = [each for each in here if each in was] != [each for each in was if each in here]
    first, second = (here, there) if moved else (there, here)
    order = list(first)
    for index, rule_id in enumerate(second):
        if rule_id not in order:
            after = next((order.index(each) + 1 for each in reversed(second[:index]) if each in order), 0)
            order.insert(after, rule_id)
    return (*order, *(each for each in was if each not in order))
