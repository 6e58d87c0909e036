"""Drafts over HTTP: read with their tags, and changed rule by rule by whoever has seen what they change."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import Allows, refusals
from accounts.http import actor_of
from rules_engine import last_edits, queries
from rules_engine import services as rules
from rules_engine.api.fields import RULE, ListsField, RuleField
from rules_engine.api.reading import ETAG, IF_MATCH, read, seen_by, tagged
from rules_engine.comparison import rows_in_words, sentence
from rules_engine.documents import content_hash
from rules_engine.engine.lists import Lists
from rules_engine.last_edits import Edit
from rules_engine.mappers import list_values
from rules_engine.models import Rule, RuleSet, Stage

BODY: Final = {"application/json": RULE}
PATCH: Final = {
    "application/json": {
        "type": "object",
        "description": "The members to change, as a JSON merge patch: null takes one out, a list replaces a list.",
        "additionalProperties": True,
    }
}
CHANGED: Final = refusals(400, 403, 404, 409, 428)


class RuleOut(serializers.Serializer[Any]):
    """A rule of a draft: where it stands, what it says, who changed it last."""

    rule = serializers.CharField()
    name = serializers.CharField()
    position = serializers.IntegerField()
    content_hash = serializers.CharField()
    sentence = serializers.CharField()
    edited_by = serializers.CharField(allow_null=True)
    edited_at = serializers.DateTimeField(allow_null=True)
    body = RuleField()


class WholeRuleOut(RuleOut):
    """A rule with its rows in words, where it is a table."""

    rows = serializers.ListField(child=serializers.CharField())


class WholeDraftOut(serializers.Serializer[Any]):
    """A draft; `proposal` is what asks to publish it, if anything does."""

    content_hash = serializers.CharField()
    differs = serializers.BooleanField()
    stage = serializers.ChoiceField(Stage.choices)
    time_zone = serializers.CharField()
    lists = ListsField()
    rules = RuleOut(many=True)
    proposal = serializers.IntegerField(allow_null=True)


class MoveIn(serializers.Serializer[Any]):
    """The place among the rules, from 0; places past the end mean the end."""

    position = serializers.IntegerField(min_value=0, max_value=10**6)


class MuteIn(serializers.Serializer[Any]):
    """Which condition, as a JSON pointer into the rule, and whether it is muted."""

    pointer = serializers.CharField(max_length=400)
    muted = serializers.BooleanField()


class Draft(APIView):
    """The draft of a set."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(responses={200: WholeDraftOut, **refusals(403, 404)}, parameters=[ETAG])
    def get(self, request: Request, slug: str) -> Response:
        """Return the draft: every rule in its order, the lists they name, and the tag of it all."""
        return draft_response(queries.get_set(slug))


