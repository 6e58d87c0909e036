"""The switch on a producer's desk: away for a while, and back."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from accounts.http import actor_of
from licenses.models import Producer
from routing import words
from routing.admin.forms import SnoozeForm
from routing.admin.pages import Told, act, require
from routing.models import Shift
from routing.services import availability


def urls() -> list[URLPattern]:
    """Return the switch's addresses, below those of leads."""
    view = admin.site.admin_view
    return [
        path("desk/away/", view(step_away), name="desk_away"),
        path("desk/back/", view(come_back), name="desk_back"),
    ]


def shown(producer: Producer | None, now: Any) -> dict[str, Any]:
    """Return what the desk says of the producer's hours and absence."""
    if producer is None or not hasattr(producer, "profile"):
        return {}
    leave = availability.find(producer=producer, now=now)
    today = timezone.localdate(now)
    shifts = Shift.objects.filter(profile=producer.profile).order_by("opens", "pk")
    return {
        "away": leave,
        "was_set_away": leave is not None and leave.reason == availability.MISSED,
        "may_return": leave is not None and leave.reason in availability.ENDED_BY_THEMSELVES,
        "away_form": SnoozeForm(auto_id="away_%s"),
        "hours": [shift for shift in shifts if shift.weekday == today.weekday()],
        "has_shifts": bool(shifts),
    }


def step_away(request: HttpRequest) -> HttpResponse:
    """Take no leads for a while."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    producer, form = _own(request), SnoozeForm(request.POST)

    def away() -> Told:
        now = timezone.now()
        until = SnoozeForm.until(request.POST.get("span", ""), now) if form.is_valid() else now
        availability.step_away(producer=producer, until=until, actor=actor_of(request), now=now)
        return Told(f"You get no leads until {words.instant(timezone.localtime(until))}.")

    return act(request, away, back=reverse("admin:my_leads"))


def come_back(request: HttpRequest) -> HttpResponse:
    """Take leads again."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    producer = _own(request)

    def back() -> Told:
        availability.come_back(producer=producer, actor=actor_of(request), now=timezone.now())
        return Told("You take leads again.")

    return act(request, back, back=reverse("admin:my_leads"))


def _own(request: HttpRequest) -> Producer:
    require(request, "leads.work_own")
    producer: Producer | None = getattr(request.user, "producer", None)
    if producer is None:
        raise Http404
    return producer
