"""SLA adherence: whether producers answered by the time they had, and what else a tier promises."""

from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import ExtractHour

from routing.models import Assignment, Promise
from routing.queries import owner_clocks
from routing.queries.reports.report import Drawn, Headline, Report
from routing.queries.reports.scope import Scope
from routing.queries.reports.section import By, Part, Rate, Section, by_producer, by_tier
from routing.sla import targets

_Result = Promise.Result


def _assignments(scope: Scope) -> QuerySet[Assignment]:
    return Assignment.objects.filter(scope.within("assigned_at"), scope.in_pool("pool"))


def _promises(scope: Scope) -> QuerySet[Promise]:
    begun = Promise.objects.filter(scope.within("starts_at"), scope.in_pool_of_name("lead__pool"))
    return begun.exclude(kind="FIRST_TOUCH", clock="OWNER")  # the producer's own first touch: the section above


def _excused(scope: Scope) -> QuerySet[Assignment]:
    return _assignments(scope).filter(owner_clocks.excused(scope.now))


def _hour(scope: Scope) -> Any:
    return ExtractHour("clock_starts_at", tzinfo=scope.zone)


_BY_HOUR = By(
    name="hour",
    title="By the hour the clock started",
    heading="Hour",
    key=_hour,
    labels=lambda keys: {key: f"{key:02}:00 to {key:02}:59" for key in keys},
    short=lambda key: f"{key:02}:00",
    is_number=True,
    fixed=tuple(range(24)),
)
_CLOCKS = Section(
    name="clocks",
    title="Owner clocks",
    rows=_assignments,
    at="assigned_at",
    at_label="Assigned",
    nothing="No lead was assigned in this time.",
    parts=(
        Part("all", "Assigned"),
        Part("kept", "In time", lambda scope: owner_clocks.KEPT, "ok"),
        Part("missed", "Too late", lambda scope: owner_clocks.missed(scope.now), "bad"),
        Part("excused", "Excused", lambda scope: owner_clocks.excused(scope.now), "warn"),
        Part("given_up", "Given up before", lambda scope: owner_clocks.GIVEN_UP, "muted"),
        Part("running", "Running", lambda scope: owner_clocks.running(scope.now), "info"),
    ),
    rates=(Rate("rate", "Kept", "kept", ("kept", "missed")),),
    by=(by_tier("lead__tier"), by_producer(), _BY_HOUR),
)
_EXCUSES = Section(
    name="excuses",
    title="Excused",
    rows=_excused,
    at="assigned_at",
    at_label="Assigned",
    nothing="Nothing had to be excused in this time.",
    parts=(Part("all", "Excused"),),
    by=(
        By(
            name="excuse",
            title="By what stood in the way",
            heading="What stood in the way",
            key=lambda scope: F("excuse"),
            labels=lambda keys: {key: dict(Assignment.Excuse.choices).get(str(key), str(key)) for key in keys},
        ),
    ),
)
_BY_KIND = By(
    name="kind",
    title="By what was promised",
    heading="Promise",
    key=lambda scope: F("kind"),
    labels=lambda keys: {key: targets.KINDS.get(str(key), str(key)) for key in keys},
)
_PROMISES = Section(
    name="promises",
    title="Other promises",
    rows=_promises,
    at="starts_at",
    at_label="Began",
    nothing="No tier promises more than the producer’s first touch; SLA policies can.",
    parts=(
        Part("all", "Made"),
        Part("kept", "In time", lambda scope: Q(result=_Result.MET), "ok"),
        Part("missed", "Missed", lambda scope: Q(result=_Result.MISSED), "bad"),
        Part("void", "No longer due", lambda scope: Q(result=_Result.VOID), "muted"),
        Part("running", "Running", lambda scope: Q(result=_Result.RUNNING), "info"),
    ),
    rates=(Rate("rate", "Kept", "kept", ("kept", "missed")),),
    by=(_BY_KIND,),
)

ADHERENCE = Report(
    slug="sla",
    title="SLA adherence",
    question="Are leads answered by the time their tier allows?",
    definition=(
        "Assignments made in the period, each with the clock of its producer, which runs in the hours its policy "
        "counts and stops at a touch that counts. Kept is those answered in time of those answered in time or too "
        "late.",
        "Left out of the rate: what was handed back, moved or closed before its time, what still runs, and what is "
        "excused, since systems were down or the person might not be called for most of the time. A lead "
        "that changed hands is counted with each producer. Hours are those of the agency’s clock; where it is set "
        "back, the hour that comes twice is one row.",
    ),
    sections=(_CLOCKS, _EXCUSES, _PROMISES),
    headlines=(
        Headline("Kept", "clocks", "rate"),
        Headline("Too late", "clocks", "missed", "owner clocks; none that is excused"),
        Headline("Running", "clocks", "running", "may still be answered in time"),
        Headline("Other promises kept", "promises", "rate"),
    ),
    drawn=(Drawn("stacked", "clocks", "hour", ("kept", "missed", "excused"), "Owner clocks by the hour they started"),),
)
