"""Decide about demo leads as intake would, from what is live to a ranked list of producers, and say where time goes."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from platform import python_version
from time import perf_counter_ns, process_time
from typing import Final, TypeVar

from django.utils import timezone

from benchmarks.replay import stage
from benchmarks.report import Result
from benchmarks.timing import median, ninetieth
from routing.decision import choose, consider
from routing.models import Lead
from routing.services import deciding
from rules_engine.engine.ruleset import eligibility, gate, route, score

NAME: Final = "fairlead_bench_decision"
LEADS: Final = 400
TURNS: Final = 3
PROMISED_US: Final = 1_000
NOTE: Final = (
    "Demo agency, starter rules, leads of thirty days, each decided anew on a weekday: live versions and roster looked "
    "up, facts built, gates, score, route, guard and eligibility of every member, desks read, producers ranked. Two "
    "statements of PostgreSQL are in it. No peer does this."
)

Times = dict[str, list[float]]
Found = TypeVar("Found")


def run(*, full: bool) -> list[Result]:
    """Measure the whole and its parts, on every lead a few times over."""
    with stage.past(NAME, LEADS):
        leads = list(Lead.objects.select_related("person", "source", "duplicate_of").order_by("pk"))
        now = _weekday(timezone.now())
        statuses = Counter(_decide(lead, now, {}) for lead in leads)
        parts: Times = {}
        started = process_time()
        for _ in range(TURNS):
            for lead in leads:
                _decide(lead, now, parts)
        own = (process_time() - started) / (TURNS * len(leads)) * 1_000_000
        rules = _rules_alone(leads, now)
    whole = parts.pop("whole")
    split = {name: round(median(times), 1) for name, times in (parts | rules).items()}
    print(f"{dict(statuses)}; {own:.0f} µs of this process's own time; µs by part: {split}")
    return [
        Result(
            name="decision_without_claim",
            ours_us=median(whole),
            peer=None,
            peer_us=None,
            n=len(whole),
            versions={"python": python_version()},
            note=NOTE,
            more={
                "own_cpu_us": round(own, 1),
                "p90_us": round(ninetieth(whole), 1),
                "parts_us": split,
                "statuses": dict(statuses),
                "is_kept": median(whole) <= PROMISED_US,
            },
        )
    ]


def _weekday(now: datetime) -> datetime:
    """Return the next Tuesday at four in the afternoon UTC, when most of the demo's producers work."""
    return (now + timedelta(days=(1 - now.weekday()) % 7)).replace(hour=16, minute=0, second=0, microsecond=0)


def _decide(lead: Lead, now: datetime, parts: Times) -> str:
    clock = _Clock(parts)
    context = clock.time("live", deciding.context)
    asked = clock.time("facts", partial(deciding.inquiry, lead, lead.person, context, now=now))
    considered = clock.time("considered", partial(consider, asked))
    volatile = clock.time("desks", partial(deciding.read_volatile, considered, asked))
    ranking = partial(choose, considered=considered, inquiry=asked, volatile=volatile, effort=Decimal(1))
    clock.time("chosen", partial(ranking, seed=str(lead.pk)))
    clock.end("whole")
    return considered.status


def _rules_alone(leads: list[Lead], now: datetime) -> Times:
    """Time the stages of `consider` each by itself, on every lead: a stopped one would skip the later stages."""
    times: Times = {}
    context = deciding.context()
    rules = context.rules
    for lead in leads:
        facts = deciding.inquiry(lead, lead.person, context, now=now).facts
        clock = _Clock(times)
        clock.time("of it gates", partial(gate, rules.gates, facts, now))
        clock.time("of it score", partial(score, rules.scores, facts, now))
        if rules.route:
            clock.time("of it route", partial(route, rules.route, facts, now))
        clock.time("of it eligibility, lead part", partial(eligibility, rules.eligibility, facts, now))
    return times


class _Clock:
    """Times the steps of one decision, one after the other."""

    def __init__(self, times: Times) -> None:
        self._times = times
        self._started = perf_counter_ns()

    def time(self, name: str, step: Callable[[], Found]) -> Found:
        started = perf_counter_ns()
        found = step()
        self._times.setdefault(name, []).append((perf_counter_ns() - started) / 1000)
        return found

    def end(self, name: str) -> None:
        self._times.setdefault(name, []).append((perf_counter_ns() - self._started) / 1000)
