"""How big and how deep a document may be, checked before anything else looks at it."""

import math

from rules_engine.engine.problems import Code, Problem, step

MAX_BYTES = 1_000_000
MAX_NESTING = 64  # conditions stop at MAX_DEPTH; this only keeps hostile nesting from costing anything
MAX_DEPTH = 12
MAX_LEAVES = 500
MAX_COLUMNS = 50
MAX_CELLS = 10_000  # of one table: rows times columns

# A place as a linked list, so that a pointer is only spelt out where there is a problem.
_Place = tuple["_Place", str | int] | None


def weigh(document: object, pointer: str = "") -> Problem | None:
    """Return the problem of a document that is not JSON, or too big or deep to read. Takes time linear in its size."""
    size = 0
    stack: list[tuple[object, int, _Place]] = [(document, 0, None)]
    while stack:
        value, depth, place = stack.pop()
        fault = _fault(value)
        if fault is not None:
            return Problem(pointer + _pointer(place), *fault)
        if depth > MAX_NESTING:
            text = f"This is nested more than {MAX_NESTING} levels deep; flatten it."
            return Problem(pointer + _pointer(place), Code.TOO_DEEP, text)
        size += _size(value)
        if size > MAX_BYTES:
            return Problem(pointer, Code.TOO_BIG, "The document is over 1 MB; split it into several rule sets.")
        if isinstance(value, dict):
            stack.extend((inner, depth + 1, (place, key)) for key, inner in value.items())
        elif isinstance(value, list):
            stack.extend((inner, depth + 1, (place, index)) for index, inner in enumerate(value))
    return None


def _fault(value: object) -> tuple[Code, str] | None:
    match value:
        case dict():
            if not all(isinstance(key, str) for key in value):
                return Code.NOT_JSON, "The keys of an object must be text."
            return next((fault for key in value if (fault := _text_fault(key))), None)
        case str():
            return _text_fault(value)
        case float():
            return None if math.isfinite(value) else (Code.NOT_JSON, "Write an ordinary number, not NaN or Infinity.")
        case None | bool() | int() | list():
            return None
    return Code.NOT_JSON, "This is not JSON; use text, numbers, true, false, null, lists and objects."


def _text_fault(text: str) -> tuple[Code, str] | None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return Code.TEXT_BAD, "This text is not valid Unicode; type it again."
    return (Code.TEXT_BAD, "This text holds a NUL character; take it out.") if "\x00" in text else None


def _size(value: object) -> int:
    match value:
        case str():
            return len(value.encode()) + 3
        case dict():
            return 2 + sum(len(key.encode()) + 4 for key in value)
        case int():
            return value.bit_length() // 3 + 2
    return 8


def _pointer(place: _Place) -> str:
    keys: list[str | int] = []
    while place is not None:
        place, key = place
        keys.append(key)
    return step("", *reversed(keys))
