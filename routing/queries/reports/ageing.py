"""Ageing: how old the open leads are, and where they lie."""

from datetime import timedelta
from typing import Any

from django.db.models import DateTimeField, Q, QuerySet, Value

from routing.figures import AGES
from routing.lead_states import HELD, OPEN, QUEUED
from routing.models import Lead
from routing.queries.elapsed import Seconds
from routing.queries.reports.report import Drawn, Headline, Report
from routing.queries.reports.scope import Scope
from routing.queries.reports.section import Part, Rate, Section, by_band, by_pool, by_producer

_DAY = timedelta(days=1)


def _leads(scope: Scope) -> QuerySet[Lead]:
    return Lead.objects.filter(scope.in_pool_of_name("pool"), state__in=OPEN)


def _age(scope: Scope) -> Any:
    return Seconds(Value(scope.now, output_field=DateTimeField()), "received_at")


_LEADS = Section(
    name="leads",
    title="Open leads",
    rows=_leads,
    at="received_at",
    at_label="Received",
    nothing="No lead is open.",
    parts=(
        Part("open", "Open"),
        Part("queued", "With a manager", lambda scope: Q(state__in=QUEUED), "warn"),
        Part("offered", "Offered", lambda scope: Q(state__in=OPEN - QUEUED - HELD), "info"),
        Part("held", "Not answered", lambda scope: Q(state__in=HELD, first_touch_at__isnull=True), "bad"),
        Part("worked", "In work", lambda scope: Q(state__in=HELD, first_touch_at__isnull=False), "main"),
        Part("old", "Over a day old", lambda scope: Q(received_at__lte=scope.now - _DAY)),
    ),
    rates=(Rate("share", "Over a day old, share", "old", ("open",)),),
    by=(
        by_band(AGES, _age, title="By age", heading="Age", columns=("open", "queued", "offered", "held", "worked")),
        by_producer("owner", nobody="Nobody"),
        by_pool("pool"),
    ),
)

AGEING = Report(
    slug="ageing",
    title="Ageing",
    question="What lies open, and for how long?",
    definition=(
        "Every lead that is open at this moment, by the time since its receipt, nights and weekends included. With "
        "a manager: in fallback, review or quarantine. Not answered: with a producer who has logged no touch that "
        "counts.",
    ),
    sections=(_LEADS,),
    headlines=(
        Headline("Open", "leads", "open", "at this moment"),
        Headline("Over a day old", "leads", "share"),
        Headline("With a manager", "leads", "queued", "fallback, review, quarantine"),
        Headline("Not answered", "leads", "held", "with a producer"),
    ),
    drawn=(Drawn("stacked", "leads", "band", ("worked", "held", "offered", "queued"), "Open leads by age"),),
    is_dated=False,
)
