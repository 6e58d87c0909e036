"""The shapes of sets, versions and what is judged of them, and how rows become them."""

from typing import Any

from rest_framework import serializers

from accounts.api import FaultAt
from rules_engine import queries
from rules_engine.api.fields import DocumentField
from rules_engine.engine.lists import Lists
from rules_engine.models import SLUG, RuleSet, RuleSetVersion, Stage, agency_time_zone
from rules_engine.services import Lint, Validation


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

    document = DocumentField()


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


class DescribedIn(serializers.Serializer[Any]):
    """What is said about a set; what is left out stays."""

    name = serializers.CharField(max_length=120, required=False)
    position = serializers.IntegerField(min_value=0, max_value=2**15 - 1, required=False)
    time_zone = serializers.CharField(max_length=60, required=False)


class RuleSetIn(serializers.Serializer[Any]):
    """A new set. Its slug and its stage stay as they are."""

    slug = serializers.RegexField(SLUG, max_length=60)
    name = serializers.CharField(max_length=120)
    stage = serializers.ChoiceField(Stage.choices)
    position = serializers.IntegerField(min_value=0, max_value=2**15 - 1, default=0)
    time_zone = serializers.CharField(max_length=60, default=agency_time_zone)


class RuleSetList(serializers.Serializer[Any]):
    """Sets in the order they speak."""

    results = RuleSetOut(many=True)


class DocumentIn(serializers.Serializer[Any]):
    """A document to judge; without one, the draft is."""

    document = DocumentField(required=False)


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
    problems = FaultAt(many=True)
    examples = ExampleOut(many=True)


class ShownBy(serializers.Serializer[Any]):
    """A lead that shows a finding: its facts, a producer's too where rules ask about one, and the instant."""

    facts = serializers.DictField()
    at = serializers.DateTimeField()


class FindingOut(serializers.Serializer[Any]):
    """One thing lint found. Undecided, it says what could not be proven either way, and why."""

    code = serializers.CharField()
    severity = serializers.ChoiceField(["error", "warning", "note"])
    rules = serializers.ListField(child=serializers.CharField())
    pointers = serializers.ListField(child=serializers.CharField())
    message = serializers.CharField()
    example = ShownBy(allow_null=True)
    decided = serializers.BooleanField()
    provisional = serializers.BooleanField()


class LintOut(serializers.Serializer[Any]):
    """What lint found, what matters most first; the problems that kept rules from being judged; how many were."""

    findings = FindingOut(many=True)
    problems = FaultAt(many=True)
    judged = serializers.IntegerField()


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


def rule_set_document(ruleset: RuleSet, known: Lists | None = None) -> dict[str, Any]:
    """Return a set's form; `known` are all named lists, where they were read already."""
    live, draft_hash = ruleset.live_version, queries.draft_hash(ruleset, known)
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


def lint_document(found: Lint) -> dict[str, Any]:
    """Return what lint found as its form."""
    return {
        "findings": [finding.as_dict() for finding in found.findings],
        "problems": [{"pointer": each.pointer, "code": each.code, "detail": each.detail} for each in found.problems],
        "judged": found.judged,
    }
