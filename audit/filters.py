"""What somebody asks of the ledger: clauses, of which an entry must match one whole."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Clause:
    """What an entry must match, all of it; blank asks nothing. `until` is exclusive."""

    since: datetime | None = None
    until: datetime | None = None
    action: str = ""
    actor_kind: str = ""
    actor_id: str = ""
    target_type: str = ""
    target_id: str = ""
    reason: str = ""
    producer: str = ""
    rule_set: str = ""
    version: str = ""

    def also(self, other: Self) -> Self | None:
        """Return what matches both, or None where nothing can."""
        both = {}
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            if not mine or not theirs:
                both[each.name] = mine or theirs
            elif each.name == "since":
                both[each.name] = max(mine, theirs)
            elif each.name == "until":
                both[each.name] = min(mine, theirs)
            elif mine != theirs:
                return None
            else:
                both[each.name] = mine
        return type(self)(**both)

    def as_dict(self) -> dict[str, str]:
        """Return what it asks, in JSON's words."""
        asked = {name: value for name, value in asdict(self).items() if value}
        return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in asked.items()}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Self:
        """Return the clause that `as_dict` told of."""
        moments = {name: datetime.fromisoformat(told[name]) for name in ("since", "until") if name in told}
        return cls(**{**told, **moments})


@dataclass(frozen=True, slots=True)
class Filter:
    """The entries that match any of these clauses; without a clause there are none."""

    clauses: tuple[Clause, ...] = (Clause(),)

    def narrowed(self, alternatives: Iterable[Clause]) -> "Filter":
        """Return what matches this filter, and one of these as well."""
        others = tuple(alternatives)
        met = (clause.also(other) for clause in self.clauses for other in others)
        return Filter(tuple(dict.fromkeys(clause for clause in met if clause is not None)))

    def as_dict(self) -> dict[str, Any]:
        """Return it in JSON's words."""
        return {"any": [clause.as_dict() for clause in self.clauses]}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> "Filter":
        """Return the filter that `as_dict` told of."""
        return cls(tuple(Clause.from_dict(each) for each in told["any"]))
