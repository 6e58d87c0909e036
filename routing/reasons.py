"""The one published list of reason codes: why a lead stands where it stands."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

REASONS: Final[Mapping[str, str]] = {
    # Assigned and offered
    "ASSIGNED": "Assigned to a producer licensed for it.",
    "OFFERED": "Offered to whom the license and the rules allow; nobody has accepted yet.",
    "LAID_OUT": "Waits in the pool for the next producer who may have it and takes it.",
    # Duplicates, refusals and reviews
    "DUPLICATE_OPEN": "The same person asked about the same line and that lead is still open; attached to it.",
    "REJECTED_BY_RULE": "A gate rule rejects this lead.",
    "QUARANTINED_BY_RULE": "A gate rule quarantines this lead.",
    "REVIEW_BY_RULE": "A gate rule asks a person to look.",
    "REQUIREMENT_MISSING": "A gate rule requires something the lead does not have.",
    "DATA_MISSING": "A rule needs a fact the lead does not give.",
    "STATE_UNCLEAR": "The state whose license law governs is not clear; ask the person.",
    "MILITARY_ADDRESS": "A military address: the state declared as home of record needs a person's look.",
    "TERRITORY": "The lead lives in a territory; a person decides who may take it.",
    "FIELDS_INVALID": "Some fields of the lead are at fault.",
    "NOT_READ": "Something went wrong before the lead could be read; its words are kept and an alarm was raised.",
    # Fallback
    "NO_ROUTE": "No routing rule matched.",
    "POOL_UNKNOWN": "The route names a pool that does not exist or is switched off.",
    "POOL_EMPTY": "The pool has no active members.",
    "NO_LICENSED_PRODUCER": "Nobody in the pool is licensed for this state and line.",
    "NO_ELIGIBLE_PRODUCER": "Licensed producers exist, but a rule excludes each of them.",
    "NO_ONE_ON_SHIFT": "Everyone who could take it is off shift or on leave.",
    "NO_CAPACITY": "Everyone who could take it is at capacity.",
    "DAILY_CAP_REACHED": "Everyone who could take it has reached the day's cap.",
    "NOBODY_FITS": "Nobody who could take it passes the pool's method; it was told to keep such leads.",
    "CAP_REACHED": "Everyone who could take it has reached a cap, or is paced towards one.",
    "EVERYONE_HAD_IT": "Everyone who could take it has already had it.",
    "NOBODY_ACCEPTED": "Everyone who could take it was asked; nobody accepted.",
    "NOBODY_TOOK_IT": "Nobody took it from the pool in time.",
    "OUT_OF_TIME": "Nobody of the pool took it in the time the pool has.",
    "HOPS_EXHAUSTED": "Reassigned as often as the policy allows, and still not answered.",
    "LADDER_ENDED": "Not answered, and the last step of its escalation puts it before a manager.",
    "GOING_ROUND": "Handed on by itself as often as it may in a day; a person decides now.",
    "LOST_RACE": "Every candidate changed while the lead was being handed over.",
    "ROUTING_ERROR": "Something went wrong while deciding; the lead is kept and an alarm was raised.",
}

# Of a lead that waits for one of these only the words as sent are known: a person mends it, no rule can be asked.
UNREAD: Final = frozenset({"FIELDS_INVALID", "NOT_READ"})

# Why one producer of the pool was passed over, beside the guard's own codes (licenses.authority) and rules' reasons.
PRODUCER_REASONS: Final[Mapping[str, str]] = {
    "OFF_SHIFT": "off shift",
    "ON_LEAVE": "on leave",
    "ALREADY_HAD_IT": "has already had this lead",
    "AT_CAPACITY": "at capacity",
    "OPEN_CAP": "cap on open leads of this kind reached",
    "HOURLY_CAP": "hourly cap reached",
    "DAILY_CAP": "daily cap reached",
    "WEEKLY_CAP": "weekly cap reached",
    "MONTHLY_CAP": "monthly cap reached",
    "PACED": "close to a cap; the rest is spread over the time left",
    "HELD_BACK": "has had as many of this release as one person may",
    "NOT_IN_POOL": "not in the pool",
    "HOLIDAY": "off for the holiday",
    "SHIFT_ENDING": "about to leave",
    "NOT_SEEN": "not at the desk",
    "OUT_OF_TERRITORY": "works elsewhere",
    "SKILL_MISSING": "lacks a skill it calls for",
    "LANGUAGE_MISSING": "does not speak its language",
}


def said(code: str, gates: Iterable[Mapping[str, Any]]) -> str:
    """Return why a decision came out so: what the rule that stopped the lead said, else the sentence for the code."""
    told = (gate["message"] for gate in gates if gate["reason"] == code and not gate.get("provisional"))
    message = next(filter(None, told), "") if code not in REASONS else ""
    return (message if message.endswith((".", "!", "?")) else f"{message}.") if message else text(code)


def text(code: str) -> str:
    """Return the sentence for a reason code; a rule's own code reads as itself."""
    return REASONS.get(code, code.replace("_", " ").capitalize() + ".")
