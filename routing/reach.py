"""Whether a producer may call or write to a person now: by what is certain of their clock and their consent. Pure.

Stricter than any one state's law, so that it is right in all of them: the contact law of each state refines it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

OPENS: Final = time(8)
CLOSES: Final = time(20)
CHANNELS: Final[Mapping[str, str]] = {"call": "calls", "text": "text messages", "email": "e-mail"}


def refusal(*, channel: str, zones: Sequence[str], consent: Mapping[str, Any], now: datetime) -> str:
    """Return why the person must not be reached this way now, as a sentence; blank where they may be.

    `zones` are all the person may be in. It must be from 8:00 to 20:00 in every one of them.
    """
    if not (consent.get("text") or consent.get("text_version")):
        return "No consent is on record."
    agreed = consent.get("channels") or []
    if agreed and channel not in agreed:
        return f"Consent is on record for {' and '.join(CHANNELS.get(each, each) for each in agreed)} only."
    if not zones:
        return "It is not known what time it is there."
    there = sorted(now.astimezone(ZoneInfo(zone)).time() for zone in zones)
    if there[0] >= OPENS and there[-1] < CLOSES:
        return ""
    times = " or ".join(dict.fromkeys(f"{at:%H:%M}" for at in there))
    return f"It is {times} there; wait for the hours from {OPENS:%H:%M} to {CLOSES:%H:%M}."
