"""How leads and their clocks read to people: labels, tones, lengths of time, phone numbers. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.conf.locale import LANG_INFO

from licenses.lines import LINES
from routing.geography.states import JURISDICTIONS

STATE_TONES: Final[Mapping[str, str]] = {
    "OFFERED": "info",
    "ASSIGNED": "info",
    "ACCEPTED": "info",
    "WORKING": "ok",
    "FALLBACK": "warn",
    "REVIEW": "warn",
    "QUARANTINED": "bad",
    "REJECTED": "bad",
}
STATUSES: Final[Mapping[str, tuple[str, str]]] = {  # where a decision sends a lead, and the tone of it
    "assigned": ("To a producer", "ok"),
    "offered": ("Offered", "ok"),
    "fallback": ("Fallback", "warn"),
    "review": ("Review", "warn"),
    "quarantined": ("Quarantine", "bad"),
    "rejected": ("Rejected", "bad"),
}
TIER_TONES: Final[Mapping[str, str]] = {"hot": "bad", "warm": "warn"}
TRIGGERS: Final[Mapping[str, str]] = {
    "INTAKE": "the lead came in",
    "BREACH": "the producer did not answer in time",
    "FORESEEN": "the producer would not have answered in time",
    "DECLINE": "the producer handed it back",
    "MANUAL": "a manager moved it",
    "ABSENCE": "the producer's desk was emptied",
    "RERUN": "it was tried again",
    "OFFER": "an offer came to nothing",
    "ACCEPT": "the producer accepted it",
    "TAKE": "the producer took the next",
}
EVENT_TONES: Final[Mapping[str, str]] = {
    "lead.assigned": "ok",
    "lead.offered": "ok",
    "lead.touched": "ok",
    "lead.closed": "muted",
    "lead.returned": "muted",
    "lead.fell_back": "warn",
    "lead.sent_to_review": "warn",
    "lead.quarantined": "bad",
    "lead.rejected": "bad",
    "sla.reminded": "warn",
    "sla.breached": "bad",
    "sla.escalated": "warn",
    "sla.foreseen": "warn",
    "sla.missed": "bad",
    "sla.alarmed": "bad",
    "sla.running": "info",
    "sla.stopped": "muted",
    "message.delivered": "muted",
    "message.given_up": "bad",
}
# What stands in a producer's way, counted over a pool.
BLOCKS: Final[Mapping[str, str]] = {
    "PRODUCER_INACTIVE": "Producer not active",
    "NO_LICENSE": "No license in the state",
    "LICENSE_CLASS": "Another class of license",
    "LICENSE_EXPIRED": "License ended",
    "LICENSE_NOT_YET": "License not begun",
    "LICENSE_INACTIVE": "License not active",
    "HOME_LICENSE_INACTIVE": "Home license not active",
    "LOA_MISSING": "Line of authority missing",
    "LOA_INACTIVE": "Line of authority not active",
    "NO_CARRIER_CONTRACT": "No contract with a carrier",
    "APPT_REQUIRED_BEFORE_SOLICIT": "Appointment needed first",
    "APPT_REGIME_UNKNOWN": "Appointment rule not confirmed",
}
UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60))
SHORT_UNITS: Final = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))
SOON: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Due:
    """A clock in words, with the tone it is shown in."""

    text: str
    tone: str


def place(state: str, line: str) -> str:
    """Return where and what a lead asks for: "TX · Life"."""
    return " · ".join(filter(None, [state, line_name(line)])) or "not known"


def state_name(code: str) -> str:
    """Return a state's name."""
    return JURISDICTIONS.get(code, code)


def line_name(code: str) -> str:
    """Return a line's name."""
    return LINES.get(code, code)


def language_name(code: str) -> str:
    """Return a language's name by its ISO 639-1 code; the code where Django does not know it."""
    return str(LANG_INFO.get(code, {}).get("name", code))


def code_name(code: str) -> str:
    """Return a code such as NO_LICENSE or do_not_contact as words."""
    return code.replace("_", " ").capitalize()


def block_name(code: str) -> str:
    """Return what stands in a producer's way, as the tallies call it."""
    return BLOCKS.get(code) or code_name(code)


def length(span: timedelta) -> str:
    """Return a length of time in its largest unit: "12 minutes", "3 hours", "2 days"."""
    seconds = int(abs(span.total_seconds()))
    for name, size in UNITS:
        number = seconds // size
        if number:
            return f"{number} {name}{'s' if number > 1 else ''}"
    return "less than a minute"


def duration(length: timedelta | None) -> str:
    """Return a length of time in its two largest units: "3 min 20 s"; a dash where there is none."""
    if length is None:
        return "–"
    seconds = int(length.total_seconds())
    parts = []
    for unit, size in SHORT_UNITS:
        number, seconds = divmod(seconds, size)
        if number:
            parts.append(f"{number} {unit}")
    return " ".join(parts[:2]) or "0 s"


def instant(at: datetime) -> str:
    """Return when, by the clock it is told in: "Nov 1, 09:30"."""
    return f"{at:%b} {at.day}, {at:%H:%M}"


def due(*, due_at: datetime, starts_at: datetime, now: datetime, zone: ZoneInfo) -> Due:
    """Return how an owner clock stands: not begun, running, or over."""
    if starts_at > now:
        return Due(f"Clock starts {starts_at.astimezone(zone):%a %H:%M %Z}", "muted")
    if due_at <= now:
        return Due(f"Overdue by {length(now - due_at)}", "bad")
    return Due(f"{length(due_at - now).capitalize()} left", "warn" if due_at - now <= SOON else "info")


def phone(e164: str) -> str:
    """Return a US number as people write it."""
    digits = e164.removeprefix("+1")
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if len(digits) == 10 and e164 != digits else e164


def clocks(zones: list[str], now: datetime) -> str:
    """Return what the lead's own clock shows; two readings where the zone is not certain."""
    times = sorted({f"{now.astimezone(ZoneInfo(zone)):%H:%M}" for zone in zones})
    return " or ".join(times)
