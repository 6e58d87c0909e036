"""Acceptance: what producers said to the leads they were given or asked about."""

from django.db.models import Q, QuerySet

from routing.models import Assignment, Decision, Offer
from routing.queries.reports.report import Drawn, Headline, Report
from routing.queries.reports.scope import Scope
from routing.queries.reports.section import Part, Rate, Section, by_producer, by_tier

_TAKEN = Q(accepted_at__isnull=False) | Q(first_touch_at__isnull=False)
_End, _State = Assignment.End, Offer.State
_ASKED_BEFORE = [Decision.Trigger.ACCEPT, Decision.Trigger.TAKE]


def _assignments(scope: Scope) -> QuerySet[Assignment]:
    given = Assignment.objects.filter(scope.within("assigned_at"), scope.in_pool("pool"))
    return given.exclude(decision__trigger__in=_ASKED_BEFORE)


def _offers(scope: Scope) -> QuerySet[Offer]:
    return Offer.objects.filter(scope.within("offered_at"), scope.in_pool("round__pool"))


_ASSIGNED = Section(
    name="assigned",
    title="Leads assigned",
    rows=_assignments,
    at="assigned_at",
    at_label="Assigned",
    nothing="No lead was assigned in this time.",
    parts=(
        Part("made", "Assigned"),
        Part("accepted", "Accepted", lambda scope: _TAKEN, "ok"),
        Part("declined", "Declined", lambda scope: ~_TAKEN & Q(end=_End.DECLINED), "bad"),
        Part("late", "Ran out", lambda scope: ~_TAKEN & Q(end=_End.BREACHED, excuse=""), "warn"),
        Part("excused", "Excused", lambda scope: ~_TAKEN & Q(end=_End.BREACHED, excuse__gt=""), "main"),
        Part("taken", "Taken away", lambda scope: ~_TAKEN & Q(end__in=[_End.REASSIGNED, _End.DISPOSED]), "muted"),
        Part("waiting", "No answer yet", lambda scope: ~_TAKEN & Q(ended_at__isnull=True), "info"),
    ),
    rates=(Rate("rate", "Acceptance", "accepted", ("accepted", "declined", "late")),),
    by=(by_producer(), by_tier("lead__tier")),
)
_OFFERED = Section(
    name="offered",
    title="Offers",
    rows=_offers,
    at="offered_at",
    at_label="Offered",
    nothing="No pool offered a lead in this time; pools that assign make no offers.",
    parts=(
        Part("made", "Offered"),
        Part("accepted", "Accepted", lambda scope: Q(state=_State.ACCEPTED), "ok"),
        Part("declined", "Declined", lambda scope: Q(state=_State.DECLINED), "bad"),
        Part("late", "Ran out", lambda scope: Q(state=_State.EXPIRED), "warn"),
        Part(
            "over",
            "Over before",
            lambda scope: Q(state__in=[_State.TAKEN, _State.WITHDRAWN, _State.REFUSED]),
            "muted",
        ),
        Part("waiting", "No answer yet", lambda scope: Q(state=_State.OPEN), "info"),
    ),
    rates=(Rate("rate", "Acceptance", "accepted", ("accepted", "declined", "late")),),
    by=(by_producer(),),
)

ACCEPTANCE = Report(
    slug="acceptance",
    title="Acceptance",
    question="Do producers take what they are given?",
    definition=(
        "Assignments and offers made in the period. An assignment is accepted once its producer accepted it or "
        "logged a touch that counts, whatever became of it later. Acceptance is those accepted of those accepted, "
        "declined or run out.",
        "Left out of the rate: what ran out and is excused, since systems were down or the person might not be called "
        "for most of the time, what was taken away or closed before an answer, offers another producer took or that "
        "were withdrawn or no longer lawful, and what still waits. An assignment that began as an accepted offer, "
        "or that a producer took from the pool, is not counted a second time.",
    ),
    sections=(_ASSIGNED, _OFFERED),
    headlines=(
        Headline("Acceptance of assignments", "assigned", "rate"),
        Headline("Assigned", "assigned", "made", "without those offered first"),
        Headline("Acceptance of offers", "offered", "rate"),
        Headline("Offered", "offered", "made", "each producer asked"),
    ),
    drawn=(
        Drawn(
            "lying",
            "assigned",
            "producer",
            ("accepted", "declined", "late", "excused", "taken", "waiting"),
            "Answers by producer",
        ),
    ),
)
