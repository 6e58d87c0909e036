"""The same lead of nobody: what rules may read stays as it was, whatever else may tell who it was is replaced. Pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from routing.facts import age_of
from routing.models import Lead, Person

KEPT: Final = (
    "state",
    "risk_state",
    "line",
    "product",
    "products",
    "carrier",
    "language",
    "premium",
    "source_campaign",
)
STAND_INS: Final[Mapping[str, Any]] = {
    "first_name": "Invented",
    "last_name": "Person",
    "email": "invented.person@example.com",
    "external_id": "invented",
    "attributes": {"invented": True},
}
CONSENT_KEPT: Final = ("captured_at", "channels", "sellers")
CONSENT_STAND_INS: Final[Mapping[str, str]] = {
    "text": "Invented",
    "text_version": "invented",
    "ip": "192.0.2.1",  # for documentation, nobody's
    "url": "https://example.com/",
    "token": "invented",
}
NAMES_OF_NOBODY: Final = frozenset({"test", "person", "invented"})
SHORTEST_NAME: Final = 3
TELLING: Final = (
    (re.compile(r"\S@\S"), "an e-mail address"),
    (re.compile(r"\d(?:[\s().+/-]*\d){6,}"), "a phone number, a whole date or another long number"),
)


def telling(text: str, person: Person) -> str:
    """Return what in a free text may tell who a lead was, such as the person's own name; blank: nothing seen."""
    words = set(re.findall(r"[^\W\d_]+", text.casefold()))
    names = re.findall(r"[^\W\d_]+", f"{person.first_name} {person.last_name}".casefold())
    if any(name in words for name in names if len(name) >= SHORTEST_NAME and name not in NAMES_OF_NOBODY):
        return "the name of the person"
    return next((what for pattern, what in TELLING if pattern.search(text)), "")


def of_nobody(fields: Mapping[str, Any], lead: Lead, person: Person, at: datetime) -> dict[str, Any]:
    """Return the fields of a sound lead with an invented person in place of the one they name.

    What was given stays given, since rules and sources ask for that; the age at the instant stays too.
    """
    consent = _replaced(fields.get("consent") or {}, CONSENT_KEPT, CONSENT_STAND_INS)
    return (
        _replaced(fields, KEPT, STAND_INS)
        | dict(_personal(lead, person, at))
        | ({"consent": consent} if consent else {})
    )


def _replaced(given: Mapping[str, Any], kept: tuple[str, ...], stand_ins: Mapping[str, Any]) -> dict[str, Any]:
    stay = {name: given[name] for name in kept if name in given}
    return stay | {name: stand_in for name, stand_in in stand_ins.items() if given.get(name)}


def _personal(lead: Lead, person: Person, at: datetime) -> Iterator[tuple[str, str]]:
    if person.zip_code:
        yield "zip", person.zip_code
    if person.phone:
        yield "phone", f"{person.phone[2:5]}-555-0100"
    if born := _born(person.birth_date, lead.zones, at):
        yield "birth_date", born.isoformat()


def _born(birth_date: date | None, zones: list[str], at: datetime) -> date | None:
    """Return a first of January that gives the same age; of July, while zones disagree on the year."""
    age = age_of(birth_date, zones, at) if birth_date else None
    if age is None:
        return None
    years = {at.astimezone(ZoneInfo(zone)).year for zone in zones}
    return date(min(years) - age, 1 if len(years) == 1 else 7, 1)
