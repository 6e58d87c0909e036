"""Territory: where a member of a pool works: states, counties, ZIPs and their beginnings, and circles round a ZIP.

An area is written as a person would: `TX`, `TX/Collin`, `75201`, `750*`, `75201+25` (miles round the ZIP's centre).
Several stand side by side with commas or on lines of their own. Nothing written is everywhere.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import asin, cos, radians, sin, sqrt
from typing import Any, Final

from routing.strategies.candidate import Candidate, Wanted
from routing.strategies.options import UnreadableError

MOST_AREAS: Final = 500
MOST_MILES: Final = 500
EARTH: Final = 3958.8  # miles, the mean radius
AREA: Final = re.compile(
    r"(?P<state>[A-Z]{2})(?:/(?P<county>[A-Za-z][A-Za-z .'-]{0,50}))?"
    r"|(?P<prefix>\d{1,4})\*"
    r"|(?P<zip>\d{5})(?:\+(?P<miles>\d{1,3}))?"
)
SAYS: Final = (
    "Write a state (TX), a county (TX/Collin), a ZIP (75201, or 750* for several) or miles round one (75201+25)."
)
# What says most about a place counts first.
PRECISION: Final[Mapping[str, int]] = {"zip": 5, "prefix": 4, "circle": 3, "county": 2, "state": 1, "everywhere": 0}

Point = tuple[float, float]  # latitude, longitude


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lead is, as far as it is known."""

    state: str | None
    zip_code: str | None = None
    county: str = ""
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Area:
    """One area of a territory, as written and as read."""

    text: str
    kind: str  # a key of PRECISION
    state: str = ""
    county: str = ""
    zip_code: str = ""  # or its beginning
    miles: int = 0


def read(text: str) -> tuple[Area, ...]:
    """Return the areas a text names.

    :raises UnreadableError: naming the first pieces that name none
    """
    pieces = [piece.strip() for piece in re.split(r"[,\n]", text) if piece.strip()]
    areas = [_area(piece) for piece in pieces]
    faulty = [piece for piece, area in zip(pieces, areas, strict=True) if area is None]
    if faulty:
        raise UnreadableError(f"{', '.join(faulty[:3])}: {SAYS}")
    if len(pieces) > MOST_AREAS:
        raise UnreadableError(f"Use at most {MOST_AREAS} areas.")
    return tuple(area for area in areas if area is not None)


def _area(piece: str) -> Area | None:
    found = AREA.fullmatch(piece[:2].upper() + piece[2:])
    if found is None:
        return None
    if found["prefix"]:
        return Area(piece, "prefix", zip_code=found["prefix"])
    if found["zip"]:
        miles = int(found["miles"] or 0)
        if miles > MOST_MILES:
            return None
        return Area(piece, "circle" if miles else "zip", zip_code=found["zip"], miles=miles)
    return Area(piece, "county" if found["county"] else "state", found["state"], _bare(found["county"] or ""))


def best(areas: tuple[Area, ...], place: Place, centres: Mapping[str, Point]) -> Area | None:
    """Return the area that says most about the place, or None where none holds it; no areas at all hold every place.

    `centres` gives the points of the ZIPs that circles are drawn round; a circle whose centre nobody knows holds none.
    """
    if not areas:
        return Area("", "everywhere")
    holding = [area for area in areas if _holds(area, place, centres)]
    return max(holding, key=lambda area: PRECISION[area.kind], default=None)


def centres_of(areas: tuple[Area, ...]) -> Iterator[str]:
    """Yield the ZIPs that circles are drawn round."""
    return (area.zip_code for area in areas if area.kind == "circle")


def _holds(area: Area, place: Place, centres: Mapping[str, Point]) -> bool:
    match area.kind:
        case "state":
            return area.state == place.state
        case "county":
            return area.state == place.state and area.county == _bare(place.county) != ""
        case "circle":
            centre = centres.get(area.zip_code)
            return centre is not None and place.point is not None and miles_between(centre, place.point) <= area.miles
    return place.zip_code is not None and place.zip_code.startswith(area.zip_code)


def miles_between(one: Point, other: Point) -> float:
    """Return the great-circle distance."""
    (lat, lon), (lat2, lon2) = ((radians(each) for each in point) for point in (one, other))
    half = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lon2 - lon) / 2) ** 2
    return 2 * EARTH * asin(sqrt(min(half, 1.0)))


def _bare(county: str) -> str:
    """Return a county's name without its kind and capitals: "Collin County" and "collin" are one."""
    return re.sub(r"\s+(county|parish|borough|census area|municipality|municipio)$", "", county.strip().lower())


def fits(candidate: Candidate, wanted: Wanted, options: Mapping[str, Any], slack: int) -> str | None:
    """Refuse whoever's territory does not hold the lead."""
    return None if candidate.readings.get("territory") else "OUT_OF_TERRITORY"


def closest(candidate: Candidate, wanted: Wanted, options: Mapping[str, Any]) -> Decimal:
    """Return how precisely the territory names the lead's place: its ZIP before its county before its state.

    The reading `territory` is the kind of area and its text.
    """
    kind, _ = candidate.readings.get("territory") or ("everywhere", "")
    return Decimal(PRECISION[kind])
