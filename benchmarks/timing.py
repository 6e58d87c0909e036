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


def time_in_turns(ours: Sequence[Call], peers: Sequence[Call]) -> tuple[list[float], list[float]]:
    """Time each pair of calls once, the order changing from pair to pair; return both sides' times in µs."""
    our_times: list[float] = []
    peer_times: list[float] = []
    for number, (our, peer) in enumerate(zip(ours, peers, strict=True)):
        if number % 2:
            our_times.append(time_call(our))
            peer_times.append(time_call(peer))
        else:
            peer_times.append(time_call(peer))
            our_times.append(time_call(our))
    return our_times, peer_times


def median(times: Sequence[float]) -> float:
    """Return the time half the calls stayed under."""
    return statistics.median(times)


def ninetieth(times: Sequence[float]) -> float:
    """Return the time nine calls in ten stayed under."""
    return statistics.quantiles(times, n=10)[-1]
