"""How gunicorn serves Fairlead: threads in few processes, since a request mostly waits for the database."""

from pathlib import Path
from typing import Any

from prometheus_client.multiprocess import mark_process_dead

from config.env import env
from config.logs import logging_config

workers = env.int("WEB_CONCURRENCY", default=1)
worker_class = "gthread"
threads = env.int("WEB_THREADS", default=8)
timeout = 30
graceful_timeout = 20
keepalive = 5
logconfig_dict = logging_config(env.str("LOG_LEVEL", default="INFO"))

METRICS_DIR = env.str("PROMETHEUS_MULTIPROC_DIR", default="")


def on_starting(_server: Any) -> None:
    """Clear what the workers of an earlier start had counted."""
    if METRICS_DIR:
        Path(METRICS_DIR).mkdir(parents=True, exist_ok=True)
        for counted in Path(METRICS_DIR).glob("*.db"):
            counted.unlink()


def post_worker_init(_worker: Any) -> None:
    """Read what every lead asks for, so that the first one need not wait for it."""
    # Django is set up only now, in the worker.
    from routing.services import warming  # noqa: PLC0415

    warming.warm_up()


def child_exit(_server: Any, worker: Any) -> None:
    """Forget the gauges of a worker that is gone; its counts stay in the sums."""
    if METRICS_DIR:
        mark_process_dead(worker.pid)
