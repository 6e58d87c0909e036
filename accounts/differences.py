"""How two JSON values differ, as places with an old and a new text a person can read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from json import dumps
from typing import Any, Final

EMPTY: Final = "(empty)"
_NOTHING: Final = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that changed; None on a side means that the place was not there."""

    place: str
    old: str | None
    new: str | None


def differences(old: Any, new: Any, place: str = "") -> Iterator[Difference]:
    """Yield what changed between two JSON values, place by place, in the order of the document."""
    if _canonical(old) == _canonical(new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _in_mapping(old, new, place)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _in_list(old, new, place)
    else:
        yield Difference(place, readable(old), readable(new))


def readable(value: Any) -> str:
    """Return a JSON value as a person would write it."""
    match value:
        case None | "":
            return EMPTY
        case list() | dict() if not value:
            return EMPTY
        case bool():
            return "yes" if value else "no"
        case str() | int() | float():
            return str(value)
        case list() if not any(isinstance(item, list | dict) for item in value):
            return ", ".join(readable(item) for item in value)
        case _:
            return dumps(value, ensure_ascii=False)


def _in_mapping(old: Mapping[str, Any], new: Mapping[str, Any], place: str) -> Iterator[Difference]:
    for key in dict.fromkeys([*old, *new]):
        yield from _replaced(old.get(key, _NOTHING), new.get(key, _NOTHING), _below(place, key))


def _in_list(old: Sequence[Any], new: Sequence[Any], place: str) -> Iterator[Difference]:
    """Line the items up, so that one inserted item is one difference and not a change of all that follow.

    Items of a plain list need no number: they say themselves which they are.
    """
    numbered = any(isinstance(item, list | dict) for item in [*old, *new])
    before, after = ([_canonical(item) for item in items] for items in (old, new))
    for tag, from_old, to_old, from_new, to_new in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        gone, come = old[from_old:to_old], new[from_new:to_new]
        for step, (item, successor) in enumerate(zip_longest(gone, come, fillvalue=_NOTHING), start=1):
            at = _below(place, (from_old if successor is _NOTHING else from_new) + step) if numbered else place
            yield from _replaced(item, successor, at)


def _replaced(old: Any, new: Any, place: str) -> Iterator[Difference]:
    if old is _NOTHING:
        yield Difference(place, None, readable(new))
    elif new is _NOTHING:
        yield Difference(place, readable(old), None)
    else:
        yield from differences(old, new, place)


def _canonical(value: Any) -> str:
    """Return what tells JSON values apart; Python takes true for 1."""
    return dumps(value, sort_keys=True)


def _below(place: str, step: str | int) -> str:
    return f"{place} › {step}" if place else str(step)
