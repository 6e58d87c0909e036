"""Named lists over HTTP: what they hold, which draft rules name them, and changing them."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import Allows, refusals
from accounts.http import actor_of
from rules_engine import queries
from rules_engine import services as rules
from rules_engine.api.fields import ValuesField
from rules_engine.api.reading import ETAG, IF_MATCH, read, seen_by, tagged
from rules_engine.models import NamedList, Rule


class ListChangedIn(serializers.Serializer[Any]):
    """The name and the values a list is to have; its slug and its field stay."""

    name = serializers.CharField(max_length=120)
    values = ValuesField()


class ListIn(ListChangedIn):
    """A new list of values of one of the catalog's fields."""

    slug = serializers.CharField(max_length=60)
    field = serializers.CharField(max_length=80)


class UseOut(serializers.Serializer[Any]):
    """A draft rule that names a list."""

    rule_set = serializers.CharField()
    rule = serializers.CharField()
    name = serializers.CharField()


class ListOut(serializers.Serializer[Any]):
    """A list, and where it is used; while it is, it cannot be deleted."""

    slug = serializers.CharField()
    name = serializers.CharField()
    field = serializers.CharField()
    values = ValuesField()
    content_hash = serializers.CharField()
    used_by = UseOut(many=True)


class ListList(serializers.Serializer[Any]):
    """All lists, by name."""

    results = ListOut(many=True)


class Lists(APIView):
    """The named lists."""

    permission_classes = [
        Allows(read="rules.view", write="rules.edit")  # type: ignore[list-item]  # an instance that stands for its class
    ]

    @extend_schema(responses={200: ListList, **refusals(403)}, operation_id="lists_list")
    def get(self, request: Request) -> Response:
        """List the named lists with their values, and the draft rules that name each."""
        uses = queries.uses_of_lists()
        return Response({"results": [_shown(row, uses.get(row.slug, [])) for row in NamedList.objects.all()]})

    @extend_schema(request=ListIn, responses={201: ListOut, **refusals(400, 403)}, parameters=[ETAG])
    def post(self, request: Request) -> Response:
        """Make a list."""
        made = rules.create_list(**read(ListIn, request), actor=actor_of(request), now=timezone.now())
        return _response(made, status.HTTP_201_CREATED)


class OneList(APIView):
    """One named list."""

    permission_classes = [
        Allows(read="rules.view", write="rules.edit")  # type: ignore[list-item]  # an instance that stands for its class
    ]

    @extend_schema(responses={200: ListOut, **refusals(403, 404)}, parameters=[ETAG])
    def get(self, request: Request, slug: str) -> Response:
        """Return a list, and the draft rules that name it."""
        return _response(queries.get_list(slug))

    @extend_schema(
        request=ListChangedIn,
        responses={200: ListOut, **refusals(400, 403, 404, 409, 428)},
        parameters=[IF_MATCH, ETAG],
    )
    def put(self, request: Request, slug: str) -> Response:
        """Change a list's name and values. Every draft that names it follows, and what was sent of it is void."""
        seen, given = seen_by(request), read(ListChangedIn, request)
        row = rules.save_list(
            named_list=queries.get_list(slug), **given, seen_hash=seen, actor=actor_of(request), now=timezone.now()
        )
        return _response(row)

    @extend_schema(responses={204: None, **refusals(400, 403, 404, 409, 428)}, parameters=[IF_MATCH])
    def delete(self, request: Request, slug: str) -> Response:
        """Delete a list that no draft rule names; versions keep the values they were published with."""
        seen, row = seen_by(request), queries.get_list(slug)
        rules.delete_list(named_list=row, seen_hash=seen, actor=actor_of(request), now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _response(row: NamedList, code: int = status.HTTP_200_OK) -> Response:
    told = _shown(row, queries.rules_using(row))
    return Response(told, code, headers=tagged(told["content_hash"]))


def _shown(row: NamedList, uses: Sequence[Rule]) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "name": row.name,
        "field": row.field,
        "values": row.values,
        "content_hash": queries.list_hash(row),
        "used_by": [{"rule_set": rule.ruleset.slug, "rule": rule.rule_id, "name": rule.name} for rule in uses],
    }
