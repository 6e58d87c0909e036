"""Ask every engine about the same leads, check that they agree, and time each against ours in turns."""

import gc
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from platform import python_version
from typing import Any, Final

from django.db import connection

from benchmarks.eligible import peers
from benchmarks.eligible.contest import Engine
from benchmarks.eligible.postgres import postgres
from benchmarks.eligible.workload import CATALOG, Document, Raw, leads, producers, rule_set
from benchmarks.report import Result
from benchmarks.timing import median, ninetieth, time_call, time_in_turns
from rules_engine.engine.bitsets import positions
from rules_engine.engine.catalog import Facts
from rules_engine.engine.compile import CompiledSet, compile_set
from rules_engine.engine.parse import parse
from rules_engine.engine.population import Population
from rules_engine.engine.ruleset import eligibility
from rules_engine.engine.screening import Screen

SEED: Final = 20_261_121
NOW: Final = datetime(2026, 11, 23, 15, tzinfo=UTC)
WARM_UP: Final = 200
TURN: Final = 10  # leads in a row, as a stream of them comes; `first_us` tells the first of each turn
CHECKED: Final = 60
CHECKED_AT_LENGTH: Final = 2

NOTE: Final = "Leads never asked before. Ours answers with the set; listing it as positions is in `listed_us`."


class Ours:
    """Our engine over so many producers and rules, and what making it cost."""

    def __init__(self, people: int, rules: int) -> None:
        rng = random.Random(SEED)
        self.rules, self.raw = rule_set(rng, rules), producers(rng, people)
        tree = parse(self.rules, CATALOG).tree
        if tree is None:
            raise ValueError("The drawn rules do not parse.")
        self.compiled: CompiledSet = compile_set(tree, CATALOG)
        self.roster = [CATALOG.facts(each) for each in self.raw]
        started = time.process_time()
        self.population = Population(self.roster)
        self.screen = Screen([self.compiled], self.population)
        self.built_s = round(time.process_time() - started, 2)

    def eligible(self, lead: Facts) -> int:
        """Return the set of those who may have the lead."""
        return self.screen.screen(lead, NOW).eligible

    def check(self, leads_: Sequence[Raw]) -> None:
        """Hold the answers to the reference, producer by producer.

        :raises AssertionError: if they differ
        """
        for raw in leads_:
            lead = CATALOG.facts(raw)
            residue = eligibility([self.compiled], lead, NOW)
            alone = [at for at, facts in enumerate(self.roster) if residue.judge(facts).allowed]
            if list(positions(self.eligible(lead))) != alone:
                raise AssertionError(f"Everybody at once and one at a time disagree about {raw}.")


def run(*, full: bool) -> list[Result]:
    """Measure ten thousand producers under fifty rules against each peer, then ours with many more of both."""
    ours, rng = Ours(10_000, 50), random.Random(SEED + 1)
    ours.check(leads(rng, CHECKED_AT_LENGTH * 10))
    with _no_collection():
        rows = [_against(ours, each, rng) for each in _contestants()]
    return [*rows, _larger(ours, rng)]


@dataclass(frozen=True)
class Contestant:
    """A peer: its forms, of which the fastest stands, how much of its time ours may take, and how often it is asked."""

    name: str
    forms: Callable[[Document, Sequence[Raw]], list[Engine]]
    target: float
    asked: int


def _contestants() -> list[Contestant]:
    """Return the peers; PostgreSQL where there is one."""
    peers_ = [
        Contestant("zen", peers.zen_forms, 1 / 5_000, 50),
        Contestant("zen_prefiltered", peers.zen_prefiltered, 1 / 250, 400),
        Contestant("postgres", postgres, 1 / 40, 1_000),
        Contestant("python_prefiltered", peers.python, 1 / 30, 1_500),
    ]
    return [each for each in peers_ if each.forms is not postgres or connection.vendor == "postgresql"]


