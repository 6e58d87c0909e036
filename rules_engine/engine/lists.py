"""Named lists: values that conditions name instead of repeating; a version carries those it uses."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, TypeGuard

from rules_engine.engine.nodes import NamedList

# By name, the values as a document writes them.
Lists = Mapping[str, Sequence[str | int | float]]
NO_LISTS: Final[Lists] = MappingProxyType({})

_NAME = re.compile(r"(?=.{1,60}\Z)[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


def is_list_name(name: object) -> bool:
    """Say whether a list may be called that."""
    return isinstance(name, str) and _NAME.fullmatch(name) is not None


def is_list_value(value: object) -> TypeGuard[str | int | float]:
    """Say whether a list may hold it; whether it fits a field is judged where the list is named."""
    return isinstance(value, str | int | float) and not isinstance(value, bool)


class NamedLists:
    """The lists one document may name: those it carries, then the agency's. Keeps count of those it does name."""

    def __init__(self, agency: Lists) -> None:
        self._known = {name: NamedList(name, tuple(values)) for name, values in agency.items()}
        self._used: dict[str, NamedList] = {}

    def carry(self, named: NamedList) -> None:
        """Add a list of the document itself; it stands before the agency's of that name."""
        self._known[named.name] = named

    def find(self, name: object) -> NamedList | None:
        """Return the list of that name and note its use, None where there is none."""
        named = self._known.get(name) if isinstance(name, str) else None
        if named is not None:
            self._used[named.name] = named
        return named

    def used(self) -> tuple[NamedList, ...]:
        """Return the lists that were asked for, by name."""
        return tuple(self._used[name] for name in sorted(self._used))
