"""The shapes of what the calls take and answer, and how rows become them."""

from typing import Any

from rest_framework import serializers

from rules_engine import queries
from rules_engine.models import RuleSet, RuleSetVersion, Stage
from rules_engine.services import Validation


class VersionOut(serializers.Serializer[Any]):
    """A published version, without its document."""

    number = serializers.IntegerField()
    content_hash = serializers.CharField()
    catalog_hash = serializers.CharField()
    author = serializers.CharField()
    comment = serializers.CharField()
    published_at = serializers.DateTimeField()
    restored_from = serializers.IntegerField(allow_null=True)
    is_live = serializers.BooleanField()


class WholeVersion(VersionOut):
    """A published version with its document."""

    document = serializers.JSONField()


class VersionList(serializers.Serializer[Any]):
    """Versions, newest first."""

    results = VersionOut(many=True)


class DraftOut(serializers.Serializer[Any]):
    """The draft as it stands."""

    content_hash = serializers.CharField()
    differs = serializers.BooleanField()


class RuleSetOut(serializers.Serializer[Any]):
    """A set: what is live, and whether its draft says something else."""

    slug = serializers.CharField()
    name = serializers.CharField()
    stage = serializers.ChoiceField(Stage.choices)
    position = serializers.IntegerField()
    time_zone = serializers.CharField()
    live = VersionOut(allow_null=True)
    draft = DraftOut()


class RuleSetList(serializers.Serializer[Any]):
    """Sets in the order they speak."""

    results = RuleSetOut(many=True)


class DocumentIn(serializers.Serializer[Any]):
    """A document to judge; without one, the draft is."""

    document = serializers.JSONField(required=False)


class ProblemAt(serializers.Serializer[Any]):
    """One thing to mend, and where (a JSON pointer into the document)."""

    pointer = serializers.CharField()
    code = serializers.CharField()
    detail = serializers.CharField()


class ExampleOut(serializers.Serializer[Any]):
    """How one example came out."""

    rule = serializers.CharField()
    index = serializers.IntegerField()
    expected = serializers.CharField()
    got = serializers.CharField()
    passed = serializers.BooleanField()


class ValidationOut(serializers.Serializer[Any]):
    """Whether a document could be published, and what keeps it from that."""

    publishable = serializers.BooleanField()
    problems = ProblemAt(many=True)
    examples = ExampleOut(many=True)


class PublishIn(serializers.Serializer[Any]):
    """Why; and the hash of the draft one has looked at, so that no other is published."""

    comment = serializers.CharField(max_length=2000)
    reviewed_hash = serializers.CharField(max_length=64, required=False, default="")


class RollBackIn(serializers.Serializer[Any]):
    """Which version, and why."""

    number = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    comment = serializers.CharField(max_length=2000)


def version_document(version: RuleSetVersion, ruleset: RuleSet) -> dict[str, Any]:
    """Return a version's form, without its document."""
    older = version.restored_from
    return {
        "number": version.number,
        "content_hash": version.content_hash,
        "catalog_hash": version.catalog_hash,
        "author": version.author_label,
        "comment": version.comment,
        "published_at": version.published_at,
        "restored_from": older.number if older else None,
        "is_live": ruleset.live_version_id == version.pk,
    }


def rule_set_document(ruleset: RuleSet) -> dict[str, Any]:
    """Return a set's form."""
    live, draft_hash = ruleset.live_version, queries.draft_hash(ruleset)
    return {
        "slug": ruleset.slug,
        "name": ruleset.name,
        "stage": ruleset.stage,
        "position": ruleset.position,
        "time_zone": ruleset.time_zone,
        "live": version_document(live, ruleset) if live else None,
        "draft": {"content_hash": draft_hash, "differs": live is None or live.content_hash != draft_hash},
    }


def validation_document(found: Validation) -> dict[str, Any]:
    """Return a validation's form; failing examples are problems too."""
    return {
        "publishable": not found.blocks,
        "problems": [{"pointer": each.pointer, "code": each.code, "detail": each.detail} for each in found.blocks],
        "examples": [
            {
                "rule": each.rule,
                "index": each.index,
                "expected": str(each.expected),
                "got": str(each.got),
                "passed": each.passed,
            }
            for each in found.examples
        ],
    }
