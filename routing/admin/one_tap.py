"""The page behind a letter's link: it shows what accepting means, and accepts on a click, never by being opened."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.errors import Refused
from routing.services import one_tap


@never_cache
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to accept; on POST, accept."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "POST"])
    is_done = request.method == "POST"
    try:
        held = (one_tap.accept if is_done else one_tap.get)(token=token, now=timezone.now())
    except Refused as refusal:
        return render(request, "routing/one_tap_gone.html", {"text": refusal.message}, status=404)
    context: dict[str, Any] = {"held": held, "lead": held.lead, "is_done": is_done or held.accepted_at is not None}
    with timezone.override(ZoneInfo(held.producer.time_zone)):
        return render(request, "routing/one_tap.html", context)
