"""Time calls fairly: the two sides take turns, so that whatever else the machine does falls on both."""

import statistics
from collections.abc import Callable, Sequence
from time import perf_counter_ns

Call = Callable[[], object]


def time_call(call: Call) -> float:
    """Return how long one call took, in µs."""
    started = perf_counter_ns()
    call()
    return (perf_counter_ns() - started) / 1000


def time_in_turns(ours: Sequence[Call], peers: Sequence[Call], *, turn: int = 1) -> tuple[list[float], list[float]]:
    """Time both sides' calls, so many of one side and then of the other; return both sides' times in µs.

    Who begins changes from turn to turn. A turn of one call shows a side that comes back to caches full of the other's
    work; in longer ones it works through a stream, as an import or a busy minute makes it.

    :raises ValueError: if one side has more calls than the other
    """
    if len(ours) != len(peers):
        raise ValueError("Both sides are called as often.")
    our_times: list[float] = []
    peer_times: list[float] = []
    for number, start in enumerate(range(0, len(ours), turn)):
        sides = [(ours, our_times), (peers, peer_times)]
        for calls, times in sides if number % 2 else reversed(sides):
            times.extend(map(time_call, calls[start : start + turn]))
    return our_times, peer_times


def median(times: Sequence[float]) -> float:
    """Return the time half the calls stayed under."""
    return statistics.median(times)


def ninetieth(times: Sequence[float]) -> float:
    """Return the time nine calls in ten stayed under."""
    return statistics.quantiles(times, n=10)[-1]
