"""Where the agency could sell, over HTTP: each state and line, and what stands in the way of one."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import Allows, refusals
from routing.selling import Cell, Obstacle, Verdict
from routing.services import selling

WANTED = OpenApiParameter("verdict", str, enum=list(Verdict), description="Only cells of this verdict.")
# The answer tells of rules and of people, as the page does.
MAY_SEE = [Allows("rules.view"), Allows("pools.view")]


class CellOut(serializers.Serializer[Any]):
    """One state and line; `lawful` counts whom the guard lets through, `producer` is one who could have some lead."""

    state = serializers.CharField()
    line = serializers.CharField()
    verdict = serializers.ChoiceField(list(Verdict))
    lawful = serializers.IntegerField()
    producer = serializers.CharField(allow_null=True)


class CellList(serializers.Serializer[Any]):
    """States and lines, states first."""

    results = CellOut(many=True)


class ObstacleOut(serializers.Serializer[Any]):
    """One thing in the way, and how many producers it keeps from every lead of the state and line."""

    code = serializers.CharField()
    text = serializers.CharField()
    producers = serializers.IntegerField()


class WhyOut(CellOut):
    """A state and line with the guard's reasons, and the rules against those whom the guard lets through."""

    guard = ObstacleOut(many=True)
    rules = ObstacleOut(many=True)


class Selling(APIView):
    """The map of states and lines."""

    permission_classes = MAY_SEE  # type: ignore[assignment]  # instances that stand for their class

    @extend_schema(responses={200: CellList, **refusals(403)}, parameters=[WANTED], operation_id="selling_list")
    def get(self, request: Request) -> Response:
        """Say for each state and line whether any producer could have any lead under licenses and live rules."""
        wanted = request.query_params.get("verdict")
        cells = selling.cells(now=timezone.now())
        return Response({"results": [_cell(each) for each in cells if wanted in {None, "", each.verdict}]})


class SellingCell(APIView):
    """One state and line."""

    permission_classes = MAY_SEE  # type: ignore[assignment]  # instances that stand for their class

    @extend_schema(responses={200: WhyOut, **refusals(403, 404)})
    def get(self, request: Request, state: str, line: str) -> Response:
        """Return one state and line with what stands in the way."""
        why = selling.why(state=state, line=line, now=timezone.now())
        return Response({**_cell(why.cell), "guard": _obstacles(why.guard), "rules": _obstacles(why.rules)})


def _cell(cell: Cell) -> dict[str, Any]:
    return {**asdict(cell), "producer": cell.producer or None}


def _obstacles(found: tuple[Obstacle, ...]) -> list[dict[str, Any]]:
    return [asdict(each) for each in found]
