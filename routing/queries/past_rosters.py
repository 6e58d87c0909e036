"""Rosters put together from the entries: as they were, and up to date again."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Max, Q

from accounts.errors import Missing
from licenses.models import ProducerChange
from routing.models import RosterChange, RosterEntry, RosterState
from routing.roster import Roster, Subject, read_subject


def version_at(at: datetime) -> int | None:
    """Return the roster version that had taken in all that had changed by an instant; None before the first change."""
    feeds = (ProducerChange.objects.filter(at__lte=at), RosterChange.objects.filter(at__lte=at))
    folded = (feed.aggregate(last=Max("folded_version"))["last"] for feed in feeds)
    return max(filter(None, folded), default=None)


@lru_cache(maxsize=8)
def at_version(version: int) -> Roster:
    """Return the roster as it was at a version, for replay.

    :raises Missing: if there is no such version yet: what it will hold must not be guessed, still less remembered
    """
    if not RosterState.objects.filter(version__gte=version).exists():
        raise Missing(f"There is no roster version {version}.")
    return read(version)


class Walk:
    """The rosters of the past one after another: from one version to a later one, only what changed is read."""

    def __init__(self) -> None:
        self.version = 0
        self.subjects: dict[str, Subject] = {}
        self.roster: Roster | None = None

    def at(self, version: int) -> Roster:
        """Return the roster as it was at a version; a step back begins afresh."""
        if self.roster is None or version < self.version:
            self.subjects = _subjects_at(version)
        elif version == self.version:
            return self.roster
        else:
            catch_up(self.subjects, self.version, version)
        self.version, self.roster = version, Roster.build(version, self.subjects)
        return self.roster


def read(version: int) -> Roster:
    """Return the roster at a version, reading all that was present then."""
    return Roster.build(version, _subjects_at(version))


def catch_up(subjects: dict[str, Subject], since: int, version: int) -> None:
    """Bring the subjects of one version up to a later one, reading only the entries between."""
    seen = RosterEntry.objects.filter(from_version__gt=since, from_version__lte=version)
    for subject, facts in seen.order_by("from_version").values_list("subject", "facts"):
        _take_in(subjects, subject, facts)


def _subjects_at(version: int) -> dict[str, Subject]:
    entries = RosterEntry.objects.filter(from_version__lte=version).filter(
        Q(to_version__isnull=True) | Q(to_version__gt=version)
    )
    subjects: dict[str, Subject] = {}
    for subject, facts in entries.values_list("subject", "facts"):
        _take_in(subjects, subject, facts)
    return subjects


def _take_in(subjects: dict[str, Subject], subject: str, facts: Mapping[str, Any] | None) -> None:
    if facts is None:
        subjects.pop(subject, None)
    else:
        subjects[subject] = read_subject(subject, facts)
