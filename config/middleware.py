"""What every request passes: a name for the logs, a stopwatch, and a limit on its body."""

import logging
import re
import time
from collections.abc import Callable
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from config.api import problem
from config.logs import request_id
from config.metrics import observe_request

GetResponse = Callable[[HttpRequest], HttpResponseBase]

logger = logging.getLogger("fairlead.http")
given_id: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")
LEADS: Final = "/api/v1/leads/"


def name_and_time(get_response: GetResponse) -> GetResponse:
    """Give the request an id (or keep its caller's), answer with it, and log and measure the answer."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        asked = request.headers.get("X-Request-ID", "")
        name = asked if given_id.fullmatch(asked) else uuid4().hex
        token = request_id.set(name)
        started = time.perf_counter()
        try:
            response = get_response(request)
            _tell(request, response.status_code, time.perf_counter() - started)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = name
        return response

    return middleware


def limit_body(get_response: GetResponse) -> GetResponse:
    """Refuse an API body that is too long, or of unsaid length, before a byte of it is read."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith("/api/"):
            return get_response(request)
        if request.headers.get("Transfer-Encoding"):
            return problem(411, "body.length_required", "Send the body with a Content-Length.")
        limit = (
            settings.LEAD_BODY_LIMIT if request.path_info.startswith(LEADS) else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        )
        if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
            return problem(413, "body.too_large", f"The body may be {limit:,} bytes long at most.")
        return get_response(request)

    return middleware


def _tell(request: HttpRequest, status: int, seconds: float) -> None:
    """Log and measure by route, never by path: paths and query strings may name people."""
    match = request.resolver_match
    route = match.route if match else "unmatched"
    observe_request(method=request.method or "", route=route, status=status, seconds=seconds)
    if not route.startswith(("healthz/", "metrics")):
        logger.info(
            "http.request",
            extra={"method": request.method, "route": route, "status": status, "ms": round(seconds * 1000, 1)},
        )
