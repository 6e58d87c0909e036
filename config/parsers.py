"""JSON bodies of API calls, read strictly."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework import exceptions
from rest_framework.parsers import JSONParser

from accounts import json_body
from accounts.json_body import MAX_DEPTH

__all__ = ["MAX_DEPTH", "StrictJSONParser", "Unreadable"]


class Unreadable(exceptions.ParseError):
    """A body that is not the JSON it should be."""

    def __init__(self, code: str, detail: str, pointer: str = "") -> None:
        super().__init__(detail, code)
        self.pointer = pointer


class StrictJSONParser(JSONParser):
    """Read UTF-8 JSON without doubled names, non-numbers, NUL, half characters or bottomless nesting."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the body's value.

        :raises Unreadable: with the code and place of the first fault
        """
        try:
            return json_body.read(stream.read())
        except json_body.UnreadableError as error:
            raise Unreadable(error.code, error.detail, error.pointer) from error
