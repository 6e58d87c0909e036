"""Whatever is wrong with a lead: a clear error that names the field, nothing half-written, never a 500."""

import json
from typing import Any

import pytest

from routing.models import IntakeRecord
from tests.agency import a_lead, hire, make_source
from tests.functional.api.door import NOTHING, Door, kept_bodies, written

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(b"", "json.malformed", id="nothing"),
        pytest.param(b'{"a": 1', "json.malformed", id="cut short"),
        pytest.param(b"{'a': 1}", "json.malformed", id="single quotes"),
        pytest.param(b'{"a": 1} {}', "json.malformed", id="a second value"),
        pytest.param(b'{"premium": NaN}', "json.malformed", id="not a number"),
        pytest.param(b'{"premium": -Infinity}', "json.malformed", id="infinity"),
        pytest.param(b'{"premium": ' + b"9" * 5000 + b"}", "json.malformed", id="a number of 5,000 digits"),
        pytest.param(b'{"a": "\xff"}', "json.utf8", id="not UTF-8"),
        pytest.param('{"a": "é"}'.encode("utf-16"), "json.utf8", id="UTF-16"),
        pytest.param(b'{"zip": "30301", "zip": "10001"}', "json.doubled", id="a doubled name"),
        pytest.param(b'{"attributes": ' + b"[" * 200 + b"]" * 200 + b"}", "json.too_deep", id="deep"),
        pytest.param(b'{"attributes": ' + b'{"a":' * 9000 + b"1" + b"}" * 9001, "json.too_deep", id="bottomless"),
        pytest.param(b'{"attributes": {"a": {"b": "x\\u0000"}}}', "json.nul", id="NUL in a value"),
        pytest.param(b'{"attributes": {"a\\u0000": 1}}', "json.nul", id="NUL in a name"),
        pytest.param(b'{"x\\u0000": 1}', "json.nul", id="NUL in an unknown field"),
        pytest.param(b'{"first_name": "\\ud800"}', "json.half_character", id="half a character"),
        pytest.param(b"[]", "json.not_an_object", id="a list"),
        pytest.param(b"null", "json.not_an_object", id="null"),
        pytest.param(b'"lead"', "json.not_an_object", id="text"),
        pytest.param(b"7", "json.not_an_object", id="a number"),
    ],
)
@pytest.mark.parametrize("invalid", ["REFUSE", "QUARANTINE"])
def test_a_body_that_is_no_lead_at_all_is_400_with_its_code_and_kept(
    web: Door, body: bytes, code: str, invalid: str
) -> None:
    source, key = make_source("vendor", invalid=invalid)

    heard = Door(key).send(body, "once")

    assert (heard.status, [each["code"] for each in heard.body["errors"]]) == (400, [code])
    assert heard.type == "application/problem+json"
    assert written() == NOTHING
    assert kept_bodies() == [body]
    record = IntakeRecord.objects.get()
    assert (record.source_id, record.key, record.status) == (source.pk, None, 400)


FIELDS = [
    pytest.param({"state": "XX"}, ("/state", "state.unknown"), id="state XX"),
    pytest.param({"zip": "100011"}, ("/zip", "zip.malformed"), id="ZIP of six digits"),
    pytest.param({"phone": "555"}, ("/phone", "phone.malformed"), id="phone 555"),
    pytest.param({"phone": "1-800-555-0199"}, ("/phone", "phone.not_personal"), id="toll-free phone"),
    pytest.param({"email": "ada at example"}, ("/email", "email.malformed"), id="e-mail without an @"),
    pytest.param({"risk_state": "ZZ"}, ("/risk_state", "state.unknown"), id="risk state"),
    pytest.param({"line": "BOATS"}, ("/line", "line.unknown"), id="unknown line"),
    pytest.param({"product": "moonbase"}, ("/product", "product.unknown"), id="unknown product"),
    pytest.param({"products": ["term_life", "moon"]}, ("/products/1", "product.unknown"), id="one unknown of several"),
    pytest.param({"birth_date": "0000-01-01"}, ("/birth_date", "field.date"), id="year 0"),
    pytest.param({"birth_date": "1899-12-31"}, ("/birth_date", "date.unlikely"), id="born before 1900"),
    pytest.param({"birth_date": "2026-11-24"}, ("/birth_date", "date.unlikely"), id="born tomorrow"),
    pytest.param({"birth_date": "31.12.1970"}, ("/birth_date", "field.date"), id="a date of another country"),
    pytest.param({"birth_date": 0}, ("/birth_date", "field.type"), id="a date as a number"),
    pytest.param({"zip": 30301}, ("/zip", "field.type"), id="ZIP as a number"),
    pytest.param({"first_name": ["Ada"]}, ("/first_name", "field.type"), id="a list for a name"),
    pytest.param({"first_name": "A" * 101}, ("/first_name", "field.too_long"), id="a name of 101 letters"),
    pytest.param({"external_id": "e" * 256}, ("/external_id", "field.too_long"), id="an external id of 256"),
    pytest.param({"external_id": 7}, ("/external_id", "field.type"), id="an external id as a number"),
    pytest.param({"language": "English"}, ("/language", "field.pattern"), id="a language in words"),
    pytest.param({"premium": "much"}, ("/premium", "field.number"), id="premium in words"),
    pytest.param({"premium": -1}, ("/premium", "field.number"), id="negative premium"),
    pytest.param({"premium": True}, ("/premium", "field.type"), id="premium true"),
    pytest.param({"premium": 10**400}, ("/premium", "field.number"), id="premium of 400 digits"),
    pytest.param({"premium": "1e999999"}, ("/premium", "field.number"), id="premium of a million digits"),
    pytest.param({"premium": 12.345}, ("/premium", "field.number"), id="premium in tenths of cents"),
    pytest.param({"attributes": [1]}, ("/attributes", "field.type"), id="attributes as a list"),
    pytest.param({"products": "term_life"}, ("/products", "field.type"), id="products as text"),
    pytest.param({"consent": "yes"}, ("/consent", "field.type"), id="consent as text"),
    pytest.param(
        {"consent": {"captured_at": "2026-11-23T15:06:00Z"}},
        ("/consent/captured_at", "consent.future"),
        id="future consent",
    ),
    pytest.param(
        {"consent": {"captured_at": "2026-11-23T14:00:00"}},
        ("/consent/captured_at", "field.time"),
        id="consent without a zone",
    ),
    pytest.param({"consent": {"captured_at": 1}}, ("/consent/captured_at", "field.type"), id="consent as a number"),
    pytest.param({"consent": {"channels": ["fax"]}}, ("/consent/channels/0", "field.pattern"), id="an unknown channel"),
    pytest.param({"consent": {"by": "fax"}}, ("/consent/by", "field.unknown"), id="an unknown part of consent"),
    pytest.param({"favourite_colour": "red"}, ("/favourite_colour", "field.unknown"), id="an unknown field"),
    pytest.param({"a/b~c": 1}, ("/a~1b~0c", "field.unknown"), id="an unknown field whose name is a path"),
    pytest.param({"first_name": " ", "last_name": ""}, ("/last_name", "field.required"), id="a name of spaces"),
    pytest.param({"email": " "}, ("/phone", "field.required"), id="an e-mail of spaces"),
    pytest.param({"state": "\t"}, ("/state", "field.required"), id="a state of spaces"),
    pytest.param({"product": None}, ("/product", "field.required"), id="no product"),
]


