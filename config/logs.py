"""Logs as one JSON object a line: a constant name, ids and numbers, the request they belong to; no people's data.

What a library hands to the logger is not ours to trust: an exception's text may quote a row, a request's text its query
string. So an exception is told by its type and where it passed, and only plain values become fields.
"""

import logging
import traceback
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="")


class Formatter(JsonFormatter):
    """Write a record as JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Keep what an error's arguments might quote out of its message."""
        if record.exc_info:
            record = logging.makeLogRecord({**record.__dict__, "args": None, "exc_text": None, **_task(record)})
        return super().format(record)

    def formatException(self, ei: Any) -> Any:  # noqa: N802  # the name logging calls
        """Return the exceptions' types, outermost first, and where in our code they passed, without their text."""
        _, error, _ = ei
        return _told_plainly(error)

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Keep plain values only, and add the request."""
        plain = {key: value for key, value in log_data.items() if _is_plain(value) or key == "exc_info"}
        if current := request_id.get():
            plain["request_id"] = current
        return plain


def _task(record: logging.LogRecord) -> dict[str, object]:
    """Return the Celery task a record is about: its other arguments are in a dictionary with the rest."""
    data = getattr(record, "data", None)
    return {"task": data.get("name"), "task_id": data.get("id")} if isinstance(data, dict) else {}


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _told_plainly(error: BaseException | None) -> list[dict[str, object]]:
    told: list[dict[str, object]] = []
    while error is not None and len(told) < 5:
        frames = traceback.extract_tb(error.__traceback__)
        ours = [frame for frame in frames[:-1] if "site-packages" not in frame.filename]
        told.append(
            {
                "type": f"{type(error).__module__}.{type(error).__qualname__}",
                "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in [*ours[-20:], *frames[-1:]]],
            }
        )
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told


def logging_config(level: str) -> dict[str, Any]:
    """Return the configuration for `logging.config.dictConfig`: everything to standard error, as JSON."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": "config.logs.Formatter",
                "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "propagate": True},
            # Its warnings repeat our own line for the request, with the path, which may name people.
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "propagate": True},
            "gunicorn.error": {"handlers": [], "propagate": True},
            "gunicorn.access": {"handlers": [], "propagate": True},
            # Two ticks a second of "received" and "succeeded" would drown everything else.
            "celery.worker.strategy": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.beat": {"level": "WARNING"},
        },
    }
