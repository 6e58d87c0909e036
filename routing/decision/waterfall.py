"""Go down a waterfall: pool after pool, each by its own method, until somebody can have the lead. Pure.

Every pool is asked the same question: guard, rules, shifts, caps, and who had the lead before. Nobody becomes eligible
by the way a lead came.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from routing.decision.choosing import Decided, Step, choose, full_reason
from routing.decision.considering import Considered, consider_next
from routing.decision.inquiry import Inquiry
from routing.decision.legs import Leg
from routing.decision.volatile import Volatile

Desks = Callable[[Considered], Mapping[int, Volatile]]  # of those eligible in a pool
Skipped = Sequence[Mapping[str, Any]]  # whom a claim passed over, and why


@dataclass(frozen=True, slots=True)
class Tried:
    """What one pool came to: its choice, and whom the claim passed over."""

    decided: Decided
    skipped: Skipped = ()

    @property
    def found(self) -> bool:
        """Say whether there is somebody who can have the lead."""
        passed = {each["producer"] for each in self.skipped}
        return any(each.producer_id not in passed for each in self.decided.chosen.ranked)

    @property
    def reason(self) -> str:
        """Why nobody could."""
        considered = self.decided.considered
        if considered.status != "routed":
            return considered.reason
        return nobody_reason(self.decided, [each["why"] for each in self.skipped])


def nobody_reason(decided: Decided, skipped: Iterable[str]) -> str:
    """Return why nobody of the eligible got the lead, given why the claim skipped those who seemed to have room."""
    codes = tuple(skipped)
    return "LOST_RACE" if "LICENSE_CHANGED" in codes else full_reason(decided.chosen, codes)


def way_down(inquiry: Inquiry, considered: Considered) -> Iterator[Considered]:
    """Yield the pool that was considered, and those the lead goes on to; each is considered when it is asked for."""
    step: Considered | None = considered
    while step is not None:
        yield step
        step = consider_next(inquiry, step)


def choices(
    inquiry: Inquiry, way: Iterable[Considered], desks: Desks, *, effort: Decimal, seed: str
) -> Iterator[Decided]:
    """Yield the choice each pool would make; its desks are read when it is asked for."""
    for considered in way:
        volatile = desks(considered)
        chosen = choose(considered=considered, inquiry=inquiry, volatile=volatile, effort=effort, seed=seed)
        yield Decided(inquiry, considered, volatile, chosen)


def descend(chosen: Iterable[Decided], skipped: Callable[[Decided], Skipped] = lambda _decided: ()) -> Decided:
    """Return the choice of the first pool where somebody can have the lead, given whom each claim passed over."""
    tried: list[Tried] = []
    for decided in chosen:
        tried.append(Tried(decided, skipped(decided)))
        if tried[-1].found:
            break
    return conclude(tried)


def conclude(tried: Sequence[Tried]) -> Decided:
    """Return what pools tried one after the other come to, with the whole way in it.

    Where nobody can have the lead it stays with the first that was asked, for its reason and under its manager.
    """
    last, legs = tried[-1], tried[0].decided.considered.legs
    own = last if last.found else tried[0]
    by_pool = {each.decided.considered.pool: each for each in tried}
    reached = _until(legs, own.decided.considered.pool) if last.found else legs
    if len(reached) < 2:
        return own.decided
    return replace(own.decided, way=tuple(_step(leg, by_pool.get(leg.pool.slug), own) for leg in reached))


def _until(legs: Sequence[Leg], pool: str | None) -> Sequence[Leg]:
    slugs = [leg.pool.slug for leg in legs]
    return legs[: slugs.index(pool) + 1] if pool in slugs else ()


def _step(leg: Leg, tried: Tried | None, own: Tried) -> Step:
    if tried is own:
        return Step(leg.pool.slug, leg.pool.name)
    if tried is None:
        return Step(leg.pool.slug, leg.pool.name, leg.why or "")
    return Step(leg.pool.slug, leg.pool.name, tried.reason, tried.decided, tried.skipped)