@pytest.mark.parametrize(("fields", "fault"), FIELDS)
def test_a_field_at_fault_is_named_and_nothing_else_is(
    web: Door, fields: dict[str, Any], fault: tuple[str, str]
) -> None:
    body = json.dumps(a_lead(**fields)).encode()

    heard = web.send(body)

    assert (heard.status, heard.code, heard.faults) == (400, "invalid", {fault})
    assert written() == NOTHING
    assert kept_bodies() == [body]


@pytest.mark.parametrize(("fields", "fault"), FIELDS)
def test_a_source_of_careless_leads_has_them_queued_for_mending(
    web: Door, fields: dict[str, Any], fault: tuple[str, str]
) -> None:
    _, key = make_source("vendor", invalid="QUARANTINE")

    heard = Door(key).send(a_lead(**fields))

    assert (heard.status, heard.body["status"], heard.faults) == (202, "quarantined", {fault})
    assert written() == {"Lead": 1, "Person": 1, "Decision": 0, "Assignment": 0, "QueueItem": 1}


def test_every_field_at_fault_is_told_at_once(web: Door) -> None:
    heard = web.send({"first_name": 5, "phone": "555", "state": "XX", "product": "moonbase", "colour": "red"})

    assert heard.faults == {
        ("/first_name", "field.type"),
        ("/phone", "phone.malformed"),
        ("/state", "state.unknown"),
        ("/product", "product.unknown"),
        ("/colour", "field.unknown"),
    }


def test_an_empty_lead_is_told_the_least_it_must_say(web: Door) -> None:
    heard = web.send({})

    assert heard.faults == {(f"/{name}", "field.required") for name in ("last_name", "phone", "state", "product")}


def test_what_a_source_must_always_send_is_asked_for(web: Door) -> None:
    _, key = make_source("vendor", required_fields=["phone", "birth_date", "premium"])

    heard = Door(key).send(a_lead(premium=0))

    assert heard.faults == {("/phone", "field.required"), ("/birth_date", "field.required")}


@pytest.mark.parametrize("size", [64 * 1024 + 1, 10_000_000])
def test_a_body_beyond_64_kib_is_413_and_not_kept(web: Door, size: int) -> None:
    heard = web.send(b'{"first_name": "' + b"A" * (size - 18) + b'"}')

    assert (heard.status, heard.code) == (413, "body.too_large")
    assert (written(), kept_bodies()) == (NOTHING, [])


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("k" * 256, id="too long"),
        pytest.param("a\tb", id="a tab"),
    ],
)
def test_an_unusable_key_is_refused(web: Door, key: str) -> None:
    heard = web.send(a_lead(), key)

    assert (heard.status, heard.faults) == (400, {("", "key.malformed")})
    assert written() == NOTHING


def test_odd_but_lawful_leads_are_taken_as_they_are(web: Door) -> None:
    kim = hire()
    odd = a_lead(
        first_name="  Zoë ",
        last_name="O'Brien-😀",
        state="georgia",
        phone="(404) 555-0123 ext. 7",
        attributes={"ratio": 1.5, "huge": 10**30, "nested": [{"a": None}], "": True},
        premium="1200.50",
        consent={"captured_at": "2026-11-23T15:04:00Z"},
    )

    heard = web.send(b"\xef\xbb\xbf" + json.dumps(odd).encode())

    assert (heard.status, heard.body["producer"]["id"]) == (201, kim.pk)
    lead = kim.leads.select_related("person").get()
    assert lead.person is not None
    assert (lead.person.first_name, lead.person.last_name, lead.person.phone) == ("Zoë", "O'Brien-😀", "+14045550123")
    assert lead.person.attributes == {"ratio": 1.5, "huge": 10**30, "nested": [{"a": None}], "": True}
    assert (lead.governing_state, str(lead.premium)) == ("GA", "1200.50")
