"""A PostgreSQL and a Redis of this run's own: from their binaries, on free ports, in a directory that goes with it."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Final

import psycopg

PATIENCE: Final = 60  # seconds a server may take to answer
SETTINGS: Final = "-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=60"


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Postgres:
    """A cluster of its own. As root it runs as `postgres`, since PostgreSQL refuses to run as root."""

    def __init__(self, directory: Path) -> None:
        self._bin, self._data, self.port = _binaries(), directory / "postgres", free_port()
        self._data.mkdir()
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self._data, account.pw_uid, account.pw_gid)
            directory.chmod(0o755)  # so that it finds its way in; what lies there is this run's alone
        self._run("initdb", "-D", str(self._data), "-U", "chaos", "--auth=trust", "--no-sync")
        self.start()
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE chaos")
        self.url = f"postgres://chaos@127.0.0.1:{self.port}/chaos"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        log = str(self._data / "log")
        self._run("pg_ctl", "start", "-w", "-D", str(self._data), "-l", log, "-o", f"-p {self.port} {SETTINGS}")

    def stop(self, how: str) -> None:
        """Stop it: `fast` ends its connections, `immediate` is a crash."""
        self._run("pg_ctl", "stop", "-w", "-D", str(self._data), "-m", how)

    def restart(self, how: str) -> None:
        """Stop and start it."""
        self.stop(how)
        self.start()

    def dsn(self, database: str) -> str:
        """Return how to reach one of its databases."""
        return f"host=127.0.0.1 port={self.port} user=chaos dbname={database}"

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._bin / program), *arguments]
        if os.geteuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *command]
        # Files rather than pipes: the server would keep a pipe open for ever.
        done = subprocess.run(
            command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=PATIENCE, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{program} ended with {done.returncode}; see {self._data}/log.")


def _binaries() -> Path:
    """Return where PostgreSQL's programs are: the newest there is.

    :raises RuntimeError: if there are none
    """
    if (beside := shutil.which("initdb")) is not None:
        return Path(beside).parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found:
        raise RuntimeError("There is no PostgreSQL here; install it.")
    return found[-1].parent


class Redis:
    """A broker that keeps nothing on disk."""

    def __init__(self, directory: Path) -> None:
        self._directory, self.port = directory, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        program = shutil.which("redis-server")
        if program is None:
            raise RuntimeError("There is no Redis here; install it.")
        command = [program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with (self._directory / "redis.log").open("ab") as log:
            self._process = subprocess.Popen(command, cwd=self._directory, stdout=log, stderr=log)
        ends = time.monotonic() + PATIENCE
        while self.ask("PING") != b"+PONG" and time.monotonic() < ends:
            time.sleep(0.1)

    def kill(self) -> None:
        """Kill it; nothing of what it held is left."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def flush(self) -> None:
        """Let it forget everything."""
        self.ask("FLUSHALL")

    def waiting(self, queue: str) -> int:
        """Return how many tasks wait in a queue."""
        return int(self.ask(f"LLEN {queue}").lstrip(b":") or 0)

    def ask(self, command: str) -> bytes:
        """Return the first line of its answer; nothing where it does not answer."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as line:
                line.sendall(command.encode() + b"\r\n")
                return line.recv(1024).split(b"\r\n")[0]
        except OSError:
            return b""
