"""Time the real intake and the floor in turns, and count the statements behind it."""

import json
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Final

from benchmarks.gates.workload import rule_set
from benchmarks.intake import stage, statements
from benchmarks.intake.leads import bodies
from benchmarks.intake.server import FLOOR, INTAKE, Client, Server, serving
from benchmarks.report import Result
from benchmarks.timing import median, ninetieth
from benchmarks.versions import of_intake

WARM_UP: Final = 50
BLOCKS: Final = 60
BLOCK: Final = 10  # short, so that a busy machine falls on both sides alike
MANY_LEADS: Final = 10_000
CLIENTS: Final = 8
MOST_MEGABYTES: Final = 200
MORE_RULES: Final = 300
MOST_STATEMENTS: Final = 16


def run(*, full: bool) -> list[Result]:
    """Measure intake against the floor, the statements of a lead, and with `full` the worker's memory."""
    key = stage.build()
    waiting = bodies()
    results: list[Result] = []
    with serving() as server:
        ours, floor = _time_in_blocks(Client(server, key), waiting)
        if full:
            results.append(_memory(server, key, waiting))
    return [_against_floor(ours, floor, _statements(key, waiting)), *results]


def _time_in_blocks(client: Client, waiting: Iterator[bytes]) -> tuple[list[float], list[float]]:
    """Post blocks of leads to the intake and to the floor, one block after the other, over one connection."""
    times: dict[str, list[float]] = {INTAKE: [], FLOOR: []}
    for path in times:
        _post(client, path, waiting, WARM_UP)
    for number in range(BLOCKS):
        for path in (INTAKE, FLOOR) if number % 2 else (FLOOR, INTAKE):
            times[path] += _post(client, path, waiting, BLOCK)
    return times[INTAKE], times[FLOOR]


def _post(client: Client, path: str, waiting: Iterator[bytes], count: int) -> list[float]:
    """Post leads and return their times.

    :raises RuntimeError: if one of them is not assigned, for then it cost less than it should
    """
    answered = [client.post(path, body) for body in islice(waiting, count)]
    for _, answer in answered:
        if json.loads(answer)["status"] != "assigned":
            raise RuntimeError(f"A lead was not assigned: {answer.decode()}")
    return [time for time, _ in answered]


def _statements(key: str, waiting: Iterator[bytes]) -> dict[str, int]:
    """Return the most statements a lead cost: as the demo has it, and with more producers and rules."""
    demo = statements.most(key, waiting)
    rules = rule_set(random.Random(1), MORE_RULES)
    for rule in rules["rules"]:
        rule["status"] = "provisional"  # judged like any other, but stops no lead
    stage.grow(rule_document=rules)
    return {"demo": demo, f"twice the producers and {MORE_RULES} more rules": statements.most(key, waiting)}


def _against_floor(ours: list[float], floor: list[float], counted: dict[str, int]) -> Result:
    print(
        f"intake p50 {median(ours) / 1000:.2f} ms, p90 {ninetieth(ours) / 1000:.2f} ms; "
        f"floor p50 {median(floor) / 1000:.2f} ms, p90 {ninetieth(floor) / 1000:.2f} ms; "
        f"statements a lead {counted}, at most {MOST_STATEMENTS} allowed"
    )
    return Result(
        name="intake_http_vs_floor",
        ours_us=median(ours),
        peer="the floor: three rows and a commit on the same stack",
        peer_us=median(floor),
        n=len(ours),
        versions=of_intake(),
        target=2.5,
        note="One client, one kept connection; p50. The floor passes the same server, middleware and key check.",
        more={
            "p90_us": round(ninetieth(ours), 2),
            "peer_p90_us": round(ninetieth(floor), 2),
            "statements_per_lead": counted,
        },
    )


def _memory(server: Server, key: str, waiting: Iterator[bytes]) -> Result:
    """Send leads from several clients until the worker has taken in as many as promised."""
    share = MANY_LEADS // CLIENTS
    batches = [list(islice(waiting, share)) for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as senders:
        list(senders.map(lambda batch: _post(Client(server, key), INTAKE, iter(batch), share), batches))
    megabytes = server.worker_rss_mb()
    return Result(
        name="web_worker_rss_mb",
        ours_us=None,
        peer=None,
        peer_us=None,
        n=MANY_LEADS,
        versions=of_intake(),
        note=f"Resident memory of the one web worker; no peer, at most {MOST_MEGABYTES} MB allowed.",
        more={"ours": f"{megabytes:.0f} MB", "is_kept": megabytes < MOST_MEGABYTES},
    )
