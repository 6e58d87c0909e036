"""The pages behind a letter's link: they show what it means, and do it on a click, never by being opened."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.errors import Refused
from licenses.models import Producer
from routing.services import availability, coming_back, one_tap

OF_A_LEAD: Final = "It is good for one lead, while you hold it and its clock runs. What you hold now is on your desk."
OF_AN_ABSENCE: Final = "It is good once, while the clock keeps you away. Whether you take leads now is on your desk."
Context = tuple[Producer, dict[str, Any]]


@never_cache
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to accept; on POST, accept."""

    def look(now: datetime) -> Context:
        held = (one_tap.accept if request.method == "POST" else one_tap.get)(token=token, now=now)
        is_done = request.method == "POST" or held.accepted_at is not None
        return held.producer, {"held": held, "lead": held.lead, "is_done": is_done}

    return _page(request, "routing/one_tap.html", look, gone=OF_A_LEAD)


@never_cache
def come_back(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to take leads again; on POST, do."""

    def look(now: datetime) -> Context:
        is_done = request.method == "POST"
        leave = (coming_back.come_back if is_done else coming_back.get)(token=token, now=now)
        producer = leave.profile.producer
        other = availability.find(producer=producer, now=now) if is_done else None
        return producer, {"leave": leave, "other": other, "is_done": is_done}

    return _page(request, "routing/one_tap_back.html", look, gone=OF_AN_ABSENCE)


def _page(request: HttpRequest, template: str, look: Callable[[datetime], Context], *, gone: str) -> HttpResponse:
    """Show what a link is about in its producer's own time; say politely where it is about nothing any more."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "POST"])
    try:
        producer, context = look(timezone.now())
    except Refused as refusal:
        return render(request, "routing/one_tap_gone.html", {"text": refusal.message, "note": gone}, status=404)
    with timezone.override(ZoneInfo(producer.time_zone)):
        return render(request, template, context)
