"""How many statements one lead costs, from the key check to the commit."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.intake.server import INTAKE
from routing.services import warming

FRAME: Final = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT")
LEADS: Final = 20


def most(key: str, bodies: Iterator[bytes]) -> int:
    """Return the most statements one of several leads cost, without those that only frame a transaction."""
    warming.warm_up()  # as a web worker does
    client = Client(headers={"Authorization": f"Api-Key {key}"}, SERVER_NAME="127.0.0.1")
    _post(client, next(bodies))  # the first one reads the roster and the rules, once a process
    return max(_post(client, body) for body in islice(bodies, LEADS))


def _post(client: Client, body: bytes) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.post(INTAKE, body, content_type="application/json")
    if response.status_code != 201:
        raise RuntimeError(f"{INTAKE} answered {response.status_code}: {response.content[:500]!r}")
    return sum(not query["sql"].startswith(FRAME) for query in captured.captured_queries)
