"""The canonical lines of authority (NAIC uniform names; domain facts 1.4, tags L16, L17). Pure."""

from collections.abc import Collection, Mapping
from typing import Final

# The six major lines, which leads ask for.
LINES: Final[Mapping[str, str]] = {
    "LIFE": "Life",
    "HEALTH": "Accident and health or sickness",
    "PROP": "Property",
    "CAS": "Casualty",
    "PERS": "Personal lines",
    "VAR": "Variable life and variable annuity",
}
# The core limited lines; none of them satisfies a major line (LOA-07).
LIMITED_LINES: Final[Mapping[str, str]] = {
    "LTD_CAR": "Car rental (limited)",
    "LTD_CREDIT": "Credit (limited)",
    "LTD_CROP": "Crop (limited)",
    "LTD_SURETY": "Surety (limited)",
    "LTD_TRAVEL": "Travel (limited)",
}
ALL_LINES: Final[Mapping[str, str]] = {**LINES, **LIMITED_LINES}


def names(lines: Collection[str]) -> list[str]:
    """Return the names of lines; a code nobody knows reads as itself."""
    return [ALL_LINES.get(line, line) for line in lines]


def covers(held: Collection[str], line: str) -> bool:
    """Say whether the lines held allow the line: Property and Casualty together include Personal Lines (tag L22)."""
    return line in held or (line == "PERS" and "PROP" in held and "CAS" in held)
