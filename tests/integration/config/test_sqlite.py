"""Writers of one SQLite file take turns."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.db.utils import OperationalError
from pytest_django import DjangoDbBlocker

from config.settings import database
from config.sqlite.base import DatabaseWrapper

WRITERS = 8
SECONDS = 1.5


@pytest.fixture
def file(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """Make a database of one counter."""
    path = tmp_path / "turns.sqlite3"
    with django_db_blocker.unblock():
        with closing(connect(path)) as connection, connection.cursor() as cursor:
            cursor.execute("CREATE TABLE counter (value integer NOT NULL)")
            cursor.execute("INSERT INTO counter VALUES (0)")
        yield path


def connect(path: Path) -> DatabaseWrapper:
    defaults = {
        "TIME_ZONE": None,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "AUTOCOMMIT": True,
        "ATOMIC_REQUESTS": False,
    }
    return DatabaseWrapper({**defaults, **database(f"sqlite:///{path}")}, alias="turns")


@contextmanager
def writing(connection: DatabaseWrapper) -> Iterator[None]:
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    else:
        connection.commit()
    finally:
        connection.set_autocommit(True)


def count_up(connection: DatabaseWrapper) -> None:
    """Read, then write what was read: the pattern that plain SQLite answers with "database is locked"."""
    with writing(connection), connection.cursor() as cursor:
        cursor.execute("SELECT value FROM counter")
        value = cursor.fetchone()[0]
        cursor.execute("UPDATE counter SET value = %s", [value + 1])


def test_eight_writers_all_get_their_turn_and_none_is_locked_out(file: Path) -> None:
    turns = [0] * WRITERS
    errors: list[OperationalError] = []
    barrier = threading.Barrier(WRITERS)

    def write(me: int) -> None:
        with closing(connect(file)) as connection:
            barrier.wait()
            until = time.monotonic() + SECONDS
            while time.monotonic() < until:
                try:
                    count_up(connection)
                except OperationalError as error:
                    errors.append(error)
                else:
                    turns[me] += 1

    threads = [threading.Thread(target=write, args=(me,)) for me in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with closing(connect(file)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT value FROM counter")
        assert cursor.fetchone()[0] == sum(turns)
    assert errors == []
    assert min(turns) > max(turns) / 30  # between a half and a seventh; without the file lock one in thousands


def test_a_turn_is_given_up_when_the_transaction_fails(file: Path) -> None:
    with closing(connect(file)) as unlucky, closing(connect(file)) as next_in_line:
        with pytest.raises(ZeroDivisionError), writing(unlucky):
            raise ZeroDivisionError

        count_up(next_in_line)

        with next_in_line.cursor() as cursor:
            cursor.execute("SELECT value FROM counter")
            assert cursor.fetchone()[0] == 1


def test_a_turn_is_given_up_when_the_connection_closes(file: Path) -> None:
    unlucky = connect(file)
    unlucky.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)

    unlucky.close()

    with closing(connect(file)) as next_in_line:
        count_up(next_in_line)


def test_a_database_in_memory_needs_no_turns(django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock(), closing(connect(Path(":memory:"))) as connection, writing(connection):
        assert connection.settings_dict["NAME"].endswith(":memory:")
        assert connection._turn is None


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("recursive_triggers", 1), ("foreign_keys", 1)]
)
def test_every_connection_has_the_pragmas_that_keep_the_promises(file: Path, pragma: str, value: object) -> None:
    with closing(connect(file)) as connection, connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")

        assert cursor.fetchone()[0] == value
