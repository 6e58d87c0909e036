"""Everything one producer holds, moved at once: for an absence, or when somebody leaves."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.errors import Refused
from accounts.http import actor_of
from licenses.models import Producer
from routing.admin.forms import ReasonForm
from routing.admin.pages import reader_zone, require, show, told
from routing.models import Assignment, Lead
from routing.services import handing
from routing.services.outcomes import Placement


def urls() -> list[URLPattern]:
    """Return the page's address, below those of leads."""
    return [
        path("empty-desk/<int:producer_id>/", admin.site.admin_view(empty_desk), name="routing_empty_desk"),
    ]


def empty_desk(request: HttpRequest, producer_id: int) -> HttpResponse:
    """Show everything one producer holds, and move it all on request; then say where each lead went."""
    require(request, "leads.reassign")
    producer = get_object_or_404(Producer, pk=producer_id)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        moved = handing.empty_desk(
            producer=producer, reason=form.cleaned_data["reason"], actor=actor_of(request), now=timezone.now()
        )
        with timezone.override(reader_zone(request)):
            results = [_result(lead, outcome) for lead, outcome in moved]
        return show(request, "routing/emptied_desk.html", {"title": producer, "producer": producer, "results": results})
    held = Assignment.objects.filter(producer=producer, ended_at__isnull=True).select_related("lead__person")
    context = {"title": producer, "producer": producer, "form": form, "held": list(held.order_by("assigned_at", "pk"))}
    return show(request, "routing/empty_desk.html", context)


def _result(lead: Lead, outcome: Placement | Refused) -> dict[str, Any]:
    """Return one line of the result sheet."""
    if isinstance(outcome, Refused):
        return {"lead": lead, "text": outcome.message, "badge": "Left as it is", "tone": "muted"}
    if outcome.assignment:
        return {"lead": lead, "text": told(outcome).text, "badge": "Assigned", "tone": "ok"}
    return {"lead": lead, "text": told(outcome).text, "badge": "To the queue", "tone": "warn"}
