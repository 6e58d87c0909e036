"""States, districts and territories: their codes, names and time zones. Pure."""

from collections.abc import Mapping
from typing import Final

STATES: Final[Mapping[str, str]] = {
    "AL": "Alabama",
    "AK": "Alaska",
    "AZ": "Arizona",
    "AR": "Arkansas",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "DC": "District of Columbia",
    "FL": "Florida",
    "GA": "Georgia",
    "HI": "Hawaii",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "IA": "Iowa",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "ME": "Maine",
    "MD": "Maryland",
    "MA": "Massachusetts",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MS": "Mississippi",
    "MO": "Missouri",
    "MT": "Montana",
    "NE": "Nebraska",
    "NV": "Nevada",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NY": "New York",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VT": "Vermont",
    "VA": "Virginia",
    "WA": "Washington",
    "WV": "West Virginia",
    "WI": "Wisconsin",
    "WY": "Wyoming",
}
TERRITORIES: Final[Mapping[str, str]] = {
    "AS": "American Samoa",
    "GU": "Guam",
    "MP": "Northern Mariana Islands",
    "PR": "Puerto Rico",
    "VI": "U.S. Virgin Islands",
}
JURISDICTIONS: Final[Mapping[str, str]] = {**STATES, **TERRITORIES}

_EASTERN, _CENTRAL, _MOUNTAIN, _PACIFIC = "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles"
_ZONES_BY_STATES: Final[Mapping[tuple[str, ...], str]] = {
    (_EASTERN,): "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
    (_CENTRAL,): "AL AR IA IL LA MN MO MS OK WI",
    (_MOUNTAIN,): "CO MT NM UT WY",
    (_PACIFIC,): "CA WA",
    (_EASTERN, _CENTRAL): "FL",
    ("America/Indiana/Indianapolis", _CENTRAL): "IN",
    ("America/Kentucky/Louisville", _CENTRAL): "KY",
    ("America/Detroit", "America/Menominee"): "MI",
    (_CENTRAL, _EASTERN): "TN",
    (_CENTRAL, _MOUNTAIN): "KS ND NE SD TX",
    (_PACIFIC, "America/Boise"): "OR",
    ("America/Boise", _PACIFIC): "ID",
    (_PACIFIC, _MOUNTAIN): "NV",  # West Wendover, legally; Jackpot, by custom
    ("America/Phoenix", _MOUNTAIN): "AZ",  # the Navajo Nation keeps daylight saving time
    ("America/Anchorage", "America/Adak"): "AK",
    ("Pacific/Honolulu",): "HI",
    ("America/Puerto_Rico",): "PR",
    ("America/St_Thomas",): "VI",
    ("Pacific/Guam",): "GU",
    ("Pacific/Saipan",): "MP",
    ("Pacific/Pago_Pago",): "AS",
}

# Every zone that keeps its own time somewhere in the state, the one most people live in first; of zones that have kept
# one time for years (America/Indiana/*) only one. Source: 49 CFR 71 and the ZIP data of November 2026.
STATE_ZONES: Final[Mapping[str, tuple[str, ...]]] = {
    state: zones for zones, states in _ZONES_BY_STATES.items() for state in states.split()
}
