"""Fallback causes: why leads came before a manager, and how long they lay there."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from routing import reasons
from routing.models import Assignment, QueueItem
from routing.queries.reports.report import Drawn, Headline, Report
from routing.queries.reports.scope import Scope
from routing.queries.reports.section import MEDIAN, By, Part, Rate, Section, Span, by_pool

_RESOLVED = Q(state=QueueItem.State.RESOLVED)


def _items(scope: Scope) -> QuerySet[QueueItem]:
    since = Assignment.objects.filter(lead=OuterRef("lead"), assigned_at__gte=OuterRef("created_at"))
    came = QueueItem.objects.filter(scope.within("created_at"), scope.in_pool_of_name("pool"), kind="FALLBACK")
    return came.alias(was_assigned=Exists(since))


_ITEMS = Section(
    name="items",
    title="Leads in fallback",
    rows=_items,
    at="created_at",
    at_label="Came",
    nothing="No lead came into the fallback queue in this time.",
    parts=(
        Part("came", "Came"),
        Part("given", "Found a producer", lambda scope: _RESOLVED & Q(was_assigned=True), "ok"),
        Part("ended", "Left without one", lambda scope: _RESOLVED & Q(was_assigned=False), "muted"),
        Part("waiting", "Still waiting", lambda scope: ~_RESOLVED, "warn"),
    ),
    rates=(Rate("rate", "Found a producer, share", "given", ("given", "ended")),),
    span=Span("created_at", "resolved_at", "Median wait", "p90"),
    by=(
        By(
            name="reason",
            title="By cause",
            heading="Cause",
            key=lambda scope: F("reason"),
            labels=lambda keys: {key: reasons.text(str(key)) for key in keys},
        ),
        by_pool("pool"),
    ),
)

FALLBACK = Report(
    slug="fallback",
    title="Fallback causes",
    question="Why do leads find no producer by themselves?",
    definition=(
        "Each time a lead came into the fallback queue in the period, by the reason it last waited for; a lead that "
        "came twice is counted twice. The wait is the time until it left the queue, nights and weekends included; "
        "what still waits is in no median.",
        "Found a producer: somebody has been given the lead since. Left without one: closed, rejected, or waiting "
        "elsewhere. Left out: review and quarantine, which rules and faulty fields bring about.",
    ),
    sections=(_ITEMS,),
    headlines=(
        Headline("Came into fallback", "items", "came", "each time counted"),
        Headline("Still waiting", "items", "waiting", "of those that came"),
        Headline("Median wait", "items", MEDIAN, "of those that left the queue"),
        Headline("Found a producer", "items", "rate"),
    ),
    drawn=(Drawn("lying", "items", "reason", ("given", "ended", "waiting"), "Leads in fallback by cause"),),
)
