"""Rules on trial over HTTP: rehearsals and shadows are started, watched, read and cancelled."""

from typing import Any, Final
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import Allows, refusals
from accounts.http import actor_of
from routing.models import Contrast, Rehearsal, Shadow
from routing.queries import rehearsals
from routing.services import rehearsing, shadowing
from routing.tally import fairness
from rules_engine import queries as rules

LOOK_AGAIN: Final = "2"  # seconds
START: Final = refusals(400, 403, 404, 409)
KIND = OpenApiParameter("kind", str, enum=Contrast.Kind.values, description="Only what moves so.")


class RehearsalIn(serializers.Serializer[Any]):
    """How far back, how many decisions at most, and which version; without one, the draft."""

    days = serializers.IntegerField(min_value=1, max_value=rehearsing.LONGEST, default=30)
    sample = serializers.IntegerField(min_value=1, max_value=rehearsing.LARGEST_SAMPLE, allow_null=True, default=None)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, allow_null=True, default=None)


class ShadowIn(serializers.Serializer[Any]):
    """For how long, and which version; without one, the draft."""

    hours = serializers.IntegerField(min_value=1, max_value=shadowing.LONGEST, default=24)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, allow_null=True, default=None)


class TrialOut(serializers.Serializer[Any]):
    """What is on trial, and how far it is."""

    id = serializers.UUIDField()
    rule_set = serializers.CharField()
    version = serializers.IntegerField(allow_null=True)
    content_hash = serializers.CharField()
    started_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField()


class ProgressOut(serializers.Serializer[Any]):
    """Decisions through, of how many, and how many of them moved."""

    through = serializers.IntegerField()
    total = serializers.IntegerField()
    moved = serializers.IntegerField()


class FairnessOut(serializers.Serializer[Any]):
    """The largest and the smallest producer's share, and Jain's index of evenness."""

    most = serializers.FloatField()
    least = serializers.FloatField()
    spread = serializers.FloatField()
    evenness = serializers.FloatField()


class RehearsalOut(TrialOut):
    """A rehearsal; `result` (counts by dimension, key and column) and `fairness` of what it is through with."""

    state = serializers.ChoiceField(Rehearsal.State.choices)
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    sample = serializers.IntegerField(allow_null=True)
    progress = ProgressOut()
    result = serializers.DictField(
        child=serializers.DictField(child=serializers.DictField(child=serializers.IntegerField())), allow_null=True
    )
    fairness = serializers.DictField(child=FairnessOut(), allow_null=True)


class CameToOut(serializers.Serializer[Any]):
    """What a decision came to."""

    status = serializers.CharField()
    reason = serializers.CharField()
    producer = serializers.IntegerField(allow_null=True)
    pool = serializers.CharField(allow_null=True)
    tier = serializers.CharField(allow_null=True)
    score = serializers.IntegerField(allow_null=True)


class ContrastOut(serializers.Serializer[Any]):
    """One decision as it was and as it would have been. `is_assumed`: on desks the receipt does not hold."""

    decision = serializers.UUIDField(source="decision_id")
    lead = serializers.UUIDField(source="lead_id")
    kind = serializers.CharField()
    state = serializers.CharField()
    line = serializers.CharField()
    before = CameToOut()
    after = CameToOut()
    why = serializers.CharField()
    is_assumed = serializers.BooleanField()


class ContrastPage(serializers.Serializer[Any]):
    """Some of them, the latest first."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ContrastOut(many=True)


class SegmentOut(serializers.Serializer[Any]):
    """How often live rules and shadow agree in one segment."""

    by = serializers.CharField()
    key = serializers.CharField()
    read = serializers.IntegerField()
    agreed = serializers.IntegerField()


class ShadowOut(TrialOut):
    """A shadow, its agreement by state, line and tier, and how many decisions it has nothing to say of, by why."""

    state = serializers.ChoiceField(Shadow.State.choices)
    ends_at = serializers.DateTimeField()
    erased = serializers.IntegerField()
    unrouted = serializers.IntegerField()
    unrepeatable = serializers.IntegerField()
    failures = serializers.IntegerField()
    read = serializers.IntegerField()
    agreed = serializers.IntegerField()
    agreement = SegmentOut(many=True)


def _rehearsal(rehearsal: Rehearsal) -> dict[str, Any]:
    evened = fairness(rehearsal.result) if rehearsal.result else None
    progress = {"through": rehearsal.through, "total": rehearsal.total or 0, "moved": rehearsal.moved}
    extra = {"progress": progress, "result": rehearsal.result or None, "fairness": evened}
    return dict(RehearsalOut({**vars(rehearsal), **extra}).data)


def _shadow(shadow: Shadow) -> dict[str, Any]:
    return dict(ShadowOut({**vars(shadow), **rehearsals.agreement(shadow)}).data)


def _accepted(body: dict[str, Any], url_name: str) -> Response:
    """Answer 202 with where to look, and when."""
    where = reverse(url_name, args=[body["id"]])
    return Response(body, status.HTTP_202_ACCEPTED, headers={"Location": where, "Retry-After": LOOK_AGAIN})


def _given(shape: Any, request: Request) -> dict[str, Any]:
    serializer = shape(data=request.data)
    serializer.is_valid(raise_exception=True)
    given: dict[str, Any] = serializer.validated_data
    return given


class _ToRead(APIView):
    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class


class _ToEdit(APIView):
    permission_classes = [Allows("rules.edit")]  # type: ignore[list-item]  # an instance that stands for its class


class Simulate(_ToEdit):
    """Rehearsing the draft, or a version, of a set."""

    @extend_schema(request=RehearsalIn, responses={202: RehearsalOut, **START}, operation_id="rulesets_simulate")
    def post(self, request: Request, slug: str) -> Response:
        """Ask for the last days' decisions to be replayed under it; a worker does it."""
        given = _given(RehearsalIn, request)
        asked = rehearsing.start(ruleset=rules.get_set(slug), actor=actor_of(request), now=timezone.now(), **given)
        return _accepted(_rehearsal(asked), "rehearsal")


