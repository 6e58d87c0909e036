"""Elapsed time in SQL, alike on both databases: whole seconds between two instants, and how often each occurs."""

from collections import Counter, defaultdict
from typing import Any

from django.db.models import Count, Func, IntegerField, QuerySet, Value

from routing.figures import Key


class Seconds(Func):
    """The whole seconds from the second instant until the first: `Seconds("first_touch_at", "received_at")`."""

    output_field = IntegerField()
    arity = 2
    template = "CAST(FLOOR(EXTRACT(EPOCH FROM %(expressions)s)) AS bigint)"
    arg_joiner = " - "

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        """Write it for SQLite, where Django keeps instants as text and brings the difference in microseconds."""
        template = "(django_timestamp_diff(%(expressions)s) / 1000000)"
        return self.as_sql(compiler, connection, template=template, arg_joiner=", ", **extra)


def counted(rows: QuerySet[Any], *, since: str, until: str, by: Any = None) -> dict[Key, Counter[int]]:
    """Return how often each elapsed time occurs, by a column or expression; by None where none is given.

    The database does the counting: what it answers is as long as there are differing seconds, not rows. A row whose
    time has not ended is in none of them.
    """
    ended = rows.order_by().filter(**{f"{until}__isnull": False}).annotate(elapsed=Seconds(until, since))
    grouped = ended.annotate(bucket=Value(None, output_field=IntegerField()) if by is None else by)
    found: dict[Key, Counter[int]] = defaultdict(Counter)
    for bucket, seconds, number in grouped.values_list("bucket", "elapsed").annotate(Count("pk")):
        found[bucket][seconds] += number
    return found
