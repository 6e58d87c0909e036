"""Sixty-four processes that do the same thing at the same time, again and again."""

import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from typing import Any, Final

from django.db import connection, connections

WORKERS: Final = 64
PATIENCE: Final = 300  # seconds a phase may take


@dataclass(frozen=True)
class Phase:
    """So many pieces of work, and what does the one of a number."""

    do: Callable[[int], None]
    pieces: int


def run(phases: Sequence[Phase]) -> list[float]:
    """Let all workers do one phase after the other; return how long each took, in seconds.

    Whatever this process has in memory, the workers have, too.

    :raises RuntimeError: if a worker failed
    """
    connections.close_all()  # a child must not talk on its parent's line
    forking = multiprocessing.get_context("fork")
    gate = forking.Barrier(WORKERS)
    counters = [forking.Value("q", 0) for _ in phases]
    told = forking.Queue()
    workers = [forking.Process(target=_work, args=(phases, gate, counters, told)) for _ in range(WORKERS)]
    for each in workers:
        each.start()
    answers = [told.get() for _ in workers]
    for each in workers:
        each.join()
    if failures := [each for each in answers if isinstance(each, str)]:
        raise RuntimeError(next((each for each in failures if "Barrier" not in each), failures[0]))
    return [
        max(ended for _, ended in spans) - min(started for started, _ in spans) for spans in zip(*answers, strict=True)
    ]


def _work(phases: Sequence[Phase], gate: Barrier, counters: Sequence[Any], told: Any) -> None:
    try:
        connection.ensure_connection()
        spans = []
        for phase, counter in zip(phases, counters, strict=True):
            gate.wait(PATIENCE)
            started = time.monotonic()
            while (piece := _next(counter)) < phase.pieces:
                phase.do(piece)
            spans.append((started, time.monotonic()))
        told.put(spans)
    except Exception as error:  # noqa: BLE001  # told by the parent
        gate.abort()
        told.put(repr(error))
    finally:
        connections.close_all()


def _next(counter: Any) -> int:
    with counter.get_lock():
        counter.value += 1
        return int(counter.value) - 1
