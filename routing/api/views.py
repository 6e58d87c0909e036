"""Leads in, outcomes out; the producer's moves; decisions and why."""

from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import policy
from accounts.actor import Actor, ActorKind
from accounts.api import SignedIn, refusals
from accounts.errors import FieldProblem, Forbidden, Invalid, Missing
from accounts.http import actor_of
from routing.api import documents
from routing.models import Decision, Lead, LeadSource, QueueItem
from routing.payload import LeadIn, read_json
from routing.queries import visible
from routing.services import arrivals, desk, explaining, fallback, handing, intake

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Yours, up to 255 characters; a retry acts once."
)
PROBLEMS = refusals(400, 409)


class LeadMoves(APIView):
    """What the views of one lead share."""

    permission_classes = [SignedIn]

    def lead(self, request: Request, pk: UUID) -> Lead:
        """Return the lead, if the asker may see it; to others it does not exist."""
        return get_object_or_404(visible.leads(actor_of(request)).select_related("source", "person", "owner"), pk=pk)


def sender(request: Request) -> LeadSource | None:
    """Return the lead source whose key was sent, if one was."""
    return request.auth if isinstance(request.auth, LeadSource) else None


def require(actor: Actor, permission: str, scope: str) -> None:
    """Refuse a person without the permission, or a source without the scope."""
    policy.require(actor, scope if actor.kind is ActorKind.SOURCE else permission)


def body_of(request: Request) -> dict[str, Any]:
    """Return the request's JSON object, or an empty one where nothing was sent."""
    data: dict[str, Any] = read_json(request.body) if request.body else {}
    return data


def text_of(data: dict[str, Any], field: str) -> str:
    """Return a text field.

    :raises Invalid: if it is not text
    """
    value = data.get(field, "")
    if not isinstance(value, str):
        raise Invalid([FieldProblem(f"/{field}", "field.type", "Send text.")])
    return value


def item_of(pk: UUID) -> QueueItem:
    """Return a queue item."""
    return get_object_or_404(QueueItem.objects.select_related("lead", "claimed_by"), pk=pk)


@method_decorator(csrf_exempt, name="dispatch")
class Leads(APIView):
    """The intake."""

    permission_classes = [SignedIn]

    @extend_schema(
        request=LeadIn,
        responses={201: documents.Outcome, 200: documents.Outcome, 202: documents.Outcome, **PROBLEMS},
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Request) -> Response:
        """Take in one lead and answer with its outcome; the same key and body again answer 200 with the same."""
        source = sender(request)
        if source is None:
            raise Forbidden("Send leads with a source's key; people enter them on the site.")
        policy.require(actor_of(request), "leads:write")
        key = request.headers.get("Idempotency-Key")
        answer = intake.receive(source=source, body=request.body, key=key, now=timezone.now())
        return Response(answer.body, answer.status)


class LeadDetail(LeadMoves):
    """One lead."""

    @extend_schema(responses=documents.LeadOut)
    def get(self, request: Request, pk: UUID) -> Response:
        """Return the lead as it stands."""
        return Response(documents.lead(self.lead(request, pk)))


