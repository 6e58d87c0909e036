"""What the lead-facing pages share: the reader's own clock, and the way a form becomes one service call."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone

from accounts.errors import Forbidden, Invalid, Missing, Refused
from accounts.http import actor_of
from accounts.policy import allows
from routing import reasons, words
from routing.admin.forms import ServiceForm
from routing.admin.lead_form import LeadForm
from routing.models import Lead, Pool, QueueItem
from routing.queries import asked_for
from routing.services import lifeline
from routing.services.outcomes import Placement

Again = Callable[[], HttpResponse]


def reader_zone(request: HttpRequest) -> ZoneInfo:
    """Return the zone times are shown in: the producer's own, else the agency's."""
    producer = getattr(request.user, "producer", None)
    return ZoneInfo(producer.time_zone if producer else settings.AGENCY_TIME_ZONE)


def show(request: HttpRequest, template: str, context: Mapping[str, Any]) -> HttpResponse:
    """Answer with a page of the admin site, its times in the reader's zone."""
    page = TemplateResponse(request, template, {**admin.site.each_context(request), **context})
    with timezone.override(reader_zone(request)):
        return page.render()


def in_readers_zone(request: HttpRequest, page: HttpResponse) -> HttpResponse:
    """Render a page of the stock admin with its times in the reader's zone."""
    with timezone.override(reader_zone(request)):
        return page.render() if isinstance(page, TemplateResponse) else page


def require(request: HttpRequest, *permissions: str) -> None:
    """Refuse whoever holds none of the permissions.

    :raises PermissionDenied: for the 403 page
    """
    actor = actor_of(request)
    if not any(allows(actor, permission) for permission in permissions):
        raise PermissionDenied


class MomentFilter(admin.DateFieldListFilter):
    """A date filter titled by its verb: "received", not "received at"."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = str(self.title).removesuffix(" at")


def moment(at: datetime) -> str:
    """Return when, for a narrow column: the time alone where it is today."""
    local, today = timezone.localtime(at), timezone.localdate()
    return f"{local:%H:%M}" if local.date() == today else words.instant(local)


class Told(NamedTuple):
    """What a service came to, and how glad the reader may be of it."""

    text: str
    level: int = messages.SUCCESS


def act(
    request: HttpRequest,
    call: Callable[[], Told],
    *,
    back: str,
    onward: str = "",
    form: ServiceForm | None = None,
    again: Again | None = None,
) -> HttpResponse:
    """Call one service and go on with what it says; on a refusal go back, or show it at the field it names.

    `again` shows the page anew with the form that could not be taken.
    """
    if form is not None and again is not None and not form.is_valid():
        return again()
    try:
        with timezone.override(reader_zone(request)):
            done = call()
    except Forbidden as error:
        raise PermissionDenied(error.message) from error
    except Missing as error:
        raise Http404(error.message) from error
    except Invalid as error:
        if form is None or again is None:
            messages.error(request, error.message)
            return HttpResponseRedirect(back)
        form.blame(error)
        return again()
    except Refused as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(back)
    messages.add_message(request, done.level, done.text)
    return HttpResponseRedirect(onward or back)


def about(request: HttpRequest, lead: Lead) -> dict[str, Any]:
    """Return what every page about one lead shows: the person, what they ask for, and what happened."""
    with timezone.override(reader_zone(request)):
        events = lifeline.tell(lead)
    return {
        "lead": lead,
        "person": lead.person,
        "asks_for": asked_for.text(lead),
        "readings": [
            (each["field"].capitalize(), each["sent"], asked_for.reading(each["field"], each["read_as"]))
            for each in lead.readings
        ],
        "pool": Pool.objects.filter(slug=lead.pool).first() or lead.pool,
        "events": [{**event, "tone": words.EVENT_TONES.get(event["action"], "")} for event in events],
        "now": timezone.now(),
    }


def sentence(item: QueueItem) -> str:
    """Return why an item waits, the fields at fault by their labels."""
    if item.reason != "FIELDS_INVALID":
        return item.text
    fields = LeadForm()
    names = (fields.field_of(problem["pointer"]) for problem in item.problems)
    labels = dict.fromkeys(str(fields[name].label) for name in names if name)
    return f"{reasons.text(item.reason)} {', '.join(labels)}." if labels else item.text


def told(placement: Placement, before: str = "") -> Told:
    """Return where a lead went, for whoever moved it."""
    if placement.assignment is None or placement.producer is None:
        return Told(before + placement.text, messages.WARNING)
    due = timezone.localtime(placement.assignment.due_at)
    return Told(f"{before}Assigned to {placement.producer['name']}, to be answered by {words.instant(due)} {due:%Z}.")
