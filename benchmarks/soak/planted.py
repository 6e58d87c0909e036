"""A fault of each kind, planted in a look: whoever judges is believed once each has turned red."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from benchmarks.soak.invariants import Absence, Commit, Desk, Hold, LeadSeen, Quota, Seen, Twin

NOW = datetime(2026, 11, 21, 15, tzinfo=UTC)
OWNED = LeadSeen("mine-1", "ASSIGNED", is_queued=False)
WAITING = LeadSeen("mine-2", "FALLBACK", is_queued=True)
HOLD = Hold("lead-1", 7, "FL", NOW, is_open=True)
DESK = Desk(capacity=2, counted=Decimal(1), held=Decimal(1))
QUOTA = Quota(7, most=5, counted=3, given=3)
COMMIT = Commit("assignment-1", 7, Decimal(1), 2, is_licensed=True)

SOUND = Seen(
    leads={"lead-1": OWNED, "lead-2": WAITING},
    holds=(HOLD,),
    desks={7: DESK},
    quotas=(QUOTA,),
    commits=(COMMIT,),
    outbox=frozenset({"message-1"}),
    twins={7: Twin(4, 4), 8: Twin(7, 6)},
    replayed={"decision-1": "SAME"},
    answers={"mine-1": (("lead-1", "{}"), ("lead-1", "{}"))},
    received=frozenset({"message-1"}),
    absences=(
        Absence(7, "FL", NOW + timedelta(seconds=1)),
        Absence(7, "GA", NOW - timedelta(days=1)),
        Absence(8, None, NOW - timedelta(days=1)),
    ),
    before={"lead-1": "RECEIVED", "lead-2": "WORKING"},
)


def _lead(name: str, lead: LeadSeen) -> Callable[[Seen], Seen]:
    return lambda seen: replace(seen, leads={**seen.leads, name: lead})


def _desk(**changes: Any) -> Callable[[Seen], Seen]:
    return lambda seen: replace(seen, desks={7: replace(DESK, **changes)})


def _quota(**changes: Any) -> Callable[[Seen], Seen]:
    return lambda seen: replace(seen, quotas=(replace(QUOTA, **changes),))


def _commit(**changes: Any) -> Callable[[Seen], Seen]:
    return lambda seen: replace(seen, commits=(replace(COMMIT, **changes),))


PLANTED: list[tuple[str, str, Callable[[Seen], Seen]]] = [
    ("I1", "lost", lambda seen: replace(seen, answers={"mine-3": (("lead-3", "{}"),)})),
    ("I2", "stored twice", _lead("lead-3", WAITING)),
    ("I2", "answered otherwise", lambda seen: replace(seen, answers={"mine-1": (("lead-1", "{}"), ("lead-1", "[]"))})),
    ("I3", "in no state", _lead("lead-2", replace(WAITING, state="LIMBO"))),
    ("I3", "back from the end", lambda seen: replace(seen, before={"lead-1": "CLOSED"})),
    ("I3", "held by nobody", lambda seen: replace(seen, holds=())),
    ("I3", "held while it waits", _lead("lead-1", replace(OWNED, state="FALLBACK", is_queued=True))),
    ("I3", "waiting unseen", _lead("lead-2", replace(WAITING, is_queued=False))),
    ("I4", "held twice", lambda seen: replace(seen, holds=(HOLD, replace(HOLD, producer=9)))),
    ("I5", "over capacity", _desk(held=Decimal(3), counted=Decimal(3))),
    ("I5", "over capacity for an instant", _commit(held=Decimal(3))),
    ("I6", "over the day's cap", _quota(given=6, counted=6)),
    ("I7", "counted too little", _desk(counted=Decimal(0))),
    ("I7", "the day counted too much", _quota(counted=4)),
    ("I8", "license gone as it committed", _commit(is_licensed=False)),
    (
        "I8",
        "given after the license lapsed",
        lambda seen: replace(seen, absences=(Absence(7, "FL", NOW - timedelta(1)),)),
    ),
    ("I8", "given on leave", lambda seen: replace(seen, absences=(Absence(7, None, NOW - timedelta(seconds=1)),))),
    ("I13", "sent and rolled back", lambda seen: replace(seen, received=frozenset({"message-1", "message-2"}))),
    ("I16", "one of equals passed over", lambda seen: replace(seen, twins={7: Twin(4, 4), 8: Twin(7, 7)})),
    ("I17", "another choice on replay", lambda seen: replace(seen, replayed={"decision-1": "DIFFERENT; chosen"})),
]
