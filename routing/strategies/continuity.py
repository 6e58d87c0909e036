"""Continuity: whoever knows the person, or somebody in the household, comes first; licence and rules as ever."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from routing.strategies.candidate import Candidate, Wanted


def knows(candidate: Candidate, wanted: Wanted, options: Mapping[str, Any]) -> Decimal:
    """Return 2 for whoever had a lead of this person, 1 of the household, if it was not too long ago.

    The reading `tie` is how they are tied, ("account" or "household"), and the days since.
    """
    tie, days = candidate.readings.get("tie") or ("", 0)
    if days > options["within_days"]:
        return Decimal(0)
    return Decimal({"account": 2, "household": int(options["household"])}.get(tie, 0))
