"""`python -m benchmarks.soak`: load for `FOR` seconds, watched; says what broke and ends with 1 if anything did."""

import os
import sys
import tempfile
from importlib import import_module

from benchmarks.database import own_database
from benchmarks.running import set_up


def main() -> None:
    """Run it in a database of its own."""
    seconds = float(os.environ.get("FOR", "600"))
    with tempfile.TemporaryDirectory(prefix="fairlead-soak-") as files, own_database("fairlead_soak") as database:
        if not database:
            raise SystemExit("The soak needs PostgreSQL.")
        set_up(files, database)
        is_sound = import_module("benchmarks.soak.case").run(seconds)
    sys.exit(not is_sound)


if __name__ == "__main__":
    main()