class RehearsalDetail(_ToRead):
    """One rehearsal."""

    @extend_schema(responses={200: RehearsalOut, **refusals(403, 404)})
    def get(self, request: Request, pk: UUID) -> Response:
        """Return how far it is, and once it is done what it found."""
        return Response(_rehearsal(get_object_or_404(Rehearsal, pk=pk)))


class RehearsalMoves(_ToRead):
    """The leads that move."""

    @extend_schema(
        responses={200: ContrastPage, **refusals(400, 403, 404)},
        parameters=[KIND, OpenApiParameter("limit", int), OpenApiParameter("offset", int)],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """List the decisions that come out otherwise, each with why."""
        rehearsal = get_object_or_404(Rehearsal, pk=pk)
        return _page(self, request, rehearsals.moves(rehearsal, request.query_params.get("kind", "")))


class CancelRehearsal(_ToEdit):
    """Stopping a rehearsal."""

    @extend_schema(request=None, responses={200: RehearsalOut, **refusals(403, 404, 409)})
    def post(self, request: Request, pk: UUID) -> Response:
        """Cancel it; what it found so far stays."""
        rehearsal = get_object_or_404(Rehearsal, pk=pk)
        rehearsing.cancel(rehearsal=rehearsal, actor=actor_of(request), now=timezone.now())
        return Response(_rehearsal(Rehearsal.objects.get(pk=pk)))


class StartShadow(_ToEdit):
    """Letting the draft, or a version, of a set follow live leads."""

    @extend_schema(request=ShadowIn, responses={202: ShadowOut, **START}, operation_id="rulesets_shadow")
    def post(self, request: Request, slug: str) -> Response:
        """Start a shadow; it ends by itself."""
        given = _given(ShadowIn, request)
        shadow = shadowing.start(ruleset=rules.get_set(slug), actor=actor_of(request), now=timezone.now(), **given)
        return _accepted(_shadow(shadow), "shadow")


class ShadowDetail(_ToRead):
    """One shadow."""

    @extend_schema(responses={200: ShadowOut, **refusals(403, 404)})
    def get(self, request: Request, pk: UUID) -> Response:
        """Return how often it agrees, by segment."""
        return Response(_shadow(get_object_or_404(Shadow, pk=pk)))


class ShadowReadings(_ToRead):
    """What a shadow read."""

    @extend_schema(
        responses={200: ContrastPage, **refusals(400, 403, 404)},
        parameters=[KIND, OpenApiParameter("limit", int), OpenApiParameter("offset", int)],
    )
    def get(self, request: Request, pk: UUID) -> Response:
        """List the decisions it would have made otherwise, each with why."""
        shadow = get_object_or_404(Shadow, pk=pk)
        return _page(self, request, rehearsals.disagreements(shadow, request.query_params.get("kind", "")))


class CancelShadow(_ToEdit):
    """Ending a shadow before its time."""

    @extend_schema(request=None, responses={200: ShadowOut, **refusals(403, 404, 409)})
    def post(self, request: Request, pk: UUID) -> Response:
        """Cancel it; what it read stays."""
        shadowing.cancel(shadow=get_object_or_404(Shadow, pk=pk), actor=actor_of(request), now=timezone.now())
        return Response(_shadow(Shadow.objects.get(pk=pk)))


class _Pages(LimitOffsetPagination):
    default_limit = 50
    max_limit = 500


def _page(view: APIView, request: Request, rows: Any) -> Response:
    pages = _Pages()
    shown: Any = pages.paginate_queryset(rows, request, view=view)
    return pages.get_paginated_response(ContrastOut(shown, many=True).data)
