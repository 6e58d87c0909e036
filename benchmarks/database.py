"""A PostgreSQL database of this run's own, made before it and dropped after it."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

NAME: Final = "fairlead_bench"
LOCAL: Final = "postgres://{user}@127.0.0.1:5432/postgres"


@contextmanager
def own_database(name: str = NAME) -> Iterator[str]:
    """Give the URL of an empty database; or nothing, and say why, where PostgreSQL does not answer.

    The server is that of TEST_DATABASE_URL, or the one on this machine.
    """
    asked = os.environ.get("TEST_DATABASE_URL", "")
    server = asked if asked.startswith("postgres") else LOCAL.format(user=os.environ.get("PGUSER") or getpass.getuser())
    try:
        connection = psycopg.connect(make_conninfo(server, dbname="postgres", connect_timeout=3), autocommit=True)
    except psycopg.OperationalError as error:
        print(f"PostgreSQL did not answer ({str(error).strip().splitlines()[0]}): what needs it is left out.")
        yield ""
        return
    with connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield _url(server, name)
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _url(server: str, name: str) -> str:
    parts = conninfo_to_dict(server)
    user = f"{parts['user']}:{parts['password']}" if parts.get("password") else parts["user"]
    return f"postgres://{user}@{parts.get('host', '127.0.0.1')}:{parts.get('port', 5432)}/{name}"
