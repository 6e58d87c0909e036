"""Which JSON bodies are refused, with which code, and where they point."""

import io
from typing import Any

import pytest

from config.parsers import MAX_DEPTH, StrictJSONParser, Unreadable


def parse(body: bytes) -> Any:
    return StrictJSONParser().parse(io.BytesIO(body))


def test_a_plain_document_is_read_as_it_stands() -> None:
    body = '{"name": "Zoë", "tags": ["a", {"b": null}], "premium": 12.50, "emoji": "\\ud83d\\ude00"}'.encode()

    value = parse(body)

    assert value == {"name": "Zoë", "tags": ["a", {"b": None}], "premium": 12.5, "emoji": "😀"}


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"", "json.malformed", id="nothing"),
        pytest.param(b'{"a": 1', "json.malformed", id="cut short"),
        pytest.param(b'{"a": 1} {', "json.malformed", id="a second value"),
        pytest.param(b"{'a': 1}", "json.malformed", id="single quotes"),
        pytest.param(b'{"a": NaN}', "json.malformed", id="not a number"),
        pytest.param(b'{"a": -Infinity}', "json.malformed", id="infinity"),
        pytest.param(b'{"a": "\x00"}', "json.malformed", id="raw NUL"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", "json.malformed", id="a number of 5,000 digits"),
        pytest.param(b'{"a": "\xff"}', "json.utf8", id="not UTF-8"),
        pytest.param('{"a": 1}'.encode("utf-16"), "json.utf8", id="UTF-16"),
        pytest.param(b'{"a": 1, "a": 2}', "json.doubled", id="a doubled name"),
        pytest.param(b"[" * (MAX_DEPTH + 2) + b"]" * (MAX_DEPTH + 2), "json.too_deep", id="too deep"),
        pytest.param(b"[" * 50_000, "json.too_deep", id="bottomless"),
    ],
)
def test_an_unreadable_body_is_refused_with_its_code(body: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(body)

    assert caught.value.get_codes() == code


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        pytest.param(b'{"a": [1, {"b/c": "x\\u0000"}]}', "json.nul", "/a/1/b~1c", id="NUL in a value"),
        pytest.param(b'{"a": {"x\\u0000": 1}}', "json.nul", "/a", id="NUL in a name"),
        pytest.param(b'{"a": "\\ud800"}', "json.half_character", "/a", id="lone surrogate"),
    ],
)
def test_text_that_no_column_takes_is_refused_with_its_place(body: bytes, code: str, pointer: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(body)

    assert (caught.value.get_codes(), caught.value.pointer) == (code, pointer)
