"""A caller who holds every answer to the published description of the API."""

import json
import re
from dataclasses import dataclass
from functools import cache
from io import StringIO
from typing import Any

from django.core.management import call_command
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.functional.api.door import Door, Heard


@dataclass
class DescribedDoor(Door):
    """A door that fails where an answer is not described: its address, its status, or its shape."""

    def _told(self, method: str, path: str, response: Any) -> Heard:
        heard = super()._told(method, path, response)
        check(method, path, heard)
        return heard


def check(method: str, path: str, heard: Heard) -> None:
    """Fail where an answer is not as the description says."""
    if heard.status in {401, 405, 413, 415} or (heard.status == 404 and not _matching(path)):
        return  # of every address alike
    operation = _operation(method, path)
    answers = operation["responses"]
    assert str(heard.status) in answers, f"{method} {path} answers {heard.status}, which is not described."
    content = answers[str(heard.status)].get("content", {})
    assert bool(content) == (heard.body is not None), f"{method} {path}: {heard.status} with or without a body?"
    if content:
        assert heard.type.split(";")[0] in content, f"{method} {path} answers {heard.type}."
        if isinstance(heard.body, bytes):
            return  # a file
        _validator(content[heard.type.split(";")[0]]["schema"]).validate(heard.body)


@cache
def description() -> Any:
    """Return the OpenAPI document."""
    out = StringIO()
    call_command("spectacular", "--format", "openapi-json", stdout=out)
    return json.loads(out.getvalue())


def _matching(path: str) -> list[str]:
    """Return the described addresses that a path may mean, the most exact first."""
    bare = path.partition("?")[0]
    found = [each for each in description()["paths"] if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each), bare)]
    return sorted(found, key=lambda each: each.count("{"))


def _operation(method: str, path: str) -> Any:
    found = _matching(path)
    assert found, f"{path} is not described."
    operations = description()["paths"][found[0]]
    assert method.lower() in operations, f"{method} {path} is not described."
    return operations[method.lower()]


def _validator(schema: Any) -> Draft202012Validator:
    whole = Resource.from_contents(description(), default_specification=DRAFT202012)
    registry = Registry().with_resource("urn:api", whole)
    return Draft202012Validator(
        _absolute(schema), registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def _absolute(schema: Any) -> Any:
    """Return a schema whose references name the document they are in."""
    return json.loads(json.dumps(schema).replace('"#/', '"urn:api#/'))
