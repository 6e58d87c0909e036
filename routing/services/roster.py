"""Keep the roster: note what changed, fold it into entries, hold the current one in memory."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from threading import Lock, local
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from licenses import queries as licenses
from licenses.models import ProducerChange, Product
from routing.models import (
    Agency,
    Pool,
    PoolCredit,
    ProducerLoad,
    ProducerProfile,
    RosterChange,
    RosterEntry,
    RosterState,
    SlaPolicy,
)
from routing.roster import Roster, Subject, read_subject
from routing.sla.calendar import Calendar, Interval
from routing.strategies import STRATEGIES, Candidate

AGENCY = "agency"
# Minutes by tier that hold until somebody sets others under Set-up.
SHIPPED_TARGETS: Final = {"hot": 5, "warm": 15, "low": 60}


def changed(*subjects: str, at: datetime) -> None:
    """Note that facts of these subjects changed, in the transaction that changes them."""
    RosterChange.objects.bulk_create([RosterChange(subject=subject, at=at) for subject in subjects])


def producer_subject(producer_id: int) -> str:
    """Return the roster's name for a producer."""
    return f"producer:{producer_id}"


def pool_subject(slug: str) -> str:
    """Return the roster's name for a pool."""
    return f"pool:{slug}"


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
    version = state.version + 1
    captured = _capture(subjects)
    _seat(captured)
    if _write_entries(captured, version):
        RosterState.objects.filter(pk=1).update(version=version)
    ProducerChange.objects.filter(pk__in=[pk for pk, _ in feed]).update(folded_version=version)
    RosterChange.objects.filter(pk__in=[pk for pk, _ in own]).update(folded_version=version)
    return RosterState.objects.get(pk=1).version


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
    was_in = {(entry.subject, slug) for entry in before if entry.facts for slug, _ in entry.facts["pools"]}
    joined: dict[str, list[int]] = {}
    for producer_id, each in sorted(facts.items()):
        for slug, _ in each["pools"]:
            if (producer_subject(producer_id), slug) not in was_in:
                joined.setdefault(slug, []).append(producer_id)
    for pool in Pool.objects.filter(slug__in=list(joined)):
        _join(pool, joined[pool.slug])


def _join(pool: Pool, newcomers: list[int]) -> None:
    """Let newcomers and returners start level with the members, so that they are neither flooded nor passed over."""
    weights = dict(pool.members.filter(is_active=True).values_list("producer_id", "weight"))
    seated = pool.credits.filter(producer_id__in=weights).exclude(producer_id__in=newcomers)
    members = [
        Candidate(each.producer_id, weights[each.producer_id], 0, Decimal(0), each.credit, Decimal(0), None)
        for each in seated
    ]
    level = STRATEGIES[pool.strategy].entry_credit(members)
    for producer_id in newcomers:
        PoolCredit.objects.update_or_create(pool=pool, producer_id=producer_id, defaults={"credit": level})


def _capture(subjects: Iterable[str]) -> dict[str, dict[str, Any] | None]:
    keyed: dict[str, list[str]] = {"producer": [], "pool": [], AGENCY: []}
    for subject in subjects:
        kind, _, key = subject.partition(":")
        keyed[kind].append(key)
    captured: dict[str, dict[str, Any] | None] = {}
    if keyed["producer"]:
        captured |= _capture_producers([int(key) for key in keyed["producer"]])
    if keyed["pool"]:
        pools = {pool.slug: pool for pool in Pool.objects.filter(slug__in=keyed["pool"])}
        captured |= {pool_subject(slug): _pool_facts(pools.get(slug)) for slug in keyed["pool"]}
    if keyed[AGENCY]:
        captured[AGENCY] = _agency_facts()
    return captured


def _capture_producers(ids: list[int]) -> dict[str, dict[str, Any] | None]:
    licensing = licenses.licensing_of(ids)
    profiles = {
        profile.producer_id: profile
        for profile in ProducerProfile.objects.filter(producer_id__in=ids)
        .select_related("producer")
        .prefetch_related("shifts", "leaves", "producer__memberships__pool", "producer__licenses")
    }
    return {
        producer_subject(producer_id): _producer_facts(profiles[producer_id], licensing[producer_id].as_dict())
        if producer_id in profiles and producer_id in licensing
        else None
        for producer_id in ids
    }


