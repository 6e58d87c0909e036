"""The watch over the first day of a version, over HTTP: what it counts, and keeping a version in spite of its alarm."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import Allows, refusals
from accounts.http import actor_of
from rules_engine import queries
from rules_engine import services as rules
from rules_engine.api.reading import read
from rules_engine.models import Watch as WatchRow


class CountOut(serializers.Serializer[Any]):
    """One share of all decisions, the day before and since."""

    label = serializers.CharField()  # type: ignore[assignment]  # a field of that name
    before = serializers.CharField()
    since = serializers.CharField()
    is_worse = serializers.BooleanField()


class WatchOut(serializers.Serializer[Any]):
    """The watch over the live version."""

    version = serializers.IntegerField()
    state = serializers.ChoiceField(WatchRow.State.choices)
    ends_at = serializers.DateTimeField()
    counts = CountOut(many=True)
    kept_by = serializers.CharField(allow_null=True)
    kept_because = serializers.CharField()


class KeepIn(serializers.Serializer[Any]):
    """Why the version stays."""

    because = serializers.CharField(max_length=2000)


class Watch(APIView):
    """The watch over what is live of a set."""

    permission_classes = [Allows("rules.view")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(responses={200: WatchOut, **refusals(403, 404)})
    def get(self, request: Request, slug: str) -> Response:
        """Return what the first day of the live version looks like beside the day before it."""
        return Response(_shown(queries.get_watch(queries.get_set(slug))))


class Keep(APIView):
    """A version kept in spite of an alarm."""

    permission_classes = [Allows("rules.publish")]  # type: ignore[list-item]  # an instance that stands for its class

    @extend_schema(request=KeepIn, responses={200: WatchOut, **refusals(400, 403, 404, 409)})
    def post(self, request: Request, slug: str) -> Response:
        """Keep the live version, and say why; to go back instead, roll back."""
        given, watch = read(KeepIn, request), queries.get_watch(queries.get_set(slug))
        rules.keep(watch=watch, because=given["because"], actor=actor_of(request), now=timezone.now())
        watch.refresh_from_db()
        return Response(_shown(watch))


def _shown(watch: WatchRow) -> dict[str, Any]:
    return {
        "version": watch.version.number,
        "state": watch.state,
        "ends_at": watch.ends_at,
        "counts": [
            {"label": row.label, "before": row.before, "since": row.since, "is_worse": row.is_worse}
            for row in rules.watch_rows(watch)
        ],
        "kept_by": watch.kept_label or None,
        "kept_because": watch.kept_because,
    }
