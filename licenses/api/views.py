"""May this producer sell this; and notices that somebody's license data changed."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from standardwebhooks import Webhook, WebhookVerificationError

from accounts import policy
from accounts.actor import Actor, system
from accounts.api import SignedIn
from accounts.errors import FieldProblem, Forbidden, Invalid, Missing
from accounts.http import actor_of
from licenses import queries
from licenses import services as licenses
from licenses.authority import Ask, ProductLines, judge
from licenses.lines import LINES
from licenses.models import Producer
from licenses.sources.configured import source_named
from licenses.states import STATE_ZONES


class GateOut(serializers.Serializer[Any]):
    """One gate that says no."""

    code = serializers.CharField()
    text = serializers.CharField()
    on = serializers.DateField(allow_null=True)


class AuthorityOut(serializers.Serializer[Any]):
    """May sell or not, every gate that says no, and the rows a yes stands on."""

    producer = serializers.IntegerField()
    at = serializers.DateTimeField()
    allowed = serializers.BooleanField()
    blocks = GateOut(many=True)
    tasks = serializers.ListField(child=serializers.DictField())
    relies_on = serializers.DictField()


class ProducerAuthority(APIView):
    """The license guard's answer."""

    permission_classes = [SignedIn]

    @extend_schema(
        responses=AuthorityOut,
        parameters=[
            OpenApiParameter("state", str, required=True, description="Two letters, such as FL."),
            OpenApiParameter("line", str, description="A line, such as LIFE; or name a product."),
            OpenApiParameter("product", str, description="A product, such as fixed_annuity."),
            OpenApiParameter("carrier", str, description="A NAIC company code."),
            OpenApiParameter("at", str, description="An instant with its zone; now where left out."),
        ],
    )
    def get(self, request: Request, pk: int) -> Response:
        """Say whether the producer may sell this there and then, with every gate that says no."""
        _require_view(actor_of(request), pk)
        licensing = queries.licensing_of([pk]).get(pk)
        if licensing is None:
            raise Missing("There is no producer under that id.")
        ask, at = _ask(request), _instant(request)
        authority = judge(licensing, ask, queries.regimes(), at)
        return Response({"producer": pk, "at": at, **authority.as_dict()})


def _require_view(actor: Actor, producer_id: int) -> None:
    """Let in whoever may look at licenses, a source with the scope, and the producer in question."""
    if policy.allows(actor, "licenses.view") or policy.allows(actor, "licenses:read"):
        return
    own = Producer.objects.filter(pk=producer_id, user_id=int(actor.id)).exists() if actor.id.isdigit() else False
    if not (own and policy.allows(actor, "licenses.view_own")):
        raise Forbidden


def _ask(request: Request) -> Ask:
    given = {name: request.query_params.get(name, "").strip() for name in ("state", "line", "product", "carrier")}
    products = {product.code: product for product in queries.products()}
    problems = [
        FieldProblem(f"/{name}", f"{name}.unknown", mend)
        for name, known, mend in (
            ("state", given["state"] in STATE_ZONES, "Send a two-letter state code, such as FL."),
            ("line", given["line"] in {"", *LINES}, f"Use one of: {', '.join(LINES)}."),
            ("product", given["product"] in {"", *products}, f"Use one of: {', '.join(products)}."),
            ("line", bool(given["line"] or given["product"]), "Send a line or a product."),
        )
        if not known
    ]
    if problems:
        raise Invalid(problems)
    wanted: tuple[ProductLines, ...] = (products[given["product"]],) if given["product"] else ()
    zones = STATE_ZONES[given["state"]]
    return Ask(given["state"], zones, products=wanted, carrier=given["carrier"] or None, line=given["line"] or None)


def _instant(request: Request) -> Any:
    text = request.query_params.get("at", "").replace(" ", "+")
    try:
        at = parse_datetime(text) if text else timezone.now()
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid([FieldProblem("/at", "date.invalid", "Send an instant with its zone: 2026-11-21T14:00:00Z.")])
    return at


class EventIn(serializers.Serializer[Any]):
    """A notice that a producer's license data changed; it carries no data, they are fetched."""

    npn = serializers.RegexField(r"^[0-9]{1,10}$")


class LicenseEvents(APIView):
    """Signed notices of change (Standard Webhooks)."""

    authentication_classes: list[type] = []
    permission_classes = [AllowAny]

    @extend_schema(request=EventIn, responses={202: None}, auth=[])
    def post(self, request: Request) -> Response:
        """Refresh that producer at once; a repeated notice changes nothing."""
        if not settings.LICENSE_EVENTS_SECRET:
            raise Forbidden("Notices are not set up here: LICENSE_EVENTS_SECRET is empty.")
        try:
            data = Webhook(settings.LICENSE_EVENTS_SECRET).verify(request.body, dict(request.headers))
        except WebhookVerificationError as error:
            raise Forbidden("The signature does not hold, or the notice is too old.") from error
        event = EventIn(data=data)
        event.is_valid(raise_exception=True)
        licenses.refresh_producer(
            npn=event.validated_data["npn"],
            source=source_named("csv"),
            actor=system("license.event"),
            now=timezone.now(),
        )
        return Response(status=202)
