"""Hours made of others: open only where all are, or all but some spans."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce

from routing.sla.hours import NEVER_AFTER, Hours, Span


@dataclass(frozen=True)
class Together(Hours):
    """Open while every one of several is: a producer works when the team does and the producer is on shift."""

    members: tuple[Hours, ...]

    def __post_init__(self) -> None:
        if not self.members:
            raise ValueError("Name at least one calendar.")

    def is_open(self, at: datetime) -> bool:
        """Say whether all are there."""
        return all(member.is_open(at) for member in self.members)

    def spans_from(self, at: datetime) -> Iterator[Span]:
        """Yield the spans all share."""
        at = at.astimezone(UTC)
        return reduce(lambda ones, others: _shared(ones, others, at), (each.spans_from(at) for each in self.members))


@dataclass(frozen=True)
class Without(Hours):
    """Hours less some spans: leave, or a time for which a clock was paused."""

    hours: Hours
    gaps: tuple[Span, ...]

    def is_open(self, at: datetime) -> bool:
        """Say whether somebody is there, and no gap."""
        return self.hours.is_open(at) and not any(starts <= at < ends for starts, ends in self.gaps)

    def spans_from(self, at: datetime) -> Iterator[Span]:
        """Yield what the gaps leave of each span."""
        gaps = sorted(self.gaps)
        for opens, closes in self.hours.spans_from(at):
            left = opens
            for starts, ends in gaps:
                if ends <= left or closes <= starts:
                    continue
                if left < starts:
                    yield left, starts.astimezone(UTC)
                left = min(ends.astimezone(UTC), closes)
            if left < closes:
                yield left, closes


def _shared(ones: Iterator[Span], others: Iterator[Span], since: datetime) -> Iterator[Span]:
    """Yield where two rows of spans overlap; two that never meet again are given up like one that never opens."""
    one, other = next(ones, None), next(others, None)
    while one and other:
        opens, closes = max(one[0], other[0]), min(one[1], other[1])
        if opens < closes:
            since = closes
            yield opens, closes
        elif opens - since > NEVER_AFTER:
            return
        if one[1] <= other[1]:
            one = next(ones, None)
        else:
            other = next(others, None)
