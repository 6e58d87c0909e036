"""A pool that plays: members with credits, and leads handed out one by one."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from routing.strategies import STRATEGIES, Candidate

START = datetime(2026, 11, 2, 14, tzinfo=UTC)


def member(
    producer_id: int,
    *,
    weight: int = 1,
    capacity: int = 20,
    load: str = "0",
    credit: str = "0",
    preference: str = "0",
    last_assigned_at: datetime | None = None,
    **more: Any,
) -> Candidate:
    """Return a member, new to the pool unless told."""
    return Candidate(
        producer_id, weight, capacity, Decimal(load), Decimal(credit), Decimal(preference), last_assigned_at, **more
    )


class Pool:
    """Members by id, and who got what."""

    def __init__(self, strategy: str, members: Sequence[Candidate], **options: Any) -> None:
        step = STRATEGIES[strategy]
        self.strategy = step.make(**{**step.defaults, **options})
        self.members = {each.producer_id: each for each in members}
        self.given: list[int] = []

    def give(self, count: int, *, only: Collection[int] | None = None) -> list[int]:
        """Hand out so many leads among the members named (all, unless told), and return who got them."""
        return [self._give_one(only if only is not None else self.members) for _ in range(count)]

    def join(self, joiner: Candidate) -> None:
        """Let somebody in, or back in, level with those who are there."""
        others = [each for each in self.members.values() if each.producer_id != joiner.producer_id]
        self.members[joiner.producer_id] = replace(joiner, credit=self.strategy.entry_credit(others))

    def leave(self, producer_id: int) -> Candidate:
        """Let somebody go."""
        return self.members.pop(producer_id)

    def _give_one(self, only: Collection[int]) -> int:
        candidates = [each for each in self.members.values() if each.producer_id in only]
        first = self.strategy.order(candidates, seed="pool")[0].producer_id
        chosen = self.members[first]
        self.members[first] = replace(
            chosen,
            credit=self.strategy.settle(chosen, candidates),
            load=chosen.load + 1,
            last_assigned_at=START + timedelta(minutes=len(self.given)),
        )
        self.given.append(first)
        return first
