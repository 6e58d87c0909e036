"""Keep the roster: note what changed, fold it into entries, hold the current one in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from threading import Lock, local
from typing import Any

from django.db import connection, transaction

from licenses.models import ProducerChange
from routing.decision import Rules
from routing.models import Pool, ProducerLoad, RosterChange, RosterEntry, RosterState
from routing.queries import past_rosters, roster_facts
from routing.roster import AGENCY, Roster, Subject, pool_subject, producer_subject
from routing.roster_index import RosterIndex
from routing.services import crediting
from routing.strategies import Candidate, parse

# The names of the subjects stand here too, for whoever notes a change.
__all__ = [
    "AGENCY",
    "changed",
    "current",
    "fold",
    "forget",
    "index_of",
    "pool_subject",
    "producer_subject",
]


def changed(*subjects: str, at: datetime) -> None:
    """Note that facts of these subjects changed, in the transaction that changes them."""
    RosterChange.objects.bulk_create([RosterChange(subject=subject, at=at) for subject in subjects])


def fold() -> int:
    """Fold every noted change into entries and return the roster version."""
    nested = connection.in_atomic_block
    version = _fold()
    if nested:
        _open.has_folded = True
        transaction.on_commit(_open.close)
    return version


@transaction.atomic
def _fold() -> int:
    """Write the entries of the next version.

    1. Lock the counter row, so that folds come one after the other.
    2. Read the unfolded changes; a change that commits later is folded by the next fold.
    3. Write an entry for each subject whose facts differ, closing the one before it.
    4. Note the version that has taken the changes in: the one before, where nothing differed.
    """
    state, _ = RosterState.objects.select_for_update().get_or_create(pk=1)
    feed = list(ProducerChange.objects.filter(folded_version__isnull=True).values_list("pk", "producer_id"))
    own = list(RosterChange.objects.filter(folded_version__isnull=True).values_list("pk", "subject"))
    if not feed and not own and state.version:
        return state.version
    subjects = {AGENCY if producer_id is None else producer_subject(producer_id) for _, producer_id in feed}
    subjects |= {subject for _, subject in own}
    if not state.version:
        subjects.add(AGENCY)  # there is one from the first version on, though nobody has described it yet
    captured = roster_facts.captured(subjects)
    _seat(captured)
    version = state.version
    if _write_entries(captured, version + 1):
        version += 1
        RosterState.objects.filter(pk=1).update(version=version)
    ProducerChange.objects.filter(pk__in=[pk for pk, _ in feed]).update(folded_version=version)
    RosterChange.objects.filter(pk__in=[pk for pk, _ in own]).update(folded_version=version)
    return version


def _write_entries(captured: Mapping[str, dict[str, Any] | None], version: int) -> bool:
    present = {
        entry.subject: entry
        for entry in RosterEntry.objects.filter(subject__in=list(captured), to_version__isnull=True)
    }
    differing = {
        subject: facts
        for subject, facts in captured.items()
        if (present[subject].facts if subject in present else None) != facts
    }
    RosterEntry.objects.filter(subject__in=list(differing), to_version__isnull=True).update(to_version=version)
    RosterEntry.objects.bulk_create(
        [
            RosterEntry(subject=subject, from_version=version, facts=facts)
            for subject, facts in sorted(differing.items())
        ]
    )
    return bool(differing)


def _seat(captured: Mapping[str, dict[str, Any] | None]) -> None:
    """Give every captured producer a load row, and a place in the rotation of each pool newly joined."""
    facts = {int(subject.partition(":")[2]): each for subject, each in captured.items() if each and "pools" in each}
    ProducerLoad.objects.bulk_create([ProducerLoad(producer_id=pk) for pk in facts], ignore_conflicts=True)
    before = RosterEntry.objects.filter(subject__in=[producer_subject(pk) for pk in facts], to_version__isnull=True)
    was_in = {(entry.subject, slug) for entry in before if entry.facts for slug, *_ in entry.facts["pools"]}
    joined: dict[str, list[int]] = {}
    for producer_id, each in sorted(facts.items()):
        for slug, *_ in each["pools"]:
            if (producer_subject(producer_id), slug) not in was_in:
                joined.setdefault(slug, []).append(producer_id)
    left: dict[str, list[int]] = {}
    is_in = {(producer_subject(producer_id), slug) for producer_id, each in facts.items() for slug, *_ in each["pools"]}
    for subject, slug in sorted(was_in - is_in):
        left.setdefault(slug, []).append(int(subject.partition(":")[2]))
    for pool in Pool.objects.filter(slug__in=[*joined, *left]):
        crediting.leave(pool, left.get(pool.slug, []))
        if pool.slug in joined:
            _join(pool, joined[pool.slug])


def _join(pool: Pool, newcomers: list[int]) -> None:
    """Let newcomers and returners start level with the members, so that they are neither flooded nor passed over."""
    weights = dict(pool.members.filter(is_active=True).values_list("producer_id", "weight"))
    seated = pool.credits.filter(producer_id__in=weights).exclude(producer_id__in=newcomers)
    members = [
        Candidate(each.producer_id, weights[each.producer_id], 0, Decimal(0), each.credit, Decimal(0), None)
        for each in seated
    ]
    level = parse(pool.method, pool.strategy).ordering.entry_credit(members)
    crediting.seat(pool, newcomers, level)


@dataclass
class _Memory:
    """This process's copy of the current roster, brought up to date by the entries it has not seen."""

    version: int = 0
    subjects: dict[str, Subject] = field(default_factory=dict)
    roster: Roster | None = None
    index: RosterIndex | None = None
    lock: Lock = field(default_factory=Lock)


_memory = _Memory()


class _Open(local):
    """What this thread's open transaction has done: entries it folded may yet be undone, so nobody remembers them."""

    has_folded = False

    def close(self) -> None:
        """Note that what was folded is committed, or gone."""
        self.has_folded = False


_open = _Open()


def current(version: int) -> Roster:
    """Return the roster at the version just read from the database, reading only the entries not yet seen.

    A version below the one in memory means another database (tests, a restored backup): start afresh.
    """
    if _open.has_folded and connection.in_atomic_block:
        return past_rosters.read(version)
    _open.close()
    with _memory.lock:
        if _memory.roster is None or version != _memory.version:
            if version < _memory.version:
                _memory.subjects.clear()
                _memory.version, _memory.index = 0, None
            past_rosters.catch_up(_memory.subjects, _memory.version, version)
            _memory.version = version
            _memory.roster = Roster.build(version, _memory.subjects)
        return _memory.roster


def index_of(roster: Roster, rules: Rules) -> RosterIndex | None:
    """Return what answers for the whole of this process's roster under the live rules; None for any other roster."""
    with _memory.lock:
        if roster is not _memory.roster:
            return None
        if _memory.index is None or _memory.index.rules is not rules:
            _memory.index = RosterIndex(rules)
        return _memory.index


def forget() -> None:
    """Drop this process's copy, for a database that was replaced under it."""
    with _memory.lock:
        _memory.subjects.clear()
        _memory.version, _memory.roster, _memory.index = 0, None, None
    _open.close()
    past_rosters.at_version.cache_clear()
