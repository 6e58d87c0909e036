"""The vocabulary rules are written in: the fields, their kinds, and the facts of one lead or producer."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rules_engine.engine.values import MISSING, Kind, Missing, Value, plain, read, read_set

SCOPES = ("lead", "score", "now", "producer", "consent", "attempts")


@dataclass(frozen=True, slots=True)
class Option:
    """One of the values a choice can take."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """A fact that rules may ask about. `parts` name the members of a compound key, in order."""

    name: str
    kind: Kind
    label: str
    group: str
    help: str = ""
    example: object = None
    options: tuple[Option, ...] = ()
    many: bool = False
    parts: tuple[str, ...] = ()
    personal: bool = False

    @property
    def scope(self) -> str:
        """Whose fact it is: what stands before the first dot of its name."""
        return self.name.partition(".")[0]

    def read(self, raw: object) -> Value | Missing:
        """Return the typed value of raw data, MISSING where it is absent or unreadable."""
        if self.many:
            return read_set(self.kind, raw, len(self.parts))
        return read(self.kind, raw, len(self.parts))

    def option_label(self, value: object) -> str | None:
        """Return what people call this value, where the catalog says."""
        return next((option.label for option in self.options if option.value == value), None)


class Facts:
    """What is known of one lead or producer, typed, immutable. A name not given is MISSING, never false.

    `known` is for the compiled rules, which read it directly; nobody writes to it.
    """

    __slots__ = ("known",)

    known: dict[str, Value]

    def __init__(self, known: Mapping[str, Value]) -> None:
        self.known = dict(known)

    def __getitem__(self, name: str) -> Value | Missing:
        return self.known.get(name, MISSING)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Facts) and self.known == other.known

    def __hash__(self) -> int:
        return hash(frozenset(self.known.items()))

    def __repr__(self) -> str:
        return f"Facts({self.known!r})"

    def merged(self, other: "Facts") -> "Facts":
        """Return these facts with the other's added; where both know a name, the other's stands."""
        both = Facts.__new__(Facts)  # `__init__` would copy once more
        both.known = self.known | other.known
        return both

    def raw(self) -> dict[str, object]:
        """Return the JSON form, which `Catalog.facts` reads back to equal facts."""
        return {name: plain(self.known[name]) for name in sorted(self.known)}


NO_FACTS = Facts({})


class Catalog:
    """The fields rules may use.

    :raises ValueError: if two fields share a name, or a field's declaration contradicts itself
    """

    def __init__(self, fields: Iterable[Field]) -> None:
        self.fields = tuple(fields)
        self._by_name = {field.name: field for field in self.fields}
        if len(self._by_name) != len(self.fields):
            names = [field.name for field in self.fields]
            repeated = sorted({name for name in names if names.count(name) > 1})
            raise ValueError(f"Fields share a name: {', '.join(repeated)}.")
        for field in self.fields:
            _check(field)
        self.hash = _hash(self.fields)

    def get(self, name: str) -> Field | None:
        """Return the field of that name, if there is one."""
        return self._by_name.get(name)

    def facts(self, raw: Mapping[str, object]) -> Facts:
        """Return typed facts. What cannot be read is missing; names no rule can ask for are left out."""
        known: dict[str, Value] = {}
        for name, given in raw.items():
            field = self._by_name.get(name)
            value = MISSING if field is None else field.read(given)
            if value is not MISSING:
                known[name] = value
        return Facts(known)


def _check(field: Field) -> None:
    if field.scope not in SCOPES or field.scope == field.name:
        raise ValueError(f"{field.name}: a field's name starts with one of {', '.join(SCOPES)} and a dot.")
    if (field.kind is Kind.KEY) != bool(field.parts):
        raise ValueError(f"{field.name}: compound keys, and only they, name their parts.")
    if field.kind is Kind.KEY and not field.many:
        raise ValueError(f"{field.name}: compound keys come in sets only.")


def _hash(fields: tuple[Field, ...]) -> str:
    """Cover what changes a rule's meaning; a better label or help text leaves published versions as they are."""
    meaning = [
        [field.name, field.kind.value, field.many, list(field.parts), sorted(option.value for option in field.options)]
        for field in sorted(fields, key=lambda field: field.name)
    ]
    canonical = json.dumps(meaning, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
