"""`python -m benchmarks [CASE …] [--full]`: measure, print a table, write `results/latest.json`."""

import argparse
import os
from collections.abc import Sequence

from benchmarks.report import LATEST, Result, table, write
from benchmarks.running import CASES, run_alone


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
    results: list[Result] = []
    for name in asked.cases or CASES:
        found = run_alone(name, full=asked.full)
        write(found)  # at once: what a later case breaks on takes nothing with it
        results += found
    _tell(results)


def _tell(results: Sequence[Result]) -> None:
    cores, (load, *_) = os.cpu_count(), os.getloadavg()
    print(f"\n{table(results)}\n")
    print(f"{cores} cores, load average {load:.1f}. Times are medians: trust ratios, which one run measures in turns;")
    print(f"times move with whatever else the machine does. Written to {LATEST}.")


if __name__ == "__main__":
    main()