class LeadTimeline(LeadMoves):
    """Everything that happened to a lead."""

    @extend_schema(responses=documents.Event(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """Return what happened, oldest first."""
        return Response(explaining.timeline(self.lead(request, pk)))


class Accept(LeadMoves):
    """The producer takes it on."""

    @extend_schema(request=None, responses={200: documents.LeadOut, **PROBLEMS})
    def post(self, request: Request, pk: UUID) -> Response:
        """Accept the lead."""
        lead = self.lead(request, pk)
        desk.accept(lead=lead, actor=actor_of(request), now=timezone.now())
        return Response(documents.lead(lead))


class Decline(LeadMoves):
    """The producer hands it back."""

    @extend_schema(request=documents.Reason, responses={200: documents.Outcome, **PROBLEMS})
    def post(self, request: Request, pk: UUID) -> Response:
        """Decline the lead with a reason; the answer says where it went."""
        reason = text_of(body_of(request), "reason")
        lead = self.lead(request, pk)
        placement = desk.decline(lead=lead, reason=reason, actor=actor_of(request), now=timezone.now())
        return Response(arrivals.outcome(placement.decision.lead, placement))


class TouchLead(LeadMoves):
    """A contact, with its kind of evidence."""

    @extend_schema(request=documents.TouchIn, responses={200: documents.LeadOut, **PROBLEMS})
    def post(self, request: Request, pk: UUID) -> Response:
        """Log a touch."""
        data, lead = body_of(request), self.lead(request, pk)
        desk.touch(
            lead=lead,
            kind=text_of(data, "kind"),
            evidence=text_of(data, "evidence"),
            actor=actor_of(request),
            now=timezone.now(),
        )
        lead.refresh_from_db()
        return Response(documents.lead(lead))


class Dispose(LeadMoves):
    """How it ended."""

    @extend_schema(request=documents.DisposeIn, responses={200: documents.LeadOut, **PROBLEMS})
    def post(self, request: Request, pk: UUID) -> Response:
        """Close the lead."""
        lead, disposition = self.lead(request, pk), text_of(body_of(request), "disposition")
        desk.dispose(lead=lead, disposition=disposition, actor=actor_of(request), now=timezone.now())
        return Response(documents.lead(lead))


class OneDecision(APIView):
    """What the views of one decision share."""

    permission_classes = [SignedIn]

    def decision(self, request: Request, pk: UUID) -> Decision:
        """Return the decision, if the asker may see it."""
        actor = actor_of(request)
        decision = get_object_or_404(Decision.objects.select_related("lead__person", "lead__source"), pk=pk)
        if policy.allows(actor, "decisions.view") or policy.allows(actor, "decisions:read"):
            return decision
        if not visible.leads(actor).filter(pk=decision.lead_id).exists():
            raise Missing
        return decision


class DecisionDetail(OneDecision):
    """The receipt."""

    @extend_schema(responses={200: dict})
    def get(self, request: Request, pk: UUID) -> Response:
        """Return the receipt, as it was fingerprinted."""
        decision = self.decision(request, pk)
        return Response({**decision.receipt, "receipt_sha256": decision.receipt_sha256})


class DecisionProducer(OneDecision):
    """Why, or why not, one producer."""

    @extend_schema(responses=documents.WhyProducer)
    def get(self, request: Request, pk: UUID, producer_id: int) -> Response:
        """Return how the producer stood towards the lead in that decision."""
        return Response(explaining.why(decision=self.decision(request, pk), producer_id=producer_id))


class Decide(APIView):
    """A decision without consequences."""

    permission_classes = [SignedIn]

    @extend_schema(request=LeadIn, responses=documents.Preview)
    def post(self, request: Request) -> Response:
        """Return the decision a lead would get now; writes nothing."""
        require(actor_of(request), "decisions.view", "leads:write")
        source = sender(request)
        return Response(explaining.preview(data=read_json(request.body), source=source, now=timezone.now()))


class Fallback(APIView):
    """The manager's queue."""

    permission_classes = [SignedIn]

    @extend_schema(responses=documents.Item(many=True))
    def get(self, request: Request) -> Response:
        """Return the waiting items, oldest first."""
        policy.require(actor_of(request), "queue.view")
        waiting = QueueItem.objects.exclude(state=QueueItem.State.RESOLVED).select_related(
            "lead", "owner", "claimed_by"
        )
        return Response([documents.item(each) for each in waiting.order_by("created_at", "pk")[:200]])


class FallbackMove(APIView):
    """What a manager does with an item."""

    permission_classes = [SignedIn]

    @extend_schema(request=documents.FallbackIn, responses={200: documents.Item, **PROBLEMS})
    def post(self, request: Request, pk: UUID, move: str) -> Response:
        """Claim, assign or resolve the item; a lost race is 409 with the holder's name."""
        actor, data, now, item = actor_of(request), body_of(request), timezone.now(), item_of(pk)
        if move == "claim":
            policy.require(actor, "queue.claim")
            fallback.take(item=item, user_id=int(actor.id), actor=actor, now=now)
        elif move == "assign":
            handing.assign(
                lead=item.lead, producer_id=_producer_id(data), reason=text_of(data, "reason"), actor=actor, now=now
            )
        else:
            reject = data.get("reject") is True
            fallback.resolve(
                item=item,
                resolution=text_of(data, "resolution"),
                disposition=text_of(data, "disposition"),
                reject=reject,
                actor=actor,
                now=now,
            )
        return Response(documents.item(item_of(pk)))


def _producer_id(data: dict[str, Any]) -> int:
    value = data.get("producer")
    if isinstance(value, bool) or not isinstance(value, int):
        raise Invalid([FieldProblem("/producer", "field.type", "Send the producer's id, a number.")])
    return value
