"""Let reminders and breaches fall due by the thousand under two workers, and look on as nothing does."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any, Final

from django.utils import timezone

from benchmarks.chaos.product import Kept, procfile
from benchmarks.chaos.servers import Redis
from benchmarks.intake.leads import bodies
from benchmarks.report import Result
from benchmarks.sweep import stage
from benchmarks.timing import median, time_call
from benchmarks.versions import of_intake
from outbox.models import Heartbeat
from routing.models import Assignment, LeadSource, SlaTimer
from routing.services import catching_up, intake, sla


@dataclass(frozen=True)
class Size:
    """How much of everything."""

    few: int  # running timers, twice
    many: int
    reminders: int  # that fall due within `seconds`
    breaches: int  # likewise
    ladders: int  # leads that climb one
    seconds: int


SMALL: Final = Size(few=1_000, many=20_000, reminders=1_000, breaches=200, ladders=20, seconds=20)
WHOLE: Final = Size(few=1_000, many=100_000, reminders=10_000, breaches=2_000, ladders=60, seconds=60)
WORKERS: Final = 2
IDLE_ROUNDS: Final = 300
MOST_SECONDS: Final = 2.0
MOST_IDLE: Final = 1.5  # times as long with many timers as with few
SETTLES_WITHIN: Final = 600  # seconds; whoever is later is broken, not slow
HEAD_START: Final = 5  # seconds until the first falls due
# Percent of a minute: 6, 18, 30 and 42 seconds.
LADDER: Final = ((10, "REMIND"), (30, "BREACH"), (50, "MANAGER"), (70, "POOL"))
NOTE: Final = (
    "From the instant a timer falls due to the commit that settles it, with two workers and beat as the Procfile "
    "starts them, letters and webhooks sent by the same workers."
)


def run(*, full: bool) -> list[Result]:
    """Measure an idle round with few and with many timers, then reminders, breaches and a ladder under two workers.

    :raises RuntimeError: if a timer never settled, or a lead went to somebody twice
    """
    size = WHOLE if full else SMALL
    source = stage.build()
    idle = {}
    for number in (size.few, size.many):
        stage.run_under_the_clock(number)
        stage.tidy()
        idle[number] = _idle()
    results = [_told_idle(size, idle)]
    with _product():
        results.append(_under_load("sweep_reminders_p99", "REMIND", size.reminders, size))
        results.append(_under_load("sweep_breaches_p99", "BREACH", size.breaches, size))
        results.append(_ladder(size, source))
    return results


def _idle() -> float:
    """Return the median time of a round in which nothing is due, in µs."""
    return median([time_call(lambda: sla.sweep_due(now=timezone.now())) for _ in range(IDLE_ROUNDS)])


def _told_idle(size: Size, idle: dict[int, float]) -> Result:
    return Result(
        name="sweep_idle_many_vs_few",
        ours_us=idle[size.many],
        peer=f"the same with {size.few:,} timers running",
        peer_us=idle[size.few],
        n=size.many,
        versions=of_intake(),
        target=MOST_IDLE,
        note="A round of the clocks in which nothing is due; medians, first with few timers and then with many.",
    )


@contextmanager
def _product() -> Iterator[None]:
    """Run two workers and beat on a broker of their own."""
    lines = procfile()
    with tempfile.TemporaryDirectory(prefix="fairlead-sweep-") as directory:
        redis = Redis(Path(directory))
        env = {"REDIS_URL": redis.url}
        names = [*(f"worker {number}" for number in range(1, WORKERS + 1)), "beat"]
        started = [Kept(name, lines[name.split()[0]], env) for name in names]
        try:
            began = timezone.now()
            _wait(lambda: Heartbeat.objects.filter(name=catching_up.SIGN, at__gt=began).exists(), "a first round")
            yield
        finally:
            for each in started:
                each.stop()
            redis.kill()


def _wait(is_so: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + SETTLES_WITHIN
    while not is_so():
        if time.monotonic() > ends:
            raise RuntimeError(f"Never seen: {what}.")
        time.sleep(0.5)


def _under_load(name: str, kind: str, number: int, size: Size) -> Result:
    stage.forget()
    since = timezone.now() + timedelta(seconds=HEAD_START)
    stage.let_fall_due(kind, number, since=since, seconds=size.seconds)
    _wait(lambda: len(stage.lateness(kind)) >= number, f"{number} times {kind}")
    more = {"running": SlaTimer.objects.filter(state=SlaTimer.State.RUNNING).count()}
    if kind == "BREACH":
        moved = Assignment.objects.filter(hop__gt=0, assigned_at__gte=since)
        more["moved"] = moved.count()
        _require_nobody_twice()
    return _told(name, stage.lateness(kind), number, more)


def _ladder(size: Size, source: LeadSource) -> Result:
    """Let leads come in and climb a ladder of seconds to its end."""
    stage.set_ladder(*LADDER)
    stage.forget()
    posted = bodies()
    for _ in range(stage.PATTERNS):
        next(posted)  # these came in as patterns
    steps = SlaTimer.objects.filter(kind="POOL")
    while steps.count() < size.ladders:
        intake.receive(source=source, body=next(posted), key=None, now=timezone.now())
    _wait(lambda: not steps.filter(state=SlaTimer.State.RUNNING).exists(), "the end of every ladder")
    _require_nobody_twice()
    kinds = [kind for _, kind in LADDER]
    late = {kind: stage.lateness(kind) for kind in kinds}
    each = {kind: round(max(found), 2) for kind, found in late.items() if found}
    return _told("sweep_ladder_p99", sorted(chain.from_iterable(late.values())), size.ladders, {"latest": each})


def _require_nobody_twice() -> None:
    """Look at every lead that moved.

    :raises RuntimeError: if one went to somebody who had it
    """
    held = Assignment.objects.filter(lead__hop__gt=0).values_list("lead_id", "producer_id")
    if len(held) != len(set(held)):
        raise RuntimeError("A lead went to somebody who had had it.")


def _told(name: str, late: Sequence[float], number: int, more: dict[str, Any]) -> Result:
    p99 = statistics.quantiles(late, n=100)[98]
    middle = statistics.median(late)
    print(f"  {name}: {number:,}; median {middle:.2f} s, p99 {p99:.2f} s, latest {late[-1]:.2f} s; {more}")
    return Result(
        name=name,
        ours_us=p99 * 1e6,
        peer="seconds allowed",
        peer_us=MOST_SECONDS * 1e6,
        n=number,
        versions=of_intake(),
        target=1,
        note=NOTE,
        more={"median_s": round(middle, 3), "latest_s": round(late[-1], 3), **more},
    )
