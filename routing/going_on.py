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
    at = slugs.index(own) if own in slugs else -1
    for place, step in enumerate(way):
        if place < at:
            yield went_on(step["name"], step["reason"], way[place + 1]["name"])
        elif place > at:
            yield f"{step['name']}: {_lower(reasons.text(step['reason']))}"


def went_on(name: str, reason: str, to: str) -> str:
    """Return why a lead went on from one pool to the next."""
    return f"{name}: {_lower(reasons.text(reason)).removesuffix('.')}; went on to {to}."


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
