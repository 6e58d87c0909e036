"""The states of historised rows in words: who brought each about, and what it changed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Final

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import JSONField, Model
from django.utils import formats, timezone
from django.utils.text import capfirst

from accounts.differences import EMPTY, Difference, differences, readable

DONE: Final = {"+": ("Added", "ok"), "~": ("Changed", "info"), "-": ("Deleted", "bad")}


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs between two states: old and new text; for JSON the places within it."""

    label: str
    old: str
    new: str
    places: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """One state of a row: who brought it about, when, how, and what was different before."""

    id: str
    at: datetime
    who: str
    done: str
    tone: str
    reason: str
    changes: tuple[Change, ...]
    title: str = ""


class Reader:
    """Turn historical records into states, looking up all rows they point at with one statement a model.

    `text(name, value)` may return better words for a JSON value; `hidden` names fields that say nothing to a reader.
    """

    def __init__(
        self,
        records: Iterable[Any],
        hidden: Iterable[str] = (),
        text: Callable[[str, Any], str | None] = lambda _name, _value: None,
    ) -> None:
        self.text = text
        self.hidden = frozenset(hidden)
        self.rows = _rows(records)

    def state(self, new: Any, old: Any = None) -> State:
        """Return one state and what it changed; the first and the last of a row change nothing."""
        done, tone = DONE[new.history_type]
        changes = self.changes(old, new) if old is not None and new.history_type == "~" else ()
        who = str(new.history_user) if new.history_user_id else "Fairlead"
        return State(str(new.pk), new.history_date, who, done, tone, new.history_change_reason or "", changes)

    def titled(self, new: Any, old: Any) -> State:
        """Return a state that names its row, for lists over several rows."""
        return replace(self.state(new, old), title=self._title(new))

    def changes(self, old: Any, new: Any) -> tuple[Change, ...]:
        """Return the fields that differ, in the model's order."""
        fields = (field for field in new.tracked_fields if not field.primary_key and field.name not in self.hidden)
        return tuple(
            self._change(field, getattr(old, field.attname), getattr(new, field.attname))
            for field in fields
            if getattr(old, field.attname) != getattr(new, field.attname)
        )

    def _change(self, field: Any, old: Any, new: Any) -> Change:
        label = capfirst(str(field.verbose_name))
        if not isinstance(field, JSONField):
            return Change(label, self._shown(field, old), self._shown(field, new))
        said = self.text(field.name, old), self.text(field.name, new)
        old_text, new_text = said if None not in said and said[0] != said[1] else ("", "")
        return Change(label, old_text or "", new_text or "", tuple(differences(old, new)))

    def _shown(self, field: Any, value: Any) -> str:
        if field.is_relation and value is not None:
            row = self.rows[field.related_model].get(value)
            return f"{field.related_model._meta.verbose_name} {value} (gone)" if row is None else str(row)
        if field.choices:
            value = dict(field.flatchoices).get(value, value)
        return shown(value)

    def _title(self, record: Any) -> str:
        row = record.history_object
        for field in record.tracked_fields:
            related = self.rows[field.related_model].get(getattr(row, field.attname)) if field.is_relation else None
            if related is not None:
                field.set_cached_value(row, related)
        try:
            return str(row)
        except ObjectDoesNotExist:
            return f"{row._meta.verbose_name} {row.pk}"


def shown(value: Any) -> str:
    """Return a plain value as a page shows it."""
    match value:
        case datetime():
            return formats.date_format(timezone.localtime(value), "M j, Y, H:i:s")
        case date():
            return formats.date_format(value, "M j, Y")
        case str() if value.strip():
            return value
        case None | str():
            return EMPTY
        case bool():
            return readable(value)
        case _:
            return str(value)


def with_predecessors(newest_first: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Pair each record of several rows with the same row's record before it, if that is among them."""
    by_row: dict[Any, list[Any]] = defaultdict(list)
    for record in newest_first:
        by_row[getattr(record, record.instance_type._meta.pk.attname)].append(record)
    before = {new.pk: old for chain in by_row.values() for new, old in pairwise(chain)}
    return [(record, before.get(record.pk)) for record in newest_first]


def _rows(records: Iterable[Any]) -> Mapping[type[Model], dict[Any, Model]]:
    keys: dict[type[Model], set[Any]] = defaultdict(set)
    for record in records:
        for field in record.tracked_fields:
            if field.is_relation and getattr(record, field.attname) is not None:
                keys[field.related_model].add(getattr(record, field.attname))
    found: dict[type[Model], dict[Any, Model]] = defaultdict(dict)
    for model, wanted in keys.items():
        found[model] = {row.pk: row for row in model._base_manager.filter(pk__in=wanted)}
    return found
