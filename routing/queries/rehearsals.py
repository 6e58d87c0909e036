"""What is asked about rehearsals and shadows."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from routing.models import Contrast, Rehearsal, RehearsalMove, Shadow, ShadowMiss, ShadowReading

Row = TypeVar("Row", bound=Contrast)
COUNTED: Final = {"read": Count("pk"), "agreed": Count("pk", filter=Q(kind=""))}


def has_replay(rule_set: str, content_hash: str) -> bool:
    """Say whether a rehearsal of exactly this document, in the place of this set, has replayed anything to its end."""
    done = Rehearsal.objects.filter(state=Rehearsal.State.DONE, replayed__gt=0)
    return done.filter(rule_set=rule_set, content_hash=content_hash).exists()


def moves(rehearsal: Rehearsal, kind: str = "") -> QuerySet[RehearsalMove]:
    """Return the decisions that move, the latest first; of one kind where one is named."""
    return _of_kind(rehearsal.moves.all(), kind)


def disagreements(shadow: Shadow, kind: str = "") -> QuerySet[ShadowReading]:
    """Return the decisions a shadow would have made otherwise, the latest first; of one kind where one is named."""
    return _of_kind(shadow.readings.exclude(kind=""), kind)


def _of_kind(rows: QuerySet[Row], kind: str) -> QuerySet[Row]:
    return rows.filter(kind=kind) if kind else rows


def kinds(rows: QuerySet[Any]) -> dict[str, int]:
    """Count rows by kind, in the order of the kinds."""
    counted = dict(rows.order_by().values_list("kind").annotate(Count("pk")))
    return {kind: counted[kind] for kind in Contrast.Kind.values if kind in counted}


@dataclass(frozen=True, slots=True)
class Readings:
    """How many decisions a shadow read, and with how many it agreed."""

    read: int = 0
    agreed: int = 0


def readings(shadows: Collection[Shadow]) -> dict[UUID, Readings]:
    """Count what each of these shadows read, all in one statement."""
    rows = ShadowReading.objects.filter(shadow__in=shadows).order_by().values_list("shadow").annotate(**COUNTED)
    counted = {pk: Readings(read, agreed) for pk, read, agreed in rows}
    return {shadow.pk: counted.get(shadow.pk, Readings()) for shadow in shadows}


def agreement(shadow: Shadow) -> dict[str, Any]:
    """Return how many decisions a shadow read, with how many it agreed, by segment too, and what it missed."""
    whole = shadow.readings.order_by().aggregate(**COUNTED)
    segments = [
        {"by": by, "key": key, "read": read, "agreed": same}
        for by in ("state", "line", "tier")
        for key, read, same in shadow.readings.order_by(by).values_list(by).annotate(**COUNTED)
    ]
    return {**whole, "agreement": segments, **_misses(shadow)}


def _misses(shadow: Shadow) -> dict[str, Any]:
    """Return how many decisions a shadow has nothing to say of, by why, and how the last one failed."""
    counted = dict(shadow.misses.order_by().values_list("reason").annotate(Count("pk")))
    failed = shadow.misses.filter(reason=ShadowMiss.Reason.FAILED).last() if counted else None
    return {
        "erased": counted.get(ShadowMiss.Reason.ERASED, 0),
        "unrouted": counted.get(ShadowMiss.Reason.UNROUTED, 0),
        "unrepeatable": counted.get(ShadowMiss.Reason.UNREPEATABLE, 0),
        "failures": counted.get(ShadowMiss.Reason.FAILED, 0),
        "error": failed.error if failed else "",
    }
