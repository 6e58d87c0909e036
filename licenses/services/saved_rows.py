"""Write one row after judging it, and say what changed; inside the caller's transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import DateField, Field, ForeignKey, Model

from accounts.errors import FieldProblem, Invalid
from licenses.models import License

Column = Field[Any, Any]
# Values of people stay out of the ledger and the diffs; that they changed does not.
PERSONAL: Final = frozenset({"email"})
# Where a fact was read from, not what it says; a lead source that a row points at is another thing.
UNTRACKED: Final = frozenset({"id", "facts_version", "notified_days", "as_of", "source"})


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one row, before and after, as text."""

    what: str
    field: str
    before: str
    after: str

    def as_dict(self) -> dict[str, str]:
        """Return the change as the ledger keeps it, under its row."""
        return {"field": self.field, "before": self.before, "after": self.after}


def save_row(row: Model, now: datetime) -> tuple[FieldChange, ...]:
    """Save a row if it is new or differs from what is stored.

    :raises Invalid: with every field at fault
    """
    _adopt(row)
    _check(row)
    row._history_date = now  # type: ignore[attr-defined]  # simple-history reads it
    if row._state.adding:
        row.save()
        return tuple(_differences(None, row))
    stored = type(row)._default_manager.get(pk=row.pk)
    changed = tuple(_differences(stored, row))
    fields = {change.field for change in changed}
    if isinstance(row, License) and "expiry_date" in fields:
        row.notified_days = None
        fields.add("notified_days")
    if fields:
        row.save(update_fields=fields | ({"as_of", "source"} if isinstance(row, License) else set()))
    return changed


def delete_row(row: Model, now: datetime) -> FieldChange:
    """Delete a row; its history stays."""
    row._history_date = now  # type: ignore[attr-defined]  # simple-history reads it
    what = describe(row)
    row.delete()
    return FieldChange(what, "", what, "")


def describe(row: Model) -> str:
    """Name a row for people: what it is, and which."""
    return f"{row._meta.verbose_name} {row}"


def _adopt(row: Model) -> None:
    """Take the key of a parent that was saved after this row was built."""
    for column in _columns(row):
        if isinstance(column, ForeignKey) and getattr(row, column.attname) is None and column.is_cached(row):
            setattr(row, column.name, getattr(row, column.name))


def _check(row: Model) -> None:
    problems = [problem for column in _columns(row) if (problem := _unstorable(column, getattr(row, column.attname)))]
    if problems:
        raise Invalid(problems, "; ".join(problem.detail for problem in problems))
    try:
        row.full_clean()
    except ValidationError as error:
        problems = list(_problems(error))
        raise Invalid(problems, "; ".join(problem.detail for problem in problems)) from error


def _unstorable(column: Column, value: object) -> FieldProblem | None:
    """Say what Django's own checks would trip over instead of naming the field."""
    if "\0" in str(value):
        return FieldProblem(f"/{column.name}", "nul", f"{column.name}: remove the NUL character.")
    if isinstance(column, DateField) and not isinstance(value, date | str | None):
        return FieldProblem(f"/{column.name}", "invalid", f"{column.name}: give a date, such as 2026-05-12.")
    return None


def _problems(error: ValidationError) -> Iterator[FieldProblem]:
    for name, faults in error.error_dict.items():
        pointer = "" if name == NON_FIELD_ERRORS else f"/{name}"
        for fault in faults:
            message = " ".join(fault.messages)
            yield FieldProblem(pointer, str(fault.code or "invalid"), f"{name}: {message}" if pointer else message)


def _differences(before: Model | None, after: Model) -> Iterator[FieldChange]:
    what = describe(after)
    for column in _columns(after):
        if column.name in UNTRACKED and not column.is_relation:
            continue
        old = _value(before, column)
        if old != _value(after, column):
            yield FieldChange(what, column.name, _text(before, column), _text(after, column))


def _value(row: Model | None, column: Column) -> object:
    """Return a stored value, where nothing and empty are the same nothing."""
    value = getattr(row, column.attname) if row else None
    return None if value in ("", [], None) else value


def _text(row: Model | None, column: Column) -> str:
    if row is None or _value(row, column) is None:
        return ""
    if column.name in PERSONAL:
        return "(not kept)"
    value = getattr(row, column.name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(" and ".join(item) if isinstance(item, list) else str(item) for item in value)
    return str(value)


def _columns(row: Model) -> list[Column]:
    return [column for column in row._meta.concrete_fields if not column.primary_key]
