"""What a verification of the ledger found."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """The ways in which a ledger can be broken."""

    CHANGED = "CHANGED"  # an entry or its link is not what was sealed
    MISSING = "MISSING"  # an entry or a link was removed
    CUT = "CUT"  # the chain is shorter than a head published outside
    RESEALED = "RESEALED"  # the chain holds together but is not the one whose head was published
    HEADLESS = "HEADLESS"  # no head outside, so a cut tail could not be seen
    UNSEALED = "UNSEALED"  # an entry waits for its seal too long, or was slipped in behind the chain
    RECEIPT = "RECEIPT"  # a decision's receipt is not the one the ledger holds the hash of
    UNGUARDED = "UNGUARDED"  # a table lost its triggers


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the ledger."""

    fault: Fault
    message: str
    position: int | None = None
    entry_id: str = ""
    seq: int | None = None

    def __str__(self) -> str:
        place = [f"position {self.position}"] if self.position else []
        place += [f"entry {self.entry_id}"] if self.entry_id else []
        place += [f"seq {self.seq}"] if self.seq else []
        return f"{self.fault.value}: {self.message}" + (f" ({', '.join(place)})" if place else "")


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a verification, its problems in the order of the chain."""

    checked: int
    position: int
    hash: str
    problems: tuple[Problem, ...]
    unreadable_heads: int = 0

    @property
    def is_sound(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.problems

    @property
    def first_broken(self) -> Problem | None:
        """Return the first thing wrong with the chain itself, else the first of whatever else is wrong."""
        return self.problems[0] if self.problems else None
