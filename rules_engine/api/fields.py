"""Parts of the rule language inside what the API takes and answers; `/api/schema/rules.json` says the rest."""

from typing import Any, Final

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from rules_engine.models import Stage

WHOLE: Final = "As /api/schema/rules.json says."
VALUES: Final[dict[str, Any]] = {"type": "array", "items": {"type": ["string", "number"]}}
LISTS: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": VALUES,
    "description": "The values of each named list that the rules use.",
}
RULE: Final[dict[str, Any]] = {
    "type": "object",
    "description": f"A rule or a decision table. {WHOLE}",
    "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
    "required": ["id", "name"],
    "additionalProperties": True,
}
DOCUMENT: Final[dict[str, Any]] = {
    "type": "object",
    "description": f"A rule set as one document. {WHOLE}",
    "properties": {
        "language": {"type": "integer", "const": 1},
        "stage": {"type": "string", "enum": list(Stage.values)},
        "time_zone": {"type": "string"},
        "lists": LISTS,
        "rules": {"type": "array", "items": RULE},
    },
    "required": ["language", "stage", "time_zone", "rules"],
    "additionalProperties": False,
}


@extend_schema_field(RULE)
class RuleField(serializers.JSONField):
    """A rule."""


@extend_schema_field(DOCUMENT)
class DocumentField(serializers.JSONField):
    """A document."""


@extend_schema_field(LISTS)
class ListsField(serializers.JSONField):
    """Named lists with their values."""


@extend_schema_field(VALUES)
class ValuesField(serializers.JSONField):
    """The values of one list."""
