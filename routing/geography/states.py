"""States, districts and territories: their codes, names and time zones."""

from collections.abc import Mapping
from typing import Final

from licenses.states import JURISDICTIONS, STATE_ZONES, STATES, TERRITORIES

__all__ = ["JURISDICTIONS", "MILITARY", "STATES", "STATE_ZONES", "TERRITORIES"]

MILITARY: Final[Mapping[str, str]] = {
    "AA": "Armed Forces Americas",
    "AE": "Armed Forces Europe",
    "AP": "Armed Forces Pacific",
}
