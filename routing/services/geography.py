"""Load what is known of ZIPs and area codes, and look it up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from django.db import transaction

from accounts import policy
from accounts.actor import Actor
from audit import services as audit
from routing.geography.places import AreaFacts, Gazetteer, Places, ZipFacts
from routing.models import AreaCode, ZipArea

BATCH = 2000
ZIPS_REMEMBERED = 10_000  # some 8 MB


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


def forget() -> None:
    """Read the tables anew from here on."""
    _zip_facts.cache_clear()
    _area_facts.cache_clear()


def _find_zip(zip_code: str) -> ZipFacts:
    try:
        return _zip_facts(zip_code)
    except ZipArea.DoesNotExist:  # not remembered: the tables may still be filled
        return ZipFacts(zip_code)


def _find_area(area_code: str) -> AreaFacts:
    try:
        return _area_facts(area_code)
    except AreaCode.DoesNotExist:
        return AreaFacts(area_code)


@lru_cache(maxsize=ZIPS_REMEMBERED)
def _zip_facts(zip_code: str) -> ZipFacts:
    row = ZipArea.objects.get(pk=zip_code)
    return ZipFacts(
        zip_code=row.zip_code,
        state=row.state,
        states=tuple(row.states),
        hinted_states=tuple(row.hinted_states),
        county=row.county,
        city=row.city,
        zones=tuple(row.zones),
        area_codes=tuple(row.area_codes),
        kind=row.kind,
        is_active=row.is_active,
    )


@lru_cache(maxsize=1000)
def _area_facts(npa: str) -> AreaFacts:
    row = AreaCode.objects.get(pk=npa)
    return AreaFacts(npa, tuple(row.states), tuple(row.zones))


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
            source=gazetteer.zip_source,
            as_of=as_of,
        )


def _area_rows(gazetteer: Gazetteer, as_of: date) -> Iterator[AreaCode]:
    for facts in gazetteer.areas:
        yield AreaCode(npa=facts.npa, states=facts.states, zones=facts.zones, source=gazetteer.area_source, as_of=as_of)
