"""Read one cell as what it should be, or say what is wrong with it and where. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Final

FORMATS: Final = ("%Y-%m-%d", "%Y%m%d", "%m/%d/%Y", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M", "%Y-%m-%dT%H:%M:%S")
# What licence data writes for "never ends" (domain facts 1.2, tag L9).
ENDLESS: Final = frozenset({"99991231", "29991231", "9999-12-31", "2999-12-31", "12/31/9999", "12/31/2999", "NULL"})
YES: Final = frozenset({"yes", "y", "true", "1"})
NO: Final = frozenset({"no", "n", "false", "0", ""})


class CellError(Exception):
    """A cell does not hold what its column is for."""


def read_text(cells: Mapping[str, str], name: str, *, most: int) -> str:
    """Return a text that must be there."""
    value = cells.get(name, "")
    if not value:
        raise CellError(f"{name} is empty")
    if len(value) > most:
        raise CellError(f"{name} is longer than {most} characters")
    return value


def read_npn(cells: Mapping[str, str]) -> str:
    """Return an NPN as the text it is, leading zeros and all."""
    value = read_text(cells, "npn", most=40)
    if not re.fullmatch(r"[0-9]{1,10}", value):
        raise CellError(f"npn {value!r} is not up to ten digits")
    return value


def read_choice(cells: Mapping[str, str], name: str, choices: Mapping[str, str], default: str = "") -> str:
    """Return the code of what the cell says, in whatever case."""
    value = cells.get(name, "") or default
    if not value:
        raise CellError(f"{name} is empty")
    code = choices.get(value.casefold())
    if code is None:
        raise CellError(f"{name} {value[:40]!r} is not one of {', '.join(sorted(set(choices.values())))}")
    return code


def read_yes(cells: Mapping[str, str], name: str) -> bool:
    """Return whether the cell says yes; an empty one says no."""
    value = cells.get(name, "").casefold()
    if value not in YES | NO:
        raise CellError(f"{name} {value[:40]!r} is neither yes nor no")
    return value in YES


def read_date(cells: Mapping[str, str], name: str) -> date | None:
    """Return a date written as 2026-05-12, 20260512 or 5/12/2026; None where the cell is empty or NULL."""
    value = cells.get(name, "")
    if value.upper() in {"", "NULL"}:
        return None
    for form in FORMATS:
        try:
            day = datetime.strptime(value, form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
        if 1900 <= day.year <= 2200:
            return day
    raise CellError(f"{name} {value[:40]!r} is not a date between 1900 and 2200, such as 2026-05-12")


def read_end(cells: Mapping[str, str], name: str) -> tuple[date | None, bool]:
    """Return a last day, and whether the cell says that there is none."""
    value = cells.get(name, "")
    if value.partition(" ")[0].upper() in ENDLESS:
        return None, True
    return read_date(cells, name), False


def read_instant(cells: Mapping[str, str], name: str) -> datetime | None:
    """Return an instant written as ISO 8601, midnight UTC where it is only a date."""
    value = cells.get(name, "")
    if not value:
        return None
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise CellError(f"{name} {value[:40]!r} is not a time such as 2026-05-12T08:00:00Z") from None
    if not 1900 <= instant.year <= 2200:
        raise CellError(f"{name} {value[:40]!r} is not between 1900 and 2200")
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
