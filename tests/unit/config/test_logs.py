"""What a log line holds, and above all what it does not."""

import json
import logging
import sys
from typing import Any

from config.logs import Formatter, request_id


def line(record: logging.LogRecord) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(Formatter("%(levelname)s %(name)s %(message)s").format(record))
    return told


def record_of(message: str, *args: object, **extra: object) -> logging.LogRecord:
    error = sys.exc_info() if sys.exc_info()[0] else None
    return logging.getLogger("t").makeRecord("t", logging.ERROR, "f.py", 1, message, args, error, extra=extra)


def test_a_line_is_an_event_with_fields_and_its_request() -> None:
    token = request_id.set("abc-12345")

    told = line(record_of("lead.assigned", lead_id="17", ms=3.5))

    request_id.reset(token)
    assert told == {
        "levelname": "ERROR",
        "name": "t",
        "message": "lead.assigned",
        "lead_id": "17",
        "ms": 3.5,
        "request_id": "abc-12345",
    }


def test_what_an_exception_quotes_stays_out() -> None:
    try:
        try:
            raise ValueError("Key (email)=(kim@example.com) already exists.")
        except ValueError as error:
            raise RuntimeError("while storing kim@example.com") from error
    except RuntimeError as error:
        told = line(record_of("Task %s raised %s", "routing.sweep", error))

    assert "kim@example.com" not in json.dumps(told)
    assert told["message"] == "Task %s raised %s"
    assert [one["type"] for one in told["exc_info"]] == ["builtins.RuntimeError", "builtins.ValueError"]


def test_objects_are_not_written_out() -> None:
    told = line(record_of("Not Found", request=object(), status_code=404))

    assert told == {"levelname": "ERROR", "name": "t", "message": "Not Found", "status_code": 404}


def test_a_failed_task_is_named_without_its_arguments() -> None:
    try:
        raise ValueError("kim@example.com")
    except ValueError:
        told = line(record_of("Task failed", data={"name": "outbox.relay", "id": "9", "args": "['kim@example.com']"}))

    assert (told["task"], told["task_id"]) == ("outbox.relay", "9")
    assert "kim@example.com" not in json.dumps(told)


def test_errors_that_cause_each_other_end() -> None:
    first, second = ValueError("a"), ValueError("b")
    first.__cause__, second.__cause__ = second, first
    try:
        raise first
    except ValueError:
        told = line(record_of("x"))

    assert len(told["exc_info"]) == 5
