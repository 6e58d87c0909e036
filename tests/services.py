"""Which outside services this run of the suite may use, found out once, before Django's settings load."""

import atexit
import fcntl
import getpass
import os
import shutil
import tempfile
from itertools import count
from pathlib import Path
from typing import Final

import psycopg
import redis

POSTGRES: Final = "postgres://{user}@127.0.0.1:5432/{name}"
REDIS: Final = "redis://127.0.0.1:6379/{number}"
BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")


def take_slot() -> int:
    """Return the lowest number no other run on this machine holds; it is ours until this process ends."""
    for slot in count(1):
        handle = os.open(f"{tempfile.gettempdir()}/fairlead-tests-{slot}.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
        else:
            return slot
    raise AssertionError


def choose_database(slot: int, data_dir: Path) -> tuple[str, str]:
    """Return the database of this run, and why it is not PostgreSQL: the one asked for, else what answers here."""
    asked = os.environ.get("TEST_DATABASE_URL", "")
    if asked and asked != "sqlite":
        return asked, ""
    sqlite = f"sqlite:///{data_dir / 'fairlead.sqlite3'}"
    if asked:
        return sqlite, "TEST_DATABASE_URL asks for SQLite"
    user = os.environ.get("PGUSER") or getpass.getuser()
    try:
        psycopg.connect(POSTGRES.format(user=user, name="postgres"), connect_timeout=2).close()
    except psycopg.OperationalError as error:
        return (
            sqlite,
            f"PostgreSQL on 127.0.0.1:5432 did not let {user} in ({_first_line(error)}); see TEST_DATABASE_URL",
        )
    return POSTGRES.format(user=user, name=f"fairlead_{slot}"), ""


def choose_redis(slot: int) -> tuple[str, str]:
    """Return the Redis of this run, or nothing and why: the one asked for, else a database of one that answers here."""
    asked = os.environ.get("TEST_REDIS_URL", "")
    if asked:
        return ("", "TEST_REDIS_URL asks for none") if asked == "none" else (asked, "")
    url = REDIS.format(number=max(16 - slot, 1))
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2) as client:
            client.ping()
    except redis.RedisError as error:
        return "", f"Redis on 127.0.0.1:6379 did not answer ({_first_line(error)}); see TEST_REDIS_URL"
    return url, ""


def find_browser() -> str:
    """Return the path of an installed Chromium, or nothing."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), "")


def set_environment() -> dict[str, str]:
    """Point the settings at this run's own database, broker and files, and away from the developer's `.env`.

    Return, by marker, why tests that carry it cannot run here; empty where they can.
    """
    slot = take_slot()
    data_dir = Path(tempfile.mkdtemp(prefix="fairlead-tests-"))
    atexit.register(shutil.rmtree, data_dir, ignore_errors=True)
    database_url, no_postgres = choose_database(slot, data_dir)
    redis_url, no_redis = choose_redis(slot)
    os.environ.update(
        ENV_FILE="",
        SECRET_KEY="only-for-tests",
        DATA_DIR=str(data_dir),
        DATABASE_URL=database_url,
        REDIS_URL=redis_url,
        DJANGO_ALLOW_ASYNC_UNSAFE="true",  # Playwright's sync API keeps a loop running in the test's thread
    )
    return {
        "postgres": no_postgres,
        "redis": no_redis,
        "browser": "" if find_browser() else "no Chromium on the PATH",
        "node": "" if shutil.which("node") else "no Node.js on the PATH",
    }


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", maxsplit=1)[0]


MISSING: Final = set_environment()
