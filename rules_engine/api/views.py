"""Rule sets and their versions: read, judged, published, rolled back; and the language as JSON Schema."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import Allows
from accounts.http import actor_of
from rules_engine import queries
from rules_engine import services as rules
from rules_engine.api import documents
from rules_engine.catalog_setting import catalog
from rules_engine.engine.schema import conformance_schema, rule_set_schema
from rules_engine.mappers import document_of


class RuleSets(APIView):
    """The rule sets."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(responses=documents.RuleSetList, operation_id="rulesets_list")
    def get(self, request: Request) -> Response:
        """List the sets in the order they speak."""
        return Response({"results": [documents.rule_set_document(ruleset) for ruleset in queries.list_sets()]})


class Versions(APIView):
    """A set's versions."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(responses=documents.VersionList, operation_id="rulesets_versions_list")
    def get(self, request: Request, slug: str) -> Response:
        """List the versions, newest first."""
        ruleset = queries.get_set(slug)
        versions = queries.list_versions(ruleset)
        return Response({"results": [documents.version_document(version, ruleset) for version in versions]})


class Version(APIView):
    """One version."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(responses=documents.WholeVersion)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Return a version as it was published."""
        ruleset = queries.get_set(slug)
        version = queries.get_version(ruleset, number)
        return Response({**documents.version_document(version, ruleset), "document": version.document})


class Validate(APIView):
    """Whether a document, or the draft, could be published."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(request=documents.DocumentIn, responses=documents.ValidationOut)
    def post(self, request: Request, slug: str) -> Response:
        """Judge a document as publishing would; nothing is written."""
        ruleset = queries.get_set(slug)
        given = _read(documents.DocumentIn, request)
        document = given.get("document", document_of(ruleset))
        return Response(documents.validation_document(rules.validate(document=document, stage=ruleset.stage)))


class Publish(APIView):
    """Publishing the draft."""

    permission_classes = [Allows("rules.publish")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(request=documents.PublishIn, responses={201: documents.VersionOut})
    def post(self, request: Request, slug: str) -> Response:
        """Make the draft the next version, live at once."""
        ruleset = queries.get_set(slug)
        given = _read(documents.PublishIn, request)
        version = rules.publish(ruleset=ruleset, **given, actor=actor_of(request), now=timezone.now())
        return Response(documents.version_document(version, version.ruleset), status.HTTP_201_CREATED)


class RollBack(APIView):
    """Going back to an older version."""

    permission_classes = [Allows("rules.rollback")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(request=documents.RollBackIn, responses={201: documents.VersionOut})
    def post(self, request: Request, slug: str) -> Response:
        """Publish an older version's document again, as a new version."""
        ruleset = queries.get_set(slug)
        given = _read(documents.RollBackIn, request)
        version = rules.roll_back(ruleset=ruleset, **given, actor=actor_of(request), now=timezone.now())
        return Response(documents.version_document(version, version.ruleset), status.HTTP_201_CREATED)


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


def _read(shape: Any, request: Request) -> dict[str, Any]:
    serializer = shape(data=request.data)
    serializer.is_valid(raise_exception=True)
    given: dict[str, Any] = serializer.validated_data
    return given
