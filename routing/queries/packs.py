"""What packs there are, and what taking one would make of the drafts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from accounts.errors import Invalid
from routing.models import PackedSet
from routing.packs import files
from routing.packs.files import Pack, PackSet
from routing.packs.manifest import rank
from routing.packs.merging import Choice, Merge, merge
from rules_engine.comparison import Comparison, compare, sentence
from rules_engine.documents import content_hash
from rules_engine.mappers import document_of
from rules_engine.models import RuleSet


@dataclass(frozen=True)
class Decision:
    """A rule that both the pack and people here changed, in words, and the name its choice goes by."""

    key: str
    name: str
    before: str
    ours: str
    pack: str


@dataclass(frozen=True)
class SetPlan:
    """What taking a pack would make of one set's draft."""

    packed: PackSet
    ruleset: RuleSet | None
    taken: PackedSet | None
    ours: Mapping[str, Any]

    @cached_property
    def merged(self) -> Merge:
        """The pack's rules, those taken before and those of the draft, merged."""
        return merge(self.taken.document if self.taken else {}, self.ours, self.packed.document)

    def document(self, choices: Mapping[str, Choice]) -> dict[str, Any]:
        """Return what the draft would say; choices are named `set:rule`."""
        start = f"{self.packed.slug}:"
        mine = {key.removeprefix(start): choice for key, choice in choices.items() if key.startswith(start)}
        return self.merged.document(mine)

    @property
    def comparison(self) -> Comparison:
        """What would change in the draft without any decision."""
        return compare(self.ours, self.merged.document({}))

    @property
    def decisions(self) -> list[Decision]:
        """What somebody has to decide."""
        stage = self.packed.document["stage"]
        return [
            Decision(
                f"{self.packed.slug}:{each.rule_id}",
                each.name,
                *(sentence(body, stage) if body else "" for body in (each.before, each.ours, each.pack)),
            )
            for each in self.merged.conflicts
        ]

    @property
    def kept(self) -> list[str]:
        """The names of the pack's rules that people changed here or took out, and the pack did not touch since."""
        return [self._name(rule_id) for rule_id in self.merged.kept]

    def _name(self, rule_id: str) -> str:
        body = self.merged.settled[rule_id]
        if body is not None:
            return str(body["name"])
        old = next(rule for rule in self.packed.document["rules"] if rule["id"] == rule_id)
        return f"{old['name']} (taken out here)"


@dataclass(frozen=True)
class Plan:
    """What taking a pack would change: set by set, with what must be decided first."""

    pack: Pack
    installed: str
    sets: tuple[SetPlan, ...]
    left: tuple[PackedSet, ...]

    @property
    def decisions(self) -> list[Decision]:
        """Every rule somebody has to decide about."""
        return [decision for each in self.sets for decision in each.decisions]

    @property
    def change_count(self) -> int:
        """How many changes of rules need no decision."""
        return sum(len(each.comparison.rules) for each in self.sets)

    @property
    def is_current(self) -> bool:
        """Say whether this very version was taken."""
        return self.installed != "" and rank(self.installed) == self.pack.manifest.rank

    @property
    def is_older(self) -> bool:
        """Say whether a later version was taken already."""
        return self.installed != "" and rank(self.installed) > self.pack.manifest.rank

    @property
    def is_altered(self) -> bool:
        """Say whether the files are no longer what was taken, though they name the same version."""
        there = {each.packed.slug: each.packed.document for each in self.sets}
        taken = {each.packed.slug: each.taken.document for each in self.sets if each.taken}
        return self.is_current and (there != taken or bool(self.left))

    @property
    def hash(self) -> str:
        """Return what tells whether drafts or files have changed since somebody looked."""
        sets = [
            [each.packed.slug, each.packed.document, each.ours, each.taken.document if each.taken else None]
            for each in self.sets
        ]
        return content_hash([self.pack.manifest.version, sets])


@dataclass(frozen=True)
class Listed:
    """A pack in the list: read and planned, or the refusal that says why it cannot be."""

    slug: str
    plan: Plan | None
    refusal: Invalid | None


def list_packs() -> Iterator[Listed]:
    """Yield every pack there is."""
    for slug in files.directories():
        try:
            yield Listed(slug, plan(files.find(slug)), None)
        except Invalid as refusal:
            yield Listed(slug, None, refusal)


def plan(pack: Pack) -> Plan:
    """Return what taking the pack would change."""
    rows = PackedSet.objects.filter(pack=pack.slug).select_related("ruleset")
    taken = {row.ruleset.slug: row for row in rows}
    present = {row.slug: row for row in RuleSet.objects.filter(slug__in=[each.slug for each in pack.sets])}
    sets = [
        SetPlan(each, ruleset, taken.pop(each.slug, None), document_of(ruleset) if ruleset else {})
        for each in pack.sets
        for ruleset in [present.get(each.slug)]
    ]
    versions = {row.version for row in rows}
    return Plan(pack, max(versions, key=rank, default=""), tuple(sets), tuple(taken.values()))
