"""How errors become problem documents."""

from typing import Any

import pytest
from django.http import Http404
from rest_framework import exceptions

from accounts.errors import FieldProblem, Forbidden, Invalid, Missing, Refused
from config.api import problem_response
from config.parsers import Unreadable


class Taken(Refused):
    """Somebody else was quicker."""

    code = "lead.taken"


def told(error: Exception) -> dict[str, Any]:
    response = problem_response(error, {})
    assert response is not None
    assert response.content_type == "application/problem+json"
    assert response.status_code == response.data["status"]
    return dict(response.data)


@pytest.mark.parametrize(
    ("error", "status", "title", "code", "detail"),
    [
        pytest.param(Taken(), 409, "Conflict", "lead.taken", "Somebody else was quicker.", id="refused"),
        pytest.param(Forbidden("Not you."), 403, "Forbidden", "forbidden", "Not you.", id="forbidden"),
        pytest.param(Missing(), 404, "Not Found", "missing", "There is nothing here under that id.", id="missing"),
        pytest.param(
            exceptions.NotAuthenticated(),
            401,
            "Unauthorized",
            "not_authenticated",
            "Authentication credentials were not provided.",
            id="nobody",
        ),
        pytest.param(
            exceptions.UnsupportedMediaType("text/plain"),
            415,
            "Unsupported Media Type",
            "unsupported_media_type",
            'Unsupported media type "text/plain" in request.',
            id="wrong content type",
        ),
        pytest.param(Http404(), 404, "Not Found", "not_found", "Not found.", id="Django's 404"),
        pytest.param(
            Unreadable("json.utf8", "Not UTF-8."), 400, "Bad Request", "json.utf8", "Not UTF-8.", id="unreadable"
        ),
    ],
)
def test_an_error_is_told_as_a_problem(error: Exception, status: int, title: str, code: str, detail: str) -> None:
    assert told(error) == {"type": "about:blank", "title": title, "status": status, "detail": detail, "code": code}


def test_an_invalid_input_names_every_field_at_fault() -> None:
    error = Invalid(
        [FieldProblem("/phone", "phone.short", "Give ten digits."), FieldProblem("/zip", "zip.long", "Give five.")]
    )

    document = told(error)

    assert (document["status"], document["code"]) == (400, "invalid")
    assert document["errors"] == [
        {"pointer": "/phone", "code": "phone.short", "detail": "Give ten digits."},
        {"pointer": "/zip", "code": "zip.long", "detail": "Give five."},
    ]


def test_a_serializers_nested_errors_become_pointers() -> None:
    error = exceptions.ValidationError(
        {
            "products": {"1": [exceptions.ErrorDetail("Unknown.", "unknown")]},
            "consent": {"ip": [exceptions.ErrorDetail("Not an address.", "invalid")]},
            "non_field_errors": [exceptions.ErrorDetail("Phone or e-mail.", "required")],
        }
    )

    document = told(error)

    assert document["errors"] == [
        {"pointer": "/products/1", "code": "unknown", "detail": "Unknown."},
        {"pointer": "/consent/ip", "code": "invalid", "detail": "Not an address."},
        {"pointer": "", "code": "required", "detail": "Phone or e-mail."},
    ]


def test_text_at_fault_is_pointed_at() -> None:
    document = told(Unreadable("json.nul", "No NUL.", "/a/0"))

    assert document["errors"] == [{"pointer": "/a/0", "code": "json.nul", "detail": "No NUL."}]


def test_an_error_nobody_anticipated_rises() -> None:
    assert problem_response(KeyError("x"), {}) is None
