"""Speed to lead: how long people waited for the first touch, and what became of them."""

from django.db.models import Q, QuerySet

from routing.figures import ANSWERED
from routing.models import Lead
from routing.queries.elapsed import Seconds
from routing.queries.reports.report import Drawn, Headline, Report
from routing.queries.reports.scope import Scope
from routing.queries.reports.section import MEDIAN, P90, Part, Rate, Section, Span, by_band, by_pool, by_tier


def _leads(scope: Scope) -> QuerySet[Lead]:
    received = Lead.objects.filter(scope.within("received_at"), scope.in_pool_of_name("pool"))
    return received.exclude(state__in=[Lead.State.REJECTED, Lead.State.DUPLICATE])


_TOUCHED = Q(first_touch_at__isnull=False)
_LEADS = Section(
    name="leads",
    title="Leads received",
    rows=_leads,
    at="received_at",
    at_label="Received",
    nothing="No lead was received in this time.",
    parts=(
        Part("received", "Received"),
        Part("waiting", "Not answered", lambda scope: ~_TOUCHED, "warn"),
        Part("answered", "Answered", lambda scope: _TOUCHED, "main"),
        Part("closed", "Answered and closed", lambda scope: _TOUCHED & Q(state=Lead.State.CLOSED)),
        Part("sold", "Sold", lambda scope: _TOUCHED & Q(disposition="SOLD"), "ok"),
    ),
    rates=(Rate("conversion", "Conversion", "sold", ("closed",)),),
    span=Span("received_at", "first_touch_at", "Median wait", "p90"),
    by=(
        by_band(
            ANSWERED,
            lambda scope: Seconds("first_touch_at", "received_at"),
            title="By response time",
            heading="First touch after",
            columns=("answered", "closed", "sold", "conversion"),
        ),
        by_tier("tier"),
        by_pool("pool"),
    ),
)

SPEED = Report(
    slug="speed",
    title="Speed to lead",
    question="How long do people wait for us, and what does waiting cost?",
    definition=(
        "Leads received in the period, from receipt to the first touch that counts, nights and weekends included. "
        "Half of those answered waited the median or less, nine of ten the p90 or less.",
        "Conversion is the leads sold of those answered and closed. Left out: rejected leads and repeats of an open "
        "lead. A lead that nobody has answered yet is in no median.",
    ),
    sections=(_LEADS,),
    headlines=(
        Headline("Median wait", "leads", MEDIAN, "from receipt to the first touch"),
        Headline("p90", "leads", P90, "nine of ten waited less"),
        Headline("Answered", "leads", "answered", "of the leads received"),
        Headline("Conversion", "leads", "conversion"),
    ),
    drawn=(Drawn("curve", "leads", "band", ("conversion",), "Conversion by response time"),),
)
