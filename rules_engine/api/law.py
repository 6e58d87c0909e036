"""Rules of law over HTTP: which nobody has confirmed, which to look at again, and confirming one."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import Allows, refusals
from accounts.http import actor_of
from rules_engine import law, queries
from rules_engine import services as rules
from rules_engine.api.drafts import WholeRuleOut, rule_response
from rules_engine.api.reading import ETAG, read
from rules_engine.documents import content_hash
from rules_engine.engine.reading import MAX_TEXT
from rules_engine.law import CitedRule


class CitedOut(serializers.Serializer[Any]):
    """A draft rule with what it cites; `days` ago somebody looked."""

    rule_set = serializers.CharField()
    rule = serializers.CharField()
    name = serializers.CharField()
    jurisdiction = serializers.CharField()
    citation = serializers.CharField()
    confidence = serializers.CharField()
    verified_on = serializers.DateField(allow_null=True)
    days = serializers.IntegerField(allow_null=True)
    content_hash = serializers.CharField()


class LawOut(serializers.Serializer[Any]):
    """What nobody has confirmed, and what to look at again."""

    provisional = CitedOut(many=True)
    overdue = CitedOut(many=True)


class SourceReadIn(serializers.Serializer[Any]):
    """The source that was looked at, when, and the content hash of the rule it was compared with."""

    source = serializers.CharField(max_length=MAX_TEXT)  # type: ignore[assignment]  # named as in the citation
    verified_on = serializers.DateField()
    reviewed_hash = serializers.CharField(max_length=64)


class Law(APIView):
    """The rules of law among the drafts."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(responses={200: LawOut, **refusals(403)}, operation_id="law_list")
    def get(self, request: Request) -> Response:
        """List the rules nobody has confirmed, and those whose source was read more than 180 days ago."""
        today = timezone.localdate()
        told = {"provisional": law.provisional(today), "overdue": law.overdue(today)}
        return Response({name: [_cited(each) for each in rows] for name, rows in told.items()})


class Confirm(APIView):
    """Confirming a rule of a draft."""

    permission_classes = [Allows("rules.confirm")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(
        request=SourceReadIn, responses={200: WholeRuleOut, **refusals(400, 403, 404, 409)}, parameters=[ETAG]
    )
    def post(self, request: Request, slug: str, rule_id: str) -> Response:
        """Note that the source was read and says what the rule says; it decides once the draft is published."""
        given, rule = read(SourceReadIn, request), queries.get_rule(slug, rule_id)
        return rule_response(rules.confirm_rule(rule=rule, **given, actor=actor_of(request), now=timezone.now()))


def _cited(each: CitedRule) -> dict[str, Any]:
    return {
        "rule_set": each.rule.ruleset.slug,
        "rule": each.rule.rule_id,
        "name": each.rule.name,
        "jurisdiction": each.jurisdiction,
        "citation": each.source,
        "confidence": each.confidence,
        "verified_on": each.verified_on,
        "days": each.days,
        "content_hash": content_hash(each.rule.body),
    }
