"""Web, worker and beat as the Procfile says, each started again whenever it ends, as an operator's supervisor would."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from django.conf import settings

AGAIN_AFTER: Final = 0.5  # seconds


class Kept:
    """One line of the Procfile, kept running."""

    def __init__(self, name: str, command: str, env: Mapping[str, str]) -> None:
        self.name, self.log = name, Path(settings.DATA_DIR, f"{name}.log")
        self._command, self._env = command, {**os.environ, **env}
        self._stopping, self.started = threading.Event(), 0
        self._process = self._start()
        self._keeper = threading.Thread(target=self._keep, daemon=True)
        self._keeper.start()

    def kill(self) -> None:
        """Kill it and all its children, at once."""
        os.killpg(self._process.pid, signal.SIGKILL)

    def kill_child(self) -> None:
        """Kill a child of its own, which it replaces by itself."""
        asked = ["ps", "-o", "pid=", "--ppid", str(self._process.pid)]
        children = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
        if children:
            os.kill(int(children[0]), signal.SIGKILL)

    def stop(self) -> None:
        """End it and do not start it again."""
        self._stopping.set()
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
        self._keeper.join(30)

    def _start(self) -> subprocess.Popen[bytes]:
        self.started += 1
        with self.log.open("ab") as log:
            return subprocess.Popen(
                ["sh", "-c", self._command],
                cwd=settings.BASE_DIR,
                env=self._env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _keep(self) -> None:
        while True:
            self._process.wait()
            time.sleep(AGAIN_AFTER)
            if self._stopping.is_set():
                return
            self._process = self._start()


def procfile() -> dict[str, str]:
    """Return the commands of the Procfile by their names."""
    lines = Path(settings.BASE_DIR, "Procfile").read_text().splitlines()
    return {name: command.strip() for name, _, command in (line.partition(":") for line in lines) if command}