class Rules(APIView):
    """The rules of a draft."""

    permission_classes = [Allows(write="rules.edit")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(request=BODY, responses={201: WholeRuleOut, **refusals(400, 403, 404)}, parameters=[ETAG])
    def post(self, request: Request, slug: str) -> Response:
        """Add a rule or a table at the end; in a route set before the rule for every lead."""
        row = rules.create_rule(
            ruleset=queries.get_set(slug), document=request.data, actor=actor_of(request), now=timezone.now()
        )
        return rule_response(row, status.HTTP_201_CREATED)


class OneRule(APIView):
    """A rule of a draft."""

    permission_classes = [
        Allows(read="rules.view", write="rules.edit")  # type: ignore[list-item]  # an instance that stands for its class
    ]

    @extend_schema(responses={200: WholeRuleOut, **refusals(403, 404)}, parameters=[ETAG])
    def get(self, request: Request, slug: str, rule_id: str) -> Response:
        """Return a rule with its tag."""
        return rule_response(queries.get_rule(slug, rule_id))

    @extend_schema(request=BODY, responses={200: WholeRuleOut, **CHANGED}, parameters=[IF_MATCH, ETAG])
    def put(self, request: Request, slug: str, rule_id: str) -> Response:
        """Replace a rule; its id stays."""
        seen, rule = seen_by(request), queries.get_rule(slug, rule_id)
        row = rules.save_rule(
            rule=rule, document=request.data, seen_hash=seen, actor=actor_of(request), now=timezone.now()
        )
        return rule_response(row)

    @extend_schema(request=PATCH, responses={200: WholeRuleOut, **CHANGED}, parameters=[IF_MATCH, ETAG])
    def patch(self, request: Request, slug: str, rule_id: str) -> Response:
        """Change some members of a rule."""
        seen, rule = seen_by(request), queries.get_rule(slug, rule_id)
        row = rules.patch_rule(
            rule=rule, patch=request.data, seen_hash=seen, actor=actor_of(request), now=timezone.now()
        )
        return rule_response(row)

    @extend_schema(responses={204: None, **CHANGED}, parameters=[IF_MATCH])
    def delete(self, request: Request, slug: str, rule_id: str) -> Response:
        """Take a rule out of the draft; its history stays, and what is live stays until somebody publishes."""
        seen, rule = seen_by(request), queries.get_rule(slug, rule_id)
        rules.delete_rule(rule=rule, seen_hash=seen, actor=actor_of(request), now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class Move(APIView):
    """The place of a rule."""

    permission_classes = [Allows(write="rules.edit")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(request=MoveIn, responses={200: WholeDraftOut, **CHANGED}, parameters=[IF_MATCH, ETAG])
    def post(self, request: Request, slug: str, rule_id: str) -> Response:
        """Put a rule at another place. The tag is that of the draft, since the order is the draft's."""
        seen, given = seen_by(request), read(MoveIn, request)
        rule = queries.get_rule(slug, rule_id)
        rules.move_rule(rule=rule, **given, seen_draft=seen, actor=actor_of(request), now=timezone.now())
        return draft_response(queries.get_set(slug))


class Mute(APIView):
    """One condition of a rule, in force or not."""

    permission_classes = [Allows(write="rules.edit")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(request=MuteIn, responses={200: WholeRuleOut, **CHANGED}, parameters=[IF_MATCH, ETAG])
    def post(self, request: Request, slug: str, rule_id: str) -> Response:
        """Mute a condition, or put it back in force. Nothing with a muted condition is published."""
        seen, given = seen_by(request), read(MuteIn, request)
        row = rules.mute_condition(
            rule=queries.get_rule(slug, rule_id),
            pointer=given["pointer"],
            is_muted=given["muted"],
            seen_hash=seen,
            actor=actor_of(request),
            now=timezone.now(),
        )
        return rule_response(row)


def draft_response(ruleset: RuleSet) -> Response:
    """Return a draft as it is answered, with its tag."""
    document = queries.get_document(ruleset, "draft")
    digest, lists = content_hash(document), document.get("lists", {})
    rows, edits = list(ruleset.rules.order_by("position", "pk")), last_edits.of_rules(ruleset)
    live = ruleset.live_version
    proposal = queries.find_open(ruleset)
    told = {
        "content_hash": digest,
        "differs": live is None or live.content_hash != digest,
        "stage": ruleset.stage,
        "time_zone": ruleset.time_zone,
        "lists": lists,
        "rules": [rule_document(row, ruleset.stage, lists, edits) for row in rows],
        "proposal": proposal.pk if proposal else None,
    }
    return Response(told, headers=tagged(digest))


def rule_response(row: Rule, code: int = status.HTTP_200_OK) -> Response:
    """Return a rule as it is answered, with its tag."""
    stage, lists, edit = row.ruleset.stage, list_values(), last_edits.of_row(row)
    told = rule_document(row, stage, lists, {row.rule_id: edit} if edit else {})
    rows = [each.sentence for each in rows_in_words(row.body, stage, lists)]
    return Response({**told, "rows": rows}, code, headers=tagged(told["content_hash"]))


def rule_document(row: Rule, stage: str, lists: Lists, edits: Mapping[str, Edit]) -> dict[str, Any]:
    """Return a rule's form."""
    edit = edits.get(row.rule_id)
    return {
        "rule": row.rule_id,
        "name": row.name,
        "position": row.position,
        "content_hash": content_hash(row.body),
        "sentence": sentence(row.body, stage, lists),
        "edited_by": (edit.who or None) if edit else None,
        "edited_at": edit.at if edit else None,
        "body": row.body,
    }
