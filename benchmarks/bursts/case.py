"""Import a file of leads through real decisions and claims, beside posting the like one by one."""

import csv
import io
import random
import resource
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final

from django.utils import timezone

from accounts.actor import system
from benchmarks.intake import stage
from benchmarks.intake.leads import PRODUCTS, bodies
from benchmarks.intake.server import INTAKE, Client, serving
from benchmarks.report import Result
from benchmarks.timing import median
from benchmarks.versions import of_intake
from routing.demo.leads import PLACES, fields
from routing.services import importing

SEED: Final = 23
POSTS: Final = 300
WARM_UP: Final = 500
FEW: Final = 5_000
MANY: Final = 100_000
COLUMNS: Final = ("external_id", "first_name", "last_name", "email", "state", "zip", "product", "language")


def run(*, full: bool) -> list[Result]:
    """Measure a lead of a file against a lead that is posted; with `full` a file of 100,000."""
    key, number = stage.build(), MANY if full else FEW
    with serving() as server:
        client, waiting = Client(server, key), bodies()
        posted = [client.post(INTAKE, body)[0] for body in islice(waiting, POSTS)][POSTS // 6 :]
    _import(_file("warm", WARM_UP))
    before = _peak_mb()
    content = _file("file", number)
    started = time.perf_counter_ns()
    fates = _import(content)
    ours = (time.perf_counter_ns() - started) / 1000 / number
    if fates["assigned"] < number * 0.95:
        raise RuntimeError(f"Too few leads of the file were assigned: {dict(fates)}")
    return [
        Result(
            name="import_100k_vs_single_posts",
            ours_us=ours,
            peer="posting a lead over HTTP, one client",
            peer_us=median(posted),
            n=number,
            versions=of_intake(),
            target=round(1 / 15, 3),
            note="A lead of a file of n, all told: read, decided, claimed, committed.",
            more={
                "leads_per_second": round(1e6 / ours),
                "file_mb": round(len(content) / 1e6, 1),
                "grew_mb": round(_peak_mb() - before),
                "fates": dict(fates),
            },
        )
    ]


def _import(content: bytes) -> Counter[str]:
    fates = importing.import_leads(
        content=content, source=importing.open_source(), actor=system("benchmark"), clock=timezone.now
    )
    return Counter(fate.status for fate in fates)


def _file(name: str, number: int) -> bytes:
    """Return a CSV file of so many people, each known by an e-mail address alone: fiction has too few phone numbers."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(_rows(name, number))
    return text.getvalue().encode()


def _rows(name: str, number: int) -> Iterator[dict[str, str]]:
    rng, states = random.Random(SEED), sorted(PLACES)
    for at in range(number):
        person, state = fields(rng, at), rng.choice(states)
        yield {
            "external_id": f"{name}-{at}",
            "first_name": person["first_name"],
            "last_name": person["last_name"],
            "email": f"{name}.{at}@example.com",
            "state": state,
            "zip": PLACES[state][0],
            "product": rng.choice(PRODUCTS),
            "language": "en",
        }


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
