"""The test bench over HTTP: a lead under several choices of rules, side by side. Writes nothing."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actor import Actor
from accounts.api import Allows, refusals
from accounts.errors import FieldProblem, Invalid
from accounts.http import actor_of
from routing import going_on
from routing.api import documents
from routing.api.views import body_of, text_of
from routing.queries import visible
from routing.services import bench, choices
from routing.services.bench import Column, Moment, Row, Run, Subject

PRODUCERS_SHOWN: Final = 200


class BenchIn(serializers.Serializer[Any]):
    """What is to be tried: `lead`, or `lead_id` of one that came in."""

    lead = serializers.DictField(required=False)
    lead_id = serializers.UUIDField(required=False)
    source = serializers.CharField(required=False, help_text="The source of a made-up lead.")  # type: ignore[assignment]  # a field of that name
    at = serializers.DateTimeField(required=False, help_text="Now where left out.")
    columns = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Choices of rules: live, then, SET=draft, SET=3."
    )
    everyone = serializers.BooleanField(required=False, help_text="Producers outside the pools as well.")


class DifferenceOut(serializers.Serializer[Any]):
    """One thing that comes out otherwise than in the first column."""

    what = serializers.CharField()
    was = serializers.CharField()
    now = serializers.CharField()


class ColumnOut(serializers.Serializer[Any]):
    """Where the lead would go under one choice of rules."""

    rules = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    status = serializers.CharField()
    tier = serializers.CharField(allow_null=True)
    score = serializers.IntegerField(allow_null=True)
    producer = documents.ProducerRef(allow_null=True)
    pool = serializers.CharField(allow_null=True)
    reason = documents.ReasonOut()
    gates = serializers.ListField(child=serializers.DictField())
    parts = serializers.ListField(child=serializers.DictField())
    route = serializers.CharField(allow_null=True)
    way = serializers.ListField(child=serializers.CharField(), help_text="Why it is in no other pool of its waterfall.")
    eligible = serializers.IntegerField()
    differences = DifferenceOut(many=True)


class StoodOut(serializers.Serializer[Any]):
    """How one producer stands under one choice of rules, and the smallest change that would let them have the lead."""

    could_take = serializers.BooleanField()
    first_blocker = serializers.CharField()
    blocks = serializers.ListField(child=serializers.DictField())
    change = serializers.CharField()


class ProducerOut(serializers.Serializer[Any]):
    """One producer, in the order of the columns."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    columns = StoodOut(many=True)


class BenchOut(serializers.Serializer[Any]):
    """One run."""

    at = serializers.DateTimeField()
    roster_version = serializers.IntegerField()
    remarks = serializers.ListField(child=serializers.CharField())
    columns = ColumnOut(many=True)
    producers = ProducerOut(many=True)
    producer_count = serializers.IntegerField()


class Bench(APIView):
    """Any lead at any instant under several choices of rules."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(request=BenchIn, responses={200: BenchOut, **refusals(400, 403, 404)})
    def post(self, request: Request) -> Response:
        """Return what a lead would get under each choice of rules, side by side; writes nothing."""
        actor = actor_of(request)
        data, now = body_of(request), timezone.now()
        moment = bench.moment_of(_instant(data, now), now=now)
        chosen = [choices.read(each) for each in _texts(data, "columns", ["live"])]
        found = bench.run(subject=_subject(data, moment, actor), moment=moment, chosen=chosen)
        return Response(_shown(found, everyone=data.get("everyone") is True))


def _subject(data: dict[str, Any], moment: Moment, actor: Actor) -> Subject:
    named, fields = text_of(data, "lead_id"), data.get("lead")
    if bool(named) is isinstance(fields, dict):
        raise Invalid([FieldProblem("/lead", "field.required", "Send lead, an object, or lead_id; not both.")])
    if not isinstance(fields, dict):
        return bench.stored(
            get_object_or_404(visible.leads(actor).select_related("person", "source", "duplicate_of"), pk=_uuid(named))
        )
    return bench.made_up(fields=fields, source=text_of(data, "source"), moment=moment)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Invalid([FieldProblem("/lead_id", "field.type", "Send a lead's id.")]) from None


def _instant(data: dict[str, Any], now: datetime) -> datetime:
    text = text_of(data, "at")
    try:
        at = parse_datetime(text) if text else now
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid([FieldProblem("/at", "field.time", "Send an instant with its zone, as 2026-11-21T14:00:00Z.")])
    return at


def _texts(data: dict[str, Any], field: str, otherwise: list[str]) -> list[str]:
    values = data.get(field, otherwise)
    if isinstance(values, list) and all(isinstance(each, str) for each in values):
        return values
    raise Invalid([FieldProblem(f"/{field}", "field.type", "Send a list of texts.")])


def _shown(found: Run, *, everyone: bool) -> dict[str, Any]:
    producers = bench.in_question(found, everyone=everyone)
    return {
        "at": found.moment.at,
        "roster_version": found.moment.roster.version,
        "remarks": found.moment.remarks,
        "columns": [
            {**_column(column), "differences": [{"what": d.what, "was": d.was, "now": d.now} for d in differing]}
            for column, differing in zip(found.columns, bench.differences(found), strict=True)
        ],
        "producers": [_producer(row) for row in bench.advised(found, bench.rows(found, producers[:PRODUCERS_SHOWN]))],
        "producer_count": len(producers),
    }


def _column(column: Column) -> dict[str, Any]:
    considered = column.decided.considered
    return {
        "rules": str(column.choice),
        "label": column.choice.label,
        **column.outcome,
        "gates": [fired.as_dict() for fired in considered.gate.fired],
        "parts": [part.as_dict() for part in considered.score.parts] if considered.score else [],
        "route": considered.route.rule if considered.route else None,
        "way": list(going_on.sentences(going_on.way_of(column.decided), considered.pool)),
        "eligible": len(considered.eligible),
    }


def _producer(row: Row) -> dict[str, Any]:
    return {
        "id": row.producer.id,
        "name": row.producer.name,
        "columns": [
            {
                "could_take": each.could_take,
                "first_blocker": each.first_blocker,
                "blocks": [block.as_dict() for block in each.standing.blocks],
                "change": each.change.text,
            }
            for each in row.stood
        ],
    }
