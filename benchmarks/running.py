"""Run one case: in a process, a database and a directory of its own."""

import os
import secrets
import tempfile
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from typing import Final

import django

from benchmarks.database import own_database
from benchmarks.report import Result

# Modules with `run(*, full: bool) -> list[Result]`, by name: loaded once Django knows this run's database.
CASES: Final = {
    "gates": "benchmarks.gates.case",
    "eligible": "benchmarks.eligible.case",
    "decision": "benchmarks.decision.case",
    "lint": "benchmarks.lint.case",
    "intake": "benchmarks.intake.case",
    "bursts": "benchmarks.bursts.case",
    "hotpool": "benchmarks.hotpool.case",
    "replay": "benchmarks.replay.case",
    "explorer": "benchmarks.explorer.case",
    "reports": "benchmarks.reports.case",
    "sweep": "benchmarks.sweep.case",
}
NEED_POSTGRES: Final = frozenset({"bursts", "decision", "explorer", "hotpool", "intake", "replay", "reports", "sweep"})


def run_alone(name: str, *, full: bool) -> list[Result]:
    """Run a case in a process and a database of its own: what one built or remembers is no other's."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_run, name, full=full).result()


def _run(name: str, *, full: bool) -> list[Result]:
    """Run one case here and now; nothing is found where it needs PostgreSQL and none answers."""
    with tempfile.TemporaryDirectory(prefix="fairlead-bench-") as files, own_database() as database:
        if not database and name in NEED_POSTGRES:
            return []
        print(f"{name} …", flush=True)
        set_up(files, database)
        results: list[Result] = import_module(CASES[name]).run(full=full)
        return results


def set_up(files: str, database: str, broker: str = "") -> None:
    """Point the settings at this run's own database, broker and files, and away from the developer's `.env`."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="benchmarks.settings",
        ENV_FILE="",
        SECRET_KEY=secrets.token_urlsafe(50),
        DATA_DIR=files,
        DATABASE_URL=database,
        REDIS_URL=broker,
        LOG_LEVEL="WARNING",
    )
    django.setup()
