"""Shares before and after: how many decisions came to what, and how evenly producers fare. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from routing.stored_decision import Outcome

Cell = tuple[str, str, str]  # dimension, key, column
BEFORE: Final = "before"
AFTER: Final = "after"


@dataclass
class Tally:
    """Counts by dimension, key and column; chunks add up, in whatever order they are done."""

    cells: Counter[Cell] = field(default_factory=Counter)

    def note(self, name: str, count: int = 1) -> None:
        """Count something that has no two sides, such as an erased person."""
        self.cells["count", name, "all"] += count

    def add(self, before: Outcome, after: Outcome, *, state: str, kind: str) -> None:
        """Count one decision, as it was and as it would have been."""
        self.note("replayed")
        self.cells["state", state, "all"] += 1
        if kind:
            self.note("moved")
            self.cells["kind", kind, "all"] += 1
            self.cells["state", state, "moved"] += 1
        for column, outcome in ((BEFORE, before), (AFTER, after)):
            self.cells["status", outcome.status, column] += 1
            self.cells["tier", outcome.tier or "", column] += 1
            if outcome.producer is None:
                self.cells["reason", outcome.reason, column] += 1
            else:
                self.cells["producer", str(outcome.producer), column] += 1
                self.cells["state", state, column] += 1

    def count(self, name: str) -> int:
        """Return what was noted under a name."""
        return self.cells["count", name, "all"]

    def as_dict(self) -> dict[str, dict[str, dict[str, int]]]:
        """Return the counts as JSON: dimension, key, column."""
        whole: dict[str, dict[str, dict[str, int]]] = {}
        for (dimension, key, column), count in sorted(self.cells.items()):
            whole.setdefault(dimension, {}).setdefault(key, {})[column] = count
        return whole

    def take_in(self, told: Mapping[str, Any]) -> None:
        """Add what `as_dict` returned elsewhere."""
        for dimension, keys in told.items():
            for key, columns in keys.items():
                for column, count in columns.items():
                    self.cells[dimension, key, column] += count


@dataclass(frozen=True, slots=True)
class Share:
    """One key's part of its dimension, before and after."""

    key: str
    before: int
    after: int
    before_share: float
    after_share: float

    @property
    def change(self) -> int:
        """How many more, or fewer."""
        return self.after - self.before


def shares(result: Mapping[str, Any], dimension: str) -> list[Share]:
    """Return the shares of a dimension, the largest first."""
    rows = {
        key: (row.get(BEFORE, 0), row.get(AFTER, 0))
        for key, row in result.get(dimension, {}).items()
        if row.get(BEFORE) or row.get(AFTER)
    }
    totals = [sum(row[side] for row in rows.values()) or 1 for side in (0, 1)]
    found = [Share(key, old, new, old / totals[0], new / totals[1]) for key, (old, new) in rows.items()]
    return sorted(found, key=lambda share: (-max(share.before, share.after), share.key))


@dataclass(frozen=True, slots=True)
class Fairness:
    """How evenly leads fall: the busiest and the idlest producer's share, and how far apart they are.

    `evenness` is Jain's index: 1 where everybody has the same, 1/n where one has all.
    """

    most: float
    least: float
    evenness: float

    @property
    def spread(self) -> float:
        """The distance between the largest and the smallest share."""
        return self.most - self.least


def fairness(result: Mapping[str, Any]) -> dict[str, Fairness]:
    """Return the fairness before and after, over everybody who has a lead in either."""
    found = shares(result, "producer")
    return {
        BEFORE: _fairness([share.before for share in found]),
        AFTER: _fairness([share.after for share in found]),
    }


def _fairness(counts: list[int]) -> Fairness:
    whole, squares = sum(counts), sum(count * count for count in counts)
    if not whole:
        return Fairness(0, 0, 1)
    return Fairness(max(counts) / whole, min(counts) / whole, whole * whole / (len(counts) * squares))
