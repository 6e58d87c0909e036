"""`python -m benchmarks [CASE …] [--full]`: measure, print a table, write `results/latest.json`."""

import argparse
import os
import secrets
import tempfile
from collections.abc import Sequence
from importlib import import_module
from typing import Final

import django

from benchmarks.database import own_database
from benchmarks.report import LATEST, Result, table, write

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


def main() -> None:
    """Run the cases asked for, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"any of {', '.join(CASES)}; all when left out")
    parser.add_argument(
        "--full",
        action="store_true",
        help="also what takes minutes: memory after 10,000 leads, the sweep at its full size",
    )
    asked = parser.parse_args()
    if unknown := set(asked.cases) - set(CASES):
        parser.error(f"there is no case {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="fairlead-bench-") as files, own_database() as database:
        set_up(files, database)
        names = [name for name in asked.cases or CASES if database or name not in NEED_POSTGRES]
        _tell(_run(names, full=asked.full))


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


def _run(names: Sequence[str], *, full: bool) -> list[Result]:
    results: list[Result] = []
    for name in names:
        print(f"{name} …", flush=True)
        results += import_module(CASES[name]).run(full=full)
    return results


def _tell(results: Sequence[Result]) -> None:
    write(results)
    cores, (load, *_) = os.cpu_count(), os.getloadavg()
    print(f"\n{table(results)}\n")
    print(f"{cores} cores, load average {load:.1f}. Times are medians: trust ratios, which one run measures in turns;")
    print(f"times move with whatever else the machine does. Written to {LATEST}.")


if __name__ == "__main__":
    main()
