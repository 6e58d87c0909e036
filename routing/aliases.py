"""What a source calls things, and how that is read: remembered once, for every lead that follows. Pure."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from licenses.lines import LINES
from routing.geography import normalize

LONGEST: Final = 100
LANGUAGE: Final = re.compile("[a-z]{2}")
CARRIER: Final = re.compile("[0-9]{5}")

Aliases = Mapping[str, Mapping[str, str]]  # by field, what is sent (as `key_of` writes it), how it is read


@dataclass(frozen=True, slots=True)
class Readable:
    """A field whose values a source may call otherwise: the payload's names for it, and what is plain already."""

    label: str
    names: Collection[str]
    is_plain: Callable[[str, Collection[str]], bool]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was sent in a field, and how it was read."""

    field: str
    sent: str
    read_as: str

    def as_dict(self) -> dict[str, str]:
        """Return it as the lead keeps it."""
        return {"field": self.field, "sent": self.sent, "read_as": self.read_as}


READABLE: Final[Mapping[str, Readable]] = {
    "product": Readable("Product", ("product", "products"), lambda value, products: value in products),
    "line": Readable("Line", ("line",), lambda value, _: value.upper() in LINES),
    "state": Readable("State", ("state", "risk_state"), lambda value, _: isinstance(normalize.state(value), str)),
    "carrier": Readable("Carrier", ("carrier",), lambda value, _: bool(CARRIER.fullmatch(value))),
    "language": Readable("Language", ("language",), lambda value, _: bool(LANGUAGE.fullmatch(value))),
}
FIELD_OF: Final = {name: field for field, readable in READABLE.items() for name in readable.names}


def key_of(sent: str) -> str:
    """Return what is sent as it is remembered: capitals and spaces do not tell two values apart."""
    return " ".join(sent.split()).casefold()


def field_of(pointer: str) -> str | None:
    """Return the field a pointer into a payload is about, if its values can be remembered."""
    return FIELD_OF.get(pointer.strip("/").partition("/")[0])


def sent_at(pointer: str, data: Mapping[str, Any]) -> str | None:
    """Return the text that stands where a pointer of a problem points, if it is text and short enough."""
    found: Any = data
    for part in pointer.strip("/").split("/"):
        if isinstance(found, Mapping):
            found = found.get(part)
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found if isinstance(found, str) and 0 < len(found.strip()) <= LONGEST else None


def read(data: Mapping[str, Any], aliases: Aliases, products: Collection[str]) -> tuple[dict[str, Any], list[Reading]]:
    """Return a lead's fields with what the source calls otherwise put plainly, and what was read so.

    What is plain already is never read as something else, whatever was remembered.
    """
    plain, readings = dict(data), []

    def put(field: str, value: Any) -> Any:
        if not isinstance(value, str) or READABLE[field].is_plain(value.strip(), products):
            return value
        read_as = aliases[field].get(key_of(value))
        if read_as is None:
            return value
        readings.append(Reading(field, value.strip(), read_as))
        return read_as

    for field in aliases:
        for name in READABLE[field].names if field in READABLE else ():
            value = plain.get(name)
            if isinstance(value, list):
                plain[name] = [put(field, each) for each in value]
            elif name in plain:
                plain[name] = put(field, value)
    return plain, readings


def problem_with(field: str, sent: str, read_as: str, products: Collection[str]) -> tuple[str, str] | None:
    """Return which part of a mapping cannot be remembered, and why; None where it can."""
    if field not in READABLE:
        return "field", f"Use one of: {', '.join(READABLE)}."
    if not 0 < len(key_of(sent)) <= LONGEST:
        return "sent", f"Give what the source sends, in at most {LONGEST} characters."
    if READABLE[field].is_plain(sent.strip(), products):
        return "sent", f"“{sent.strip()}” is understood as it is."
    if not READABLE[field].is_plain(read_as, products):
        return "read_as", f"“{read_as}” is no {READABLE[field].label.lower()} that is known here."
    return None


def listed(aliases: Aliases) -> Sequence[Reading]:
    """Return a source's mappings in the order of their fields."""
    return [
        Reading(field, sent, read_as) for field in READABLE for sent, read_as in sorted(aliases.get(field, {}).items())
    ]
