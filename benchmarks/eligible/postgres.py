"""The same question for PostgreSQL: lead parts folded in the host, arrays under GIN, one prepared statement a plan."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from django.db import connection

from benchmarks.eligible.contest import Answer, Dialect, Engine, Folding, Keys, required, with_text_keys
from benchmarks.eligible.workload import CATALOG, Document, Raw
from rules_engine.engine.values import Kind

TABLE: Final = "bench_eligible"
TYPES: Final = {Kind.NUMBER: "int", Kind.MONEY: "int", Kind.BOOLEAN: "bool", Kind.TEXT: "text", Kind.KEY: "text"}


class Sql(Dialect):
    """PostgreSQL, the lead's facts as parameters."""

    tests = {
        "eq": "{0} = {1}",
        "ne": "{0} <> {1}",
        "lt": "{0} < {1}",
        "gt": "{0} > {1}",
        "gte": "{0} >= {1}",
        "in": "{0} = ANY ({1})",
        "contains": "{0} @> ARRAY[{1}]::text[]",
        "contains_any": "{0} && {1}",
    }

    def fact(self, name: str) -> str:
        """Return a column, or a parameter."""
        scope, _, rest = name.partition(".")
        return rest if scope == "producer" else f"%({name.replace('.', '_')})s"

    def value(self, value: Any) -> str:
        """Return the literal; every text of the workload is plain."""
        match value:
            case list():
                return f"ARRAY[{', '.join(map(self.value, value))}]"
            case bool():
                return str(value).upper()
            case str():
                return f"'{value}'"
        return str(value)


def postgres(rules: Document, producers: Sequence[Raw]) -> list[Engine]:
    """Return PostgreSQL with the producers in a table of arrays."""
    _fill(producers)
    keys = Keys()
    language, folding = Sql(keys), Folding(rules, keys)
    list(map(language.write, required(rules, range(len(rules["rules"])))))  # meets every key there is
    connection.ensure_connection()
    cursor = connection.connection.cursor()

    @lru_cache(None)
    def plan(which: tuple[int, ...]) -> str:
        return f"SELECT at FROM {TABLE} WHERE {' AND '.join(map(language.write, required(rules, which)))}"

    def ask(lead: Raw) -> Answer:
        given = {name.replace(".", "_"): value for name, value in keys.added(lead).items()}
        found = cursor.execute(plan(folding.applying(lead)), given).fetchall()
        return sorted(row[0] for row in found)

    return [Engine("PostgreSQL, lead parts folded, GIN arrays", ask)]


def _fill(producers: Sequence[Raw]) -> None:
    fields = [field for field in CATALOG.fields if field.scope == "producer"]
    names = [field.name.partition(".")[2] for field in fields]
    columns = ", ".join(
        f"{name} {TYPES[field.kind]}{'[]' if field.many else ''}" for name, field in zip(names, fields, strict=True)
    )
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # the site's own bounds a request, not the filling of a table
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} (at int PRIMARY KEY, {columns})")
        with cursor.copy(f"COPY {TABLE} (at, {', '.join(names)}) FROM STDIN") as copy:
            for at, producer in enumerate(map(with_text_keys, producers)):
                copy.write_row([at, *(producer[field.name] for field in fields)])
        for name, field in zip(names, fields, strict=True):
            cursor.execute(f"CREATE INDEX ON {TABLE} {'USING GIN ' if field.many else ''}({name})")
        cursor.execute(f"VACUUM ANALYZE {TABLE}")
