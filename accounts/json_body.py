"""JSON as others send it, read strictly: what a reader further in could take two ways is refused, with its place."""

import json
import math
from collections.abc import Iterator
from typing import Any, Final

MAX_DEPTH: Final = 100


class UnreadableError(ValueError):
    """A body that is not the JSON it should be."""

    def __init__(self, code: str, detail: str, pointer: str = "") -> None:
        super().__init__(detail)
        self.code, self.detail, self.pointer = code, detail, pointer


def read(body: bytes) -> Any:
    """Return the value of UTF-8 JSON without doubled names, non-numbers, NUL, half characters or bottomless nesting.

    :raises UnreadableError: with the code and place of the first fault
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError("json.utf8", f"The body is not UTF-8: see byte {error.start + 1}.") from error
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_number)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise UnreadableError("json.malformed", f"The body is not JSON: {error.msg} at {where}.") from error
    except UnreadableError:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise UnreadableError("json.malformed", "The body holds a number that is too long.") from error
    except RecursionError as error:
        raise UnreadableError("json.too_deep", f"The body is nested more than {MAX_DEPTH} levels deep.") from error
    _check(value)
    return value


def escaped(part: str) -> str:
    """Return one step of a JSON pointer."""
    return part.replace("~", "~0").replace("/", "~1")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnreadableError("json.doubled", f"The name {twice[:60]!r} stands twice in one object.")
    return members


def _no_constant(name: str) -> Any:
    raise UnreadableError("json.malformed", f"The body is not JSON: {name} is not a number.")


def _number(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise UnreadableError("json.malformed", f"The number {text[:20]} is too large.")
    return value


def _check(value: Any) -> None:
    """Refuse text that no database column or log takes, wherever it stands."""
    waiting: list[tuple[Any, str, int]] = [(value, "", 0)]
    while waiting:
        node, pointer, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise UnreadableError("json.too_deep", f"The body is nested more than {MAX_DEPTH} levels deep.")
        if isinstance(node, str):
            _check_text(node, pointer)
        elif isinstance(node, dict | list):
            waiting.extend((child, place, depth + 1) for child, place in _children(node, pointer))


def _children(node: dict[str, Any] | list[Any], pointer: str) -> Iterator[tuple[Any, str]]:
    if isinstance(node, list):
        yield from ((child, f"{pointer}/{index}") for index, child in enumerate(node))
        return
    for name, child in node.items():
        _check_text(name, pointer)
        yield child, f"{pointer}/{escaped(name)}"


def _check_text(text: str, pointer: str) -> None:
    if "\x00" in text:
        raise UnreadableError("json.nul", "Text may not hold the NUL character.", pointer)
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise UnreadableError("json.half_character", "Text may not hold half of a surrogate pair.", pointer)
