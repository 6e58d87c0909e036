"""Read what a pool's method looks at beyond desks and turns; every reading is JSON and goes into the receipt.

Names are those of `reads` in routing.strategies.table. Nothing here is asked unless the pool's method asks for it.
"""

from collections.abc import Callable, Collection, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from django.db.models import Count, Max, Q

from routing.decision import Inquiry, Who
from routing.models import Assignment, Person, Presence
from routing.roster import RosterProducer
from routing.services import geography
from routing.strategies import territory
from routing.strategies.options import UnreadableError

Readings = dict[int, Any]  # by producer; whoever is not there has None
MOST_PERSONS: Final = 50  # of one phone or e-mail; a number that more people gave is no household


def read(
    names: Collection[str], producer_ids: Collection[int], pool: str, inquiry: Inquiry
) -> dict[int, dict[str, Any]]:
    """Return what each of these producers reads, by the names asked for."""
    found = {name: READINGS[name](producer_ids, pool, inquiry) for name in sorted(names)}
    return {each: {name: readings.get(each) for name, readings in found.items()} for each in producer_ids}


def _seen(producer_ids: Collection[int], pool: str, inquiry: Inquiry) -> Readings:
    """Return the whole minutes since each was last at the desk."""
    seen = Presence.objects.filter(producer__in=producer_ids).values_list("producer_id", "seen_at")
    return {producer_id: max(int((inquiry.now - at).total_seconds() // 60), 0) for producer_id, at in seen}


def _uncalled(producer_ids: Collection[int], pool: str, inquiry: Inquiry) -> Readings:
    """Return how many open leads of each nobody has reached out to yet."""
    waiting = Assignment.objects.filter(producer__in=producer_ids, ended_at=None, first_touch_at=None)
    counted = dict(waiting.order_by().values_list("producer_id").annotate(Count("pk")))
    return {producer_id: counted.get(producer_id, 0) for producer_id in producer_ids}


def _territory(producer_ids: Collection[int], pool: str, inquiry: Inquiry) -> Readings:
    """Return the kind and text of the area of each one's territory that says most about the lead's place."""
    areas = {each: _areas(inquiry.context.roster.producers[each], pool) for each in producer_ids}
    place = _place(inquiry)
    centres = {
        zip_code: point
        for each in areas.values()
        for zip_code in territory.centres_of(each or ())
        if (point := _point(zip_code)) is not None
    }
    found = {each: territory.best(read, place, centres) for each, read in areas.items() if read is not None}
    return {each: [area.kind, area.text] for each, area in found.items() if area is not None}


def _areas(producer: RosterProducer, pool: str) -> tuple[territory.Area, ...] | None:
    return next((_areas_in(each.territory) for each in producer.memberships if each.pool == pool), ())


@lru_cache(maxsize=10_000)
def _areas_in(text: str) -> tuple[territory.Area, ...] | None:
    """Return the areas, or None where a hand wrote what names none: such a territory holds no place."""
    try:
        return territory.read(text)
    except UnreadableError:
        return None


def _place(inquiry: Inquiry) -> territory.Place:
    known = inquiry.facts.known
    state, zip_code = (str(known[name]) if name in known else None for name in ("lead.state", "lead.zip"))
    area = geography.find_places(zip_code, None).zip_area
    county = area.county if area and area.state == state else ""
    return territory.Place(state, zip_code, county, area.point if area else None)


def _point(zip_code: str) -> territory.Point | None:
    area = geography.find_places(zip_code, None).zip_area
    return area.point if area else None


def _ties(producer_ids: Collection[int], pool: str, inquiry: Inquiry) -> Readings:
    """Return whether each had a lead of this person or of the household, and how many days ago: the closest tie."""
    who = inquiry.who
    if who is None or not (who.phone or who.email):
        return {}
    same = Q(phone=who.phone) if who.phone else Q()
    same |= Q(email=who.email) if who.email else Q()
    persons = Person.objects.filter(same).order_by("-pk").values_list("pk", "first_name", "last_name")
    names = {pk: (first.casefold(), last.casefold()) for pk, first, last in persons[:MOST_PERSONS]}
    had = (
        Assignment.objects.filter(producer__in=producer_ids, lead__person__in=list(names), assigned_at__lt=inquiry.now)
        .exclude(end__in=[Assignment.End.DECLINED, Assignment.End.BREACHED])
        .exclude(lead=who.lead)
        .order_by()
        .values_list("producer_id", "lead__person_id")
        .annotate(Max("assigned_at"))
    )
    found: Readings = {}
    for producer_id, person_id, at in had:
        tie = [_tie(who, names[person_id]), (inquiry.now - at).days]
        found[producer_id] = min(found.get(producer_id, tie), tie)  # "account" before "household", then the later
    return found


def _tie(who: Who, names: tuple[str, str]) -> str:
    return "account" if names == (who.first_name.casefold(), who.last_name.casefold()) else "household"


READINGS: Final[Mapping[str, Callable[[Collection[int], str, Inquiry], Readings]]] = MappingProxyType(
    {"seen": _seen, "territory": _territory, "tie": _ties, "uncalled": _uncalled}
)
