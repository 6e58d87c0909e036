"""What people write along with a step: comments and reasons."""

from typing import Final

from accounts.errors import FieldProblem, Invalid
from rules_engine.engine.problems import Code

LONGEST: Final = 4000


def require_words(text: str, pointer: str, code: str, detail: str) -> None:
    """Refuse a text that says nothing, with this code and sentence, or that cannot be kept.

    :raises Invalid: if it is blank, too long, or holds a character no text has
    """
    if not text.strip():
        raise Invalid((FieldProblem(pointer, code, detail),))
    require_keepable(text, pointer)


def require_keepable(text: str, pointer: str) -> None:
    """Refuse a text, which may be blank, that cannot be kept.

    :raises Invalid: if it is too long, or holds a character no text has
    """
    if "\x00" in text or len(text) > LONGEST:
        told = f"Write at most {LONGEST:,} characters, without control characters."
        raise Invalid((FieldProblem(pointer, Code.TEXT_BAD.value, told),))
