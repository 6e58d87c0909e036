"""What lint says: one finding each, with the rules it is about, where they are written, and a lead that shows it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rules_engine.engine.prover.proofs import ExampleLead
from rules_engine.engine.values import plain


class Severity(StrEnum):
    """How much a finding matters: it breaks something, it is surely not what was meant, or it is good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of finding: its stable code, how much it matters, and what such findings are called together."""

    code: str
    severity: Severity
    title: str


SORTS: Final = {
    sort.code: sort
    for sort in (
        Sort("set.no_catch_all", Severity.ERROR, "Leads that meet no route"),
        Sort("rule.unreachable", Severity.ERROR, "Rules that can never hold"),
        Sort("rule.shadowed", Severity.ERROR, "Rules that never get their turn"),
        Sort("rules.contradict", Severity.ERROR, "Requirements that nobody can meet together"),
        Sort("requirement.impossible", Severity.ERROR, "Requirements that nobody can meet"),
        Sort("target.dead", Severity.ERROR, "Routes to where nobody works"),
        Sort("table.overlap", Severity.WARNING, "Rows that answer the same lead differently"),
        Sort("rule.duplicate", Severity.WARNING, "Rules that say the same"),
        Sort("rule.subsumed", Severity.WARNING, "Rules that add nothing to another"),
        Sort("requirement.idle", Severity.WARNING, "Requirements that exclude nobody"),
        Sort("table.gap", Severity.WARNING, "Leads that no row of a table answers"),
        Sort("field.rarely_filled", Severity.WARNING, "Rules on facts that leads often lack"),
        Sort("condition.impossible", Severity.WARNING, "Parts of a condition that can never hold"),
        Sort("condition.always", Severity.WARNING, "Parts of a condition that always hold"),
        Sort("condition.duplicate", Severity.NOTE, "Questions asked twice"),
        Sort("condition.implied", Severity.NOTE, "Questions that change nothing"),
        Sort("lint.undecided", Severity.NOTE, "What the prover cannot decide"),
    )
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing lint found. `provisional`: the rule it blames decides nothing yet."""

    code: str
    rules: tuple[str, ...]
    pointers: tuple[str, ...]
    message: str
    example: ExampleLead | None = None
    decided: bool = True
    provisional: bool = False

    @property
    def sort(self) -> Sort:
        """What sort of finding it is."""
        return SORTS[self.code]

    def as_dict(self) -> dict[str, object]:
        """Return its JSON form."""
        example = self.example and {"facts": self.example.facts.raw(), "at": plain(self.example.at)}
        return {
            "code": self.code,
            "severity": self.sort.severity.value,
            "rules": list(self.rules),
            "pointers": list(self.pointers),
            "message": self.message,
            "example": example,
            "decided": self.decided,
            "provisional": self.provisional,
        }
