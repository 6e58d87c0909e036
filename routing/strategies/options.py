"""What a step of a pool's method can be told: typed options that parser, form, docs and preview read alike."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final, Protocol

from routing.strategies.candidate import Need

LEVELS: Final = 5
MOST_NEEDS: Final = 40
CODE: Final = re.compile(r"[a-z0-9][a-z0-9 _-]{0,39}")


class UnreadableError(ValueError):
    """What nobody can read; the text says what is taken."""


class Kind(Protocol):
    """A kind of value: `read` judges JSON, `from_text` and `to_text` are how a form writes it."""

    def read(self, value: object) -> Any:
        """Return the value as steps use it.

        :raises UnreadableError: saying what the option takes
        """

    def from_text(self, text: str) -> Any:
        """Return the JSON a form's text stands for; what cannot be read stays text, for `read` to judge."""

    def to_text(self, value: Any) -> str:
        """Return the JSON as a form shows it."""


class _Plain:
    """A value that is written as it is."""

    def from_text(self, text: str) -> Any:
        """Return the text itself."""
        return text.strip()

    def to_text(self, value: Any) -> str:
        """Return the value as text."""
        return str(value)


@dataclass(frozen=True, slots=True)
class Whole(_Plain):
    """A whole number."""

    low: int
    high: int

    def read(self, value: object) -> int:
        """Take whole numbers within the bounds."""
        if isinstance(value, bool) or not isinstance(value, int) or not self.low <= value <= self.high:
            raise UnreadableError(f"Use a whole number from {self.low} to {self.high}.")
        return value

    def from_text(self, text: str) -> Any:
        """Return the number, or whatever else was written."""
        text = text.strip()
        return int(text) if re.fullmatch(r"\d{1,6}", text) else text


class Share(_Plain):
    """A part of one, kept as text so that it stays exact."""

    def read(self, value: object) -> Decimal:
        """Take 0 to 1."""
        try:
            share = Decimal(value) if isinstance(value, str | int) and not isinstance(value, bool) else Decimal("NaN")
        except InvalidOperation:
            share = Decimal("NaN")
        if not (share.is_finite() and 0 <= share <= 1):
            raise UnreadableError("Use a number from 0 to 1, such as 0.25.")
        return share


class Flag:
    """Yes or no."""

    def read(self, value: object) -> bool:
        """Take true and false."""
        if not isinstance(value, bool):
            raise UnreadableError("Use true or false.")
        return value

    def from_text(self, text: str) -> Any:
        """Return whether a box is ticked."""
        return bool(text)

    def to_text(self, value: Any) -> str:
        """Return what a ticked box sends."""
        return "on" if value is True else ""


@dataclass(frozen=True, slots=True)
class OneOf(_Plain):
    """One of a few words, each with its label."""

    choices: Mapping[str, str]

    def read(self, value: object) -> str:
        """Take one of the choices."""
        if not isinstance(value, str) or value not in self.choices:
            raise UnreadableError(f"Use one of: {', '.join(self.choices)}.")
        return value


class Needs:
    """Skills, one a line: the skill, the level it is called for from, and for which products."""

    def read(self, value: object) -> tuple[Need, ...]:
        """Take objects of a skill with, at will, a level and products."""
        if not isinstance(value, list) or len(value) > MOST_NEEDS:
            raise UnreadableError(f"Use a list of at most {MOST_NEEDS} skills.")
        return tuple(self._need(each, number) for number, each in enumerate(value, start=1))

    def from_text(self, text: str) -> Any:
        """Return one object a line; a line that says something else stays as it is."""
        return [self._line(line) for line in text.splitlines() if line.strip()]

    def to_text(self, value: Any) -> str:
        """Return one line an object."""
        return "\n".join(self._text(each) for each in value) if isinstance(value, list) else ""

    def _need(self, value: object, number: int) -> Need:
        match value:
            case {"skill": str(skill), **rest} if CODE.fullmatch(skill) and not rest.keys() - {"level", "products"}:
                level, products = rest.get("level", 1), _codes(rest.get("products", []))
                if type(level) is int and 1 <= level <= LEVELS and products is not None:
                    return Need(skill, level, products)
        raise UnreadableError(
            f"Line {number}: write a skill, its level from 1 to {LEVELS} and, after a colon, the products it is for, "
            "such as annuities 3: fixed_annuity."
        )

    def _line(self, line: str) -> Any:
        head, _, tail = line.strip().lower().partition(":")
        found = re.fullmatch(r"(.*?)(?:\s+(\d{1,2}))?", head.strip())
        skill, level = (found[1], found[2]) if found else (head, None)
        products = [each.strip() for each in tail.split(",") if each.strip()]
        return {"skill": skill, "level": int(level or 1), **({"products": products} if products else {})}

    def _text(self, each: Any) -> str:
        if not isinstance(each, Mapping):
            return str(each)
        products = each.get("products") or []
        tail = f": {', '.join(map(str, products))}" if isinstance(products, list) and products else ""
        return f"{each.get('skill', '')} {each.get('level', 1)}{tail}"


def _codes(values: object) -> tuple[str, ...] | None:
    if not isinstance(values, list):
        return None
    codes = tuple(each for each in values if isinstance(each, str) and CODE.fullmatch(each))
    return codes if len(codes) == len(values) else None


@dataclass(frozen=True, slots=True)
class Option:
    """One thing a step can be told; `default` is JSON, as a document would hold it.

    `reads` names the reading that the option asks for once it says anything but nothing.
    """

    name: str
    label: str
    help: str
    kind: Kind
    default: Any
    reads: str = ""
