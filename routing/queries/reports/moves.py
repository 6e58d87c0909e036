"""Leads that changed hands: reassignments of every cause, and those a person reversed."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from routing import words
from routing.lead_states import RETURNED
from routing.models import Assignment, Lead
from routing.queries.reports.report import Drawn, Headline, Report
from routing.queries.reports.scope import Scope
from routing.queries.reports.section import By, Part, Rate, Section, by_pool, by_producer, by_tier

_End = Assignment.End
_LOST = (_End.BREACHED, _End.DECLINED, _End.REASSIGNED)
_TIMES = {0: "Never", 1: "Once", 2: "Twice"}


def _lost(scope: Scope) -> QuerySet[Assignment]:
    later = Assignment.objects.filter(lead=OuterRef("lead"), assigned_at__gte=OuterRef("ended_at"))
    ended = Assignment.objects.filter(scope.within("ended_at"), scope.in_pool("pool"), end__in=_LOST)
    return ended.alias(went_on=Exists(later.exclude(pk=OuterRef("pk"))))


def _had(scope: Scope) -> QuerySet[Lead]:
    received = Lead.objects.filter(scope.within("received_at"), scope.in_pool_of_name("pool"))
    since = Assignment.objects.filter(lead=OuterRef("pk"), assigned_at__gte=scope.since)  # none comes before its lead
    return received.filter(Exists(since))


def _given(scope: Scope) -> QuerySet[Assignment]:
    return Assignment.objects.filter(scope.within("assigned_at"), scope.in_pool("pool"))


_HAND_OVERS = Section(
    name="moves",
    title="Reassignments",
    rows=_lost,
    at="ended_at",
    at_label="Taken",
    nothing="No lead was taken from its producer in this time.",
    parts=(
        Part("all", "Reassigned"),
        Part("late", "Not answered in time", lambda scope: Q(end=_End.BREACHED, excuse=""), "warn"),
        Part("excused", "Excused", lambda scope: Q(end=_End.BREACHED, excuse__gt=""), "muted"),
        Part("declined", "Declined", lambda scope: Q(end=_End.DECLINED), "bad"),
        Part("moved", "Moved by a manager", lambda scope: Q(end=_End.REASSIGNED), "info"),
        Part("onward", "Had a producer since", lambda scope: Q(went_on=True), "ok"),
    ),
    rates=(Rate("rate", "Found another", "onward", ("all",)),),
    by=(by_producer(), by_tier("lead__tier"), by_pool("pool__slug")),
)
_HOPS = Section(
    name="hops",
    title="Leads by hops",
    rows=_had,
    at="received_at",
    at_label="Received",
    nothing="No lead received in this time has had a producer.",
    parts=(
        Part("leads", "Leads"),
        Part("closed", "Closed", lambda scope: Q(state=Lead.State.CLOSED)),
        Part("sold", "Sold", lambda scope: Q(state=Lead.State.CLOSED, disposition="SOLD"), "ok"),
    ),
    rates=(Rate("conversion", "Conversion", "sold", ("closed",)),),
    by=(
        By(
            name="hops",
            title="By how often a lead was handed on after a breach or a decline",
            heading="Handed on",
            key=lambda scope: F("hop"),
            labels=lambda keys: {key: _TIMES.get(int(key or 0), f"{key} times") for key in keys},
            is_number=True,
            is_in_order=True,
        ),
    ),
)
REASSIGNMENTS = Report(
    slug="reassignments",
    title="Reassignments",
    question="Why do leads change hands, and do they find somebody else?",
    definition=(
        "Assignments that ended in the period because the producer did not answer in time, declined, or a manager "
        "moved the lead or emptied the desk. Excused: not answered in time either, but systems were down, or the "
        "person might not be called for most of the time. Had a producer since: the lead was given to somebody again.",
        "The second table counts leads received in the period that a producer ever had, by how often they were "
        "handed on after a breach or a decline. Conversion is those sold of those closed.",
    ),
    sections=(_HAND_OVERS, _HOPS),
    headlines=(
        Headline("Reassigned", "moves", "all", "taken from their producer"),
        Headline("Not answered in time", "moves", "late", "moved on by the clock; none that is excused"),
        Headline("Declined", "moves", "declined", "by the producer"),
        Headline("Found another producer", "moves", "rate"),
    ),
    drawn=(
        Drawn(
            "lying",
            "moves",
            "producer",
            ("late", "excused", "declined", "moved"),
            "Reassignments by the producer who lost the lead",
        ),
    ),
)

_MOVED = Q(end=_End.REASSIGNED)
_RETURNED = Q(end=_End.DISPOSED, end_reason=RETURNED)
_REVERSALS = Section(
    name="given",
    title="Assignments",
    rows=_given,
    at="assigned_at",
    at_label="Assigned",
    nothing="No lead was assigned in this time.",
    parts=(
        Part("made", "Assigned"),
        Part("moved", "Moved by a person", lambda scope: _MOVED, "warn"),
        Part("returned", "Returned to the vendor", lambda scope: _RETURNED, "bad"),
        Part("reversed", "Reversed", lambda scope: _MOVED | _RETURNED),
    ),
    rates=(Rate("rate", "Reversal rate", "reversed", ("made",)),),
    by=(
        by_pool("pool__slug"),
        by_producer(),
        By(
            name="trigger",
            title="By what had caused the assignment",
            heading="It was decided because",
            key=lambda scope: F("decision__trigger"),
            labels=lambda keys: {key: words.TRIGGERS.get(str(key), str(key)) for key in keys},
        ),
    ),
)
REVERSALS = Report(
    slug="reversals",
    title="Reversal rate",
    question="How often does a person undo what the rules decided?",
    definition=(
        "Assignments made in the period, and those of them that were reversed: a manager later moved the lead or "
        "emptied the desk, or the lead was returned to its vendor while this producer had it. The rate is those "
        "reversed of all that were made, the open ones included, so it may still rise.",
        "Not a reversal: what the clock moved on, what the producer declined, and any other way a lead was closed.",
    ),
    sections=(_REVERSALS,),
    headlines=(
        Headline("Reversal rate", "given", "rate"),
        Headline("Moved by a person", "given", "moved", "to somebody else, or off a desk"),
        Headline("Returned to the vendor", "given", "returned", "they were no leads"),
        Headline("Assigned", "given", "made", "in the period"),
    ),
    drawn=(Drawn("lying", "given", "pool", ("moved", "returned"), "Reversed assignments by pool"),),
)
