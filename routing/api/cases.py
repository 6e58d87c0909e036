"""Saved cases over HTTP: tried, kept, changed and deleted."""

from typing import Any, Final

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import Allows, refusals
from accounts.http import actor_of
from routing.models import Lead, SavedCase
from routing.services import cases, choices
from routing.services.cases import Expected, Result
from rules_engine.api.reading import ETAG, IF_MATCH, read, seen_by, tagged

RULES: Final = OpenApiParameter("rules", str, description="live (if left out), then, SET=draft or SET=3, by commas.")
EXPECTED: Final = ("status", "reason", "pool", "tier", "eligible", "not_eligible")
CHANGED: Final = refusals(400, 403, 404, 409, 428)


class CaseOut(serializers.Serializer[Any]):
    """One saved case, tried."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    passed = serializers.BooleanField()
    misses = serializers.ListField(child=serializers.CharField())


class CaseIn(serializers.Serializer[Any]):
    """A lead at an instant and what must become of it; what is left out is no matter. The lead loses its person."""

    name = serializers.CharField(max_length=120)
    lead = serializers.DictField()
    source = serializers.CharField(max_length=60, default="", allow_blank=True)  # type: ignore[assignment]  # a field of that name
    at = serializers.DateTimeField()
    status = serializers.ChoiceField(SavedCase.Status.choices)
    reason = serializers.CharField(max_length=40, default="", allow_blank=True)
    pool = serializers.CharField(max_length=60, default="", allow_blank=True)
    tier = serializers.ChoiceField(Lead.Tier.choices, default="", allow_blank=True)
    eligible = serializers.ListField(child=serializers.IntegerField(min_value=1), default=list)
    not_eligible = serializers.ListField(child=serializers.IntegerField(min_value=1), default=list)


class WholeCaseOut(CaseIn):
    """A case with all it says."""

    id = serializers.IntegerField()
    content_hash = serializers.CharField()
    saved_by = serializers.CharField()
    saved_at = serializers.DateTimeField()


class BenchCases(APIView):
    """The saved cases."""

    permission_classes = [
        Allows(read="rules.view", write="rules.edit")  # type: ignore[list-item]  # an instance that stands for its class
    ]

    @extend_schema(
        responses={200: CaseOut(many=True), **refusals(400, 403, 404)},
        parameters=[RULES],
        operation_id="bench_cases_list",
    )
    def get(self, request: Request) -> Response:
        """Return every saved case, tried under these rules; writes nothing."""
        choice = choices.read(request.query_params.get("rules", "live"))
        return Response([_tried(each) for each in cases.run_all(choice=choice, now=timezone.now())])

    @extend_schema(request=CaseIn, responses={201: WholeCaseOut, **refusals(400, 403)}, parameters=[ETAG])
    def post(self, request: Request) -> Response:
        """Keep a case. Nothing is published while one comes out otherwise than it says."""
        made = cases.save(**_said(request), actor=actor_of(request), now=timezone.now())
        return _response(made, status.HTTP_201_CREATED)


class BenchCase(APIView):
    """One saved case."""

    permission_classes = [
        Allows(read="rules.view", write="rules.edit")  # type: ignore[list-item]  # an instance that stands for its class
    ]

    @extend_schema(responses={200: WholeCaseOut, **refusals(403, 404)}, parameters=[ETAG])
    def get(self, request: Request, pk: int) -> Response:
        """Return a case as it was kept."""
        return _response(_get(pk))

    @extend_schema(request=CaseIn, responses={200: WholeCaseOut, **CHANGED}, parameters=[IF_MATCH, ETAG])
    def put(self, request: Request, pk: int) -> Response:
        """Replace what a case says."""
        seen, said = seen_by(request), _said(request)
        return _response(
            cases.change(case=_get(pk), **said, seen_hash=seen, actor=actor_of(request), now=timezone.now())
        )

    @extend_schema(responses={204: None, **CHANGED}, parameters=[IF_MATCH])
    def delete(self, request: Request, pk: int) -> Response:
        """Delete a case; its history stays."""
        seen = seen_by(request)
        cases.delete(case=_get(pk), seen_hash=seen, actor=actor_of(request), now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class RunCase(APIView):
    """One saved case, tried."""

    permission_classes = [Allows(read="rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(responses={200: CaseOut, **refusals(400, 403, 404)}, parameters=[RULES])
    def get(self, request: Request, pk: int) -> Response:
        """Return one case, tried under these rules; writes nothing."""
        choice = choices.read(request.query_params.get("rules", "live"))
        return Response(_tried(cases.run_one(case=_get(pk), choice=choice, now=timezone.now())))


def _tried(result: Result) -> dict[str, Any]:
    return {"id": result.case.pk, "name": result.case.name, "passed": result.passed, "misses": result.misses}


def _get(pk: int) -> SavedCase:
    return get_object_or_404(SavedCase, pk=pk)


def _said(request: Request) -> dict[str, Any]:
    given = read(CaseIn, request)
    expected = Expected(**{part: given.pop(part) for part in EXPECTED})
    return {"fields": given.pop("lead"), **given, "expected": expected}


def _response(row: SavedCase, code: int = status.HTTP_200_OK) -> Response:
    digest = cases.case_hash(row)
    said = {
        name: getattr(row, name) for name in ("id", "name", "lead", "source", "at", "saved_by", "saved_at", *EXPECTED)
    }
    return Response({**said, "content_hash": digest}, code, headers=tagged(digest))
