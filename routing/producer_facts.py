"""What rules may read of a producer, as of one instant. Pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from licenses.authority import CertificationFact, LicenseFact, Licensing
from routing.catalog import CATALOG
from routing.geography.states import STATE_ZONES
from routing.roster import RosterProducer
from rules_engine.engine.catalog import Facts

ZONES: Final = tuple(sorted({zone for zones in STATE_ZONES.values() for zone in zones}))
CLOCKS: Final = tuple(map(ZoneInfo, ZONES))  # held, since the library keeps but the last eight


def producer_facts(producer: RosterProducer, now: datetime) -> Facts:
    """Return the producer's facts at an instant.

    They change by themselves only when a day begins somewhere, so the answer is kept for as long as it is the same day
    in every state's zones and in the producer's own.
    """
    return _facts_on(producer, days_everywhere(now), producer.local_day(now))


def days_everywhere(now: datetime) -> tuple[date, ...]:
    """Return the day it is in each of ZONES."""
    return _days(now.astimezone(UTC).replace(minute=0, second=0, microsecond=0))


@lru_cache(maxsize=1_000)
def _days(hour: datetime) -> tuple[date, ...]:
    """Return the days at an hour; the zones' offsets are whole hours, so one answer serves all of it."""
    return tuple(hour.astimezone(zone).date() for zone in CLOCKS)


@lru_cache(maxsize=20_000)
def _facts_on(producer: RosterProducer, days: tuple[date, ...], today: date) -> Facts:
    licensing, as_of = producer.licensing, producer.license_data_as_of
    authorities = tuple(sorted(_authorities(licensing, dict(zip(ZONES, days, strict=True)))))
    valid = tuple(fact for fact in licensing.certifications if _certified(fact, today))
    aged = CATALOG.facts({"producer.license_data_age": (today - as_of).days if as_of else None})
    return _lasting(producer).merged(_dated(authorities, valid)).merged(aged)


@lru_cache(maxsize=10_000)
def _lasting(producer: RosterProducer) -> Facts:
    """Return what no day changes: most of it."""
    licensing = producer.licensing
    return CATALOG.facts(
        {
            "producer.resident_state": licensing.resident_state,
            "producer.appointments": sorted(
                {
                    (fact.carrier, fact.state, line)
                    for fact in licensing.appointments
                    if fact.status == "APPOINTED"
                    for line in fact.lines
                }
            ),
            "producer.carriers": sorted(
                {fact.carrier for fact in licensing.contracts if fact.status == "READY_TO_SELL"}
            ),
            "producer.languages": producer.languages,
            "producer.skills": producer.skills,
            "producer.time_zone": producer.time_zone,
            "producer.capacity": producer.capacity,
        }
    )


@lru_cache(maxsize=10_000)
def _dated(authorities: tuple[tuple[str, str], ...], valid: tuple[CertificationFact, ...]) -> Facts:
    """Return what days change, and mostly leave as it was the day before."""
    return CATALOG.facts(
        {
            "producer.licensed_states": sorted({state for state, _ in authorities}),
            "producer.authorities": authorities,
            "producer.certifications": sorted({fact.kind for fact in valid}),
            "producer.state_certifications": sorted({(fact.kind, fact.state) for fact in valid if fact.state}),
            "producer.plan_years": sorted({(fact.kind, str(fact.plan_year)) for fact in valid if fact.plan_year}),
        }
    )


def _authorities(licensing: Licensing, days: Mapping[str, date]) -> set[tuple[str, str]]:
    """Return (state, line) in force today in every zone of the state; the guard judges each lead more exactly."""
    found = set()
    for license_ in licensing.licenses:
        here = [days[zone] for zone in STATE_ZONES.get(license_.state, ())]
        if here and _in_force(license_, here):
            found |= {
                (license_.state, line.line)
                for line in license_.lines
                if line.status == "ACTIVE" and _within(line.effective_date, line.expiry_date, here)
            }
    return found


def _in_force(license_: LicenseFact, days: list[date]) -> bool:
    return (
        license_.status == "ACTIVE"
        and license_.license_class == "PRODUCER"
        and _within(license_.effective_date, None if license_.is_perpetual else license_.expiry_date, days)
    )


def _within(effective: date | None, expiry: date | None, days: list[date]) -> bool:
    return all((effective is None or effective <= day) and (expiry is None or day <= expiry) for day in days)


def _certified(fact: CertificationFact, today: date) -> bool:
    return fact.status == "VALID" and _within(fact.valid_from, fact.valid_until, [today])
