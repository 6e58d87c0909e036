"""Coverage over HTTP: which conditions of a set the saved cases, or the last leads, ever tried."""

from collections.abc import Iterator
from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import Allows, refusals
from routing.coverage_words import Node, RuleLine, line_of
from routing.services import covering
from routing.services.choices import Choice
from rules_engine import queries as rules

RULES: Final = OpenApiParameter("rules", str, enum=["draft", "live"], description="The draft, if left out.")
OVER: Final = OpenApiParameter("over", str, enum=["cases", "leads"], description="Saved cases, if left out.")


class TriedOut(serializers.Serializer[Any]):
    """How often one condition came out how; `depth` says which group it stands in: that above it, one less deep."""

    part = serializers.CharField()
    depth = serializers.IntegerField()
    text = serializers.CharField()
    true = serializers.IntegerField()
    false = serializers.IntegerField()
    unknown = serializers.IntegerField()
    gap = serializers.CharField()


class RuleTriedOut(serializers.Serializer[Any]):
    """How often one rule, or one row of a table, was reached, and what was tried of its conditions."""

    rule = serializers.CharField()
    name = serializers.CharField()
    sentence = serializers.CharField()
    reached = serializers.IntegerField()
    gaps = serializers.IntegerField()
    conditions = TriedOut(many=True)


class CoverageOut(serializers.Serializer[Any]):
    """A set, rule by rule; `gaps` counts the conditions that were never both true and false."""

    gaps = serializers.IntegerField()
    rules = RuleTriedOut(many=True)


class Coverage(APIView):
    """What is tried of a set."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(responses={200: CoverageOut, **refusals(400, 403, 404)}, parameters=[RULES, OVER])
    def get(self, request: Request, slug: str) -> Response:
        """Return what the saved cases, or the last 200 leads, try of each condition; writes nothing."""
        ruleset, now = rules.get_set(slug), timezone.now()
        choice = Choice() if request.GET.get("rules") == "live" else Choice(((ruleset.slug, None),))
        if request.GET.get("over") == "leads":
            found = covering.by_leads(slug=slug, choice=choice, count=covering.LEADS_MOST, now=now)
        else:
            found = covering.by_cases(slug=slug, choice=choice, now=now)
        lines = [line_of(each) for each in found]
        return Response({"gaps": sum(line.gaps for line in lines), "rules": [_shown(line) for line in lines]})


def _shown(line: RuleLine) -> dict[str, Any]:
    conditions = [each for part, node in line.nodes for each in _flat(part, node, 0)]
    return {
        "rule": line.id,
        "name": line.name,
        "sentence": line.sentence,
        "reached": line.reached,
        "gaps": line.gaps,
        "conditions": conditions,
    }


def _flat(part: str, node: Node, depth: int) -> Iterator[dict[str, Any]]:
    counts = {"true": node.true, "false": node.false, "unknown": node.unknown, "gap": node.gap}
    yield {"part": part, "depth": depth, "text": node.text, **counts}
    for member in node.members:
        yield from _flat(part, member, depth + 1)
