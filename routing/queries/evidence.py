"""What the watch over a new version of rules looks at."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db.models import Count, Q

from routing.models import Decision, QueueItem

Kind = QueueItem.Kind
# No rules bring these about: nobody answered, somebody else was quicker, and what broke is counted by itself.
NO_RULES: Final = frozenset({"HOPS_EXHAUSTED", "LADDER_ENDED", "GOING_ROUND", "LOST_RACE", "ROUTING_ERROR"})
# What is settled before eligibility is asked.
AHEAD_OF_ELIGIBILITY: Final = frozenset(
    {"DATA_MISSING", "NO_ROUTE", "POOL_UNKNOWN", "POOL_EMPTY", "NO_LICENSED_PRODUCER"}
)
# By stage: the reasons for fallback no set of it can bring about, and where leads wait when it lacks a fact.
STAGES: Final[Mapping[str, tuple[frozenset[str], tuple[str, ...]]]] = {
    "gate": (NO_RULES, (Kind.FALLBACK, Kind.REVIEW, Kind.QUARANTINE)),
    "score": (NO_RULES, (Kind.FALLBACK,)),
    "route": (NO_RULES, (Kind.FALLBACK,)),
    "eligibility": (NO_RULES | AHEAD_OF_ELIGIBILITY, ()),
}


def evidence(*, stage: str, since: datetime, until: datetime) -> dict[str, int]:
    """Return how many decisions were made, and how many leads went to fallback, lacked a fact, or met an error.

    What no rules of the stage can have brought about is left out.
    """
    others, kinds = STAGES[stage]
    items = QueueItem.objects.filter(created_at__gte=since, created_at__lt=until)
    lacking = Q(kind__in=kinds) & ~Q(problems=[]) & ~Q(reason__in=["FIELDS_INVALID", "STATE_UNCLEAR"])
    queued: dict[str, int] = items.aggregate(
        fallback=Count("pk", filter=Q(kind=Kind.FALLBACK) & ~Q(reason__in=others)),
        unknown=Count("pk", filter=lacking),
        errors=Count("pk", filter=Q(reason="ROUTING_ERROR")),
    )
    made = Decision.objects.filter(made_at__gte=since, made_at__lt=until).count()
    return {"decisions": made, **queued}
