"""What the roster holds of producers, pools and the agency, as their rows say it now: JSON, by subject."""

from collections.abc import Iterable
from typing import Any, Final

from django.conf import settings

from licenses import queries as licenses
from licenses.models import Product
from routing.models import Agency, Pool, PoolMember, ProducerProfile, SlaPolicy
from routing.roster import AGENCY, pool_subject, producer_subject
from routing.sla.calendar import Calendar, Interval

# Minutes by tier that hold until somebody sets others under Set-up.
SHIPPED_TARGETS: Final = {"hot": 5, "warm": 15, "low": 60}


def captured(subjects: Iterable[str]) -> dict[str, dict[str, Any] | None]:
    """Return the facts of these subjects; None for those that are gone."""
    keyed: dict[str, list[str]] = {"producer": [], "pool": [], AGENCY: []}
    for subject in subjects:
        kind, _, key = subject.partition(":")
        keyed[kind].append(key)
    found: dict[str, dict[str, Any] | None] = {}
    if keyed["producer"]:
        found |= _capture_producers([int(key) for key in keyed["producer"]])
    if keyed["pool"]:
        pools = {pool.slug: pool for pool in Pool.objects.select_related("overflow").filter(slug__in=keyed["pool"])}
        found |= {pool_subject(slug): _pool_facts(pools.get(slug)) for slug in keyed["pool"]}
    if keyed[AGENCY]:
        found[AGENCY] = _agency_facts()
    return found


def _capture_producers(ids: list[int]) -> dict[str, dict[str, Any] | None]:
    licensing = licenses.licensing_of(ids)
    profiles = {
        profile.producer_id: profile
        for profile in ProducerProfile.objects.filter(producer_id__in=ids)
        .select_related("producer")
        .prefetch_related("shifts", "leaves", "caps__source", "producer__memberships__pool", "producer__licenses")
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
        "caps": [cap.value().as_dict() for cap in profile.caps.all()],
        "languages": profile.languages,
        "skills": profile.skills,
        "skill_levels": profile.skill_levels,
        "calls_per_hour": profile.calls_per_hour,
        "shifts": Calendar(producer.time_zone, spans, frozenset()).as_dict() if spans else None,
        "leaves": [[leave.starts_at.isoformat(), leave.ends_at.isoformat()] for leave in profile.leaves.all()],
        "as_of": min(as_of).date().isoformat() if as_of else None,
        "pools": sorted(_place_in(member) for member in producer.memberships.all() if member.is_active),
    }


def _place_in(member: PoolMember) -> list[Any]:
    """Return a place in a pool, with the territory only where there is one, as entries have always had it."""
    return [member.pool.slug, member.weight, *([member.territory] if member.territory else [])]


def _pool_facts(pool: Pool | None) -> dict[str, Any] | None:
    if pool is None:
        return None
    return {
        "id": pool.pk,
        "name": pool.name,
        "strategy": pool.strategy,
        "method": pool.method,
        "tier": pool.tier,
        "is_active": pool.is_active,
        "queue_minutes": pool.queue_minutes,
        **_goes_on(pool),
    }


def _goes_on(pool: Pool) -> dict[str, Any]:
    """Return where its leads go on to, only where they do, as entries have always had it."""
    if pool.overflow is None:
        return {}
    return {"goes_on_to": pool.overflow.slug, "goes_on_after": pool.overflow_minutes}


def _agency_facts() -> dict[str, Any]:
    agency = Agency.objects.filter(pk=1).prefetch_related("hours", "holidays").first() or Agency()
    policies = SlaPolicy.objects.prefetch_related("steps", "targets")
    shipped = [SlaPolicy(tier=tier, target_minutes=minutes) for tier, minutes in SHIPPED_TARGETS.items()]
    return {
        "time_zone": settings.AGENCY_TIME_ZONE,
        "hot_from": agency.hot_from,
        "warm_from": agency.warm_from,
        "hours": _agency_calendar(agency).as_dict(),
        "products": [product.as_dict() for product in licenses.products()],
        "governs": dict(Product.objects.values_list("code", "governing")),
        "regimes": [regime.as_dict() for regime in licenses.regimes()],
        "sla": {policy.tier: _sla_facts(policy) for policy in [*shipped, *policies]},
    }


def _sla_facts(policy: SlaPolicy) -> dict[str, Any]:
    return {
        "target_minutes": policy.target_minutes,
        "max_hops": policy.max_hops,
        "evidence": policy.evidence,
        "alarm_minutes": policy.alarm_minutes,
        "hours": policy.hours,
        "pause_minutes": policy.pause_minutes,
        "cool_down_minutes": policy.cool_down_minutes,
        "away_after": policy.away_after,
        "away_minutes": policy.away_minutes,
        "steps": [[step.at_percent, step.kind, step.hours, step.channel] for step in policy.steps.all()]
        if policy.pk
        else [],
        "targets": [
            [target.kind, target.clock, target.minutes, target.hours, target.evidence]
            for target in policy.targets.all()
        ]
        if policy.pk
        else [],
    }


def _agency_calendar(agency: Agency) -> Calendar:
    hours = agency.hours.all() if agency.pk else []
    if not hours:
        return Calendar.always(settings.AGENCY_TIME_ZONE)
    days = list(agency.holidays.all())
    dated = tuple((day.date, day.opens, day.closes) for day in days if day.opens is not None and day.closes is not None)
    spans = tuple(Interval(span.weekday, span.opens, span.closes) for span in hours)
    return Calendar(settings.AGENCY_TIME_ZONE, spans, frozenset(day.date for day in days), dated)
