"""The way a lead took through the pools of a waterfall, told in sentences. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise, takewhile
from typing import Any, NamedTuple

from routing import reasons
from routing.decision import Decided


def way_of(decided: Decided) -> list[dict[str, str]]:
    """Return the pools of a decision's way, named as in its receipt."""
    return [{"pool": step.pool, "name": step.name, "reason": step.reason} for step in decided.way]


class WentOn(NamedTuple):
    """From which pool a lead went on, for which published reason, and to which."""

    name: str
    reason: str
    to: str


def came_by(decided: Decided) -> tuple[WentOn, ...]:
    """Return how the lead came to its pool, where it was routed to another."""
    pairs = takewhile(lambda pair: pair[0].pool != decided.considered.pool, pairwise(decided.way))
    return tuple(WentOn(step.name, step.reason, to.name) for step, to in pairs)


def sentences(way: Sequence[Mapping[str, Any]], own: str | None) -> Iterator[str]:
    """Yield why the lead is in none of the other pools: it went on from some, and others could not have it either."""
    slugs = [step["pool"] for step in way]
    reached = slugs.index(own) if own in slugs else -1
    yield from (sentence(way, place, reached) for place in range(len(way)) if place != reached)


def sentence(way: Sequence[Mapping[str, Any]], place: int, reached: int) -> str:
    """Return why the lead is not in the pool at this place, where it has come to another."""
    step = way[place]
    if place < reached:
        return went_on(step["name"], step["reason"], way[place + 1]["name"])
    return stays(step["name"], step["reason"])


def stays(name: str, reason: str) -> str:
    """Return what a lead came to in a pool from which it goes no further."""
    return f"{name}: {_lower(reasons.text(reason))}"


def went_on(name: str, reason: str, to: str) -> str:
    """Return why a lead went on from one pool to the next."""
    return f"{name}: {_lower(reasons.text(reason)).removesuffix('.')}; went on to {to}."


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
