"""Databases of several sizes side by side, and the time a page takes on each."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager

from django.db import connections
from django.test import Client

from accounts.models import User
from benchmarks.database import own_database
from benchmarks.timing import median, time_call


class Stage:
    """Some databases, of which the default connection sees one at a time."""

    def __init__(self, names: dict[int, str]) -> None:
        self._names = names

    def show(self, size: int) -> None:
        """Point the default connection at the database of this size."""
        connections.close_all()
        connections["default"].settings_dict["NAME"] = self._names[size]


@contextmanager
def databases(of: str, sizes: Iterable[int], build: Callable[[int], None]) -> Iterator[Stage]:
    """Give a database for each size, filled by `build` while it is shown."""
    names = {size: f"fairlead_bench_{of}_{size}" for size in sizes}
    settings = connections["default"].settings_dict
    before = settings["NAME"]
    with ExitStack() as stack:
        for name in names.values():
            stack.enter_context(own_database(name))
        stage = Stage(names)
        try:
            for size in names:
                stage.show(size)
                build(size)
            yield stage
        finally:
            connections.close_all()
            settings["NAME"] = before


def time_page(username: str, address: str, *, rounds: int, uncounted: int) -> float:
    """Return the median time of a page for this person, in µs; its first rounds are not counted.

    :raises AssertionError: if it does not answer
    """
    client = Client()
    client.force_login(User.objects.get(username=username), "accounts.sign_in.GuardedBackend")
    times = [time_call(lambda: _look(client, address)) for _ in range(rounds + uncounted)]
    return median(times[uncounted:])


def _look(client: Client, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise AssertionError(f"{address} answers {answer.status_code}.")
