"""The least that could be called intake: no key, no rules, no licence, no clock, no claim; three rows and a commit."""

import json
from datetime import timedelta
from functools import lru_cache
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.http import actor_of
from audit import services as audit
from routing.api.authentication import SourceUser
from routing.models import Assignment, Lead, LeadSource


class Floor(APIView):
    """Takes the same request, through the same server, middleware and key check, as the real intake."""

    permission_classes = [IsAuthenticated]

    def post(self, request: Request) -> Response:
        """Insert a lead, an assignment and an audit entry in one transaction."""
        source = _source(request.user)
        data, now = json.loads(request.body), timezone.now()
        producer_id, decision_id = _somebody()
        with transaction.atomic():
            lead = Lead.objects.create(
                source=source,
                external_id=data["external_id"],
                received_at=now,
                state=Lead.State.ASSIGNED,
                declared_state=data["state"],
                products=[data["product"]],
                owner_id=producer_id,
            )
            assignment = Assignment.objects.create(
                lead=lead,
                producer_id=producer_id,
                decision_id=decision_id,
                assigned_at=now,
                clock_starts_at=now,
                due_at=now + timedelta(minutes=5),
            )
            detail = {"assignment": str(assignment.pk)}
            audit.record(at=now, actor=actor_of(request), action="lead.assigned", target=lead, detail=detail)
        return Response({"id": str(lead.pk), "status": "assigned"}, 201)


def _source(user: object) -> LeadSource:
    if not isinstance(user, SourceUser):
        raise PermissionDenied
    return user.source


@lru_cache(maxsize=1)
def _somebody() -> tuple[int, UUID]:
    """Return a producer and a decision to point at: those of the first lead assigned, before anything is timed."""
    first = Assignment.objects.order_by("assigned_at").values_list("producer_id", "decision_id").first()
    if first is None:
        raise LookupError("No lead was assigned yet.")
    return first
