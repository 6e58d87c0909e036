"""The fields of a rule besides its conditions, as the builder page lays them out: one literal table by stage."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from rules_engine import queries
from rules_engine.catalog_setting import catalog
from rules_engine.engine.catalog import Field
from rules_engine.engine.nodes import Confidence, Gate, Require, Route, Status
from rules_engine.engine.operators import OPERATORS
from rules_engine.engine.parse_rules import EXPECTS
from rules_engine.engine.stages import GATE_EFFECTS, STAGES, STOPPING_EFFECTS, TIERS
from rules_engine.engine.values import Kind
from rules_engine.targets_setting import Choices, targets

EFFECTS: Final = {
    "reject": "Reject the lead",
    "quarantine": "Quarantine it",
    "review": "Send it to review",
    "require": "Require something first",
    "task": "Create a task",
    "warn": "Warn",
}


@dataclass(frozen=True, slots=True)
class Part:
    """One labelled input, bound to a place of the rule; `only` lists the kinds or effects it is for."""

    path: str
    label: str
    kind: str = "text"  # text, long, number, date, list or select
    help: str = ""
    choices: Choices = ()
    only: tuple[str, ...] = ()
    required: bool = False

    @property
    def id(self) -> str:
        """The id of the input."""
        return "rule" + self.path.replace("/", "-").replace("_", "-")


MESSAGE: Final = Part("/message", "Message", "long", "What people read about it. Optional.")

STAGE_PARTS: Final[Mapping[str, tuple[Part, ...]]] = {
    "gate": (
        Part(
            "/effect", "What happens", "select", choices=[(code, EFFECTS[code]) for code in GATE_EFFECTS], required=True
        ),
        Part("/reason", "Reason code", help="In capitals, such as STATE_CLOSED.", required=True),
        Part("/needs", "What is required", "list", "Fields or documents, commas between.", only=("require",)),
        MESSAGE,
        Part(
            "/on_unknown",
            "When a fact is missing",
            "select",
            choices=[("", "The lead goes to review"), ("skip", "The rule is skipped")],
            only=tuple(sorted(STOPPING_EFFECTS)),
        ),
    ),
    "score": (Part("/add", "Points", "number", "A whole number from -100 to 100.", required=True),),
    "route": (
        Part("/route/pool", "Pool", help="Where matching leads go.", required=True),
        Part("/route/strategy", "Strategy", help="Blank: the pool's own."),
        Part(
            "/route/tier",
            "Tier",
            "select",
            choices=[("", "The pool's, else by score"), *((t, t.title()) for t in TIERS)],
        ),
        Part(
            "/on_unknown",
            "When a fact is missing",
            "select",
            choices=[("", "Try the next rule"), ("stop", "Stop: a manager decides")],
        ),
    ),
    "eligibility": (
        Part("/reason", "Reason code", help="In capitals, such as TRAINING_MISSING.", only=("require",), required=True),
        Part("/message", MESSAGE.label, "long", MESSAGE.help, only=("require",)),
        Part("/weight", "Weight", "number", "What a preferred producer gains.", only=("prefer",), required=True),
    ),
}

LEGAL_PARTS: Final = (
    Part("/active_from", "Active from", "date", "Blank: at once."),
    Part("/active_to", "Active until", "date", "The first day it no longer holds. Blank: for good."),
    Part(
        "/status",
        "Status",
        "select",
        "Provisional rules are shown as “would have” and decide nothing.",
        [(status.value if status is Status.PROVISIONAL else "", status.value.title()) for status in reversed(Status)],
    ),
    Part("/jurisdiction", "Jurisdiction", help="The state whose law this is, or US."),
    Part("/citation/source", "Citation", help="Statute, rule or bulletin."),
    Part("/citation/verified_on", "Verified on", "date"),
    Part(
        "/citation/confidence",
        "Confidence",
        "select",
        choices=[("", "Not said"), *((each.value, each.value.title()) for each in Confidence)],
    ),
)

SKELETONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "gate": {"effect": "review", "reason": ""},
    "score": {"add": 10},
    "route": {"route": {"pool": ""}},
    "eligibility": {"require": {"all": []}, "reason": ""},
}


def outcome_parts(stage: str) -> list[Part]:
    """Return the inputs for what a rule of the stage does, with choices of pools where the settings offer them."""
    offered = targets()
    return [_with_choices(part, offered.get(part.path, ())) for part in STAGE_PARTS[stage]]


def builder_data(stage: str) -> dict[str, Any]:
    """Return what the builder needs to know: the fields the stage may read, the operators, what examples expect."""
    fields = [field for field in catalog().fields if field.scope in STAGES[stage].scopes]
    return {
        "stage": stage,
        "fields": {field.name: _field(field) for field in fields},
        "operators": {
            operator.name: {
                "label": operator.label,
                "timeLabel": operator.label_of_time or operator.label,
                "kinds": sorted(operator.kinds),
                "many": operator.many,
                "shape": operator.shape,
            }
            for operator in OPERATORS.values()
        },
        "lists": queries.listed_by_slug(),
        "expects": {"gate": EXPECTS[Gate], "route": EXPECTS[Route], "require": EXPECTS[Require]},
    }


def _field(field: Field) -> dict[str, Any]:
    return {
        "label": field.label,
        "group": field.group,
        "kind": field.kind,
        "many": field.many,
        "parts": field.parts,
        "help": field.help,
        "example": shown_example(field),
        "options": [(option.value, option.label) for option in field.options],
    }


def shown_example(field: Field) -> str:
    """Return the field's example as people write it; none where a choice of options says enough."""
    if field.example is None or field.kind is Kind.BOOLEAN:
        return ""
    members = field.example if isinstance(field.example, list) else [field.example]
    return ", ".join("/".join(map(str, each)) if isinstance(each, list) else str(each) for each in members)


def _with_choices(part: Part, choices: Choices) -> Part:
    if not choices:
        return part
    empty = [] if part.required else [("", part.help.removeprefix("Blank: ").rstrip("."))]
    return replace(part, kind="select", choices=[*empty, *choices], help="")
