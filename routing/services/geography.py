"""Load what is known of ZIPs and area codes, and look it up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from typing import Any, Final

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from audit import services as audit
from routing.geography.places import AreaFacts, Gazetteer, Places, ZipFacts
from routing.models import AreaCode, ZipArea

BATCH: Final = 2000
ZIP_FIELDS: Final = tuple(field.name for field in fields(ZipFacts))
AREA_FIELDS: Final = tuple(field.name for field in fields(AreaFacts))


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load wrote, and what its checks found."""

    zips: int
    areas: int
    malformed_zips: tuple[str, ...]
    unreadable_zones: tuple[str, ...]
    several_times: tuple[str, ...]


@transaction.atomic
def load(*, gazetteer: Gazetteer, actor: Actor, now: datetime) -> Loaded:
    """Put the gazetteer in the place of whatever the tables held; the same again changes nothing.

    Other processes remember what they have looked up: restart them after a load that corrects something.
    """
    policy.require(actor, "setup.edit")
    ZipArea.objects.all().delete()
    AreaCode.objects.all().delete()
    zips = ZipArea.objects.bulk_create(_zip_rows(gazetteer, now.date()), batch_size=BATCH)
    areas = AreaCode.objects.bulk_create(_area_rows(gazetteer, now.date()), batch_size=BATCH)
    detail = {"zips": len(zips), "areas": len(areas), "sources": [gazetteer.zip_source, gazetteer.area_source]}
    audit.record(at=now, actor=actor, action="geography.loaded", detail=detail)
    transaction.on_commit(forget)
    return Loaded(len(zips), len(areas), gazetteer.malformed_zips, gazetteer.unreadable_zones, gazetteer.several_times)


def find_places(zip_code: str | None, area_code: str | None) -> Places:
    """Return what is known of a lead's ZIP and area code; at most one statement each, and none once remembered."""
    return Places(_find_zip(zip_code) if zip_code else None, _find_area(area_code) if area_code else None)


def remember_all() -> None:
    """Read both tables whole (some 12 MB), so that no lead has to ask for its ZIP."""
    _zips.update({row[0]: _zip_facts(row) for row in ZipArea.objects.values_list(*ZIP_FIELDS).iterator(BATCH)})
    _areas.update({row[0]: _area_facts(row) for row in AreaCode.objects.values_list(*AREA_FIELDS)})


def forget() -> None:
    """Read the tables anew from here on."""
    _zips.clear()
    _areas.clear()
    _shared.cache_clear()


# What was looked up, by ZIP and by area code: never more than the tables hold. What is unknown is not remembered, since
# the tables may still be filled.
_zips: Final[dict[str, ZipFacts]] = {}
_areas: Final[dict[str, AreaFacts]] = {}


def _find_zip(zip_code: str) -> ZipFacts:
    if zip_code not in _zips:
        row = ZipArea.objects.filter(pk=zip_code).values_list(*ZIP_FIELDS).first()
        if row is None:
            return ZipFacts(zip_code)
        _zips[zip_code] = _zip_facts(row)
    return _zips[zip_code]


def _find_area(area_code: str) -> AreaFacts:
    if area_code not in _areas:
        row = AreaCode.objects.filter(pk=area_code).values_list(*AREA_FIELDS).first()
        if row is None:
            return AreaFacts(area_code)
        _areas[area_code] = _area_facts(row)
    return _areas[area_code]


def _zip_facts(row: Sequence[Any]) -> ZipFacts:
    zip_code, *rest = row
    return ZipFacts(zip_code, *(_shared(tuple(value) if isinstance(value, list) else value) for value in rest))


def _area_facts(row: Sequence[Any]) -> AreaFacts:
    npa, states, zones = row
    return AreaFacts(npa, tuple(states), tuple(zones))


@cache
def _shared(value: Any) -> Any:
    """Return the first value equal to this one: thousands of ZIPs name the same state, city and zones."""
    return value


def _zip_rows(gazetteer: Gazetteer, as_of: date) -> Iterator[ZipArea]:
    for facts in gazetteer.zips:
        yield ZipArea(
            zip_code=facts.zip_code,
            state=facts.state or "",
            states=facts.states,
            hinted_states=facts.hinted_states,
            county=facts.county,
            city=facts.city,
            zones=facts.zones,
            area_codes=facts.area_codes,
            kind=facts.kind,
            is_active=facts.is_active,
            latitude=facts.latitude,
            longitude=facts.longitude,
            source=gazetteer.zip_source,
            as_of=as_of,
        )


def _area_rows(gazetteer: Gazetteer, as_of: date) -> Iterator[AreaCode]:
    for facts in gazetteer.areas:
        yield AreaCode(npa=facts.npa, states=facts.states, zones=facts.zones, source=gazetteer.area_source, as_of=as_of)
