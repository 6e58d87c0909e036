"""One rule set put in the place of its published self. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from routing.decision import Rules
from rules_engine.engine.compile import CompiledSet


@dataclass(frozen=True)
class Swap:
    """One compiled set in the place of its published self; `ahead` are the sets of its stage that speak before it."""

    new: CompiledSet
    ahead: frozenset[str] = frozenset()
    _twins: dict[tuple[int, ...], tuple[tuple[CompiledSet, ...], dict[int, int]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def into(self, rules: Rules) -> Rules:
        """Return the rules with the set put in; where it was not among them, at its place."""
        match self.new.stage:
            case "gate":
                return replace(rules, gates=self._among(rules.gates))
            case "score":
                return replace(rules, scores=self._among(rules.scores))
            case "eligibility":
                return replace(rules, eligibility=self._among(rules.eligibility))
        return replace(rules, route=self.new)

    def _among(self, sets: tuple[CompiledSet, ...]) -> tuple[CompiledSet, ...]:
        others = [each for each in sets if each.slug != self.new.slug]
        place = sum(each.slug in self.ahead for each in others)
        return (*others[:place], self.new, *others[place:])

    def old(self, rules: Rules) -> tuple[CompiledSet, ...]:
        """Return the set it replaces, if it was there."""
        if self.new.stage == "route":
            return (rules.route,) if rules.route else ()
        sets = {"gate": rules.gates, "score": rules.scores, "eligibility": rules.eligibility}[self.new.stage]
        return tuple(each for each in sets if each.slug == self.new.slug)

    def twins(self, old: tuple[CompiledSet, ...]) -> Mapping[int, int]:
        """Return the compiled rules, by identity, that say the same as a rule of the old set, and which that is."""
        key = tuple(map(id, old))
        if key not in self._twins:
            self._twins[key] = old, _twins(self.new, old)
        return self._twins[key][1]


def _twins(new: CompiledSet, old: tuple[CompiledSet, ...]) -> dict[int, int]:
    published = {each.key: (each, set_.zone) for set_ in old for each in set_.rules}
    pairs = ((each, *published[each.key]) for each in new.rules if each.key in published)
    return {id(each): id(twin) for each, twin, zone in pairs if zone == new.zone and each.rule == twin.rule}
