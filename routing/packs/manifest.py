"""What the files of a pack must look like, besides the rules themselves."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from accounts import json_body
from accounts.errors import FieldProblem

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"


def _in_words(value: Any) -> Any:
    """Refuse a number for a date: it would be read as seconds since 1970."""
    if isinstance(value, str):
        return value
    raise PydanticCustomError("date_type", "Write the day as text, such as 2026-11-21")


Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=60)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120, pattern=r"^[^\x00]*$")]
Version = Annotated[str, StringConstraints(pattern=r"^\d{1,4}(\.\d{1,4}){0,2}$")]


class Manifest(BaseModel):
    """`pack.json`: what the pack is, and where it comes from."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    slug: Slug
    name: Name
    version: Version
    language: int = Field(ge=1)
    description: Text
    source: Text
    date: Annotated[date, BeforeValidator(_in_words), Field(strict=False)]

    @property
    def rank(self) -> tuple[int, ...]:
        """The version as numbers, so that 1.10 comes after 1.9 and 1.0 is 1."""
        return rank(self.version)


class SetFile(BaseModel):
    """Any other file: one rule set. Its document is judged by the rule language."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    slug: Slug
    name: Name
    position: int = Field(ge=0, le=32767)
    document: dict[str, Any]


def rank(version: str) -> tuple[int, ...]:
    """Return a version as three numbers."""
    numbers = [int(part) for part in version.split(".")]
    return tuple(numbers + [0] * (3 - len(numbers)))


def problems_of(error: ValidationError, file: str) -> list[FieldProblem]:
    """Return what a file's shape has wrong, each at its place in the file."""
    return [
        FieldProblem(at(file, *each["loc"]), f"pack.{each['type']}", f"{each['msg'].removesuffix('.')}.")
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def at(file: str, *steps: str | int) -> str:
    """Return where in a pack something stands: the file, then a JSON pointer."""
    return file + "#" + "".join(f"/{json_body.escaped(str(step))}" for step in steps)
