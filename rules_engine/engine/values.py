"""What facts and literals are made of: kinds, verdicts, and the one place where raw data becomes typed values."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Final


class Verdict(Enum):
    """What a condition says of a lead. UNKNOWN: a fact it needs is missing or unreadable."""

    TRUE = "TRUE"
    FALSE = "FALSE"
    UNKNOWN = "UNKNOWN"

    @classmethod
    def of(cls, answer: bool | None) -> "Verdict":
        """Return the verdict for a plain answer, None being unknown."""
        return cls.UNKNOWN if answer is None else cls.TRUE if answer else cls.FALSE


class Kind(StrEnum):
    """What a fact is. A field whose `many` is set holds a set of its kind; KEY exists only in sets."""

    TEXT = "text"
    CHOICE = "choice"
    NUMBER = "number"
    MONEY = "money"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    TIME = "time"
    KEY = "key"


class Missing(Enum):
    """The type of MISSING, so that a type checker can tell it from a value."""

    MISSING = "MISSING"

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing.MISSING

CompoundKey = tuple[str, ...]
Scalar = str | bool | int | Decimal | date | datetime | time | CompoundKey
Value = Scalar | frozenset[Scalar]

# Far beyond any premium or count, and small enough that printing a number can never fail or take long.
_MAX_DIGITS = 30
_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,30})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?", re.ASCII)
_DATETIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def read(kind: Kind, raw: object, parts: int = 0) -> Scalar | Missing:
    """Return the typed value of raw data, or MISSING where it cannot be read as that kind without guessing."""
    try:
        if kind is Kind.KEY:
            return _read_key(raw, parts)
        return _READERS[kind](raw)
    except (ValueError, OverflowError, ArithmeticError):
        return MISSING


def read_set(kind: Kind, raw: object, parts: int = 0) -> frozenset[Scalar] | Missing:
    """Return the typed set; one unreadable member makes the whole set unreadable, for what it holds is not known."""
    if not isinstance(raw, (list, tuple, set, frozenset)):
        return MISSING
    members = frozenset(read(kind, member, parts) for member in raw)
    return MISSING if MISSING in members else members  # type: ignore[return-value]  # MISSING was just ruled out


def plain(value: object) -> object:
    """Return the JSON form of a value; `read` turns it back into an equal one."""
    if isinstance(value, frozenset):
        value = tuple(sorted(value))
    if isinstance(value, tuple):
        return [plain(member) for member in value]
    return _PLAIN.get(type(value), _as_it_is)(value)


def _as_it_is(value: object) -> object:
    return value


def _plain_time(value: time) -> str:
    return value.isoformat("auto" if value.second or value.microsecond else "minutes")


def _plain_number(number: Decimal) -> float | str:
    as_float = float(number)
    return as_float if Decimal(repr(as_float)) == number else str(number)


_PLAIN: dict[type, Callable[..., object]] = {
    Missing: lambda _: None,
    Decimal: _plain_number,
    datetime: lambda value: value.isoformat().replace("+00:00", "Z"),
    date: date.isoformat,
    time: _plain_time,
}


def _read_text(raw: object) -> str | Missing:
    """Blank text is a form field nobody filled in; NUL and invalid Unicode can be neither stored nor matched."""
    if not isinstance(raw, str) or not raw.strip() or "\x00" in raw:
        return MISSING
    raw.encode()  # a lone surrogate raises UnicodeEncodeError, a ValueError
    return str(raw)


def read_number(raw: object) -> int | Decimal | Missing:
    """Return an exact number: whole ones as int, others as Decimal; true and false are no numbers."""
    match raw:
        case bool():
            return MISSING
        case int():
            return raw if abs(raw) < 10**_MAX_DIGITS else MISSING
        case float() | Decimal():
            return _exact(Decimal(repr(raw)) if isinstance(raw, float) else raw)
        case str():
            return _exact(Decimal(raw)) if _NUMBER.fullmatch(raw) else MISSING
    return MISSING


def _exact(number: Decimal) -> int | Decimal | Missing:
    """Whole numbers become int, so that equal numbers print alike."""
    if not number.is_finite():
        return MISSING
    if number == 0:
        return 0
    exponent = number.as_tuple().exponent
    if number.adjusted() >= _MAX_DIGITS or not isinstance(exponent, int) or exponent < -2 * _MAX_DIGITS:
        return MISSING
    return int(number) if number == number.to_integral_value() else number.normalize()


def _read_boolean(raw: object) -> bool | Missing:
    return raw if isinstance(raw, bool) else MISSING


def _read_date(raw: object) -> date | Missing:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    return date.fromisoformat(raw) if isinstance(raw, str) and _DATE.fullmatch(raw) else MISSING


def _read_datetime(raw: object) -> datetime | Missing:
    """An instant without a zone could be any of 24 hours: unreadable."""
    if isinstance(raw, str):
        raw = datetime.fromisoformat(raw) if _DATETIME.fullmatch(raw) else MISSING
    if not isinstance(raw, datetime) or raw.utcoffset() is None:
        return MISSING
    return raw.astimezone(UTC)


def _read_time(raw: object) -> time | Missing:
    if isinstance(raw, str):
        raw = time.fromisoformat(raw) if _TIME.fullmatch(raw) else MISSING
    return raw if isinstance(raw, time) and raw.tzinfo is None else MISSING


def _read_key(raw: object, parts: int) -> CompoundKey | Missing:
    if not isinstance(raw, (list, tuple)) or len(raw) != parts:
        return MISSING
    texts = tuple(_read_text(part) for part in raw)
    return MISSING if MISSING in texts else texts  # type: ignore[return-value]  # MISSING was just ruled out


_READERS: dict[Kind, Callable[[object], Scalar | Missing]] = {
    Kind.TEXT: _read_text,
    Kind.CHOICE: _read_text,
    Kind.NUMBER: read_number,
    Kind.MONEY: read_number,
    Kind.BOOLEAN: _read_boolean,
    Kind.DATE: _read_date,
    Kind.DATETIME: _read_datetime,
    Kind.TIME: _read_time,
}
