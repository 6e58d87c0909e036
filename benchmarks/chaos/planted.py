"""A fault of each kind, planted in what a run might find: whoever judges is believed once each has turned red."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from benchmarks.chaos.invariants import Aftermath, Outage, Sealed, Settled

NOON: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECOND: Final = timedelta(seconds=1)
FIRED: Final = Settled("timer-1", "FIRED", NOON, NOON + SECOND)
LONG_DOWN: Final = Settled("timer-2", "FIRED", NOON + 60 * SECOND, NOON + 80 * SECOND)
SEALED: Final = Sealed("entry-1", NOON, NOON + SECOND)
OUTAGE: Final = Outage("the database stopped", NOON + 60 * SECOND, NOON + 76 * SECOND)

SOUND: Final = Aftermath(
    outages=(OUTAGE,),
    settled=(FIRED, LONG_DOWN, Settled("timer-3", "CANCELLED", NOON, NOON - SECOND, is_answered=True)),
    messages_of={"decision-1": 1},
    sealed=(SEALED, Sealed("entry-2", NOON + 60 * SECOND, NOON + 80 * SECOND)),
    server_errors=((NOON + 61 * SECOND, 503),),
    left_over={"locks waited for": 0},
)


def _with(**changes: Any) -> Callable[[Aftermath], Aftermath]:
    return lambda found: replace(found, **changes)


PLANTED: Final[list[tuple[str, str, Callable[[Aftermath], Aftermath]]]] = [
    ("I9", "passed by", _with(waiting_beside_room=("lead-1",))),
    ("I10", "fired twice", _with(settled=(FIRED, FIRED))),
    ("I10", "fired early", _with(settled=(replace(FIRED, at=NOON - SECOND),))),
    ("I10", "fired late", _with(settled=(replace(FIRED, at=NOON + 6 * SECOND),))),
    ("I10", "later than what was down", _with(settled=(replace(LONG_DOWN, at=NOON + 90 * SECOND),))),
    ("I10", "never fired", _with(running_past_due=("timer-4",))),
    ("I11", "fired after a touch", _with(settled=(replace(FIRED, is_answered=True),))),
    ("I12", "told nobody", _with(messages_of={"decision-1": 0})),
    ("I12", "told twice", _with(messages_of={"decision-1": 2})),
    ("I12", "lost on the way", _with(sent_unheard=("message-1",))),
    ("I12", "out of order", _with(out_of_order=("lead-1",))),
    ("I14", "moved in silence", _with(changed_untold=("lead-1",))),
    ("I15", "sealed anew", _with(seals_rewritten=("7",))),
    ("I15", "does not verify", _with(ledger_problems=("CHANGED",))),
    ("I15", "sealed late", _with(sealed=(replace(SEALED, sealed_at=NOON + 11 * SECOND),))),
    ("I15", "never sealed", _with(sealed=(replace(SEALED, sealed_at=None),))),
    ("I19", "failed by itself", _with(server_errors=((NOON, 500),))),
    ("I19", "a name in the log", _with(people_in_logs=("web.log:1",))),
    ("I20", "a lock kept", _with(left_over={"locks waited for": 1})),
    ("I21", "given back twice", _with(given_back_twice=("lead-1",))),
]
