"""From a lead's rows to the facts rules read and the question the guard answers."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from licenses.authority import Ask, ProductLines
from routing.catalog import CATALOG
from routing.models import Lead, Person
from routing.roster import AgencyFacts
from rules_engine.engine.catalog import Facts

PERSONAL: Final = tuple(field.name for field in CATALOG.fields if field.personal)
WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def lead_facts(*, lead: Lead, person: Person, agency: AgencyFacts, now: datetime) -> Facts:
    """Return everything rules may read about the lead at an instant."""
    consent = person.consent
    return CATALOG.facts(
        {
            "lead.state": lead.governing_state or None,
            "lead.declared_state": lead.declared_state or None,
            "lead.also_states": lead.also_states,
            "lead.language": lead.language or None,
            "lead.has_phone": bool(person.phone),
            "lead.has_email": bool(person.email),
            "lead.line": lead.line or None,
            "lead.product": lead.products[0] if len(lead.products) == 1 else None,
            "lead.products": lead.products,
            "lead.carrier": lead.carrier or None,
            "lead.premium": lead.premium,
            "lead.source": lead.source.slug,
            "lead.campaign": lead.campaign or None,
            "lead.source_cost": lead.source.cost,
            "lead.received_at": lead.received_at,
            "lead.is_repeat": lead.duplicate_of_id is not None,
            "lead.consent_given": bool(consent.get("text") or consent.get("text_version")),
            "lead.consent_at": consent.get("captured_at"),
            "lead.consent_channels": consent.get("channels", []) if consent else None,
            "lead.consent_sellers": consent.get("sellers", []) if consent else None,
            "lead.consent_token": bool(consent.get("token")),
            **personal_facts(person.zip_code, person.birth_date, lead.zones, now),
            **moment_facts(lead.zones, agency, now),
        }
    )


def personal_facts(zip_code: str, birth_date: date | None, zones: list[str], now: datetime) -> dict[str, object]:
    """Return the facts that are read from the person on every replay and stored nowhere else."""
    return {"lead.zip": zip_code or None, "lead.age": age_of(birth_date, zones, now) if birth_date else None}


def stored_facts(facts: Facts) -> dict[str, Any]:
    """Return the facts as the receipt keeps them: all but the personal ones."""
    return {name: value for name, value in facts.raw().items() if name not in PERSONAL}


def ask_for(lead: Lead, agency: AgencyFacts) -> Ask | None:
    """Return the question for the licence guard, or None while the governing state is unclear."""
    if not lead.governing_state:
        return None
    return Ask(
        state=lead.governing_state,
        zones=tuple(lead.zones),
        products=tuple(agency.products.get(code) or ProductLines(code, ()) for code in lead.products),
        carrier=lead.carrier or None,
        line=lead.line or None,
    )


def moment_facts(zones: list[str], agency: AgencyFacts, now: datetime) -> Mapping[str, object]:
    """Return what rules may read of an instant, where the lead is and at the agency."""
    there = [now.astimezone(ZoneInfo(zone)) for zone in zones]
    here = now.astimezone(ZoneInfo(agency.time_zone))
    local_dates = {local.date() for local in there}
    local_times = {(local.hour, local.minute) for local in there}
    date_there = local_dates.pop() if len(local_dates) == 1 else None
    return {
        "now.at": now.astimezone(UTC),
        "now.local_date": date_there,
        "now.local_weekday": WEEKDAYS[date_there.weekday()] if date_there else None,
        "now.local_time": f"{there[0]:%H:%M}" if len(local_times) == 1 else None,
        "now.agency_date": here.date(),
        "now.agency_weekday": WEEKDAYS[here.weekday()],
        "now.agency_time": f"{here:%H:%M}",
        "now.agency_open": agency.hours.is_open(now),
    }


def age_of(born: date, zones: list[str], now: datetime) -> int | None:
    """Return the age where all of the lead's zones agree on it: at night their dates differ, the age rarely does."""
    days = {now.astimezone(ZoneInfo(zone)).date() for zone in zones}
    ages = {day.year - born.year - ((day.month, day.day) < (born.month, born.day)) for day in days}
    return ages.pop() if len(ages) == 1 else None
