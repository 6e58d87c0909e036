"""Rule sets and their versions: read, judged; and the language as JSON Schema."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import Allows, refusals
from accounts.errors import Forbidden
from accounts.http import actor_of
from accounts.policy import allows
from rules_engine import queries
from rules_engine import services as rules
from rules_engine.api import documents
from rules_engine.api.reading import read
from rules_engine.catalog_setting import catalog
from rules_engine.engine.schema import conformance_schema, rule_set_schema
from rules_engine.mappers import document_of, list_values

READ = refusals(403, 404)


class RuleSets(APIView):
    """The rule sets."""

    permission_classes = [
        Allows(read="rules.view", write="rules.edit")  # type: ignore[list-item]  # an instance that stands for its class
    ]

    @extend_schema(responses={200: documents.RuleSetList, **refusals(403)}, operation_id="rulesets_list")
    def get(self, request: Request) -> Response:
        """List the sets in the order they speak."""
        known = list_values()
        return Response({"results": [documents.rule_set_document(each, known) for each in queries.list_sets()]})

    @extend_schema(request=documents.RuleSetIn, responses={201: documents.RuleSetOut, **refusals(400, 403)})
    def post(self, request: Request) -> Response:
        """Make an empty set. Whoever makes it has written part of what it says first."""
        made = rules.create_rule_set(**read(documents.RuleSetIn, request), actor=actor_of(request), now=timezone.now())
        return Response(documents.rule_set_document(made), status.HTTP_201_CREATED)


class OneRuleSet(APIView):
    """One rule set."""

    permission_classes = [
        Allows(read="rules.view", write="rules.edit")  # type: ignore[list-item]  # an instance that stands for its class
    ]

    @extend_schema(responses={200: documents.RuleSetOut, **READ})
    def get(self, request: Request, slug: str) -> Response:
        """Return a set: what is live of it, and whether its draft says something else."""
        return Response(documents.rule_set_document(queries.get_set(slug)))

    @extend_schema(request=documents.DescribedIn, responses={200: documents.RuleSetOut, **refusals(400, 403, 404)})
    def patch(self, request: Request, slug: str) -> Response:
        """Change its name, its place or its zone; the zone is part of the draft, and voids what was sent."""
        said = read(documents.DescribedIn, request)
        row = rules.describe_rule_set(
            ruleset=queries.get_set(slug), **said, actor=actor_of(request), now=timezone.now()
        )
        return Response(documents.rule_set_document(row))


class Versions(APIView):
    """A set's versions."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(responses={200: documents.VersionList, **READ}, operation_id="rulesets_versions_list")
    def get(self, request: Request, slug: str) -> Response:
        """List the versions, newest first."""
        ruleset = queries.get_set(slug)
        versions = queries.list_versions(ruleset)
        return Response({"results": [documents.version_document(version, ruleset) for version in versions]})


class Version(APIView):
    """One version."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(responses={200: documents.WholeVersion, **READ})
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Return a version as it was published."""
        ruleset = queries.get_set(slug)
        version = queries.get_version(ruleset, number)
        return Response({**documents.version_document(version, ruleset), "document": version.document})


class Validate(APIView):
    """Whether a document, or the draft, could be published."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(request=documents.DocumentIn, responses={200: documents.ValidationOut, **refusals(400, 403, 404)})
    def post(self, request: Request, slug: str) -> Response:
        """Judge a document as publishing would; nothing is written."""
        ruleset = queries.get_set(slug)
        given = read(documents.DocumentIn, request)
        _require_edit(request, given)
        document = given.get("document", document_of(ruleset))
        return Response(documents.validation_document(rules.validate(document=document, stage=ruleset.stage)))


class Judge(APIView):
    """What rules can never do, say twice or leave out: proven, with examples."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(
        request=documents.DocumentIn,
        responses={200: documents.LintOut, **refusals(400, 403, 404)},
        operation_id="rulesets_lint",
    )
    def post(self, request: Request, slug: str) -> Response:
        """Lint a document, or the draft; nothing is written."""
        ruleset, now = queries.get_set(slug), timezone.now()
        given = read(documents.DocumentIn, request)
        _require_edit(request, given)
        if "document" in given:
            found = rules.lint_document(document=given["document"], stage=ruleset.stage, now=now)
        else:
            found = rules.lint_draft(ruleset=ruleset, now=now)
        return Response(documents.lint_document(found))


def _require_edit(request: Request, given: Mapping[str, Any]) -> None:
    """Judge documents from outside for whoever writes rules alone; it can take long.

    :raises Forbidden: if there is one and the actor may not edit rules
    """
    if "document" in given and not allows(actor_of(request), "rules.edit"):
        raise Forbidden


class RulesSchema(APIView):
    """The rule language as JSON Schema."""

    permission_classes = [AllowAny]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """Return the schema of documents that use this agency's catalog."""
        return Response(rule_set_schema(catalog()))


class ConformanceSchema(APIView):
    """Conformance cases as JSON Schema."""

    permission_classes = [AllowAny]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """Return the schema of the files that `manage.py conformance` runs."""
        return Response(conformance_schema())
