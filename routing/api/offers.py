"""What a producer is asked, and the answer."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import policy
from accounts.api import SignedIn, refusals
from accounts.http import actor_of
from routing.api import documents
from routing.api.views import body_of, text_of
from routing.queries import offers as asked
from routing.services import offers, pulling

PROBLEMS = refusals(400, 409)


class Offers(APIView):
    """What one is asked now."""

    permission_classes = [SignedIn]

    @extend_schema(responses=documents.OfferOut(many=True))
    def get(self, request: Request) -> Response:
        """Return one's open offers, the first to run out first."""
        actor = actor_of(request)
        policy.require(actor, "leads.work_own")
        return Response([documents.offer(each) for each in asked.own(actor, now=timezone.now())])


class TakeNext(APIView):
    """The next lead, unseen."""

    permission_classes = [SignedIn]

    @extend_schema(request=None, responses={200: documents.LeadOut, **PROBLEMS})
    def post(self, request: Request) -> Response:
        """Take the best lead of one's pools that one may have; 409 where there is none."""
        lead = pulling.take_next(actor=actor_of(request), now=timezone.now())
        return Response(documents.lead(lead))


class AcceptOffer(APIView):
    """A yes."""

    permission_classes = [SignedIn]

    @extend_schema(request=None, responses={200: documents.LeadOut, **PROBLEMS})
    def post(self, request: Request, pk: UUID) -> Response:
        """Take the lead on; where another was quicker, or the license no longer stands, 409 says so."""
        lead = offers.accept(offer_id=pk, actor=actor_of(request), now=timezone.now())
        return Response(documents.lead(lead))


class DeclineOffer(APIView):
    """A no."""

    permission_classes = [SignedIn]

    @extend_schema(request=documents.Reasoned, responses={204: None, **PROBLEMS})
    def post(self, request: Request, pk: UUID) -> Response:
        """Say no; the lead goes on to somebody else."""
        reason = text_of(body_of(request), "reason")
        offers.decline(offer_id=pk, reason=reason, actor=actor_of(request), now=timezone.now())
        return Response(status=204)
