"""Time the replay of stored demo decisions under drawn gates: through Fairlead, and through zen-engine."""

import random
import time
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from platform import python_version
from typing import Any, Final
from uuid import UUID

from benchmarks.gates.workload import Document, rule_set
from benchmarks.replay import peer, stage
from benchmarks.report import Result
from benchmarks.timing import median, time_in_turns
from routing.models import Decision
from routing.queries.past_rosters import Walk
from routing.queries.stretches import CHUNK
from routing.services.recalling import Past
from routing.services.rehearsing import Replayed, replay
from routing.services.trying import Bench
from routing.swap import Swap
from rules_engine.catalog_setting import catalog
from rules_engine.engine.compile import compile_set
from rules_engine.engine.parse import parse
from rules_engine.models import RuleSet

DECISIONS: Final = 2_000
GATES: Final = 12
SEED: Final = 11
PROMISED: Final = 1_000  # decisions a second on one core
NOTE: Final = (
    "Stored demo decisions under a dozen drawn gates, rows read and answers given, by chunks of 250. Both find the "
    "same decisions moved; ours also says where each goes instead and why. Roster, guard and turns zen cannot express."
)


def run(*, full: bool) -> list[Result]:
    """Measure a draft of gates against zen, and say how fast the live rules of every stage are replayed."""
    with stage.past():
        ids = list(Decision.objects.order_by("made_at", "pk").values_list("pk", flat=True)[:DECISIONS])
        return [_against_zen(ids)]


def _against_zen(ids: Sequence[UUID]) -> Result:
    document = _drawn()
    chunks = [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
    past, bench, theirs = Past(Walk().at), _bench("intake-gates", document), peer.Replay(document)
    moved = _check(past, bench, theirs, chunks)
    anew = Past(Walk().at)  # rosters are read once, as in a rehearsal's turn
    our_times, peer_times = time_in_turns(
        [partial(_ours, anew, bench, chunk) for chunk in chunks],
        [partial(theirs.moved, chunk) for chunk in chunks],
    )
    each = [time / len(chunk) for time, chunk in zip(our_times, chunks, strict=True)]
    seconds = {"gates on trial": _second(bench, chunks)} | {
        f"live {ruleset.stage} set {ruleset.slug}": _second(_bench(ruleset.slug, ruleset.live_version.document), chunks)
        for ruleset in RuleSet.objects.select_related("live_version")
        if ruleset.live_version
    }
    print(f"{moved} of {len(ids)} decisions move; decisions a second of one core: {seconds}")
    return Result(
        name="replay_per_second_vs_zen",
        ours_us=median(each),
        peer="zen-engine, compiled array with null guards, on the same rows",
        peer_us=median([time / len(chunk) for time, chunk in zip(peer_times, chunks, strict=True)]),
        n=len(ids),
        versions={"python": python_version(), "zen-engine": version("zen-engine")},
        note=NOTE,
        more={"moved": moved, "per_cpu_second": seconds, "is_kept": min(seconds.values()) >= PROMISED},
    )


def _drawn() -> Document:
    """Return gates that pass over what they cannot tell: else next to every lead would go to review."""
    document = rule_set(random.Random(SEED), GATES)
    return {**document, "rules": [{**rule, "on_unknown": "skip"} for rule in document["rules"]]}


def _check(past: Past, bench: Bench, theirs: peer.Replay, chunks: Sequence[Sequence[UUID]]) -> int:
    """Return how many move.

    :raises AssertionError: if the two disagree about any decision
    """
    count = 0
    for chunk in chunks:
        ours = {move["decision_id"] for move in _ours(past, bench, chunk).moves}
        if ours != theirs.moved(chunk):
            raise AssertionError(f"The engines disagree about {sorted(map(str, ours ^ theirs.moved(chunk)))}.")
        count += len(ours)
    return count


def _ours(past: Past, bench: Bench, chunk: Sequence[UUID]) -> Replayed:
    return replay(past.recall(chunk), bench)


def _bench(slug: str, document: Document) -> Bench:
    tree: Any = parse(document, catalog()).tree
    return Bench(Swap(compile_set(tree, catalog(), slug)))


def _second(bench: Bench, chunks: Sequence[Sequence[UUID]]) -> int:
    """Return how many decisions this process replays in a second of its own time, from a cold start."""
    past, started = Past(Walk().at), time.process_time()
    for chunk in chunks:
        _ours(past, bench, chunk)
    return round(sum(map(len, chunks)) / (time.process_time() - started))
