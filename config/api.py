"""Refusals as HTTP: every error of the API is an RFC 9457 problem document."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any, Final

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from accounts.errors import FieldProblem, Invalid, Refused
from config.parsers import Unreadable

PROBLEM: Final = "application/problem+json"
RETRY_AFTER: Final = 5  # seconds: a database that restarts is mostly back by then

log = logging.getLogger(__name__)


def problem_response(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the problem document for an anticipated error; None lets any other rise."""
    if isinstance(error, Refused):
        problems = error.problems if isinstance(error, Invalid) else ()
        return Response(document(error.status, error.code, error.message, problems), error.status, content_type=PROBLEM)
    if isinstance(error, OperationalError | InterfaceError):
        return _unavailable()
    response = exception_handler(error, dict(context))
    if response is None:
        return None
    response.data = _told(error, response)
    response.content_type = PROBLEM
    return response


def _unavailable() -> Response:
    """Answer while the database is away, full or in each other's way: nothing was kept, and asking again is safe."""
    log.exception("api.database_unavailable")
    set_rollback()
    detail = "The database cannot be reached right now. Try again; the same key is safe to repeat."
    headers = {"Retry-After": str(RETRY_AFTER)}
    return Response(document(503, "unavailable", detail), 503, headers=headers, content_type=PROBLEM)


def problem(status: int, code: str, detail: str) -> JsonResponse:
    """Return a problem document from outside an API view."""
    return JsonResponse(document(status, code, detail), status=status, content_type=PROBLEM)


def document(status: int, code: str, detail: str, problems: Sequence[FieldProblem] = ()) -> dict[str, Any]:
    """Return the members of a problem document; `errors` only where fields are at fault."""
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    return {**told, "errors": [asdict(one) for one in problems]} if problems else told


def _told(error: Exception, response: Response) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        invalid = Invalid(tuple(field_problems(error.detail)))
        return document(response.status_code, invalid.code, invalid.message, invalid.problems)
    detail = response.data["detail"]  # the framework turned even Http404 into an error with one detail
    problems = (
        [FieldProblem(error.pointer, detail.code, detail)] if isinstance(error, Unreadable) and error.pointer else []
    )
    return document(response.status_code, detail.code, detail, problems)


def field_problems(detail: Any, pointer: str = "") -> Iterator[FieldProblem]:
    """Flatten a serializer's nested errors into one problem a field and fault."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            at_fault = pointer if name == "non_field_errors" else f"{pointer}/{name}"
            yield from field_problems(inner, at_fault)
    elif isinstance(detail, list | tuple):
        for index, inner in enumerate(detail):
            nested = isinstance(inner, Mapping | list | tuple)
            yield from field_problems(inner, f"{pointer}/{index}" if nested else pointer)
    else:
        yield FieldProblem(pointer, detail.code, str(detail))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer what Django itself found suspicious."""
    if _is_api(request):
        return problem(400, "bad_request", "The request could not be understood.")
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """Answer a path nobody serves."""
    if _is_api(request):
        return problem(404, "not_found", "There is nothing at this address; see /api/docs/.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """Answer an error nobody anticipated, without a word about it: the log has it."""
    if _is_api(request):
        return problem(
            500, "server_error", "Something went wrong on our side. Try again; the same key is safe to repeat."
        )
    return defaults.server_error(request)


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")