def _producer_facts(profile: ProducerProfile, licensing: dict[str, Any]) -> dict[str, Any]:
    producer = profile.producer
    spans = tuple(Interval(shift.weekday, shift.opens, shift.closes) for shift in profile.shifts.all())
    as_of = [license_.as_of for license_ in producer.licenses.all() if license_.as_of]
    return {
        "facts_version": producer.facts_version,
        "licensing": licensing,
        "time_zone": producer.time_zone,
        "capacity": profile.capacity,
        "daily_cap": profile.daily_cap,
        "languages": profile.languages,
        "skills": profile.skills,
        "shifts": Calendar(producer.time_zone, spans, frozenset()).as_dict() if spans else None,
        "leaves": [[leave.starts_at.isoformat(), leave.ends_at.isoformat()] for leave in profile.leaves.all()],
        "as_of": min(as_of).date().isoformat() if as_of else None,
        "pools": sorted([member.pool.slug, member.weight] for member in producer.memberships.all() if member.is_active),
    }


def _pool_facts(pool: Pool | None) -> dict[str, Any] | None:
    if pool is None:
        return None
    return {"id": pool.pk, "name": pool.name, "strategy": pool.strategy, "tier": pool.tier, "is_active": pool.is_active}


def _agency_facts() -> dict[str, Any]:
    agency = Agency.objects.filter(pk=1).prefetch_related("hours", "holidays").first() or Agency()
    shipped = [SlaPolicy(tier=tier, target_minutes=minutes) for tier, minutes in SHIPPED_TARGETS.items()]
    return {
        "time_zone": settings.AGENCY_TIME_ZONE,
        "hot_from": agency.hot_from,
        "warm_from": agency.warm_from,
        "hours": _agency_calendar(agency).as_dict(),
        "products": [product.as_dict() for product in licenses.products()],
        "governs": dict(Product.objects.values_list("code", "governing")),
        "regimes": [regime.as_dict() for regime in licenses.regimes()],
        "sla": {policy.tier: _sla_facts(policy) for policy in [*shipped, *SlaPolicy.objects.all()]},
    }


def _sla_facts(policy: SlaPolicy) -> dict[str, Any]:
    return {
        "target_minutes": policy.target_minutes,
        "max_hops": policy.max_hops,
        "evidence": policy.evidence,
        "alarm_minutes": policy.alarm_minutes,
    }


def _agency_calendar(agency: Agency) -> Calendar:
    hours = agency.hours.all() if agency.pk else []
    if not hours:
        return Calendar.always(settings.AGENCY_TIME_ZONE)
    holidays = frozenset(holiday.date for holiday in agency.holidays.all())
    spans = tuple(Interval(span.weekday, span.opens, span.closes) for span in hours)
    return Calendar(settings.AGENCY_TIME_ZONE, spans, holidays)


@dataclass
class _Memory:
    """This process's copy of the current roster, brought up to date by the entries it has not seen."""

    version: int = 0
    subjects: dict[str, Subject] = field(default_factory=dict)
    roster: Roster | None = None
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
        return _read(version)
    _open.close()
    with _memory.lock:
        if _memory.roster is None or version != _memory.version:
            if version < _memory.version:
                _memory.subjects.clear()
                _memory.version = 0
            seen = RosterEntry.objects.filter(from_version__gt=_memory.version, from_version__lte=version)
            for subject, facts in seen.order_by("from_version").values_list("subject", "facts"):
                _take_in(_memory.subjects, subject, facts)
            _memory.version = version
            _memory.roster = Roster.build(version, _memory.subjects)
        return _memory.roster


def forget() -> None:
    """Drop this process's copy, for a database that was replaced under it."""
    with _memory.lock:
        _memory.subjects.clear()
        _memory.version, _memory.roster = 0, None
    _open.close()
    at_version.cache_clear()


def _take_in(subjects: dict[str, Subject], subject: str, facts: Mapping[str, Any] | None) -> None:
    if facts is None:
        subjects.pop(subject, None)
    else:
        subjects[subject] = read_subject(subject, facts)


@lru_cache(maxsize=8)
def at_version(version: int) -> Roster:
    """Return the roster as it was at a version, for replay."""
    return _read(version)


def _read(version: int) -> Roster:
    entries = RosterEntry.objects.filter(from_version__lte=version).filter(
        Q(to_version__isnull=True) | Q(to_version__gt=version)
    )
    subjects: dict[str, Subject] = {}
    for subject, facts in entries.values_list("subject", "facts"):
        _take_in(subjects, subject, facts)
    return Roster.build(version, subjects)
