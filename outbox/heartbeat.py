"""Signs of life of the processes nobody looks at: the worker, the sweep."""

from datetime import datetime, timedelta

from outbox.models import Heartbeat


def beat(*, name: str, now: datetime) -> None:
    """Note that the process of this name is alive."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": now})


def list_ages(*, now: datetime) -> dict[str, timedelta]:
    """Return how long ago each process was last heard of."""
    return {name: now - at for name, at in Heartbeat.objects.values_list("name", "at")}
