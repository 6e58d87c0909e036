"""Refusals: what Fairlead declines to do, with a code a program reads and a sentence a person reads."""

from collections.abc import Sequence
from dataclasses import dataclass


class Refused(Exception):  # noqa: N818  # a refusal is no error
    """The request was understood and declined because of the present state; HTTP 409.

    Subclasses live beside the function that raises them and set `code`; the message tells the reader what to do next.
    """

    code = "refused"
    status = 409

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "Refused.").split("\n", maxsplit=1)[0])

    @property
    def message(self) -> str:
        """The sentence for the person who asked."""
        return str(self)


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong with one place of the input."""

    pointer: str  # JSON pointer, "" for the whole
    code: str
    detail: str


class Invalid(Refused):
    """Some fields need mending."""

    code = "invalid"
    status = 400

    def __init__(self, problems: Sequence[FieldProblem], message: str = "") -> None:
        self.problems = tuple(problems)
        super().__init__(message or "Some fields need mending: see errors.")


class Forbidden(Refused):
    """Your role does not allow this."""

    code = "forbidden"
    status = 403


class Missing(Refused):
    """There is nothing here under that id."""

    code = "missing"
    status = 404
