"""The places data as its packages ship it, checked and made into values.

No single source is right: `zipcodes` gives every ZIP one state and some of them a wrong zone or none, `zip2info` knows
zones only, `phonenumbers` knows area codes, and a list of our own the ZIPs that lie in several states. Where sources
differ on the time, a ZIP gets every zone they name; where none knows, it gets none.

Imported by the loading command alone: the packages' tables take some 250 MB, which no web worker should carry.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import phonenumbers
import zip2info
import zipcodes
from phonenumbers import geocoder, timezone

from routing.geography.normalize import ZIP
from routing.geography.places import AreaFacts, Gazetteer, ZipFacts
from routing.geography.states import JURISDICTIONS, TERRITORIES
from routing.sla.zones import find_zone

MULTI_STATE_ZIPS: Final = Path(__file__).parents[1] / "data" / "multi_state_zips.csv"
ZIP_SOURCE: Final = f"zipcodes {zipcodes.__version__}, zip2info, phonenumbers, multi_state_zips.csv"
AREA_SOURCE: Final = f"phonenumbers {phonenumbers.__version__}, zipcodes"
WINTER, SUMMER = datetime(2026, 1, 15, 12, tzinfo=UTC), datetime(2026, 7, 15, 12, tzinfo=UTC)
ODD_ONE_OUT_OF: Final = 3  # in a county of fewer known ZIPs, one that differs proves nothing

Raw = Mapping[str, Any]
Times = tuple[timedelta | None, timedelta | None]


def read() -> Gazetteer:
    """Return the data of the installed packages, checked."""
    return gazetteer(zipcodes.list_all(), several_states())


def several_states() -> dict[str, tuple[str, ...]]:
    """Return the ZIPs known to lie in several states, and which."""
    with MULTI_STATE_ZIPS.open(encoding="utf-8", newline="") as rows:
        return {row["zip_code"]: tuple(row["states"].split("|")) for row in csv.DictReader(rows)}


def gazetteer(rows: Iterable[Raw], shared: Mapping[str, tuple[str, ...]]) -> Gazetteer:
    """Return the rows (as `zipcodes` ships them) as values, with the ZIPs that several states share."""
    rows = list(rows)
    sound = [row for row in rows if ZIP.fullmatch(row["zip_code"])]
    issued = area_states()
    odd = _odd_ones_out(sound)
    zips = tuple(_zip_facts(row, shared, issued, odd.get(row["zip_code"])) for row in sound)
    return Gazetteer(
        zips=zips,
        areas=tuple(_areas(issued, zips)),
        zip_source=ZIP_SOURCE,
        area_source=AREA_SOURCE,
        malformed_zips=tuple(row["zip_code"] for row in rows if not ZIP.fullmatch(row["zip_code"])),
        unreadable_zones=tuple(row["zip_code"] for row in sound if row["timezone"] and not find_zone(row["timezone"])),
        several_times=tuple(facts.zip_code for facts in zips if len(facts.zones) > 1),
    )


def area_states() -> dict[str, str]:
    """Return the state or territory in which each area code's numbers are issued."""
    found = {f"{npa}": _issued_in(phonenumbers.parse(f"+1{npa}5550100")) for npa in range(200, 1000)}
    return {npa: state for npa, state in found.items() if state}


def _issued_in(number: phonenumbers.PhoneNumber) -> str | None:
    region = phonenumbers.region_code_for_number(number)
    if region in TERRITORIES:
        return str(region)
    text = geocoder.description_for_number(number, "en") if region == "US" else ""
    return _STATE_TEXTS.get(text.rpartition(", ")[2])  # "Texas" or "San Antonio, TX"


_STATE_TEXTS: Final = {
    **{code: code for code in JURISDICTIONS},
    **{name: code for code, name in JURISDICTIONS.items()},
    "Washington State": "WA",
    "Washington D.C.": "DC",
}


def _zip_facts(
    row: Raw, shared: Mapping[str, tuple[str, ...]], issued: Mapping[str, str], county_zone: str | None
) -> ZipFacts:
    zip_code, own = row["zip_code"], row["state"]
    states = (own, *(state for state in shared.get(zip_code, ()) if state != own))
    hinted = {issued[npa] for npa in row["area_codes"] if npa in issued}
    named = [row["timezone"], zip2info.timezone(zip_code), county_zone]
    return ZipFacts(
        zip_code=zip_code,
        state=own,
        states=states,
        hinted_states=tuple(sorted(hinted - {*states})),
        county=row["county"],
        city=row["city"],
        zones=() if row["zip_code_type"] == "MILITARY" else _zones(named),
        area_codes=tuple(row["area_codes"]),
        kind=row["zip_code_type"],
        is_active=row["active"],
        latitude=_degrees(row.get("lat")),
        longitude=_degrees(row.get("long")),
    )


def _degrees(text: str | None) -> float | None:
    return float(text) if text else None


def _zones(named: Iterable[str | None]) -> tuple[str, ...]:
    """Return the zones among the names, one for each time kept, in the order of the sources."""
    by_times: dict[Times, str] = {}
    for name in named:
        if name and find_zone(name):
            by_times.setdefault(_times(name), name)
    return tuple(by_times.values())


def _odd_ones_out(rows: Iterable[Raw]) -> dict[str, str]:
    """Return the ZIPs that alone in their county keep another time than the rest, with the zone of the rest."""
    counties: defaultdict[tuple[str, str], list[Raw]] = defaultdict(list)
    for row in rows:
        if row["county"] and find_zone(row["timezone"]):
            counties[row["state"], row["county"]].append(row)
    odd = {}
    for members in counties.values():
        kept = Counter(_times(row["timezone"]) for row in members)
        if len(kept) == 1 or len(members) < ODD_ONE_OUT_OF:
            continue
        usual = max(members, key=lambda row: kept[_times(row["timezone"])])["timezone"]
        odd.update({row["zip_code"]: usual for row in members if kept[_times(row["timezone"])] == 1})
    return odd


def _areas(issued: Mapping[str, str], zips: Iterable[ZipFacts]) -> Iterable[AreaFacts]:
    """Yield every area code with the zones of the ZIPs it serves in its state: its own zone is often wrong."""
    zones: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for facts in zips:
        for npa in facts.area_codes:
            zones[npa, facts.state or ""].update(facts.zones)
    for npa, state in sorted(issued.items()):
        own = timezone.time_zones_for_number(phonenumbers.parse(f"+1{npa}5550100"))
        yield AreaFacts(npa, (state,), _zones([*(name for name, _ in zones[npa, state].most_common()), *own]))


@cache
def _times(zone: str) -> Times:
    """Return the time a zone keeps, winter and summer: zones are compared by that, not by name."""
    found = find_zone(zone)
    return WINTER.astimezone(found).utcoffset(), SUMMER.astimezone(found).utcoffset()