def _against(ours: Ours, contestant: Contestant, rng: random.Random) -> Result:
    count, peer = contestant.asked, _fastest(contestant.forms(ours.rules, ours.raw), ours, rng)
    _agree(ours, peer, leads(rng, min(CHECKED, count)))
    for lead in leads(rng, min(WARM_UP, count)):
        peer.ask(lead)
    fresh = leads(rng, count)
    typed = [CATALOG.facts(lead) for lead in fresh]
    our_times, peer_times = time_in_turns(
        [partial(ours.eligible, lead) for lead in typed], [partial(peer.ask, lead) for lead in fresh], turn=TURN
    )
    return Result(
        name=f"eligible_10k_50_vs_{contestant.name}",
        ours_us=median(our_times),
        peer=peer.name,
        peer_us=median(peer_times),
        n=count,
        versions={"python": python_version(), "zen-engine": version("zen-engine")},
        target=contestant.target,
        note=NOTE,
        more={
            "ours_p90_us": round(ninetieth(our_times), 2),
            "first_us": round(median(our_times[::TURN]), 2),
            "peer_first_us": round(median(peer_times[::TURN]), 2),
            "listed_us": round(median([time_call(partial(_listed, ours, lead)) for lead in typed]), 2),
            "eligible_median": median([ours.eligible(lead).bit_count() for lead in typed]),
        },
    )


def _listed(ours: Ours, lead: Facts) -> list[int]:
    return list(positions(ours.eligible(lead)))


def _agree(ours: Ours, peer: Engine, asked: Sequence[Raw]) -> None:
    """Hold a peer's answers to ours.

    :raises AssertionError: if they differ about any lead
    """
    for lead in asked:
        if peer.ask(lead) != _listed(ours, CATALOG.facts(lead)):
            raise AssertionError(f"{peer.name} disagrees about {lead}.")


def _fastest(forms: Sequence[Engine], ours: Ours, rng: random.Random) -> Engine:
    """Return a peer's best form on this machine; each must agree with ours first."""
    times = {}
    for form in forms:
        _agree(ours, form, leads(rng, 3))
        times[form.name] = median([time_call(partial(form.ask, lead)) for lead in leads(rng, 7)])
    print(", ".join(f"{name} {took / 1000:.1f} ms" for name, took in times.items()))
    return min(forms, key=lambda form: times[form.name])


def _larger(small: Ours, rng: random.Random) -> Result:
    """Measure a hundred thousand producers under a thousand rules, and what the index costs there."""
    large = Ours(100_000, 1_000)
    large.check(leads(rng, CHECKED_AT_LENGTH))
    typed = [CATALOG.facts(lead) for lead in leads(rng, 2_000)]
    with _no_collection():
        large_times, small_times = time_in_turns(
            [partial(large.eligible, lead) for lead in typed], [partial(small.eligible, lead) for lead in typed]
        )
        more = {
            "ours_p90_us": round(ninetieth(large_times), 2),
            "eligible_median": median([large.eligible(lead).bit_count() for lead in typed[:200]]),
            "build_s": large.built_s,
            "bit_sets_mb": round(_size(large.population) / 1e6, 1),
            **_updates(large, rng),
        }
    print(more)
    return Result(
        name="eligible_100k_1000_vs_10k_50",
        ours_us=median(large_times),
        peer="ours, 10,000 producers and 50 rules",
        peer_us=median(small_times),
        n=len(typed),
        versions={"python": python_version()},
        target=15.0,
        note="The same leads asked of both. Promised: bit sets 60 MB, build 30 s, assignment 0.2 ms, profile 15 ms.",
        more=more,
    )


def _updates(ours: Ours, rng: random.Random) -> dict[str, float]:
    """Time one assignment (a producer's headroom falls by one) and a whole profile replaced by another's."""
    place, roster = ours.population.place, ours.population.roster
    assigned, replaced = [], []
    for _ in range(300):
        at, other = rng.sample(range(len(roster)), 2)
        facts, profile = roster[at], roster[other]
        left: Any = facts["producer.headroom"] if facts else 0
        if facts and left:
            fewer = facts.merged(CATALOG.facts({"producer.headroom": left - 1}))
            assigned.append(time_call(partial(place, at, fewer)))
        replaced.append(time_call(partial(place, at, profile)))
    return {"assignment_ms": round(median(assigned) / 1000, 3), "profile_ms": round(median(replaced) / 1000, 3)}


def _size(population: Population) -> int:
    """Return how many bytes the bit sets take, rarely held values and bounds included."""
    return sum(map(sys.getsizeof, population.bit_sets()))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the garbage collector out of every side's times: what a roster holds does not die."""
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()
