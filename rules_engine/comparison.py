"""Two documents of a set compared, rule by rule, in sentences: added, removed, changed, moved."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache, partial
from typing import Any, Final

from accounts.differences import Difference, differences
from rules_engine.catalog_setting import catalog
from rules_engine.condition_changes import NodeChange, condition_changes
from rules_engine.documents import lists_named
from rules_engine.engine import tables
from rules_engine.engine.budget import NO_PROOFS
from rules_engine.engine.catalog import Catalog
from rules_engine.engine.explain import explain_rule
from rules_engine.engine.lists import NO_LISTS, Lists
from rules_engine.engine.nodes import Condition, Prefer, Require, Rule, Status, Table
from rules_engine.engine.parse import ParsedRule, parse_rule
from rules_engine.mappers import list_values
from rules_engine.row_changes import RowChange, RowKind, compare_rows

# What a rule's sentence tells already; the rest of a changed rule is listed place by place.
TOLD: Final = frozenset(
    {"when", "effect", "needs", "add", "route", "require", "prefer", "weight", "active_from", "active_to"}
)
CONDITIONS: Final = frozenset({"when", "require", "prefer"})
# What a rule that came or went tells elsewhere: in its heading, its rows, the count of its examples.
TOLD_OF_A_WHOLE: Final = TOLD | {"id", "name", "table", "examples"}


@dataclass(frozen=True, slots=True)
class RowWords:
    """One row of a table in a sentence, and the source of its own where it has one."""

    sentence: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule that differs: `kind` is added, removed, changed or moved; sentences where the rule is or was.

    `rows` are those of a table that came or went whole, `row_changes` what differs in one that stays.
    """

    kind: str
    rule_id: str
    name: str
    old: str = ""
    new: str = ""
    places: tuple[Difference, ...] = ()
    nodes: tuple[NodeChange, ...] = ()
    examples: str = ""
    rows: tuple[RowWords, ...] = ()
    row_changes: tuple[RowChange, ...] = ()

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return {"added": "ok", "removed": "bad", "changed": "info"}.get(self.kind, "muted")

    def lines(self) -> Iterator[str]:
        """Yield the change as lines of plain text, for letters and programs."""
        yield f"{self.kind.capitalize()}: {self.name} ({self.rule_id})"
        if self.kind == "changed":
            yield from (f"  {label} {said}" for label, said in (("Before:", self.old), ("Now:", self.new)) if said)
        else:
            yield f"  {self.new or self.old}"
        yield from (f"  {node.text}" for node in self.nodes)
        yield from (f"  {row.sentence}" for row in self.rows)
        yield from (f"  {row_text(row)}" for row in self.row_changes)
        yield from (f"  {place_text(place)}" for place in self.places)
        if self.examples:
            yield f"  {self.examples}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs: of the set as a whole, and of its rules in the order of the newer document."""

    whole: tuple[Difference, ...]
    rules: tuple[RuleChange, ...]

    def __bool__(self) -> bool:
        return bool(self.whole or self.rules)

    def lines(self) -> list[str]:
        """Return all of it as lines of plain text."""
        return [*map(place_text, self.whole), *(line for change in self.rules for line in change.lines())]


def place_text(place: Difference) -> str:
    """Say one place that differs, without marks."""
    if place.old is None:
        return f"{place.place}: added {place.new}"
    if place.new is None:
        return f"{place.place}: removed {place.old}"
    return f"{place.place}: {place.old} → {place.new}"


def row_text(row: RowChange) -> str:
    """Say one row of a table that differs, without marks."""
    if row.kind is RowKind.CHANGED:
        cells = [f"{cell.column}: {cell.old or 'nothing'} → {cell.new or 'nothing'}" for cell in row.cells]
    else:
        cells = [f"{cell.column}: {cell.new or cell.old}" for cell in row.cells]
    return f"Row {row.id} {row.kind}: {'; '.join(cells).rstrip('.')}."


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Comparison:
    """Return what a newer document says differently. Either may be `{}`: nothing published yet."""
    shared = [{"time_zone": each.get("time_zone"), "lists": each.get("lists", {})} for each in (old, new)]
    whole = tuple(differences(shared[0], shared[1])) if old and new else ()
    return Comparison(whole, tuple(_changes(old, new)))


def sentence(body: Any, stage: str, lists: Lists | None = None) -> str:
    """Return a rule in words, or what keeps it from being said. The lists it names are the agency's, unless given."""
    named = lists_named(body)
    known = list_values(named) if lists is None and named else {s: v for s, v in (lists or {}).items() if s in named}
    return _said(json.dumps([body, known], sort_keys=True), stage, catalog())


@lru_cache(maxsize=4096)
def _said(text: str, stage: str, words: Catalog) -> str:
    """The same rule reads the same, so a page of hundreds says anew only what somebody has changed."""
    body, lists = json.loads(text)
    parsed = parse_rule(body, stage, words, draft=True, lists=lists, proofs=NO_PROOFS)
    if parsed.rule is None:
        return f"This release cannot read the rule: {parsed.problems[0].message}"
    return explain_rule(parsed.rule, words)


def rows_in_words(body: Any, stage: str, lists: Lists | None = None) -> tuple[RowWords, ...]:
    """Return what each row of a table says besides what all of them share; nothing for a rule that is no table."""
    rule = _parsed(body, stage, lists).rule
    if rule is None or not isinstance(rule.action, Table):
        return ()
    alone = replace(rule, status=Status.CONFIRMED, active_from=None, active_to=None)
    return tuple(
        RowWords(
            explain_rule(row, catalog()), row.citation.source if row.citation and row.citation != rule.citation else ""
        )
        for row in tables.rows(alone)
    )


