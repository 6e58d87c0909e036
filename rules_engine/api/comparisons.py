"""The shape of a comparison of two states of a set."""

from dataclasses import asdict
from typing import Any, Final

from rest_framework import serializers

from rules_engine.comparison import Comparison, row_text

CHANGES: Final = "added, removed, changed or moved"


class PlaceOut(serializers.Serializer[Any]):
    """One place that differs; null on a side where it is not there."""

    place = serializers.CharField()
    old = serializers.CharField(allow_null=True)
    new = serializers.CharField(allow_null=True)


class ConditionChangeOut(serializers.Serializer[Any]):
    """One condition that differs, in words; `group` is the group it stands in, blank at the top."""

    change = serializers.CharField(help_text=CHANGES)
    old = serializers.CharField()
    new = serializers.CharField()
    group = serializers.CharField()


class RuleChangeOut(serializers.Serializer[Any]):
    """One rule that differs, in sentences, with its conditions and whatever else changed."""

    change = serializers.CharField(help_text=CHANGES)
    rule = serializers.CharField()
    name = serializers.CharField()
    old = serializers.CharField()
    new = serializers.CharField()
    conditions = ConditionChangeOut(many=True)
    rows = serializers.ListField(child=serializers.CharField(), help_text="Rows of a table that differ, in words.")
    places = PlaceOut(many=True)
    examples = serializers.CharField()


class ComparisonOut(serializers.Serializer[Any]):
    """What two states say differently: the set as a whole, its named lists, its rules; and all of it as text."""

    old = serializers.CharField()
    new = serializers.CharField()
    whole = PlaceOut(many=True)
    rules = RuleChangeOut(many=True)
    text = serializers.ListField(child=serializers.CharField())


def comparison_document(old: str, new: str, found: Comparison) -> dict[str, Any]:
    """Return a comparison's form."""
    return {
        "old": old,
        "new": new,
        "whole": [asdict(place) for place in found.whole],
        "rules": [
            {
                "change": change.kind,
                "rule": change.rule_id,
                "name": change.name,
                "old": change.old,
                "new": change.new,
                "conditions": [
                    {"change": node.kind, "old": node.old, "new": node.new, "group": node.group}
                    for node in change.nodes
                ],
                "rows": [*(row.sentence for row in change.rows), *map(row_text, change.row_changes)],
                "places": [asdict(place) for place in change.places],
                "examples": change.examples,
            }
            for change in found.rules
        ],
        "text": found.lines(),
    }
