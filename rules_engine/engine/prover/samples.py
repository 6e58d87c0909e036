"""Writes texts that a pattern matches, by reading it loosely; what does not match after all is left out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rules_engine.engine.operators import compile_pattern

_TIMES: Final = re.compile(r"\{(\d+)(?:,\d*)?\}|[*+?]")
_GROUP: Final = re.compile(r"\(\?P?<\w+>|\(\?[a-zA-Z]*:|\(\?[a-zA-Z]+(?=\))|\(")
_PROPERTY: Final = re.compile(r"\\[pP](?:\{[^}]*\}|.)")
_CLASS: Final = re.compile(r"\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]", re.DOTALL)
_STANDS_FOR: Final = {"d": "0", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a", "t": "\t", "n": "\n"}
_NOTHING: Final = frozenset("bBAzZ")
_ORDINARY: Final = "a0A -_.@"
_MAX_LENGTH: Final = 500


def samples(pattern: str) -> Iterator[str]:
    """Yield up to two texts the pattern matches: with what is optional left out, and with it once."""
    for optional in (0, 1):
        text = _Reader(pattern, optional).alternatives()[:_MAX_LENGTH]
        if text.strip() and "\x00" not in text and compile_pattern(pattern).fullmatch(text):
            yield text


@dataclass(slots=True)
class _Reader:
    """Reads a pattern from left to right; `optional` says how often to repeat what may be left out."""

    pattern: str
    optional: int
    at: int = 0

    def alternatives(self) -> str:
        """Return a text for the first of several alternatives, and read past the others."""
        text = self._sequence()
        while self._peek() == "|":
            self.at += 1
            self._sequence()
        return text

    def _sequence(self) -> str:
        text = ""
        while self._peek() not in {"", "|", ")"}:
            text += self._one() * self._times()
        return text

    def _one(self) -> str:
        if self._take(_GROUP):
            inner = self.alternatives()
            self.at += 1
            return inner
        if self._take(_PROPERTY):
            return "a"
        if written := self._take(_CLASS):
            return next((text for text in (*_ORDINARY, *written[1:]) if _holds(written, text)), "")
        self.at += 1
        letter = self.pattern[self.at - 1]
        if letter == "\\":
            letter = self._peek()
            self.at += 1
            return "" if letter in _NOTHING else _STANDS_FOR.get(letter, letter)
        return "" if letter in "^$" else "a" if letter == "." else letter

    def _times(self) -> int:
        found = _TIMES.match(self.pattern, self.at)
        if found is None:
            return 1
        self.at = found.end()
        if self._peek() == "?":  # as few as possible: how many fit is the same
            self.at += 1
        if found[1]:
            return min(int(found[1]), _MAX_LENGTH) or self.optional
        return 1 if found[0] == "+" else self.optional

    def _take(self, kind: re.Pattern[str]) -> str:
        found = kind.match(self.pattern, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found[0]

    def _peek(self) -> str:
        return self.pattern[self.at : self.at + 1]


def _holds(written: str, letter: str) -> bool:
    """Say whether a class of characters, as written, holds a letter."""
    return bool(compile_pattern(written).fullmatch(letter))
