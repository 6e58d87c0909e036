"""Write rows without composing anew what never changes: the text of an INSERT is made once a model.

For rows no form edits: neither signals nor model history hear of them.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.utils import CursorWrapper
from django.db.models import Field, JSONField, Model

UNLESS_THERE: Final = " ON CONFLICT DO NOTHING RETURNING 1"
AT_ONCE: Final = 1_000  # a statement takes at most 65,535 values; no model has 65 columns
MANY: Final = 100  # from here on PostgreSQL takes rows as a stream: no text to compose, none to plan


@contextmanager
def in_one_message() -> Iterator[None]:
    """Send the statements within to PostgreSQL together and wait once, at the end; nothing within may read an answer.

    SQLite runs in this process and has nobody to wait for.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield


class Written(dict[str, Any]):
    """A JSON object whose text is made already, for a receipt that is fingerprinted and stored: write it once.

    Whoever changes it afterwards stores what it was.
    """

    def __init__(self, value: Mapping[str, Any], text: str) -> None:
        super().__init__(value)
        self.text = text


def one_of(keys: Collection[int]) -> tuple[str, list[Any]]:
    """Return how SQL says that a column holds one of these keys, and the values that takes.

    On PostgreSQL it is one text however many they are, planned once a connection.
    """
    if connection.vendor == "postgresql":
        return "= ANY(%s)", [list(keys)]
    return f"IN ({', '.join(['%s'] * len(keys))})", list(keys)


def instant(at: datetime | None) -> datetime | None:
    """Return an instant as a statement of our own gave it with its zone, which SQLite does not keep."""
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


class Asked:
    """A statement that was sent, alone or in one message with others; its rows are read when the message has ended."""

    def __init__(self, sql: str, values: Sequence[Any]) -> None:
        self._cursor = connection.cursor()
        self._cursor.execute(sql, values)
        # SQLite's answer is read at once: left unread it would hold up whoever writes.
        self._rows = None if connection.vendor == "postgresql" else self._read()

    def rows(self) -> list[tuple[Any, ...]]:
        """Return the rows it gave."""
        if self._rows is None:
            self._rows = self._read()
        return self._rows

    def _read(self) -> list[tuple[Any, ...]]:
        with self._cursor as cursor:
            found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


def commit_along() -> None:
    """Send the COMMIT with this message, as the last of it; the transaction around it then has nothing left to commit.

    Inside a transaction within another one, the outer commits as ever.
    """
    if connection.vendor == "postgresql" and connection.in_atomic_block and not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute("COMMIT")


def insert(*rows: Model) -> None:
    """Insert new rows: on PostgreSQL in one statement, on SQLite in one for those of a model that follow each other.

    Where they are many, PostgreSQL takes a stream for each model; that cannot go inside `in_one_message`.
    """
    if len(rows) >= MANY and connection.vendor == "postgresql":
        _stream(rows)
        return
    with connection.cursor() as cursor:
        for start in range(0, len(rows), AT_ONCE):
            groups = [(model, list(alike)) for model, alike in groupby(rows[start : start + AT_ONCE], key=type)]
            for together in [groups] if connection.vendor == "postgresql" else [[group] for group in groups]:
                _insert(cursor, together)


def insert_unless_there(row: Model) -> "Asked":
    """Insert a row; the answer is empty where one of its unique values is taken, or being taken, by another row."""
    values = _columns(type(row)).values([row])
    return Asked(_statement(((type(row), 1),)) + UNLESS_THERE, values)


def upsert(rows: Sequence[Model]) -> None:
    """Insert rows of one model; where there is one of the same key, write the other fields over it."""
    if not rows:
        return
    columns = _columns(type(rows[0]))
    with connection.cursor() as cursor:
        for start in range(0, len(rows), AT_ONCE):
            alike = rows[start : start + AT_ONCE]
            cursor.execute(_upsertion(type(rows[0]), len(alike)), columns.values(alike))


def update(row: Model, *names: str) -> None:
    """Write these fields of a row that is there and that nobody else writes."""
    statement, columns = _update(type(row), names)
    with connection.cursor() as cursor:
        cursor.execute(statement, columns.values([row]))


