"""The allowed moves between lead states. Pure."""

from collections.abc import Mapping
from typing import Final

QUEUED: Final = frozenset({"FALLBACK", "REVIEW", "QUARANTINED"})
HELD: Final = frozenset({"ASSIGNED", "ACCEPTED", "WORKING"})
OPEN: Final = QUEUED | HELD | {"RECEIVED", "OFFERED"}
RETURNED: Final = "RETURNED"  # how a lead is closed that goes back to its vendor: it was none

MOVES: Final[Mapping[str, frozenset[str]]] = {
    "RECEIVED": frozenset({"ASSIGNED", "OFFERED", "REJECTED", "DUPLICATE"}) | QUEUED,
    "OFFERED": frozenset({"ASSIGNED", "OFFERED", "REJECTED"}) | QUEUED,
    "ASSIGNED": frozenset({"ASSIGNED", "OFFERED", "ACCEPTED", "WORKING", "CLOSED", "FALLBACK"}),
    "ACCEPTED": frozenset({"ASSIGNED", "OFFERED", "WORKING", "CLOSED", "FALLBACK"}),
    "WORKING": frozenset({"ASSIGNED", "OFFERED", "CLOSED", "FALLBACK"}),
    "FALLBACK": frozenset({"ASSIGNED", "OFFERED", "CLOSED", "REJECTED"}) | QUEUED,
    "REVIEW": frozenset({"ASSIGNED", "OFFERED", "CLOSED", "REJECTED"}) | QUEUED,
    "QUARANTINED": frozenset({"ASSIGNED", "OFFERED", "CLOSED", "REJECTED"}) | QUEUED,
    "CLOSED": frozenset(),
    "REJECTED": frozenset({"REVIEW"}),
    "DUPLICATE": frozenset(),
}


def sources_of(state: str) -> frozenset[str]:
    """Return the states a lead may come from into this one."""
    return frozenset(source for source, targets in MOVES.items() if state in targets)
