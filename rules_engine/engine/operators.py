"""The operators, in one literal table that parser, compiler, builder page, schema and docs all read."""

import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import re2

from rules_engine.engine.values import MISSING, Kind

_TIMES = frozenset({Kind.DATE, Kind.DATETIME, Kind.TIME})

MAX_PATTERN = 200
MAX_DAYS = 36_525  # a hundred years


class Shape(StrEnum):
    """What stands beside the operator: nothing, one value, two, several, a number of days, or a pattern."""

    NOTHING = "nothing"
    ONE = "one"
    PAIR = "pair"
    LIST = "list"
    DAYS = "days"
    PATTERN = "pattern"


class Moment:
    """The instant rules are judged at, and the day it falls on in the rule set's time zone."""

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self.now = now
        self.zone = zone

    @cached_property
    def today(self) -> date:
        """The calendar day in the rule set's zone; few rules ask, so it is worked out on demand."""
        return self.now.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator. `test` gets the fact and the prepared operand, and the Moment too where `dated`.

    `many` says whether it asks about a set; None: about either. `sees_missing` operators are asked even when the fact
    is missing and turn that into an answer; the others never see MISSING.
    """

    name: str
    label: str
    kinds: frozenset[Kind]
    shape: Shape
    test: Callable[..., bool]
    many: bool | None = False
    dated: bool = False
    sees_missing: bool = False
    prepare: Callable[[Any], Any] = lambda operand: operand
    label_of_time: str = ""

    def label_for(self, kind: Kind) -> str:
        """Return its label on a field of that kind: people say *before* of a day, not *less than*."""
        return self.label_of_time if self.label_of_time and kind in _TIMES else self.label

    def sentence(self, subject: str, operand: str, kind: Kind) -> str:
        """Return the question in words; the operand goes where the label has an ellipsis, else at the end."""
        label = self.label_for(kind)
        if self.shape is Shape.DAYS and operand == "1":
            label = label.replace("days", "day")
        asked = label.replace("…", operand) if "…" in label else f"{label} {operand}"
        return f"{subject} {asked}".rstrip()

    def fits(self, kind: Kind, many: bool) -> bool:
        """Say whether it may be asked of a field of that kind."""
        return kind in self.kinds and self.many in {None, many}


def one_of(value: object, options: frozenset[object]) -> bool:
    """Say whether the value is among the options."""
    return value in options


def not_one_of(value: object, options: frozenset[object]) -> bool:
    """Say whether the value is not among the options."""
    return value not in options


def not_contains(members: frozenset[object], value: object) -> bool:
    """Say whether the set lacks the value."""
    return value not in members


def contains_any(members: frozenset[object], wanted: frozenset[object]) -> bool:
    """Say whether the set holds at least one of the wanted."""
    return not members.isdisjoint(wanted)


def between(value: Any, ends: tuple[Any, Any]) -> bool:
    """Include both ends; times of day are half-open and wrap midnight where the first end is the later one."""
    low, high = ends
    if not isinstance(value, time):
        return bool(low <= value <= high)
    return bool(low <= value < high if low < high else value >= low or value < high)


def matches(value: str, pattern: Any) -> bool:
    """Match the whole text, in time linear in its length."""
    return bool(pattern.fullmatch(value))


def within_days(value: date, days: int, moment: Moment) -> bool:
    """Look back only: a date yet to come is not within the last days."""
    if isinstance(value, datetime):
        return timedelta(0) <= moment.now - value <= timedelta(days=days)
    return 0 <= (moment.today - value).days <= days


def older_than_days(value: date, days: int, moment: Moment) -> bool:
    """Count calendar days in the rule set's zone for dates, periods of 24 hours for instants."""
    if isinstance(value, datetime):
        return moment.now - value > timedelta(days=days)
    return (moment.today - value).days > days


def is_known(value: object, _operand: object) -> bool:
    """Say whether the fact could be read."""
    return value is not MISSING


def is_missing(value: object, _operand: object) -> bool:
    """Say whether the fact is absent or could not be read."""
    return value is MISSING


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Any:
    """Return the compiled pattern.

    :raises re2.error: if it is not a pattern RE2 can run, or needs more memory than one pattern may have
    """
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 1 << 20
    return re2.compile(pattern, options)  # type: ignore[no-untyped-call]  # re2 has no types


def _table(*entries: Operator) -> dict[str, Operator]:
    """Refuse two operators of one name."""
    table = {entry.name: entry for entry in entries}
    if len(table) != len(entries):
        raise ValueError("Two operators share a name.")
    return table


def _kinds(*kinds: Kind) -> frozenset[Kind]:
    return frozenset(kinds)


def _all_but(*kinds: Kind) -> frozenset[Kind]:
    return frozenset(Kind) - frozenset(kinds)


_SCALAR = _all_but(Kind.KEY)
_ORDERED = _kinds(Kind.NUMBER, Kind.MONEY, Kind.DATE, Kind.DATETIME, Kind.TIME)
_LISTED = _all_but(Kind.KEY, Kind.BOOLEAN)
_MEMBERS = _all_but(Kind.BOOLEAN)
_TEXT = _kinds(Kind.TEXT)
_DATES = _kinds(Kind.DATE, Kind.DATETIME)

OPERATORS = _table(
    Operator("eq", "is", _SCALAR, Shape.ONE, operator.eq),
    Operator("ne", "is not", _SCALAR, Shape.ONE, operator.ne),
    Operator("lt", "is less than", _ORDERED, Shape.ONE, operator.lt, label_of_time="is before"),
    Operator("lte", "is at most", _ORDERED, Shape.ONE, operator.le, label_of_time="is no later than"),
    Operator("gt", "is more than", _ORDERED, Shape.ONE, operator.gt, label_of_time="is after"),
    Operator("gte", "is at least", _ORDERED, Shape.ONE, operator.ge, label_of_time="is no earlier than"),
    Operator("between", "is between", _ORDERED, Shape.PAIR, between),
    Operator("in", "is one of", _LISTED, Shape.LIST, one_of, prepare=frozenset),
    Operator("not_in", "is none of", _LISTED, Shape.LIST, not_one_of, prepare=frozenset),
    Operator("contains", "include", _MEMBERS, Shape.ONE, operator.contains, many=True),
    Operator("not_contains", "do not include", _MEMBERS, Shape.ONE, not_contains, many=True),
    Operator("contains_any", "include any of", _LISTED, Shape.LIST, contains_any, many=True, prepare=frozenset),
    Operator("contains_all", "include all of", _LISTED, Shape.LIST, operator.ge, many=True, prepare=frozenset),
    Operator("starts_with", "starts with", _TEXT, Shape.ONE, str.startswith),
    Operator("ends_with", "ends with", _TEXT, Shape.ONE, str.endswith),
    Operator("matches", "matches", _TEXT, Shape.PATTERN, matches, prepare=compile_pattern),
    Operator("is_known", "is known", frozenset(Kind), Shape.NOTHING, is_known, many=None, sees_missing=True),
    Operator("is_missing", "is missing", frozenset(Kind), Shape.NOTHING, is_missing, many=None, sees_missing=True),
    Operator("within_days", "is within the last … days", _DATES, Shape.DAYS, within_days, dated=True),
    Operator("older_than_days", "is more than … days ago", _DATES, Shape.DAYS, older_than_days, dated=True),
)


def operators_for(kind: Kind, many: bool) -> Iterable[Operator]:
    """Return the operators that may be asked of a field of that kind, in the table's order."""
    return [entry for entry in OPERATORS.values() if entry.fits(kind, many)]