def _stream(rows: Sequence[Model]) -> None:
    """Send rows by COPY, those of a model together; what they say of each other is checked at the commit."""
    together: dict[type[Model], list[Model]] = {}
    for row in rows:
        together.setdefault(type(row), []).append(row)
    with connection.wrap_database_errors, connection.cursor() as cursor:
        for model, alike in together.items():
            columns = _columns(model)
            table = connection.ops.quote_name(model._meta.db_table)
            with cursor.copy(f"COPY {table} ({', '.join(columns.names)}) FROM STDIN") as copy:
                for row in alike:
                    copy.write_row(columns.values([row]))
            _mark_written(alike)


def _mark_written(rows: Sequence[Model]) -> None:
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def _insert(cursor: CursorWrapper, groups: Sequence[tuple[type[Model], Sequence[Model]]]) -> None:
    values: list[Any] = []
    for model, rows in groups:
        values += _columns(model).values(rows)
    cursor.execute(_statement(tuple((model, len(rows)) for model, rows in groups)), values)
    for _, rows in groups:
        _mark_written(rows)


class _Columns:
    """Some columns of a model, and what their values need on the way to the database."""

    def __init__(self, fields: Sequence[Field[Any, Any]]) -> None:
        self.names = [connection.ops.quote_name(str(field.column)) for field in fields]
        self._read = attrgetter(*(field.attname for field in fields))
        # psycopg takes every value as it is but JSON; SQLite has fewer types.
        native = connection.vendor == "postgresql"
        self._prepared = [(at, each) for at, each in enumerate(fields) if not native or isinstance(each, JSONField)]

    def values(self, rows: Sequence[Model]) -> list[Any]:
        """Return the rows' values, row by row."""
        here = connections[DEFAULT_DB_ALIAS]  # the proxy `connection` would look it up for every value
        values: list[Any] = []
        for row in rows:
            line = list(self._read(row))
            for at, field in self._prepared:
                value = line[at]
                # On PostgreSQL nothing but JSON comes by here, and text is taken for JSON there.
                line[at] = value.text if isinstance(value, Written) else field.get_db_prep_save(value, here)
            values += line
        return values


@cache
def _columns(model: type[Model]) -> _Columns:
    """Return all columns of a model.

    :raises TypeError: for a model with a field that only `save` fills in
    """
    fields = model._meta.local_concrete_fields
    if any(getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False) for field in fields):
        raise TypeError(f"{model.__name__} has a field that fills itself in; save it instead.")
    return _Columns(fields)


@lru_cache(maxsize=1_000)
def _statement(groups: tuple[tuple[type[Model], int], ...]) -> str:
    """Return the INSERT of so many rows of each model; all but the last are parts of its WITH."""
    *others, last = (_insertion(model, number) for model, number in groups)
    named = ", ".join(f"written{at} AS ({other})" for at, other in enumerate(others))
    return f"WITH {named} {last}" if named else last


def _insertion(model: type[Model], number: int) -> str:
    names = _columns(model).names
    rows = ", ".join([f"({', '.join(['%s'] * len(names))})"] * number)
    return f"INSERT INTO {connection.ops.quote_name(model._meta.db_table)} ({', '.join(names)}) VALUES {rows}"  # noqa: S608


@lru_cache(maxsize=1_000)
def _upsertion(model: type[Model], number: int) -> str:
    key = connection.ops.quote_name(str(model._meta.pk.column))
    others = ", ".join(f"{name} = excluded.{name}" for name in _columns(model).names if name != key)
    return f"{_insertion(model, number)} ON CONFLICT ({key}) DO UPDATE SET {others}"


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> tuple[str, _Columns]:
    """Return the UPDATE of some fields of one row, and the columns it takes, the key last."""
    fields = {field.name: field for field in model._meta.local_concrete_fields}
    columns = _Columns([*(fields[name] for name in names), model._meta.pk])
    *named, key = columns.names
    table, settings = connection.ops.quote_name(model._meta.db_table), ", ".join(f"{name} = %s" for name in named)
    return f"UPDATE {table} SET {settings} WHERE {key} = %s", columns  # noqa: S608 - the model's own names
