"""The stages: which facts each may use, and what its rules may say."""

from collections.abc import Set
from dataclasses import dataclass

from rules_engine.engine.nodes import Hit

# Worst first: the order decides which of several effects stands.
GATE_EFFECTS = ("reject", "quarantine", "review", "require", "task", "warn")
STOPPING_EFFECTS = frozenset({"reject", "quarantine", "review", "require"})
TIERS = ("hot", "warm", "low")

DATA_MISSING = "DATA_MISSING"
UNKNOWN_FACT = "UNKNOWN_FACT"

COMMON_KEYS = frozenset(
    {"id", "name", "when", "active_from", "active_to", "status", "jurisdiction", "citation", "examples"}
)
# What stands beside the columns of requirements in a table of the stage eligibility, by whether it requires or prefers.
REQUIREMENT, PREFERENCE = ("reason", "message"), ("weight",)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: the scopes its conditions may read, the keys its rules may carry besides the common ones, and those of
    which they must carry one.

    Of its tables: the outputs they may have, those they must have, the hit policies that make sense. `on_unknown` is
    the one word that key may hold.
    """

    name: str
    label: str
    scopes: frozenset[str]
    keys: frozenset[str]
    one_of: tuple[str, ...]
    outputs: tuple[str, ...]
    needed: tuple[str, ...]
    hits: tuple[Hit, ...]
    on_unknown: str = ""

    @property
    def table_keys(self) -> frozenset[str]:
        """The keys its tables may carry besides the common ones."""
        return frozenset({"table"}) | self.keys & {"on_unknown"}


STAGES = {
    stage.name: stage
    for stage in (
        Stage(
            "gate",
            "Gate",
            frozenset({"lead", "now"}),
            frozenset({"effect", "reason", "message", "needs", "on_unknown"}),
            ("effect",),
            ("effect", "reason", "message", "needs"),
            ("effect",),
            (Hit.FIRST, Hit.UNIQUE, Hit.COLLECT),
            "skip",
        ),
        Stage(
            "score",
            "Score",
            frozenset({"lead", "now"}),
            frozenset({"add"}),
            ("add",),
            ("add",),
            ("add",),
            (Hit.FIRST, Hit.UNIQUE, Hit.SUM),
        ),
        Stage(
            "route",
            "Route",
            frozenset({"lead", "score", "now"}),
            frozenset({"route", "on_unknown"}),
            ("route",),
            ("pool", "strategy", "tier"),
            ("pool",),
            (Hit.FIRST, Hit.UNIQUE),
            "stop",
        ),
        Stage(
            "eligibility",
            "Eligibility",
            frozenset({"lead", "producer", "now"}),
            frozenset({"require", "reason", "message", "prefer", "weight"}),
            ("require", "prefer"),
            (*REQUIREMENT, *PREFERENCE),
            (),
            (Hit.FIRST, Hit.UNIQUE, Hit.COLLECT, Hit.SUM),
        ),
    )
}


def worst(effects: Set[str]) -> str | None:
    """Return the worst of the effects, or None where there is none: the lead may pass."""
    for effect in GATE_EFFECTS:  # a plain loop: `next` over a generator takes four times as long
        if effect in effects:
            return effect
    return None
