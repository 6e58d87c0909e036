"""`python -m benchmarks.chaos`: traffic and faults for `FOR` seconds; ends with 1 if anything broke."""

import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

from benchmarks.chaos.servers import Postgres, Redis
from benchmarks.running import set_up

REPORT = Path(__file__).parent.parent / "results" / "chaos.md"


def main() -> None:
    """Run it on servers of its own; write what came of it beside the other results."""
    seconds = float(os.environ.get("FOR", "300"))
    with tempfile.TemporaryDirectory(prefix="fairlead-chaos-") as directory:
        files = Path(directory, "files")
        files.mkdir()
        postgres, redis = Postgres(Path(directory)), Redis(files)
        try:
            set_up(str(files), postgres.url, redis.url)
            is_sound, told = import_module("benchmarks.chaos.case").run(seconds, postgres, redis)
        finally:
            redis.kill()
            postgres.stop("fast")
    REPORT.parent.mkdir(exist_ok=True)
    REPORT.write_text("\n".join(told) + "\n")
    print("\n".join(told))
    sys.exit(not is_sound)


if __name__ == "__main__":
    main()
