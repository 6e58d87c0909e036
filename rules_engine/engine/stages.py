"""The stages: which facts each may use, and what its rules may say."""

from dataclasses import dataclass

# Worst first: the order decides which of several effects stands.
GATE_EFFECTS = ("reject", "quarantine", "review", "require", "task", "warn")
STOPPING_EFFECTS = frozenset({"reject", "quarantine", "review", "require"})
TIERS = ("hot", "warm", "low")

DATA_MISSING = "DATA_MISSING"
UNKNOWN_FACT = "UNKNOWN_FACT"

COMMON_KEYS = frozenset(
    {"id", "name", "when", "active_from", "active_to", "status", "jurisdiction", "citation", "examples"}
)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: the scopes its conditions may read, the keys its rules may carry besides the common ones, and those of
    which they must carry one."""

    name: str
    label: str
    scopes: frozenset[str]
    keys: frozenset[str]
    one_of: tuple[str, ...]


STAGES = {
    stage.name: stage
    for stage in (
        Stage(
            "gate",
            "Gate",
            frozenset({"lead", "now"}),
            frozenset({"effect", "reason", "message", "needs", "on_unknown"}),
            ("effect",),
        ),
        Stage("score", "Score", frozenset({"lead", "now"}), frozenset({"add"}), ("add",)),
        Stage("route", "Route", frozenset({"lead", "score", "now"}), frozenset({"route", "on_unknown"}), ("route",)),
        Stage(
            "eligibility",
            "Eligibility",
            frozenset({"lead", "producer", "now"}),
            frozenset({"require", "reason", "message", "prefer", "weight"}),
            ("require", "prefer"),
        ),
    )
}


def worst(effects: frozenset[str]) -> str | None:
    """Return the worst of the effects, or None where there is none: the lead may pass."""
    return next((effect for effect in GATE_EFFECTS if effect in effects), None)
