"""Language: who speaks what the lead speaks."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from routing.strategies.candidate import Candidate, Wanted


def fits(candidate: Candidate, wanted: Wanted, options: Mapping[str, Any], slack: int) -> str | None:
    """Refuse whoever does not speak the lead's language; a lead that names none suits everybody."""
    return None if wanted.language is None or wanted.language in candidate.languages else "LANGUAGE_MISSING"


def speaks(candidate: Candidate, wanted: Wanted, options: Mapping[str, Any]) -> Decimal:
    """Return 1 for whoever speaks the lead's language."""
    return Decimal(wanted.language is not None and wanted.language in candidate.languages)
