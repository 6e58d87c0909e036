"""Availability: beyond shifts and leave, which always count: holidays, the end of a shift, and presence."""

from collections.abc import Mapping
from typing import Any

from routing.strategies.candidate import Candidate, Wanted


def fits(candidate: Candidate, wanted: Wanted, options: Mapping[str, Any], slack: int) -> str | None:
    """Refuse who is off for the agency's holiday, about to go, or not at the desk."""
    if options["holidays"] and candidate.on_holiday:
        return "HOLIDAY"
    if candidate.minutes_left is not None and candidate.minutes_left < options["last_minutes"]:
        return "SHIFT_ENDING"
    if options["seen_within"] and not _was_seen(candidate, options["seen_within"]):
        return "NOT_SEEN"
    return None


def _was_seen(candidate: Candidate, minutes: int) -> bool:
    ago = candidate.readings.get("seen")
    return ago is not None and ago <= minutes
