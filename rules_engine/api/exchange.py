"""Whole documents over HTTP: out as they are, in by way of a preview that is then taken exactly as it was shown."""

from collections import Counter
from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import Allows, refusals
from accounts.http import actor_of
from rules_engine import queries
from rules_engine import services as rules
from rules_engine.api import comparisons
from rules_engine.api.drafts import WholeDraftOut, draft_response
from rules_engine.api.fields import DOCUMENT, DocumentField
from rules_engine.api.reading import ETAG, read, tagged
from rules_engine.documents import content_hash
from rules_engine.services import ImportPlan

KINDS: Final = ("added", "changed", "removed", "moved")
DRAFT: Final = "draft"


class ImportIn(serializers.Serializer[Any]):
    """The document that the draft is to say."""

    document = DocumentField()


class ReviewedImportIn(ImportIn):
    """The document, and the hashes of its preview: nothing is taken but what was shown."""

    document_hash = serializers.RegexField("^[0-9a-f]{64}$")
    draft_hash = serializers.RegexField("^[0-9a-f]{64}$")


class ImportPlanOut(serializers.Serializer[Any]):
    """What a document would make of the draft, and the hashes of the two; `lists` are those it would make."""

    document_hash = serializers.CharField()
    draft_hash = serializers.CharField()
    added = serializers.IntegerField()
    changed = serializers.IntegerField()
    removed = serializers.IntegerField()
    moved = serializers.IntegerField()
    lists = serializers.ListField(child=serializers.CharField())
    comparison = comparisons.ComparisonOut()


class Export(APIView):
    """A set as one document."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(
        parameters=[
            OpenApiParameter("state", str, description='The number of a version, or "draft", which it is if left out.'),
            ETAG,
        ],
        responses={(200, "application/json"): DOCUMENT, **refusals(403, 404)},
    )
    def get(self, request: Request, slug: str) -> Response:
        """Return the draft or a version as the document it is, to keep as a file or to import elsewhere."""
        ruleset, state = queries.get_set(slug), request.GET.get("state") or DRAFT
        document = queries.get_document(ruleset, state)
        name = f"{slug}-{state if state == DRAFT else f'v{state}'}.json"
        kept = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(document, headers=kept | tagged(content_hash(document)))


class PreviewImport(APIView):
    """A document beside the draft."""

    permission_classes = [Allows("rules.edit")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(request=ImportIn, responses={200: ImportPlanOut, **refusals(400, 403, 404)})
    def post(self, request: Request, slug: str) -> Response:
        """Say in sentences what a document would make of the draft; nothing is written."""
        ruleset, document = queries.get_set(slug), read(ImportIn, request)["document"]
        return Response(_shown(rules.plan_import(ruleset=ruleset, document=document, actor=actor_of(request))))


class Import(APIView):
    """A document that becomes the draft."""

    permission_classes = [Allows("rules.edit")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(
        request=ReviewedImportIn, responses={200: WholeDraftOut, **refusals(400, 403, 404, 409)}, parameters=[ETAG]
    )
    def post(self, request: Request, slug: str) -> Response:
        """Make the draft say what a document says, if document and draft are still what the preview compared."""
        ruleset, given = queries.get_set(slug), read(ReviewedImportIn, request)
        rules.import_reviewed(ruleset=ruleset, **given, actor=actor_of(request), now=timezone.now())
        return draft_response(queries.get_set(slug))


def _shown(plan: ImportPlan) -> dict[str, Any]:
    counts = Counter(change.kind for change in plan.comparison.rules)
    return {
        "document_hash": plan.document_hash,
        "draft_hash": plan.draft_hash,
        **{kind: counts[kind] for kind in KINDS},
        "lists": plan.lists,
        "comparison": comparisons.comparison_document(DRAFT, "document", plan.comparison),
    }
