"""How much of a producer's caps is used, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from routing.caps import PERIODS, Used
from routing.models import Cap
from routing.queries import cap_counts


@dataclass(frozen=True, slots=True)
class Standing:
    """One cap and what is used of it."""

    cap: Cap
    used: Used

    @property
    def text(self) -> str:
        """Say it: "3 of 10 today"."""
        of = f", {self.cap.get_line_display()}" if self.cap.line else ""
        by = f", from {self.cap.source}" if self.cap.source else ""
        return f"{self.used.count} of {self.cap.most} {PERIODS[self.cap.period].lately}{of}{by}"

    @property
    def is_full(self) -> bool:
        """Say whether it takes no more."""
        return self.used.count >= self.cap.most


def of(rows: Iterable[Cap], *, now: datetime) -> list[Standing]:
    """Return how these caps stand."""
    known = list(rows)
    asked: dict[int, list[Cap]] = {}
    for row in known:
        asked.setdefault(row.profile.producer_id, []).append(row)
    zones = {row.profile.producer_id: row.profile.producer.time_zone for row in known}
    used = cap_counts.used({each: [row.value() for row in caps] for each, caps in asked.items()}, zones, now)
    return [Standing(row, used[row.pk]) for row in known]


def of_person(user_id: str, *, now: datetime) -> list[Standing]:
    """Return how the caps of the producer behind an account stand."""
    mine = Cap.objects.filter(profile__producer__user_id=user_id)
    return of(mine.select_related("source", "profile__producer"), now=now)
