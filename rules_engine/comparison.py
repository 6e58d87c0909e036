"""Two documents of a set compared, rule by rule, in sentences: added, removed, changed, moved."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from accounts.differences import Difference, differences
from rules_engine.catalog_setting import catalog
from rules_engine.engine.explain import explain_rule
from rules_engine.engine.parse import parse_rule

# What a rule's sentence tells already; the rest of a changed rule is listed place by place.
TOLD: Final = frozenset(
    {"when", "effect", "needs", "add", "route", "require", "prefer", "weight", "active_from", "active_to"}
)


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule that differs: `kind` is added, removed, changed or moved; sentences where the rule is or was."""

    kind: str
    rule_id: str
    name: str
    old: str = ""
    new: str = ""
    places: tuple[Difference, ...] = ()

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return {"added": "ok", "removed": "bad", "changed": "info"}.get(self.kind, "muted")


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs: of the set as a whole, and of its rules in the order of the newer document."""

    whole: tuple[Difference, ...]
    rules: tuple[RuleChange, ...]

    def __bool__(self) -> bool:
        return bool(self.whole or self.rules)


def compare(old: Mapping[str, Any], new: Mapping[str, Any]) -> Comparison:
    """Return what a newer document says differently. Either may be `{}`: nothing published yet."""
    zones = [{"time_zone": document.get("time_zone")} for document in (old, new)]
    whole = tuple(differences(zones[0], zones[1])) if old and new else ()
    return Comparison(whole, tuple(_changes(old.get("rules", []), new.get("rules", []), new.get("stage", ""))))


def sentence(body: Any, stage: str) -> str:
    """Return a rule in words, or what keeps it from being said."""
    parsed = parse_rule(body, stage, catalog(), draft=True)
    if parsed.rule is None:
        return f"This release cannot read the rule: {parsed.problems[0].message}"
    return explain_rule(parsed.rule, catalog())


def _changes(old: Sequence[Any], new: Sequence[Any], stage: str) -> Iterator[RuleChange]:
    before = {body["id"]: body for body in old}
    after = {body["id"]: body for body in new}
    moved = _moved([rule for rule in before if rule in after], [rule for rule in after if rule in before])
    for rule_id, body in after.items():
        earlier = before.get(rule_id)
        if earlier is None:
            yield RuleChange("added", rule_id, body["name"], new=sentence(body, stage))
        elif earlier != body:
            yield _changed(earlier, body, stage)
        if rule_id in moved:
            yield RuleChange("moved", rule_id, body["name"], new=_place(rule_id, list(after), after))
    for rule_id, body in before.items():
        if rule_id not in after:
            yield RuleChange("removed", rule_id, body["name"], old=sentence(body, stage))


def _changed(old: Mapping[str, Any], new: Mapping[str, Any], stage: str) -> RuleChange:
    said = sentence(old, stage), sentence(new, stage)
    silent = [{key: value for key, value in body.items() if key not in TOLD} for body in (old, new)]
    if said[0] == said[1]:
        return RuleChange("changed", new["id"], new["name"], places=tuple(differences(old, new)))
    return RuleChange("changed", new["id"], new["name"], *said, tuple(differences(silent[0], silent[1])))


def _moved(old: Sequence[str], new: Sequence[str]) -> set[str]:
    """Return the rules out of the order they kept: what is in no common run of both."""
    runs = SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()
    kept = {new[run.b + step] for run in runs for step in range(run.size)}
    return set(new) - kept


def _place(rule_id: str, order: Sequence[str], rules: Mapping[str, Any]) -> str:
    index = order.index(rule_id)
    return f"Now number {index + 1}, after “{rules[order[index - 1]]['name']}”." if index else "Now the first."