def _parsed(body: Any, stage: str, lists: Lists | None) -> ParsedRule:
    if lists is None:
        lists = list_values() if lists_named(body) else NO_LISTS
    return parse_rule(body, stage, catalog(), draft=True, lists=lists, proofs=NO_PROOFS)


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[RuleChange]:
    stage = new.get("stage", "")
    was, now = (partial(sentence, stage=stage, lists=document.get("lists", {})) for document in (old, new))
    parsed = partial(_nodes, stage=stage, lists=(old.get("lists", {}), new.get("lists", {})))
    before = {body["id"]: body for body in old.get("rules", [])}
    after = {body["id"]: body for body in new.get("rules", [])}
    moved = _moved([rule for rule in before if rule in after], [rule for rule in after if rule in before])
    for rule_id, body in after.items():
        earlier = before.get(rule_id)
        if earlier is None:
            rows = rows_in_words(body, stage, new.get("lists", {}))
            places, examples = _places({}, _untold(body)), _examples({}, body)
            yield RuleChange("added", rule_id, body["name"], "", now(body), places, examples=examples, rows=rows)
        elif earlier != body:
            yield _changed(earlier, body, was(earlier), now(body), parsed(earlier, body))
        if rule_id in moved:
            yield RuleChange("moved", rule_id, body["name"], new=_place(rule_id, list(after), after))
    for rule_id, body in before.items():
        if rule_id not in after:
            rows = rows_in_words(body, stage, old.get("lists", {}))
            places, examples = _places(_untold(body), {}), _examples(body, {})
            yield RuleChange("removed", rule_id, body["name"], was(body), "", places, examples=examples, rows=rows)


def _places(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return what differs place by place, also within what stands on one side alone, such as a citation."""
    return tuple(
        place
        for key in {**old, **new}
        for place in differences(_member(old, key, beside=new), _member(new, key, beside=old))
    )


def _member(body: Mapping[str, Any], key: str, *, beside: Mapping[str, Any]) -> dict[str, Any]:
    """Return one member of a rule; an empty one where only the other has it and it has parts."""
    if key in body:
        return {key: body[key]}
    return {key: {}} if isinstance(beside[key], dict) else {}


def _untold(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the sentence of a whole rule leaves out: what it does without a fact, its source, its status."""
    return {key: value for key, value in body.items() if key not in TOLD_OF_A_WHOLE}


def _changed(
    old: Mapping[str, Any], new: Mapping[str, Any], was: str, now: str, nodes: tuple[NodeChange, ...]
) -> RuleChange:
    if "table" in old and "table" in new:
        return _changed_table(old, new, nodes)
    said, told = ((was, now), TOLD) if was != now else (("", ""), CONDITIONS if nodes else frozenset())
    silent = [
        {key: value for key, value in body.items() if key not in told and key != "examples"} for body in (old, new)
    ]
    places = _places(silent[0], silent[1])
    return RuleChange("changed", new["id"], new["name"], *said, places, nodes, _examples(old, new))


def _changed_table(old: Mapping[str, Any], new: Mapping[str, Any], nodes: tuple[NodeChange, ...]) -> RuleChange:
    """Tell a table row by row, and the rest of it place by place: as one sentence nobody reads fifty rows."""
    found = compare_rows(old["table"], new["table"], catalog())
    told = {"examples", "table", *(CONDITIONS if nodes else ())}
    rest = [
        {
            **{key: value for key, value in body.items() if key not in told},
            "table": {key: value for key, value in body["table"].items() if key != "rows"},
        }
        for body in (old, new)
    ]
    order = (Difference("rows", "in another order", "as they are now"),) if found.is_reordered else ()
    places = (*_places(rest[0], rest[1]), *order)
    return RuleChange(
        "changed",
        new["id"],
        new["name"],
        places=places,
        nodes=nodes,
        examples=_examples(old, new),
        row_changes=found.rows,
    )


def _nodes(
    old: Mapping[str, Any], new: Mapping[str, Any], *, stage: str, lists: tuple[Lists, Lists]
) -> tuple[NodeChange, ...]:
    """Return what differs in a rule's conditions; nothing where one of the two cannot be read."""
    was = parse_rule(old, stage, catalog(), draft=True, lists=lists[0], proofs=NO_PROOFS).rule
    now = parse_rule(new, stage, catalog(), draft=True, lists=lists[1], proofs=NO_PROOFS).rule
    if was is None or now is None:
        return ()
    return (
        *condition_changes(was.when, now.when, catalog()),
        *condition_changes(_asked(was), _asked(now), catalog()),
    )


def _asked(rule: Rule) -> Condition | None:
    """Return what a rule asks of producers."""
    return rule.action.condition if isinstance(rule.action, Require | Prefer) else None


def _examples(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Count the examples that came and went."""
    before, after = (
        Counter(json.dumps(each, sort_keys=True) for each in body.get("examples", [])) for body in (old, new)
    )
    counts = (("added", (after - before).total()), ("removed", (before - after).total()))
    told = [f"{count} {word}" for word, count in counts if count]
    return f"Examples: {', '.join(told)}." if told else ""


def _moved(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Return the rules out of the order they kept: what is in no common run of both."""
    runs = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    kept = {new[run.b + step] for run in runs for step in range(run.size)}
    return set(new) - kept


def _place(rule_id: str, order: Sequence[str], rules: Mapping[str, Any]) -> str:
    index = order.index(rule_id)
    return f"Now number {index + 1}, after “{rules[order[index - 1]]['name']}”." if index else "Now the first."
