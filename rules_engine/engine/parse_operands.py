"""Reads what a field is compared with: values, other facts, compound keys."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any as Raw
from typing import Protocol

import re2

from rules_engine.engine.catalog import Field
from rules_engine.engine.nodes import Key, Literal, Operand, Ref
from rules_engine.engine.operators import MAX_DAYS, MAX_PATTERN, Operator, Shape, compile_pattern
from rules_engine.engine.problems import Code, shown, step
from rules_engine.engine.reading import Reading
from rules_engine.engine.values import MISSING, Kind, Missing, Scalar, read

OPERAND_KEYS = ("value", "ref", "key", "list")
TEXTS = frozenset({Kind.TEXT, Kind.CHOICE})

EXPECTED = {
    Kind.TEXT: "a text",
    Kind.CHOICE: "one of the field's options",
    Kind.NUMBER: "a number, such as 5",
    Kind.MONEY: 'an amount, such as 1200 or "1200.50"',
    Kind.BOOLEAN: "true or false",
    Kind.DATE: 'a date, such as "2026-11-21"',
    Kind.DATETIME: 'an instant with its offset, such as "2026-11-21T14:00:00Z"',
    Kind.TIME: 'a time of day, such as "08:30"',
    Kind.KEY: "a list of texts, one a part",
}


class Fields(Protocol):
    """Finds the fields an operand refers to; the condition reader, in fact."""

    reading: Reading

    def field(self, raw: object, pointer: str) -> Field | Missing:
        """Return the field of that name, if the stage may read it."""


def operand_keys(field: Field, operator: Operator) -> tuple[str, ...]:
    """Return the keys of which exactly one stands beside the operator; none where it takes no operand."""
    match operator.shape:
        case Shape.NOTHING:
            return ()
        case Shape.ONE if field.kind is Kind.KEY:
            return ("key",)
        case Shape.ONE:
            return ("value", "ref")
        case Shape.LIST:
            return ("value", "ref", "list")
    return ("value",)


@dataclass(frozen=True, slots=True)
class _Fault:
    """Why a value cannot stand beside the operator."""

    code: Code
    message: str


class OperandReader:
    """Reads the operand of one leaf. What has problems comes back as MISSING, with the problems noted."""

    def __init__(self, fields: Fields, field: Field, operator: Operator) -> None:
        self.fields = fields
        self.refuse = fields.reading.refuse
        self.field = field
        self.operator = operator

    def read(self, raw: dict[str, object], pointer: str) -> Operand | Missing:
        """Return the operand."""
        given = [key for key in OPERAND_KEYS if key in raw]
        allowed = operand_keys(self.field, self.operator)
        if len(given) != min(1, len(allowed)) or not set(given) <= set(allowed):
            wanted = f"exactly one of {', '.join(allowed)}" if allowed else "nothing"
            has = ", ".join(given) or "none of these"
            text = (
                f'"{self.operator.name}" on {self.field.name} takes {wanted} beside it, and here it has {has}; mend it.'
            )
            return self.refuse(pointer, Code.OPERAND_SHAPE, text)
        match given:
            case ["ref"]:
                return self._ref(raw["ref"], step(pointer, "ref"))
            case ["key"]:
                return self._key(raw["key"], step(pointer, "key"))
            case ["list"]:
                return self._named(raw["list"], step(pointer, "list"))
            case ["value"]:
                return self._literal(raw["value"], step(pointer, "value"))
        return None

    def bare(self, raw: object, pointer: str) -> Operand | Missing:
        """Return the operand of a table's cell that holds nothing but the value."""
        if "value" in operand_keys(self.field, self.operator):
            return self._literal(raw, pointer)
        text = f'"{self.operator.name}" on {self.field.name} takes a key; write {{"key": […]}} or "-".'
        return self.refuse(pointer, Code.OPERAND_SHAPE, text)

    def _ref(self, raw: object, pointer: str) -> Ref | Missing:
        other = self.fields.field(raw, pointer)
        if other is MISSING:
            return MISSING
        alike = other.kind is self.field.kind or {other.kind, self.field.kind} <= TEXTS
        if not alike or other.many != (self.operator.shape is Shape.LIST) or other.parts != self.field.parts:
            wanted = f"{'a set of ' if self.operator.shape is Shape.LIST else 'one '}{self.field.kind}"
            text = f"{other.name} cannot be compared with {self.field.name} here; refer to {wanted}."
            return self.refuse(pointer, Code.REF_KIND, text)
        return Ref(other.name)

    def _named(self, raw: object, pointer: str) -> Literal | Missing:
        named = self.fields.reading.lists.find(raw)
        if named is None:
            text = f"There is no list {shown(raw)}; make it, or write the values out."
            return self.refuse(pointer, Code.LIST_UNKNOWN, text)
        if not named.values:
            return self.refuse(pointer, Code.LIST_KIND, f"The list {named.name} is empty; add a value to it.")
        judged = [self._judged(one) for one in named.values]
        values = tuple(one for one in judged if not isinstance(one, _Fault))
        if len(values) == len(judged):
            return Literal(values, named.name)
        fault = next(one for one in judged if isinstance(one, _Fault))
        text = f"The list {named.name} does not fit here: {fault.message}"
        return self.refuse(pointer, Code.LIST_KIND, text)

    def _key(self, raw: object, pointer: str) -> Key | Missing:
        given = self.fields.reading.array(raw, pointer, '"key"')
        names = self.field.parts
        if len(given) != len(names):
            text = f'"key" on {self.field.name} needs {len(names)} operands; give {", ".join(names)} in this order.'
            return self.refuse(pointer, Code.OPERAND_SHAPE, text)
        parts = [self._part(part, step(pointer, index)) for index, part in enumerate(given)]
        whole = tuple(part for part in parts if part is not MISSING)
        return Key(whole) if len(whole) == len(parts) else MISSING

    def _part(self, raw: object, pointer: str) -> Ref | Literal | Missing:
        holder = self.fields.reading.obj(raw, pointer, "An operand of a key", ("ref", "value"))
        if holder is None:
            return MISSING
        if ("ref" in holder) == ("value" in holder):
            text = "An operand of a key holds either a ref or a value; write one of them."
            return self.refuse(pointer, Code.OPERAND_SHAPE, text)
        if "value" in holder:
            value = read(Kind.TEXT, holder["value"])
            text = f"A part of a key is a text, not {shown(holder['value'])}."
            return self.refuse(step(pointer, "value"), Code.VALUE_KIND, text) if value is MISSING else Literal(value)
        other = self.fields.field(holder["ref"], step(pointer, "ref"))
        if other is MISSING:
            return MISSING
        if other.many or other.kind not in TEXTS:
            text = f"{other.name} cannot be part of a key; refer to one text or choice."
            return self.refuse(step(pointer, "ref"), Code.REF_KIND, text)
        return Ref(other.name)

    def _literal(self, raw: object, pointer: str) -> Literal | Missing:
        readers: dict[Shape, Callable[[object, str], Literal | Missing]] = {
            Shape.ONE: self._one,
            Shape.LIST: self._list,
            Shape.PAIR: self._pair,
            Shape.DAYS: self._days,
            Shape.PATTERN: self._pattern,
        }
        return readers[self.operator.shape](raw, pointer)

    def _scalar(self, raw: object, pointer: str) -> Scalar | Missing:
        judged = self._judged(raw)
        return self.refuse(pointer, judged.code, judged.message) if isinstance(judged, _Fault) else judged

    def _judged(self, raw: object) -> "Scalar | _Fault":
        """Return one value the field can be compared with, or why it cannot."""
        value = read(self.field.kind, raw, len(self.field.parts))
        if value is MISSING:
            text = f"{self.field.name} is compared with {EXPECTED[self.field.kind]}, not with {shown(raw)}."
            return _Fault(Code.VALUE_KIND, text)
        if self.field.options and self.field.option_label(value) is None:
            options = ", ".join(option.value for option in self.field.options[:60])
            text = f"{shown(raw)} is not an option of {self.field.name}; use one of {options}."
            return _Fault(Code.VALUE_OPTION, text)
        return value

    def _scalars(self, raw: object, pointer: str) -> tuple[Scalar, ...]:
        """Return the values of a list, or an empty tuple with its problems noted."""
        given = self.fields.reading.array(raw, pointer, '"value"')
        values = [self._scalar(one, step(pointer, index)) for index, one in enumerate(given)]
        whole = tuple(value for value in values if value is not MISSING)
        return whole if len(whole) == len(values) else ()

    def _one(self, raw: object, pointer: str) -> Literal | Missing:
        value = self._scalar(raw, pointer)
        return MISSING if value is MISSING else Literal(value)

    def _list(self, raw: object, pointer: str) -> Literal | Missing:
        if raw == []:
            return self.refuse(pointer, Code.OPERAND_SHAPE, "The list is empty; add at least one value.")
        values = self._scalars(raw, pointer)
        return Literal(values) if values else MISSING

    def _pair(self, raw: object, pointer: str) -> Literal | Missing:
        if isinstance(raw, list) and len(raw) != 2:
            text = f'"{self.operator.name}" needs two values, the lower one first; write both.'
            return self.refuse(pointer, Code.OPERAND_SHAPE, text)
        values: tuple[Raw, ...] = self._scalars(raw, pointer)
        if not values:
            return MISSING
        if self.field.kind is Kind.TIME:
            if values[0] == values[1]:
                text = "From a time of day to the same one is no time at all; choose two different times."
                return self.refuse(pointer, Code.VALUE_ORDER, text)
        elif values[0] > values[1]:
            text = "Nothing lies between these two; write the lower one first."
            return self.refuse(pointer, Code.VALUE_ORDER, text)
        return Literal(values)

    def _days(self, raw: object, pointer: str) -> Literal | Missing:
        if isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= MAX_DAYS:
            return Literal(raw)
        text = f"The number of days is a whole number from 0 to {MAX_DAYS}, not {shown(raw)}."
        return self.refuse(pointer, Code.VALUE_KIND, text)

    def _pattern(self, raw: object, pointer: str) -> Literal | Missing:
        if not isinstance(raw, str) or not raw:
            return self.refuse(pointer, Code.VALUE_KIND, f"A pattern is a text, not {shown(raw)}.")
        if len(raw) > MAX_PATTERN:
            text = f"A pattern has at most {MAX_PATTERN} characters; shorten it."
            return self.refuse(pointer, Code.PATTERN_LONG, text)
        try:
            compile_pattern(raw)
        except re2.error as error:
            said = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
            return self.refuse(pointer, Code.PATTERN_BAD, f"The pattern cannot be used ({said}); mend it.")
        return Literal(raw)
