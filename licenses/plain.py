"""Frozen values that turn into JSON-able dicts and back, exactly: they are stored and replayed years later."""

from collections.abc import Callable, Mapping
from datetime import date
from types import NoneType
from typing import Any, Final, Self, get_args, get_origin, get_type_hints

_READERS: Final[dict[type, dict[str, Callable[[Any], Any]]]] = {}


class Plain:
    """A frozen dataclass of texts, numbers, dates, tuples and other `Plain` values."""

    __slots__ = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the value as JSON-able data."""
        return {name: _encode(getattr(self, name)) for name in _decoders(type(self))}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Read what `as_dict` returned; keys added since take their defaults, keys dropped since are passed over."""
        return cls(**{name: decode(data[name]) for name, decode in _decoders(cls).items() if name in data})


def _encode(value: Any) -> Any:
    if isinstance(value, Plain):
        return value.as_dict()
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _decoders(cls: type) -> dict[str, Callable[[Any], Any]]:
    if cls not in _READERS:
        _READERS[cls] = {name: _decoder(kind) for name, kind in get_type_hints(cls).items()}
    return _READERS[cls]


def _decoder(kind: Any) -> Callable[[Any], Any]:
    if get_origin(kind) is tuple:
        item = _decoder(get_args(kind)[0])
        return lambda values: tuple(map(item, values))
    if NoneType in get_args(kind):
        present = _decoder(next(part for part in get_args(kind) if part is not NoneType))
        return lambda value: None if value is None else present(value)
    if kind is date:
        return date.fromisoformat
    if isinstance(kind, type) and issubclass(kind, Plain):
        return kind.from_dict
    return lambda value: value
