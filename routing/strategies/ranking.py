"""What every strategy shares: preference first, stand-ins last, and ties broken the same way for ever."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, TypeAlias

from routing.strategies.candidate import Candidate, Ranked

SHOWN: Final = Decimal("0.000001")  # receipts show six places; the order itself is decided on the exact values
LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)

Parts: TypeAlias = tuple[tuple[str, Decimal | str], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a strategy puts one candidate among its peers: `key` sorts, small first; `score` and `parts` say why."""

    key: tuple[Decimal | int, ...]
    score: Decimal
    parts: Parts


Placing: TypeAlias = Callable[
    [Sequence[Candidate]], Sequence[Place]
]  # one place for each candidate, in the order given


def rank(candidates: Sequence[Candidate], *, seed: str, place: Placing) -> tuple[Ranked, ...]:
    """Return every candidate in the order to try them.

    Preference is an order of its own *above* the strategy's: all who are preferred come before all who are not, and
    the strategy only settles the order among peers. What rules prefer counts before what the pool's method does.
    Peers are those of one preference, stand-ins (weight 0) apart: a stand-in comes after everyone else of any
    preference. Equal places go to whoever has waited longest for a lead, then to the smaller SHA-256 of seed and
    producer, so that nobody's id is an advantage.
    """
    ordered: list[tuple[Candidate, Place]] = []
    for group in _peer_groups(candidates):
        placed = zip(group, place(group), strict=True)
        ordered += sorted(placed, key=lambda pair: (pair[1].key, *_tie_break(pair[0], seed)))
    return tuple(
        Ranked(candidate.producer_id, number, placed.score, _common_parts(candidate) + placed.parts)
        for number, (candidate, placed) in enumerate(ordered, start=1)
    )


def peers(chosen: Candidate, members: Sequence[Candidate]) -> list[Candidate]:
    """Return those of the members among whom the strategy had to choose."""
    return [member for member in members if _level(member) == _level(chosen)]


def shown(value: Decimal) -> Decimal:
    """Return the value as receipts show it."""
    return value.quantize(SHOWN)


def _level(candidate: Candidate) -> tuple[bool, tuple[Decimal, ...]]:
    return candidate.weight <= 0, (-candidate.preference, *(-each for each in candidate.liked))


def _peer_groups(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    groups: dict[tuple[bool, tuple[Decimal, ...]], list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(_level(candidate), []).append(candidate)
    return [groups[level] for level in sorted(groups)]


def _tie_break(candidate: Candidate, seed: str) -> tuple[datetime, bytes]:
    digest = hashlib.sha256(f"{seed}:{candidate.producer_id}".encode()).digest()
    return candidate.last_assigned_at or LONG_AGO, digest


def _common_parts(candidate: Candidate) -> Parts:
    waited = candidate.last_assigned_at.isoformat() if candidate.last_assigned_at else "never"
    return ("preference", candidate.preference), ("last_assigned_at", waited)
