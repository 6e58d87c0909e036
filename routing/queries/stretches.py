"""Which decisions a rehearsal replays next: read in their order, a stretch at a time, however many there are."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from routing.models import Decision, Rehearsal

CHUNK: Final = 250  # decisions replayed: about a quarter of a second's work, so a cancelled rehearsal stops at once
SKIMMED: Final = 5_000  # decisions looked through at most for those of a sample


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some decisions, one behind the other: done whole or not at all. `chosen` are to be replayed."""

    chosen: tuple[UUID, ...]
    length: int
    last: tuple[datetime, UUID]


def count(rehearsal: Rehearsal) -> tuple[int, int]:
    """Return how many decisions the days have, and how many of them are to be replayed."""
    made = _ahead(rehearsal).count()
    return made, min(made, rehearsal.sample or made)


def following(rehearsal: Rehearsal) -> Stretch | None:
    """Return what comes after where it is; None at the end."""
    made, total = rehearsal.made or 0, rehearsal.total or 0
    reach = min(CHUNK * made // total, SKIMMED) if total else CHUNK
    rows = list(_ahead(rehearsal).order_by("made_at", "pk").values_list("made_at", "pk")[:reach])
    if not rows:
        return None
    chosen = (pk for place, (_, pk) in enumerate(rows, rehearsal.passed) if _is_chosen(place, rehearsal))
    return Stretch(tuple(chosen), len(rows), rows[-1])


def _ahead(rehearsal: Rehearsal) -> QuerySet[Decision]:
    within = Decision.objects.filter(made_at__gte=rehearsal.since, made_at__lt=rehearsal.until)
    if rehearsal.passed_at is None or rehearsal.passed_id is None:
        return within
    later = within.filter(made_at__gte=rehearsal.passed_at)
    return later.exclude(made_at=rehearsal.passed_at, pk__lte=rehearsal.passed_id)


def _is_chosen(place: int, rehearsal: Rehearsal) -> bool:
    """Say whether a sample, evenly spread over all that were made, falls on this place."""
    if rehearsal.sample is None:
        return True
    made, total = rehearsal.made or 1, rehearsal.total or 0
    nearest = -(-place * total // made)
    return nearest < total and nearest * made // total == place
